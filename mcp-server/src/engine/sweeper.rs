//! `Sweeper`: the task that ends idle sessions and stalled subscriptions, and drops expired tasks.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::task::AbortHandle;

use super::{Engine, ResponseMode};

/// Owns the task. Dropping it ends the task. A server without sessions, subscriptions and tasks
/// does not start one.
pub(crate) struct Sweeper(Option<AbortHandle>);

impl Sweeper {
    /// Starts the task, which does not keep the engine alive.
    pub(crate) fn start(engine: &Arc<Engine>) -> Self {
        let has_tasks = engine.catalog.now().has_tasks();
        let has_subscriptions = engine.settings.mode != ResponseMode::Json;
        if !engine.has_sessions() && !has_subscriptions && !has_tasks {
            return Self(None);
        }
        let limits = &engine.settings.limits;
        let shortest = limits
            .session_idle_timeout
            .min(limits.session_unconfirmed_timeout)
            .min(limits.send_timeout)
            .min(limits.task_lifetime);
        // Often enough that nothing outlives its timeout by much.
        let period = (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(15));
        let task = tokio::spawn(run(Arc::downgrade(engine), period));
        Self(Some(task.abort_handle()))
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

async fn run(engine: Weak<Engine>, period: Duration) {
    loop {
        tokio::time::sleep(period).await;
        let Some(engine) = engine.upgrade() else { return };
        engine.sessions.sweep(engine.now());
        engine.listeners.sweep();
        engine.settings.task_store.sweep();
    }
}
