//! The task that ends idle sessions and listeners that do not read, has expired tasks forgotten, and ends itself with its owner.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::task::AbortHandle;

use crate::engine::Engine;

/// Owns the task. A server without sessions, listeners and tasks has none.
pub(crate) struct Sweeper(Option<AbortHandle>);

impl Sweeper {
    /// Begins to sweep. The engine is not kept alive by it.
    pub(crate) fn start(engine: &Arc<Engine>) -> Self {
        let has_tasks = engine.catalog.now().has_tasks();
        if !engine.has_sessions() && !engine.gives_up_listeners() && !has_tasks {
            return Self(None);
        }
        let limits = engine.settings.sessions;
        let shortest = limits
            .idle
            .min(limits.unconfirmed)
            .min(engine.listeners.limits.patience)
            .min(engine.settings.tasks.lifetime);
        // Often enough that nothing ends much later than it should.
        let period = (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(15));
        let task = tokio::spawn(sweep(Arc::downgrade(engine), period));
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

async fn sweep(engine: Weak<Engine>, period: Duration) {
    loop {
        tokio::time::sleep(period).await;
        match engine.upgrade() {
            Some(engine) => {
                engine.sessions.sweep(engine.now());
                engine.listeners.sweep();
                engine.settings.tasks.store.sweep();
            }
            None => return,
        }
    }
}
