//! Waiting for what can be seen, with a bound; and not waiting for what is not installed.

use std::{
    io::Write,
    time::{Duration, Instant},
};

/// Looks again and again until there is something to see, for `bound` at most.
pub(crate) async fn eventually<T, L: Future<Output = Result<T, String>>>(
    bound: Duration,
    mut look: impl FnMut() -> L,
) -> T {
    let began = Instant::now();
    loop {
        match look().await {
            Ok(seen) => return seen,
            Err(instead) => assert!(began.elapsed() < bound, "after {bound:?} there is still {instead}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Says why a test does nothing here, past the capture of its output.
pub(crate) fn skip(reason: &str) {
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}
