//! How a call learns that nobody waits for it any more.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;

use super::Context;

/// Set once, when a call is withdrawn. Cheap to clone, and may outlive the handler.
///
/// A handler that does nothing about it is dropped at its next `.await` after a grace period
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

    /// Whether the call has been withdrawn.
    pub fn is_cancelled(&self) -> bool {
        self.0.0.signal.is_set()
    }

    /// Waits until the call is withdrawn. The future stands for itself, so `ctx.cancellation().cancelled()` may be a branch of a
    /// `select!`.
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

/// The flag itself, a part of the call so that it costs no allocation.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    set: AtomicBool,
    changed: Notify,
}

impl Signal {
    pub(crate) fn set(&self) {
        self.set.store(true, Ordering::Release);
        self.changed.notify_waiters();
    }

    pub(crate) fn is_set(&self) -> bool {
        self.set.load(Ordering::Acquire)
    }

    pub(crate) async fn wait(&self) {
        let changed = self.changed.notified();
        tokio::pin!(changed);
        // Registered before the flag is looked at, so that no change falls between.
        changed.as_mut().enable();
        if !self.is_set() {
            changed.await;
        }
    }
}
