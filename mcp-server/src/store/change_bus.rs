//! `ChangeBus`: how the news that something changed gets to every node.

use std::{
    fmt,
    sync::{Arc, Weak},
};

use serde::{Deserialize, Serialize};

/// Something of a server is no longer what clients have seen of it. Says that it changed, never what it is now: a client that wants
/// to know asks again, and gets what it may see. So a change can be told twice, or once for several, and nothing is wrong.
///
/// Its form in JSON is one for brokers: `"tools_list_changed"`, `{"resource_updated": "file:///notes"}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// Tools came, went or changed (`notifications/tools/list_changed`).
    ToolsListChanged,
    /// Prompts came, went or changed (`notifications/prompts/list_changed`).
    PromptsListChanged,
    /// Resources or templates came, went or changed (`notifications/resources/list_changed`).
    ResourcesListChanged,
    /// What the resource at this URI holds has changed (`notifications/resources/updated`).
    ResourceUpdated(Box<str>),
    /// What the task of this id has come to has changed (`notifications/tasks`), and is in the
    /// [`TaskStore`](super::TaskStore) now. Servers publish it by themselves.
    TaskUpdated(Box<str>),
}

/// Carries changes to every node that serves a module, the one that publishes included.
///
/// A module has one bus, and subscribes to it once, when it is built. Both methods are called from handlers and must not wait: a bus
/// with a broker behind it hands over to a task of its own. Changes may arrive late, twice and in another order; one that is lost
/// leaves clients with what they have until their next question.
///
/// ```
/// use mcp_server::store::{Change, ChangeBus, ChangeReceiver, LocalChangeBus};
///
/// /// Counts what it passes on.
/// #[derive(Default)]
/// struct Counting(LocalChangeBus, std::sync::atomic::AtomicUsize);
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
    /// Tells every subscriber on every node. Does not wait.
    fn publish(&self, change: Change);

    /// Adds a subscriber, which stays until [`ChangeReceiver::deliver`] returns `false`.
    fn subscribe(&self, receiver: ChangeReceiver);
}

/// Where a [`ChangeBus`] delivers changes: one server. Cheap to clone, and does not keep the server alive.
#[derive(Clone)]
pub struct ChangeReceiver(Weak<dyn Fn(&Change) + Send + Sync>);

impl ChangeReceiver {
    /// A receiver that calls `receive` as long as somebody holds it.
    pub fn new<F: Fn(&Change) + Send + Sync + 'static>(receive: &Arc<F>) -> Self {
        let weak: Weak<F> = Arc::downgrade(receive);
        Self(weak)
    }

    /// Tells the server, which takes note and does not wait for its clients. `false` when the server is gone.
    pub fn deliver(&self, change: &Change) -> bool {
        self.0.upgrade().map(|receive| receive(change)).is_some()
    }

    /// Whether the server is still there.
    pub fn is_there(&self) -> bool {
        self.0.strong_count() > 0
    }
}

impl fmt::Debug for ChangeReceiver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ChangeReceiver").field("is_there", &self.is_there()).finish()
    }
}
