//! Warns about polls that take long: a handler that blocks its thread delays all calls on it.

use std::time::{Duration, Instant};

use crate::context::Context;

/// Polls a call. A poll that takes longer than `threshold` is logged; `None` does not read the
/// clock.
pub(super) fn watched<T>(context: &Context, threshold: Option<Duration>, poll: impl FnOnce() -> T) -> T {
    let Some(threshold) = threshold else { return poll() };
    let start = Instant::now();
    let polled = poll();
    let time = start.elapsed();
    if time > threshold {
        warn(context, time);
    }
    polled
}

#[cold]
fn warn(context: &Context, time: Duration) {
    let item = context.item();
    if let Some(suppressed) = item.slow_polls.admit(Instant::now()) {
        let (kind, name) = (item.kind().as_str(), item.name());
        tracing::warn!(
            item = name,
            kind,
            suppressed,
            "a handler blocked its thread for {time:.1?}: use `blocking` or `.await`"
        );
    }
}
