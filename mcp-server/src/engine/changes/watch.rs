//! `WatchTable`: the subscribers of each resource and task. A change reaches only its own
//! subscribers.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

use crate::auth::Principal;

/// A client that subscribes to resources: a session, or a listener of the stateless era.
pub(in crate::engine) trait Subscriber: Send + Sync {
    /// Records that the resource changed, if the client may read it. Does not wait. `now` is in
    /// milliseconds on the clock of the listeners.
    fn resource_updated(&self, uri: &Arc<str>, may_read: &dyn Fn(Option<&Principal>) -> bool, now: u64);
}

/// Subscribers by the URI or id that they watch. URIs are in normal form.
pub(in crate::engine) struct WatchTable<S: ?Sized>(Mutex<HashMap<Arc<str>, Subscribers<S>>>);

/// Subscribers by address and by their spelling of the name, so that each is stored once.
type Subscribers<S> = HashMap<(usize, Arc<str>), Weak<S>>;

impl<S: ?Sized> WatchTable<S> {
    /// Adds a subscriber to a name until the returned guard is dropped. The subscriber is notified
    /// with its own spelling of the name.
    pub(in crate::engine) fn watch(self: &Arc<Self>, name: &str, spelling: &str, subscriber: Weak<S>) -> Watch<S> {
        let address = subscriber.as_ptr().addr();
        let mut table = self.0.lock();
        let name = table.get_key_value(name).map_or_else(|| name.into(), |(known, _)| known.clone());
        let spelling = if *name == *spelling { name.clone() } else { spelling.into() };
        table.entry(name.clone()).or_default().insert((address, spelling.clone()), subscriber);
        Watch { table: self.clone(), name, spelling, address }
    }

    /// Returns the shared copy of a name that is watched.
    pub(in crate::engine) fn watched_name(&self, name: &str) -> Option<Arc<str>> {
        self.0.lock().get_key_value(name).map(|(known, _)| known.clone())
    }

    /// Returns the current subscribers of a name, each with its spelling of it.
    pub(in crate::engine) fn subscribers(&self, name: &str) -> Vec<(Arc<S>, Arc<str>)> {
        let table = self.0.lock();
        let subscribers = table.get(name).into_iter().flatten();
        subscribers.filter_map(|((_, spelling), weak)| Some((weak.upgrade()?, spelling.clone()))).collect()
    }
}

impl<S: ?Sized> Default for WatchTable<S> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// The watch of one subscriber on one name. Dropping it ends the watch.
pub(in crate::engine) struct Watch<S: ?Sized> {
    table: Arc<WatchTable<S>>,
    name: Arc<str>,
    spelling: Arc<str>,
    address: usize,
}

impl<S: ?Sized> Watch<S> {
    /// Returns the id, or the URI in normal form.
    pub(in crate::engine) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Returns the name as the subscriber spells it.
    pub(in crate::engine) fn spelling(&self) -> &Arc<str> {
        &self.spelling
    }
}

impl<S: ?Sized> Drop for Watch<S> {
    fn drop(&mut self) {
        let mut table = self.table.0.lock();
        if let Some(subscribers) = table.get_mut(&self.name) {
            subscribers.remove(&(self.address, self.spelling.clone()));
            if subscribers.is_empty() {
                table.remove(&self.name);
            }
        }
    }
}
