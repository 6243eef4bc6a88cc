//! Which resources are watched, and by whom: so that an update costs what its watchers cost, however many others listen.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use crate::auth::Principal;

/// Who wants to hear of updates: a session, or a listener of the stateless era.
pub(crate) trait Watcher: Send + Sync {
    /// Takes note that the resource was updated, if its client may read it. Does not wait.
    /// `now` is in milliseconds.
    fn updated(&self, uri: &Arc<str>, may_read: &dyn Fn(Option<&Principal>) -> bool, now: u64);
}

/// The watchers of each URI.
#[derive(Default)]
pub(crate) struct Watched(Mutex<HashMap<Arc<str>, Watchers>>);

/// By their addresses, as each watches a URI once.
type Watchers = HashMap<usize, Weak<dyn Watcher>>;

impl Watched {
    /// Watches a URI until the returned value is dropped.
    pub(crate) fn watch<W: Watcher + 'static>(self: &Arc<Self>, uri: &str, watcher: &Arc<W>) -> Watch {
        let weak: Weak<W> = Arc::downgrade(watcher);
        let address = Arc::as_ptr(watcher).addr();
        let mut watched = self.lock();
        let uri = watched.get_key_value(uri).map_or_else(|| uri.into(), |(known, _)| known.clone());
        watched.entry(uri.clone()).or_default().insert(address, weak);
        Watch { watched: self.clone(), uri, address }
    }

    /// The URI, if somebody watches it.
    pub(crate) fn known(&self, uri: &str) -> Option<Arc<str>> {
        self.lock().get_key_value(uri).map(|(known, _)| known.clone())
    }

    /// Who watches the URI at this moment.
    pub(crate) fn watchers(&self, uri: &str) -> Vec<Arc<dyn Watcher>> {
        self.lock().get(uri).into_iter().flat_map(HashMap::values).filter_map(Weak::upgrade).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Watchers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// That somebody watches a URI, until this is dropped.
pub(crate) struct Watch {
    watched: Arc<Watched>,
    uri: Arc<str>,
    address: usize,
}

impl Watch {
    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watched = self.watched.lock();
        if let Some(watchers) = watched.get_mut(&self.uri) {
            watchers.remove(&self.address);
            if watchers.is_empty() {
                watched.remove(&self.uri);
            }
        }
    }
}
