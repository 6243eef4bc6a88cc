//! `WatchTable`: the watchers of each resource and task. A change visits only its own watchers.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

use crate::auth::Principal;

/// A client that watches resources: a session, or a listener of the stateless era.
pub(in crate::engine) trait Watcher: Send + Sync {
    /// Records that the resource changed, if the client may read it. Does not wait. `now` is in
    /// milliseconds on the clock of the listeners.
    fn resource_updated(&self, uri: &Arc<str>, may_read: &dyn Fn(Option<&Principal>) -> bool, now: u64);
}

/// Watchers by the URI or id of what they watch.
pub(in crate::engine) struct WatchTable<W: ?Sized>(Mutex<HashMap<Arc<str>, Watchers<W>>>);

/// Watchers by address, so that each is stored once.
type Watchers<W> = HashMap<usize, Weak<W>>;

impl<W: ?Sized> WatchTable<W> {
    /// Watches a name until the returned guard is dropped.
    pub(in crate::engine) fn watch(self: &Arc<Self>, name: &str, watcher: Weak<W>) -> Watch<W> {
        let address = watcher.as_ptr().addr();
        let mut table = self.0.lock();
        let name = table.get_key_value(name).map_or_else(|| name.into(), |(known, _)| known.clone());
        table.entry(name.clone()).or_default().insert(address, watcher);
        Watch { table: self.clone(), name, address }
    }

    /// Returns the shared copy of a name that is watched.
    pub(in crate::engine) fn watched_name(&self, name: &str) -> Option<Arc<str>> {
        self.0.lock().get_key_value(name).map(|(known, _)| known.clone())
    }

    /// Returns the current watchers of a name.
    pub(in crate::engine) fn watchers(&self, name: &str) -> Vec<Arc<W>> {
        self.0.lock().get(name).into_iter().flat_map(HashMap::values).filter_map(Weak::upgrade).collect()
    }
}

impl<W: ?Sized> Default for WatchTable<W> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// A name that is watched. Dropping it ends the watch.
pub(in crate::engine) struct Watch<W: ?Sized> {
    table: Arc<WatchTable<W>>,
    name: Arc<str>,
    address: usize,
}

impl<W: ?Sized> Watch<W> {
    /// Returns the URI or id.
    pub(in crate::engine) fn name(&self) -> &Arc<str> {
        &self.name
    }
}

impl<W: ?Sized> Drop for Watch<W> {
    fn drop(&mut self) {
        let mut table = self.table.0.lock();
        if let Some(watchers) = table.get_mut(&self.name) {
            watchers.remove(&self.address);
            if watchers.is_empty() {
                table.remove(&self.name);
            }
        }
    }
}
