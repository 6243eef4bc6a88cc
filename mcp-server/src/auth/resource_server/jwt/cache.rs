//! Cache of the keys of one issuer: bounded requests, background refresh, use of old keys in an
//! outage.

use std::{sync::Arc, time::Duration};

use parking_lot::{Mutex, RwLock};
use tokio::{runtime::Handle, sync::watch, task::AbortHandle, time::Instant};

use super::source::{KeySource, LoadError};
use crate::{auth::jwk::KeySet, escape::Escaped, time::Clock};

/// Times that control when keys are loaded again, and how long they are used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefreshPolicy {
    /// Lifetime of keys whose server sets none.
    pub(crate) default_lifetime: Duration,
    /// Lower bound for the lifetime that their server sets.
    pub(crate) min_lifetime: Duration,
    /// Upper bound for the lifetime that their server sets.
    pub(crate) max_lifetime: Duration,
    /// Minimum time between the starts of two loads, however the first ends.
    pub(crate) cooldown: Duration,
    /// The cooldown as long as no keys are loaded, so that no token can be verified.
    pub(crate) initial_cooldown: Duration,
    /// Time past their lifetime for which keys are used while loading fails.
    pub(crate) max_stale: Duration,
    /// Timeout of one request.
    pub(crate) request_timeout: Duration,
    /// Timeout of a load with all its requests.
    pub(crate) load_timeout: Duration,
}

impl Default for RefreshPolicy {
    fn default() -> Self {
        Self {
            default_lifetime: Duration::from_mins(5),
            min_lifetime: Duration::from_mins(1),
            max_lifetime: Duration::from_hours(24),
            cooldown: Duration::from_secs(30),
            initial_cooldown: Duration::from_secs(5),
            max_stale: Duration::from_hours(24),
            request_timeout: Duration::from_secs(5),
            load_timeout: Duration::from_secs(10),
        }
    }
}

/// Cache of the keys of one issuer. Dropping it aborts a running load.
#[derive(Debug)]
pub(crate) struct KeyCache {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    source: KeySource,
    policy: RefreshPolicy,
    clock: Clock,
    /// Written by a successful load, read by every verification.
    loaded: RwLock<Option<Loaded>>,
    /// Locked briefly, and not at all while a fresh key verifies the token.
    loading: Mutex<Loading>,
    /// Notified when a load has ended.
    ended: watch::Sender<()>,
}

#[derive(Clone, Debug)]
struct Loaded {
    keys: Arc<KeySet>,
    at: Instant,
    lifetime: Duration,
}

/// State that admits one load at a time, and one per cooldown.
#[derive(Debug, Default)]
struct Loading {
    /// The start of the last load. Set first, so that a load which fails or is aborted counts too.
    started: Option<Instant>,
    running: bool,
    /// `true` if the last load failed.
    failed: bool,
    /// The last load, which is aborted with the cache.
    task: Option<AbortHandle>,
}

impl KeyCache {
    pub(crate) fn new(issuer: Arc<str>, jwks_uri: Option<String>, policy: RefreshPolicy, clock: Clock) -> Self {
        let source = KeySource::new(issuer, jwks_uri, policy.request_timeout);
        let (ended, _) = watch::channel(());
        let shared = Shared { source, policy, clock, loaded: RwLock::default(), loading: Mutex::default(), ended };
        Self { shared: Arc::new(shared) }
    }

    /// Returns the cached keys; `None` if the caller must wait for a refresh.
    ///
    /// Expired keys are returned while new ones are loaded in the background. After twice their
    /// lifetime they are not: a server without calls for hours would otherwise accept keys that
    /// were revoked since. In an outage of their server they are used until `max_stale`.
    pub(crate) fn current(&self) -> Option<Arc<KeySet>> {
        let loaded = self.shared.loaded.read().clone()?;
        let age = self.shared.clock.instant().saturating_duration_since(loaded.at);
        if age < loaded.lifetime {
            return Some(loaded.keys);
        }
        if age >= loaded.lifetime + self.shared.policy.max_stale {
            return None;
        }
        if age >= loaded.lifetime * 2 && !self.shared.loading.lock().failed {
            return None;
        }
        let _ = self.start();
        Some(loaded.keys)
    }

    /// Returns `true` if [`Self::refresh`] could change the keys: a load is running or may start.
    pub(crate) fn may_refresh(&self) -> bool {
        let loading = self.shared.loading.lock();
        loading.running || self.shared.remaining_cooldown(&loading).is_none()
    }

    /// Loads the keys unless the cooldown forbids it, and returns when the load has ended.
    ///
    /// All callers wait for the same load. It continues when they are cancelled.
    pub(crate) async fn refresh(&self) {
        if let Some(mut ended) = self.start() {
            // Fails only without a sender, and `self` holds it.
            let _ = ended.changed().await;
        }
    }

    /// Returns the time until a load may start.
    pub(crate) fn retry_after(&self) -> Duration {
        self.shared.remaining_cooldown(&self.shared.loading.lock()).unwrap_or_default()
    }

    /// Joins the running load or starts one. Returns `None` during the cooldown.
    fn start(&self) -> Option<watch::Receiver<()>> {
        let mut loading = self.shared.loading.lock();
        // Subscribed under the lock under which the end of a load is notified, so it is not missed.
        let ended = self.shared.ended.subscribe();
        if loading.running {
            return Some(ended);
        }
        if self.shared.remaining_cooldown(&loading).is_some() {
            return None;
        }
        let runtime = Handle::try_current().ok()?;
        loading.started = Some(self.shared.clock.instant());
        loading.running = true;
        // A runtime that shuts down drops the task at once, and `EndGuard` takes the lock.
        drop(loading);
        let task = runtime.spawn(load(EndGuard(Arc::clone(&self.shared)))).abort_handle();
        self.shared.loading.lock().task = Some(task);
        Some(ended)
    }
}

impl Drop for KeyCache {
    fn drop(&mut self) {
        let task = self.shared.loading.lock().task.take();
        if let Some(task) = task {
            task.abort();
        }
    }
}

impl Shared {
    fn remaining_cooldown(&self, loading: &Loading) -> Option<Duration> {
        let has_keys = self.loaded.read().is_some();
        let cooldown = if has_keys { self.policy.cooldown } else { self.policy.initial_cooldown };
        let since = self.clock.instant().saturating_duration_since(loading.started?);
        cooldown.checked_sub(since).filter(|remaining| !remaining.is_zero())
    }

    fn store(&self, keys: KeySet, max_age: Option<Duration>) {
        let lifetime = max_age.unwrap_or(self.policy.default_lifetime);
        let lifetime = lifetime.clamp(self.policy.min_lifetime, self.policy.max_lifetime);
        let loaded = Loaded { keys: Arc::new(keys), at: self.clock.instant(), lifetime };
        *self.loaded.write() = Some(loaded);
    }
}

/// Loads the keys, in its own task: others wait for the load when its first caller is cancelled.
async fn load(guard: EndGuard) {
    let shared = &guard.0;
    let loaded = tokio::time::timeout(shared.policy.load_timeout, shared.source.load()).await;
    let failed = match loaded.unwrap_or(Err(LoadError::Timeout)) {
        Ok((keys, max_age)) => {
            shared.store(keys, max_age);
            false
        }
        Err(error) => {
            if matches!(error, LoadError::NoUsableKey(_)) {
                *shared.loaded.write() = None;
            }
            let kept = shared.loaded.read().is_some();
            let (issuer, error) = (shared.source.issuer(), Escaped::new(error).to_string());
            tracing::warn!(issuer, error, old_keys_kept = kept, "loading keys failed");
            true
        }
    };
    shared.loading.lock().failed = failed;
}

/// Notifies of the end of a load when it is dropped.
struct EndGuard(Arc<Shared>);

impl Drop for EndGuard {
    fn drop(&mut self) {
        let mut loading = self.0.loading.lock();
        loading.running = false;
        self.0.ended.send_replace(());
    }
}
