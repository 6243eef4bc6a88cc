//! Changes that the bus has delivered and the broadcaster has not yet taken. Equal changes are
//! merged.

use std::{collections::HashSet, mem, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{
    listener::Listener,
    watch::{Subscriber, WatchTable},
};
use crate::{
    protocol::types::subscription::{List, Lists},
    registry::normal_uri,
    store::Change,
};

/// The changes that the broadcaster has not taken yet.
#[derive(Default)]
pub(super) struct PendingChanges {
    changes: Mutex<ChangeSet>,
    arrived: Notify,
}

/// Changed lists, resources and tasks.
#[derive(Default, PartialEq)]
pub(in crate::engine) struct ChangeSet {
    pub(in crate::engine) lists: Lists,
    pub(in crate::engine) resources: HashSet<Arc<str>>,
    pub(in crate::engine) tasks: HashSet<Arc<str>>,
}

impl PendingChanges {
    /// Records a change. Changes without a subscriber are ignored, which bounds the set by the
    /// number of watches.
    pub(super) fn record(&self, change: &Change, resources: &WatchTable<dyn Subscriber>, tasks: &WatchTable<Listener>) {
        match change {
            Change::ToolsListChanged => self.list_changed(List::Tools),
            Change::PromptsListChanged => self.list_changed(List::Prompts),
            Change::ResourcesListChanged => self.list_changed(List::Resources),
            Change::ResourceUpdated(uri) => {
                let Some(uri) = resources.watched_name(&normal_uri(uri)) else { return };
                self.changes.lock().resources.insert(uri);
            }
            Change::TaskUpdated(id) => {
                let Some(id) = tasks.watched_name(id) else { return };
                self.changes.lock().tasks.insert(id);
            }
        }
        self.arrived.notify_one();
    }

    /// Waits for changes, and takes them.
    pub(super) async fn next(&self) -> ChangeSet {
        loop {
            let changes = mem::take(&mut *self.changes.lock());
            if changes != ChangeSet::default() {
                return changes;
            }
            self.arrived.notified().await;
        }
    }

    fn list_changed(&self, list: List) {
        let mut changes = self.changes.lock();
        changes.lists = changes.lists.or(Lists::of(list));
    }
}
