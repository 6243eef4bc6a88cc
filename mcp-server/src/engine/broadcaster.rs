//! `Broadcaster`: the task that notifies clients of changes.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use tokio::task::{AbortHandle, yield_now};

use super::{
    Engine,
    changes::{ChangeSet, ListenerTable},
    session::SHARDS,
};
use crate::{
    auth::Principal,
    protocol::types::subscription::{self, Lists},
};

/// Owns the task. Dropping it ends the task.
pub(crate) struct Broadcaster(AbortHandle);

impl Broadcaster {
    /// Starts the task, which does not keep the engine alive.
    pub(crate) fn start(engine: &Arc<Engine>) -> Self {
        let task = tokio::spawn(run(engine.listeners.clone(), Arc::downgrade(engine)));
        Self(task.abort_handle())
    }
}

impl Drop for Broadcaster {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Number of subscribers that are notified before the task yields.
const BATCH: usize = 64;

async fn run(listeners: Arc<ListenerTable>, engine: Weak<Engine>) {
    loop {
        let changes = listeners.next_changes().await;
        let Some(engine) = engine.upgrade() else { return };
        notify(&engine, &listeners, changes).await;
    }
}

/// Notifies some clients at a time, and yields in between. Ten thousand clients at once would delay
/// every call.
async fn notify(engine: &Engine, listeners: &ListenerTable, changes: ChangeSet) {
    if !changes.lists.is_empty() {
        notify_lists(engine, listeners, changes.lists).await;
    }
    for uri in changes.resources {
        for batch in listeners.resources.subscribers(&uri).chunks(BATCH) {
            let now = listeners.now();
            // Looked up each time: permissions may have changed since the client subscribed.
            let snapshot = engine.catalog.now();
            let resources: Vec<_> = snapshot.serving(&uri).map(|(registered, _)| registered.clone()).collect();
            drop(snapshot);
            let may_read = |principal: Option<&Principal>| {
                let serving = resources.iter().find(|resource| !resource.is_hidden_from(principal));
                serving.is_some_and(|resource| resource.pipeline.admits(&resource.item.access, principal))
            };
            for (subscriber, spelling) in batch {
                subscriber.resource_updated(spelling, &may_read, now);
            }
            yield_now().await;
        }
    }
    for id in changes.tasks {
        for batch in listeners.tasks.subscribers(&id).chunks(BATCH) {
            let now = listeners.now();
            for (subscriber, _) in batch {
                subscriber.task_updated(&id, now);
            }
            yield_now().await;
        }
    }
}

async fn notify_lists(engine: &Engine, listeners: &ListenerTable, lists: Lists) {
    for shard in ListenerTable::shards() {
        listeners.notify_lists(shard, lists);
        yield_now().await;
    }
    let messages: Vec<Bytes> = lists.iter().map(|list| subscription::list_changed(list, None)).collect();
    for shard in 0..SHARDS {
        engine.sessions.for_each_in_shard(shard, |session| session.notify(&messages));
        yield_now().await;
    }
}
