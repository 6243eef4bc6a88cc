//! The task that tells changes to all who want to hear of them, and ends with its owner.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use tokio::task::{AbortHandle, yield_now};

use super::{Listeners, lock, news::Changed};
use crate::{
    auth::Principal,
    engine::{Engine, legacy::SHARDS},
    protocol::types::subscription::{self, Lists},
};

/// Owns the task.
pub(crate) struct Broadcaster(AbortHandle);

impl Broadcaster {
    /// Begins to tell. The engine is not kept alive by it.
    pub(crate) fn start(engine: &Arc<Engine>) -> Self {
        let task = tokio::spawn(broadcast(engine.listeners.clone(), Arc::downgrade(engine)));
        Self(task.abort_handle())
    }
}

impl Drop for Broadcaster {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How many watchers of one thing are told before others may go on.
const AT_A_TIME: usize = 64;

async fn broadcast(listeners: Arc<Listeners>, engine: Weak<Engine>) {
    loop {
        let changed = listeners.news.next().await;
        let Some(engine) = engine.upgrade() else { return };
        tell(&engine, &listeners, changed).await;
    }
}

/// Tells some at a time, and lets calls and the connections that were told go on in between: ten thousand clients at once would stand
/// before every call.
async fn tell(engine: &Engine, listeners: &Listeners, changed: Changed) {
    if !changed.lists.is_empty() {
        lists_changed(engine, listeners, changed.lists).await;
    }
    for uri in changed.resources {
        let watchers = listeners.resources.watchers(&uri);
        for some in watchers.chunks(AT_A_TIME) {
            let now = listeners.now();
            // Asked anew each time: who may read what can have changed since the client subscribed.
            let Some(resource) = engine.resource(&uri) else { break };
            let may_read = |principal: Option<&Principal>| resource.pipeline.admits(&resource.facts.access, principal);
            for watcher in some {
                watcher.updated(&uri, &may_read, now);
            }
            yield_now().await;
        }
    }
    for id in changed.tasks {
        for some in listeners.tasks.watchers(&id).chunks(AT_A_TIME) {
            let now = listeners.now();
            for watcher in some {
                watcher.task_updated(&id, now);
            }
            yield_now().await;
        }
    }
}

async fn lists_changed(engine: &Engine, listeners: &Listeners, lists: Lists) {
    for shard in &listeners.shards {
        let now = listeners.now();
        lock(shard).values().for_each(|listener| listener.lists_changed(lists, now));
        yield_now().await;
    }
    let messages: Vec<Bytes> = lists.iter().map(|list| subscription::list_changed(list, None)).collect();
    for shard in 0..SHARDS {
        engine.sessions.for_each_of(shard, |session| session.tell(&messages));
        yield_now().await;
    }
}
