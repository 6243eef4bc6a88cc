//! The resources that a session subscribes to (`resources/subscribe`).

use std::{
    fmt,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

use crate::{
    auth::Principal,
    engine::changes::{Subscriber, Watch, WatchTable},
    limits::Limits,
    registry::normal_uri,
};

/// The subscriptions of one session.
#[derive(Default)]
pub(in crate::engine) struct ResourceSubscriptions(Mutex<State>);

#[derive(Default)]
struct State {
    /// The principal of the latest subscription or standalone stream. All belong to one owner; the
    /// latest token decides what the client may read.
    principal: Option<Principal>,
    watches: Vec<Watch<dyn Subscriber>>,
    /// URIs to watch once it is known that the client may read them, as the client wrote them.
    intended: Vec<Arc<str>>,
    /// The session has ended.
    closed: bool,
}

/// A session has reached a limit of its subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum TooManySubscriptions {
    /// Their number.
    Number(usize),
    /// The size of their URIs, in bytes.
    Bytes(usize),
}

impl fmt::Display for TooManySubscriptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(max) => {
                write!(formatter, "a session may subscribe to at most {max} resources: unsubscribe from some")
            }
            Self::Bytes(max) => write!(
                formatter,
                "the URIs that a session subscribes to may have at most {max} bytes: unsubscribe from some"
            ),
        }
    }
}

/// A subscription that waits for its access check. Dropping it cancels the subscription. So does a
/// later `resources/unsubscribe`, because messages take effect in the order in which they arrive.
pub(in crate::engine) struct SubscriptionIntent {
    subscriptions: Arc<ResourceSubscriptions>,
    uri: Arc<str>,
}

impl ResourceSubscriptions {
    /// Reserves a subscription, unless the session has reached a limit.
    pub(in crate::engine) fn intend(
        self: &Arc<Self>,
        uri: &str,
        limits: &Limits,
    ) -> Result<SubscriptionIntent, TooManySubscriptions> {
        let mut state = self.0.lock();
        let normal = normal_uri(uri);
        // A second subscription to an equal URI replaces the first one, but may be longer.
        if !state.contains(&normal) && state.watches.len() + state.intended.len() >= limits.max_subscriptions {
            return Err(TooManySubscriptions::Number(limits.max_subscriptions));
        }
        if state.bytes_besides(&normal) + uri.len() > limits.max_subscribed_bytes {
            return Err(TooManySubscriptions::Bytes(limits.max_subscribed_bytes));
        }
        let uri: Arc<str> = uri.into();
        state.intended.push(uri.clone());
        Ok(SubscriptionIntent { subscriptions: self.clone(), uri })
    }

    pub(in crate::engine) fn unsubscribe(&self, uri: &str) {
        let uri = normal_uri(uri);
        let mut state = self.0.lock();
        state.watches.retain(|watch| **watch.name() != *uri);
        state.intended.retain(|intended| normal_uri(intended) != uri);
    }

    /// Removes all subscriptions, and accepts no more.
    pub(in crate::engine) fn close(&self) {
        let mut state = self.0.lock();
        state.closed = true;
        state.watches.clear();
        state.intended.clear();
    }

    /// Returns the principal whose permissions apply.
    pub(in crate::engine) fn principal(&self) -> Option<Principal> {
        self.0.lock().principal.clone()
    }

    /// Replaces the principal whose permissions apply.
    pub(in crate::engine) fn set_principal(&self, principal: Option<&Principal>) {
        self.0.lock().principal = principal.cloned();
    }
}

impl SubscriptionIntent {
    /// Subscribes, if the subscription is still intended. It replaces a subscription to an equal
    /// URI, so that the client is notified with the spelling that it used last.
    pub(in crate::engine) fn subscribe(
        self,
        principal: Option<Principal>,
        subscriber: Weak<dyn Subscriber>,
        resources: &Arc<WatchTable<dyn Subscriber>>,
    ) {
        let mut state = self.subscriptions.0.lock();
        state.principal = principal;
        let is_intended = state.take_intended(&self.uri) && !state.closed;
        if is_intended && !state.watches.iter().any(|watch| *watch.spelling() == self.uri) {
            let watch = resources.watch(&normal_uri(&self.uri), &self.uri, subscriber);
            state.watches.retain(|other| other.name() != watch.name());
            state.watches.push(watch);
        }
    }
}

impl Drop for SubscriptionIntent {
    fn drop(&mut self) {
        self.subscriptions.0.lock().take_intended(&self.uri);
    }
}

impl State {
    /// Returns the size of all URIs, watched or to be watched, without the watch of this URI in
    /// normal form.
    fn bytes_besides(&self, uri: &str) -> usize {
        let others = self.watches.iter().filter(|watch| **watch.name() != *uri);
        let watched: usize = others.map(|watch| watch.spelling().len()).sum();
        watched + self.intended.iter().map(|uri| uri.len()).sum::<usize>()
    }

    /// Returns `true` if the URI in this normal form is watched, or to be watched.
    fn contains(&self, uri: &str) -> bool {
        self.watches.iter().any(|watch| **watch.name() == *uri)
            || self.intended.iter().any(|intended| normal_uri(intended) == uri)
    }

    /// Removes an intent, and returns `true` if it was still there. Another intent for the same URI
    /// does not count.
    fn take_intended(&mut self, uri: &Arc<str>) -> bool {
        let position = self.intended.iter().position(|intended| Arc::ptr_eq(intended, uri));
        position.map(|position| self.intended.swap_remove(position)).is_some()
    }
}
