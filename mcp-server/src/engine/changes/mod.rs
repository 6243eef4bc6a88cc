//! Changes, and the `subscriptions/listen` requests that are notified of them.
//!
//! The change bus delivers a change into [`PendingChanges`]. One task, the
//! [`Broadcaster`](super::Broadcaster), notifies listeners and sessions from there in batches, so
//! that calls run in between. A publisher never waits.

mod listener;
mod pending;
mod subscription;
mod task_updates;
mod watch;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::time::Instant;

pub(super) use listener::{Listener, NewListener};
pub(super) use pending::ChangeSet;
pub(super) use subscription::Subscription;
pub(super) use task_updates::TaskUpdates;
pub(super) use watch::{Subscriber, Watch, WatchTable};

use pending::PendingChanges;

use crate::{
    limits::Limits,
    protocol::types::subscription::Lists,
    store::{ChangeBus, ChangeReceiver},
};

/// Number of shards. The broadcaster notifies one shard at a time: about 40 of 10,000 listeners.
const SHARDS: usize = 256;

/// The open `subscriptions/listen` requests of the stateless era, the resources that clients of
/// both eras watch, and the tasks that listeners watch.
pub(super) struct ListenerTable {
    limits: Arc<Limits>,
    next: AtomicU64,
    shards: [Mutex<HashMap<u64, Arc<Listener>>>; SHARDS],
    /// Watched resources by URI, in both eras.
    pub(super) resources: Arc<WatchTable<dyn Subscriber>>,
    /// Watched tasks by id, in the stateless era.
    pub(super) tasks: Arc<WatchTable<Listener>>,
    pending: Arc<PendingChanges>,
    /// The receiver of the change bus, which delivers as long as this exists.
    _receiver: Arc<dyn Send + Sync>,
    started: Instant,
}

impl ListenerTable {
    /// Creates the table, and subscribes it to the bus.
    pub(super) fn new(limits: Arc<Limits>, bus: &dyn ChangeBus) -> Arc<Self> {
        let (resources, tasks) = (Arc::<WatchTable<dyn Subscriber>>::default(), Arc::<WatchTable<Listener>>::default());
        let pending = Arc::new(PendingChanges::default());
        let receiver = Arc::new({
            let (resources, tasks, pending) = (resources.clone(), tasks.clone(), pending.clone());
            move |change: &_| pending.record(change, &resources, &tasks)
        });
        bus.subscribe(ChangeReceiver::new(&receiver));
        Arc::new(Self {
            limits,
            next: AtomicU64::new(0),
            shards: std::array::from_fn(|_| Mutex::default()),
            resources,
            tasks,
            pending,
            _receiver: receiver,
            started: Instant::now(),
        })
    }

    /// Adds a listener. It must be removed when its subscription ends.
    pub(super) fn insert(&self, new: NewListener) -> Arc<Listener> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let listener = Arc::new(Listener::new(number, new));
        self.shard(number).lock().insert(number, listener.clone());
        listener
    }

    pub(super) fn remove(&self, listener: &Listener) {
        self.shard(listener.number).lock().remove(&listener.number);
    }

    /// Ends all subscriptions with their responses.
    pub(super) fn end_all(&self) {
        for shard in &self.shards {
            shard.lock().values().for_each(|listener| listener.end());
        }
    }

    /// Ends the subscriptions of clients that do not read what they are sent.
    pub(super) fn sweep(&self) {
        let (now, timeout) = (self.now(), self.limits.send_timeout.as_millis());
        for shard in &self.shards {
            let stalled = shard.lock().values().filter(|listener| listener.end_if_stalled(now, timeout)).count();
            if stalled > 0 {
                tracing::debug!(stalled, "ended subscriptions whose clients do not read");
            }
        }
    }

    /// Waits for changes, and takes them.
    pub(super) async fn next_changes(&self) -> ChangeSet {
        self.pending.next().await
    }

    /// Notifies the listeners of one shard.
    pub(super) fn notify_lists(&self, shard: usize, lists: Lists) {
        let now = self.now();
        self.shards[shard].lock().values().for_each(|listener| listener.lists_changed(lists, now));
    }

    /// Returns the numbers of the shards.
    pub(super) fn shards() -> std::ops::Range<usize> {
        0..SHARDS
    }

    /// Returns the milliseconds since the table was created.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn shard(&self, number: u64) -> &Mutex<HashMap<u64, Arc<Listener>>> {
        &self.shards[usize::try_from(number).unwrap_or_default() % SHARDS]
    }
}
