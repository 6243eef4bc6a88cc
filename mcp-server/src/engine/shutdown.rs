//! The end of a server: what nobody waits for ends at once, calls get their time, and what is left is withdrawn.

use std::{sync::atomic::Ordering, time::Duration};

use super::{Engine, legacy::Session};

impl Engine {
    /// Ends the streams that would otherwise stay open for ever, those that clients open from now on, and the wait for answers that
    /// clients can no longer bring.
    pub(crate) fn begin_shutdown(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.sessions.for_each(Session::silence);
        self.listeners.end();
        self.tasks.silence();
    }

    /// Begins the shutdown, and waits up to `drain` for the calls in flight, and for `others`. What is left then is withdrawn, and may
    /// tidy up. Whether nothing was left.
    pub(crate) async fn shut_down(&self, drain: Duration, others: impl Future<Output = ()>) -> bool {
        self.begin_shutdown();
        let done = async {
            others.await;
            // What a session called goes on without its connection, and so does a task.
            self.all_calls_done().await;
        };
        tokio::pin!(done);
        if tokio::time::timeout(drain, &mut done).await.is_ok() {
            return true;
        }
        self.withdraw_all();
        // One that is stuck in a handler which never waits cannot be ended.
        _ = tokio::time::timeout(self.grace(), done).await;
        false
    }

    /// Ends all sessions and all tasks, and withdraws all calls: those that are in flight, and those that begin from now on and do not
    /// end at once.
    pub(crate) fn withdraw_all(&self) {
        self.sessions.for_each(Session::end);
        self.tasks.end();
        self.calls.end();
    }

    /// Waits until no call runs, and no task is worked on.
    pub(crate) async fn all_calls_done(&self) {
        self.calls.none().await;
    }

    /// How long a withdrawn call may go on.
    pub(crate) fn grace(&self) -> Duration {
        self.settings.grace
    }
}
