//! Detects that the client has closed its end of standard output.

/// Resolves when standard output is closed, which a server that has nothing to write would not
/// notice. Never resolves where the system cannot tell, as for a file.
pub(crate) async fn standard_output_closed() {
    #[cfg(unix)]
    if closed().await.is_ok() {
        return;
    }
    std::future::pending::<()>().await;
}

#[cfg(unix)]
#[allow(
    deprecated,
    reason = "unsound only for types that misreport what they own, which the type of the standard library does not"
)]
async fn closed() -> std::io::Result<()> {
    use std::os::fd::AsFd as _;

    use tokio::io::{Interest, unix::AsyncFd};

    // A copy, since the descriptor is closed with `AsyncFd`.
    let copy = std::io::stdout().as_fd().try_clone_to_owned()?;
    let output = AsyncFd::with_interest(copy, Interest::ERROR)?;
    output.ready(Interest::ERROR).await.map(drop)
}
