//! `Cancellation`: the cancellation of a call, as its handler sees it.

use std::fmt;

use super::call::Context;

/// Handle that reports when a call is cancelled. Cheap to clone, and may outlive the handler.
///
/// A handler that ignores it is dropped at its next `.await` after a grace period
/// ([`Limits::cancellation_grace`](crate::Limits::cancellation_grace)).
///
/// ```
/// # use mcp_server::Context;
/// # async fn query() -> u32 { 1 }
/// # async fn roll_back() {}
/// # async fn work(ctx: Context) -> Option<u32> {
/// tokio::select! {
///     rows = query() => Some(rows),
///     () = ctx.cancellation().cancelled() => { roll_back().await; None }
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Cancellation(Context);

impl Cancellation {
    pub(super) fn new(context: Context) -> Self {
        Self(context)
    }

    /// Returns `true` if the call was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.0.signal.is_set()
    }

    /// Waits until the call is cancelled. The future borrows nothing, so that
    /// `ctx.cancellation().cancelled()` can be a branch of a `select!`.
    pub fn cancelled(&self) -> impl Future<Output = ()> + Send + use<> {
        let context = self.0.clone();
        async move { context.0.signal.wait().await }
    }
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cancellation").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
