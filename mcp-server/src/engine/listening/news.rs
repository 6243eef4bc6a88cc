//! Changes that the bus has delivered and nobody has been told of yet. Alike ones are one.

use std::{
    collections::HashSet,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::Watched;
use crate::{
    protocol::subscription::{List, Lists},
    store::Change,
};

/// What is to be told.
#[derive(Default)]
pub(super) struct News {
    unread: Mutex<Changed>,
    arrived: Notify,
}

/// What has changed.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) lists: Lists,
    pub(super) resources: HashSet<Arc<str>>,
}

impl News {
    /// Takes note of a change. A resource that nobody watches is no news, so what is noted is bounded by what is watched.
    pub(super) fn note(&self, change: &Change, watched: &Watched) {
        let list = match change {
            Change::ToolsListChanged => List::Tools,
            Change::PromptsListChanged => List::Prompts,
            Change::ResourcesListChanged => List::Resources,
            Change::ResourceUpdated(uri) => {
                if let Some(uri) = watched.known(uri) {
                    self.lock().resources.insert(uri);
                    self.arrived.notify_one();
                }
                return;
            }
        };
        let mut unread = self.lock();
        unread.lists = unread.lists.or(Lists::of(list));
        drop(unread);
        self.arrived.notify_one();
    }

    /// Waits until there is something, and takes it.
    pub(super) async fn next(&self) -> Changed {
        loop {
            let changed = mem::take(&mut *self.lock());
            if !changed.lists.is_empty() || !changed.resources.is_empty() {
                return changed;
            }
            self.arrived.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Changed> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
