//! Keeps the keys of one issuer: fresh ones without waiting, new ones without a flood of fetches, old ones while it is down.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use tokio::{runtime::Handle, sync::watch, task::AbortHandle, time::Instant};

use super::source::{KeySource, LoadError};
use crate::{auth::jwk::KeySet, time::Clock};

/// When keys are loaded again, and for how long they are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefreshPolicy {
    /// For how long keys are fresh, where their server does not say.
    pub(crate) time_to_live: Duration,
    /// The limits to what their server says.
    pub(crate) shortest_life: Duration,
    pub(crate) longest_life: Duration,
    /// Between two loads, whatever they are asked for and however they end.
    pub(crate) cooldown: Duration,
    /// The same while there are no keys at all and nothing can be verified.
    pub(crate) first_cooldown: Duration,
    /// For how long past their life keys are used while no new ones can be had.
    pub(crate) max_stale: Duration,
    /// For one request to the server.
    pub(crate) request_timeout: Duration,
    /// For a load with all its requests.
    pub(crate) load_timeout: Duration,
}

impl Default for RefreshPolicy {
    fn default() -> Self {
        Self {
            time_to_live: Duration::from_mins(5),
            shortest_life: Duration::from_mins(1),
            longest_life: Duration::from_hours(24),
            cooldown: Duration::from_secs(30),
            first_cooldown: Duration::from_secs(5),
            max_stale: Duration::from_hours(24),
            request_timeout: Duration::from_secs(5),
            load_timeout: Duration::from_secs(10),
        }
    }
}

/// The keys of one issuer. Whatever it loads in the background ends when it is dropped.
#[derive(Debug)]
pub(crate) struct KeyCache {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    source: KeySource,
    policy: RefreshPolicy,
    clock: Clock,
    /// Written by a load that succeeded, read by every verification.
    loaded: RwLock<Option<Loaded>>,
    /// Locked for moments only, and not at all while keys are fresh and good.
    gate: Mutex<Gate>,
    /// Told when a load has ended.
    ended: watch::Sender<()>,
}

#[derive(Clone, Debug)]
struct Loaded {
    keys: Arc<KeySet>,
    at: Instant,
    life: Duration,
}

/// Lets one load through at a time, and one per cooldown.
#[derive(Debug, Default)]
struct Gate {
    /// When the last load began. Set before it does anything, so that a load that fails, hangs or is cut off counts as well.
    began: Option<Instant>,
    /// Whether a load is running.
    running: bool,
    /// Whether the last load that ended brought no keys.
    failed: bool,
    /// The last load, to be ended with the cache.
    task: Option<AbortHandle>,
}

impl KeyCache {
    pub(crate) fn new(issuer: Arc<str>, jwks_uri: Option<String>, policy: RefreshPolicy, clock: Clock) -> Self {
        let source = KeySource::new(issuer, jwks_uri, policy.request_timeout);
        let (ended, _) = watch::channel(());
        let shared = Shared { source, policy, clock, loaded: RwLock::default(), gate: Mutex::default(), ended };
        Self { shared: Arc::new(shared) }
    }

    /// The keys at hand; `None` where a refresh must be waited for.
    ///
    /// Keys past their life are still handed out while new ones are loaded in the background. Only past twice their life are they
    /// held back: a server that nobody has called for hours would otherwise trust keys that are withdrawn since. If their server
    /// is down they go on being used, up to the limit.
    pub(crate) fn current(&self) -> Option<Arc<KeySet>> {
        let loaded = self.shared.loaded()?;
        let age = self.shared.clock.instant().saturating_duration_since(loaded.at);
        if age < loaded.life {
            return Some(loaded.keys);
        }
        if age >= loaded.life + self.shared.policy.max_stale {
            return None;
        }
        if age >= loaded.life * 2 && !self.shared.gate().failed {
            return None;
        }
        let _ = self.begin();
        Some(loaded.keys)
    }

    /// Whether waiting for [`Self::refresh`] could bring anything: one is running, or may begin.
    pub(crate) fn may_refresh(&self) -> bool {
        let gate = self.shared.gate();
        gate.running || self.shared.remaining_cooldown(&gate).is_none()
    }

    /// Loads the keys, unless that was done a moment ago; returns when the load has ended. Any number of callers wait for one and
    /// the same load, which goes on if they leave.
    pub(crate) async fn refresh(&self) {
        if let Some(mut ended) = self.begin() {
            // Fails only if the sender is gone, and `self` holds it.
            let _ = ended.changed().await;
        }
    }

    /// When a load may begin again.
    pub(crate) fn retry_after(&self) -> Duration {
        self.shared.remaining_cooldown(&self.shared.gate()).unwrap_or_default()
    }

    /// Joins the running load or begins one; `None` where neither is possible.
    fn begin(&self) -> Option<watch::Receiver<()>> {
        let mut gate = self.shared.gate();
        // Subscribed under the lock that the end of a load is told under, so that it cannot be missed.
        let ended = self.shared.ended.subscribe();
        if gate.running {
            return Some(ended);
        }
        if self.shared.remaining_cooldown(&gate).is_some() {
            return None;
        }
        let runtime = Handle::try_current().ok()?;
        gate.began = Some(self.shared.clock.instant());
        gate.running = true;
        // A runtime that shuts down drops the task at once, and with it `Running`, which takes the lock.
        drop(gate);
        let task = runtime.spawn(load(Running(Arc::clone(&self.shared)))).abort_handle();
        self.shared.gate().task = Some(task);
        Some(ended)
    }
}

impl Drop for KeyCache {
    fn drop(&mut self) {
        let task = self.shared.gate().task.take();
        if let Some(task) = task {
            task.abort();
        }
    }
}

impl Shared {
    fn loaded(&self) -> Option<Loaded> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remaining_cooldown(&self, gate: &Gate) -> Option<Duration> {
        let has_keys = self.loaded.read().unwrap_or_else(PoisonError::into_inner).is_some();
        let cooldown = if has_keys { self.policy.cooldown } else { self.policy.first_cooldown };
        let since = self.clock.instant().saturating_duration_since(gate.began?);
        cooldown.checked_sub(since).filter(|remaining| !remaining.is_zero())
    }

    fn keep(&self, keys: KeySet, max_age: Option<Duration>) {
        let life = max_age.unwrap_or(self.policy.time_to_live);
        let life = life.clamp(self.policy.shortest_life, self.policy.longest_life);
        let loaded = Loaded { keys: Arc::new(keys), at: self.clock.instant(), life };
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Some(loaded);
    }
}

/// One load, in a task of its own: the caller that caused it may go away, others wait for it too.
async fn load(running: Running) {
    let shared = &running.0;
    let loaded = tokio::time::timeout(shared.policy.load_timeout, shared.source.load()).await;
    let failed = match loaded.unwrap_or(Err(LoadError::TooSlow)) {
        Ok((keys, max_age)) => {
            shared.keep(keys, max_age);
            false
        }
        Err(error) => {
            let kept = shared.loaded().is_some();
            tracing::warn!(issuer = shared.source.issuer(), %error, old_keys_kept = kept, "keys could not be loaded");
            true
        }
    };
    shared.gate().failed = failed;
}

/// Tells of the end of a load, however it comes about.
struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        let mut gate = self.0.gate();
        gate.running = false;
        self.0.ended.send_replace(());
    }
}
