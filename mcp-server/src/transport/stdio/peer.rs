//! Whether somebody is still there to read what is written.

/// Done when nobody reads standard output any more, which a server that has nothing to write would not notice. Never where the
/// system cannot tell, as of a file.
pub(crate) async fn standard_output_is_gone() {
    #[cfg(unix)]
    if watched().await.is_ok() {
        return;
    }
    std::future::pending::<()>().await;
}

#[cfg(unix)]
#[allow(
    deprecated,
    reason = "unsound only for types that lie about what they own, which that of the standard library does not"
)]
async fn watched() -> std::io::Result<()> {
    use std::os::fd::AsFd as _;

    use tokio::io::{Interest, unix::AsyncFd};

    // A copy, since what is watched is closed at the end.
    let copy = std::io::stdout().as_fd().try_clone_to_owned()?;
    let watched = AsyncFd::with_interest(copy, Interest::ERROR)?;
    watched.ready(Interest::ERROR).await.map(drop)
}
