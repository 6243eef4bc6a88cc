//! `ChangeBus`: carries changes to every process that serves a module.

use std::{
    fmt,
    sync::{Arc, Weak},
};

use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

/// A change of a list, a resource or a task, of which clients are notified.
///
/// A change does not contain the new state. A client that is notified asks again, and receives what
/// it may see. A change may therefore be delivered twice, or once for several changes.
///
/// Changes serialize to JSON for brokers: `"tools_list_changed"`,
/// `{"resource_updated": "file:///notes"}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// The list of tools changed (`notifications/tools/list_changed`).
    ToolsListChanged,
    /// The list of prompts changed (`notifications/prompts/list_changed`).
    PromptsListChanged,
    /// The list of resources or of templates changed (`notifications/resources/list_changed`).
    ResourcesListChanged,
    /// The contents of the resource at this URI changed (`notifications/resources/updated`).
    ResourceUpdated(Box<str>),
    /// The state of the task with this id changed (`notifications/tasks`), and is in the
    /// [`TaskStore`](super::TaskStore). Servers publish this change themselves.
    TaskUpdated(Box<str>),
}

/// Carries changes to every process that serves a module, the publishing one included.
///
/// A module has one bus, and subscribes to it once, in `build()`. Both methods are called from
/// handlers and must not wait: a bus with a broker behind it hands changes to a task of its own.
/// Changes may arrive late, twice and in another order. After a lost change, clients keep what they
/// have until their next request.
///
/// ```
/// use mcp_server::store::{Change, ChangeBus, ChangeReceiver, InMemoryChangeBus};
///
/// /// Counts the changes that it carries.
/// #[derive(Default)]
/// struct Counting(InMemoryChangeBus, std::sync::atomic::AtomicUsize);
///
/// impl ChangeBus for Counting {
///     fn publish(&self, change: Change) {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.publish(change);
///     }
///
///     fn subscribe(&self, receiver: ChangeReceiver) {
///         self.0.subscribe(receiver);
///     }
/// }
/// ```
pub trait ChangeBus: Send + Sync + 'static {
    /// Delivers a change to every subscriber in every process. Does not wait.
    fn publish(&self, change: Change);

    /// Adds a subscriber, which stays until [`ChangeReceiver::deliver`] returns `false`.
    fn subscribe(&self, receiver: ChangeReceiver);
}

impl<B: ChangeBus + ?Sized> ChangeBus for Arc<B> {
    fn publish(&self, change: Change) {
        (**self).publish(change);
    }

    fn subscribe(&self, receiver: ChangeReceiver) {
        (**self).subscribe(receiver);
    }
}

/// A subscriber of a [`ChangeBus`]: one server. Cheap to clone. Does not keep the server alive.
#[derive(Clone)]
pub struct ChangeReceiver(Weak<dyn Fn(&Change) + Send + Sync>);

impl ChangeReceiver {
    /// Returns a receiver that calls `receive` as long as the `Arc` exists.
    pub fn new<F: Fn(&Change) + Send + Sync + 'static>(receive: &Arc<F>) -> Self {
        let weak: Weak<F> = Arc::downgrade(receive);
        Self(weak)
    }

    /// Delivers a change to the server, which does not wait for its clients. Returns `false` if the
    /// server is gone.
    pub fn deliver(&self, change: &Change) -> bool {
        self.0.upgrade().map(|receive| receive(change)).is_some()
    }

    /// Returns `true` while the server exists.
    pub fn is_alive(&self) -> bool {
        self.0.strong_count() > 0
    }
}

impl fmt::Debug for ChangeReceiver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ChangeReceiver").field("is_alive", &self.is_alive()).finish()
    }
}

/// The in-memory [`ChangeBus`]: delivers changes within one process, at once. The default of every
/// module.
///
/// Several modules of one process can share it, as an `Arc`.
#[derive(Default)]
pub struct InMemoryChangeBus {
    /// Replaced as a whole, so that a change is delivered without the lock: a receiver may
    /// subscribe or publish.
    receivers: RwLock<Arc<[ChangeReceiver]>>,
}

impl ChangeBus for InMemoryChangeBus {
    fn publish(&self, change: Change) {
        let receivers = self.receivers.read().clone();
        let mut all_alive = true;
        for receiver in &*receivers {
            all_alive &= receiver.deliver(&change);
        }
        if !all_alive {
            self.replace(None);
        }
    }

    fn subscribe(&self, receiver: ChangeReceiver) {
        self.replace(Some(receiver));
    }
}

impl InMemoryChangeBus {
    /// Adds a receiver, and removes those whose servers are gone.
    fn replace(&self, new: Option<ChangeReceiver>) {
        let mut receivers = self.receivers.write();
        *receivers = receivers.iter().filter(|receiver| receiver.is_alive()).cloned().chain(new).collect();
    }
}

impl fmt::Debug for InMemoryChangeBus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("InMemoryChangeBus").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;

    use super::*;

    #[test]
    fn every_living_subscriber_is_notified() {
        let bus = InMemoryChangeBus::default();
        let received = Arc::new(Mutex::new(Vec::new()));
        let subscribe = |name: &'static str| {
            let received = received.clone();
            let receive = Arc::new(move |change: &Change| received.lock().push((name, change.clone())));
            bus.subscribe(ChangeReceiver::new(&receive));
            receive
        };
        let (first, second) = (subscribe("first"), subscribe("second"));
        bus.publish(Change::ToolsListChanged);
        drop(first);
        bus.publish(Change::ResourceUpdated("a:b".into()));
        assert_eq!(
            *received.lock(),
            [
                ("first", Change::ToolsListChanged),
                ("second", Change::ToolsListChanged),
                ("second", Change::ResourceUpdated("a:b".into())),
            ]
        );
        assert_eq!(bus.receivers.read().len(), 1, "dead receivers are removed");
        drop(second);
    }

    #[test]
    fn receiver_may_subscribe_and_publish() {
        let bus = Arc::new(InMemoryChangeBus::default());
        let (done, is_done) = std::sync::mpsc::channel();
        let inner = Arc::new(move |change: &Change| _ = done.send(change.clone()));
        let (late, again) = (ChangeReceiver::new(&inner), bus.clone());
        let receive = Arc::new(move |change: &Change| {
            if *change == Change::ToolsListChanged {
                again.subscribe(late.clone());
                again.publish(Change::PromptsListChanged);
            }
        });
        bus.subscribe(ChangeReceiver::new(&receive));
        // In a thread, because a bus that delivers under its lock would block forever.
        let publisher = bus.clone();
        let publishing = std::thread::spawn(move || publisher.publish(Change::ToolsListChanged));
        let received = is_done.recv_timeout(std::time::Duration::from_secs(10));
        assert_eq!(received, Ok(Change::PromptsListChanged));
        publishing.join().unwrap();
    }
}
