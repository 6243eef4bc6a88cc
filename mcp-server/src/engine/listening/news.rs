//! Changes that the bus has delivered and nobody has been told of yet. Alike ones are one.

use std::{
    collections::HashSet,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::{Listener, Watched, Watcher};
use crate::{
    protocol::types::subscription::{List, Lists},
    store::Change,
};

/// What is to be told.
#[derive(Default)]
pub(super) struct News {
    unread: Mutex<Changed>,
    arrived: Notify,
}

/// What has changed.
#[derive(Default, PartialEq)]
pub(super) struct Changed {
    pub(super) lists: Lists,
    pub(super) resources: HashSet<Arc<str>>,
    pub(super) tasks: HashSet<Arc<str>>,
}

impl News {
    /// Takes note of a change. What nobody watches is no news, so what is noted is bounded by what is watched.
    pub(super) fn note(&self, change: &Change, resources: &Watched<dyn Watcher>, tasks: &Watched<Listener>) {
        match change {
            Change::ToolsListChanged => self.list_changed(List::Tools),
            Change::PromptsListChanged => self.list_changed(List::Prompts),
            Change::ResourcesListChanged => self.list_changed(List::Resources),
            Change::ResourceUpdated(uri) => {
                let Some(uri) = resources.known(uri) else { return };
                self.lock().resources.insert(uri);
            }
            Change::TaskUpdated(id) => {
                let Some(id) = tasks.known(id) else { return };
                self.lock().tasks.insert(id);
            }
        }
        self.arrived.notify_one();
    }

    fn list_changed(&self, list: List) {
        let mut unread = self.lock();
        unread.lists = unread.lists.or(Lists::of(list));
    }

    /// Waits until there is something, and takes it.
    pub(super) async fn next(&self) -> Changed {
        loop {
            let changed = mem::take(&mut *self.lock());
            if changed != Changed::default() {
                return changed;
            }
            self.arrived.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Changed> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
