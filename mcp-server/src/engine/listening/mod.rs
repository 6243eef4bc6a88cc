//! Clients that listen for changes, and how changes get to them.
//!
//! What the bus delivers is noted, and one task tells it to all who want to hear of it, some at a time, so that calls go on in between.
//! Whoever publishes waits for none of it.

mod broadcaster;
mod followed;
mod listener;
mod news;
mod watched;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::HeaderMap;
use tokio::time::Instant;

pub(crate) use broadcaster::Broadcaster;
pub(crate) use followed::Followed;
pub(crate) use listener::{Beginning, Listener, Listening};
pub(crate) use watched::{Watch, Watched};

use news::News;

use super::{
    Surroundings,
    quota::{Place, Quota},
};
use crate::{
    auth::Principal,
    context::{Asking, Client, LogThreshold},
    store::{ChangeBus, ChangeReceiver},
};

/// How many may listen, and for how long one need not read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListenerLimits {
    pub(crate) most: usize,
    /// Of one principal.
    pub(crate) most_per_principal: usize,
    /// Resources that one session may watch, or resources and tasks that one listener may.
    pub(crate) subscriptions: usize,
    /// How long something may stay unread.
    pub(crate) patience: Duration,
}

/// So many that ten thousand listeners are told some forty at a time.
const SHARDS: usize = 256;

/// Who wants to hear of updates of resources: a session, or a listener of the stateless era.
pub(crate) trait Watcher: Send + Sync {
    /// Takes note that the resource was updated, if its client may read it. Does not wait.
    /// `now` is in milliseconds.
    fn updated(&self, uri: &Arc<str>, may_read: &dyn Fn(Option<&Principal>) -> bool, now: u64);
}

/// Everybody who listens in the stateless era, and what is watched: resources in both eras, tasks in that one.
pub(crate) struct Listeners {
    pub(crate) limits: ListenerLimits,
    quota: Arc<Quota>,
    next: AtomicU64,
    shards: [Mutex<HashMap<u64, Arc<Listener>>>; SHARDS],
    pub(crate) resources: Arc<Watched<dyn Watcher>>,
    tasks: Arc<Watched<Listener>>,
    news: Arc<News>,
    /// What the bus delivers to, as long as this is there.
    _receive: Arc<dyn Send + Sync>,
    started: Instant,
}

impl Listeners {
    /// Subscribes to the bus.
    pub(crate) fn new(limits: ListenerLimits, bus: &dyn ChangeBus) -> Arc<Self> {
        let (resources, tasks) = (Arc::<Watched<dyn Watcher>>::default(), Arc::<Watched<Listener>>::default());
        let news = Arc::new(News::default());
        let receive = Arc::new({
            let (resources, tasks, news) = (resources.clone(), tasks.clone(), news.clone());
            move |change: &_| news.note(change, &resources, &tasks)
        });
        bus.subscribe(ChangeReceiver::new(&receive));
        Arc::new(Self {
            limits,
            quota: Quota::new(limits.most, limits.most_per_principal),
            next: AtomicU64::new(0),
            shards: std::array::from_fn(|_| Mutex::default()),
            resources,
            tasks,
            news,
            _receive: receive,
            started: Instant::now(),
        })
    }

    /// A place among those who may listen; `None` when there is no room.
    pub(crate) fn enter(&self, principal: Option<&Principal>) -> Option<Place> {
        self.quota.enter(principal.map(Principal::binding))
    }

    /// How many listen at this moment.
    pub(crate) fn len(&self) -> usize {
        self.quota.taken()
    }

    /// Begins a subscription, which is to be acknowledged.
    pub(crate) fn listen(self: &Arc<Self>, beginning: Beginning, place: Place) -> Listening {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let listener = Arc::new(Listener::new(number, beginning));
        self.shard(number).insert(number, listener.clone());
        Listening::new(listener, self.clone(), place)
    }

    /// Ends all subscriptions in words.
    pub(crate) fn end(&self) {
        for shard in &self.shards {
            lock(shard).values().for_each(|listener| listener.end());
        }
    }

    /// Ends the subscriptions of clients that do not read.
    pub(crate) fn sweep(&self) {
        let (now, patience) = (self.now(), self.limits.patience.as_millis());
        for shard in &self.shards {
            let abandoned = lock(shard).values().filter(|listener| listener.end_if_abandoned(now, patience)).count();
            if abandoned > 0 {
                tracing::debug!(abandoned, "clients that listen and do not read were given up");
            }
        }
    }

    fn forget(&self, listener: &Listener) {
        self.shard(listener.number).remove(&listener.number);
    }

    fn shard(&self, number: u64) -> MutexGuard<'_, HashMap<u64, Arc<Listener>>> {
        let index = usize::try_from(number).unwrap_or_default() % SHARDS;
        lock(&self.shards[index])
    }

    /// Milliseconds since listening began.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Surroundings {
    /// Of the question whether somebody may subscribe: guards are asked as they are before a call, and nobody is told anything.
    pub(crate) fn of_subscription(client: Client, headers: HeaderMap, principal: Option<Principal>) -> Self {
        Self {
            client,
            log_level: LogThreshold::Fixed(None),
            headers,
            principal,
            asking: Asking::Nowhere("a subscription is no call, so nobody can be asked"),
            listens: false,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
