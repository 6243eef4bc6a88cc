//! What is watched, and by whom: so that news of something costs what its watchers cost, however many others listen.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

/// The watchers of each thing, which its URI or id stands for. `W` is who watches.
pub(crate) struct Watched<W: ?Sized>(Mutex<HashMap<Arc<str>, Watchers<W>>>);

/// By their addresses, as each watches a thing once.
type Watchers<W> = HashMap<usize, Weak<W>>;

impl<W: ?Sized> Watched<W> {
    /// Watches a thing until the returned value is dropped.
    pub(crate) fn watch(self: &Arc<Self>, name: &str, watcher: Weak<W>) -> Watch<W> {
        let address = watcher.as_ptr().addr();
        let mut watched = self.lock();
        let name = watched.get_key_value(name).map_or_else(|| name.into(), |(known, _)| known.clone());
        watched.entry(name.clone()).or_default().insert(address, watcher);
        Watch { watched: self.clone(), name, address }
    }

    /// The name of the thing, if somebody watches it.
    pub(crate) fn known(&self, name: &str) -> Option<Arc<str>> {
        self.lock().get_key_value(name).map(|(known, _)| known.clone())
    }

    /// Who watches the thing at this moment.
    pub(crate) fn watchers(&self, name: &str) -> Vec<Arc<W>> {
        self.lock().get(name).into_iter().flat_map(HashMap::values).filter_map(Weak::upgrade).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Watchers<W>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: ?Sized> Default for Watched<W> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// That somebody watches a thing, until this is dropped.
pub(crate) struct Watch<W: ?Sized> {
    watched: Arc<Watched<W>>,
    name: Arc<str>,
    address: usize,
}

impl<W: ?Sized> Watch<W> {
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }
}

impl<W: ?Sized> Drop for Watch<W> {
    fn drop(&mut self) {
        let mut watched = self.watched.lock();
        if let Some(watchers) = watched.get_mut(&self.name) {
            watchers.remove(&self.address);
            if watchers.is_empty() {
                watched.remove(&self.name);
            }
        }
    }
}
