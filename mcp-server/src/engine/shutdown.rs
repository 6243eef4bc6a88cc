//! The shutdown of a server: idle streams end at once, calls get time to end, and the rest is
//! cancelled.

use std::{sync::atomic::Ordering, time::Duration};

use super::{Engine, session::Session};

impl Engine {
    /// Ends the streams that would otherwise stay open, including those that clients open from now
    /// on, and the questions that wait for answers.
    pub(crate) fn begin_shutdown(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.sessions.for_each(Session::begin_shutdown);
        self.listeners.end_all();
        self.tasks.begin_shutdown();
    }

    /// Begins the shutdown, and waits up to `drain` for the calls in flight and for `others`. Then
    /// cancels the remaining calls, and lets them clean up. Returns `true` if none remained.
    pub(crate) async fn shut_down(&self, drain: Duration, others: impl Future<Output = ()>) -> bool {
        self.begin_shutdown();
        let done = async {
            others.await;
            // Calls of sessions and tasks continue without their connections.
            self.calls_idle().await;
        };
        tokio::pin!(done);
        if tokio::time::timeout(drain, &mut done).await.is_ok() {
            return true;
        }
        self.cancel_all();
        // Bounded: a handler that never yields cannot be stopped.
        _ = tokio::time::timeout(self.cancellation_grace(), done).await;
        false
    }

    /// Ends all sessions, and cancels all tasks and calls, including calls that begin from now on
    /// and do not end at once.
    pub(crate) fn cancel_all(&self) {
        self.sessions.for_each(Session::end);
        self.tasks.cancel_all();
        self.calls.cancel_all();
    }

    /// Waits until no call is in flight and no task is running.
    pub(crate) async fn calls_idle(&self) {
        self.calls.idle().await;
    }

    /// Returns the time for which a cancelled call may continue.
    pub(crate) fn cancellation_grace(&self) -> Duration {
        self.settings.limits.cancellation_grace
    }
}
