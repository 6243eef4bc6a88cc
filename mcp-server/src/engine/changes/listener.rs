//! `Listener`: the state of one `subscriptions/listen` request.
//!
//! Unread changes are a few bits, and each watched URI and task at most once. What a listener holds
//! is therefore bounded by the number of its subscriptions, not of changes. Messages are
//! written when the client reads them.

use std::{collections::VecDeque, sync::Arc, task::Waker};

use parking_lot::Mutex;

use super::watch::Subscriber;
use crate::{
    auth::Principal,
    engine::admission::Cancel,
    protocol::{RequestId, types::subscription::Lists},
};

/// A subscription, as the broadcaster sees it.
pub(in crate::engine) struct Listener {
    pub(super) number: u64,
    /// Id of the `subscriptions/listen` request.
    pub(in crate::engine) id: RequestId,
    pub(super) lists: Lists,
    principal: Option<Principal>,
    /// The subscription shares its stdio connection with all other messages to the client.
    pub(super) on_stdio: bool,
    pub(super) state: Mutex<State>,
}

/// Parameters of a new listener.
pub(in crate::engine) struct NewListener {
    /// Id of the `subscriptions/listen` request.
    pub(in crate::engine) id: RequestId,
    pub(in crate::engine) lists: Lists,
    pub(in crate::engine) principal: Option<Principal>,
    pub(in crate::engine) on_stdio: bool,
}

/// The unread changes of a listener.
#[derive(Default)]
pub(super) struct State {
    pub(super) lists: Lists,
    pub(super) resources: VecDeque<Arc<str>>,
    /// Ids of changed tasks.
    pub(super) tasks: VecDeque<Arc<str>>,
    /// Time of the oldest unread change, in milliseconds on the clock of the listeners.
    pub(super) unread_since: Option<u64>,
    pub(super) end: Option<End>,
    pub(super) waker: Option<Waker>,
}

/// The end of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The unread changes are sent, then the response.
    Graceful,
    /// Nothing more is sent: the client cancelled the subscription, or does not read.
    Silent,
}

impl Listener {
    pub(super) fn new(number: u64, new: NewListener) -> Self {
        let NewListener { id, lists, principal, on_stdio } = new;
        Self { number, id, lists, principal, on_stdio, state: Mutex::default() }
    }

    /// Records that lists changed.
    pub(super) fn lists_changed(&self, lists: Lists, now: u64) {
        let lists = lists.and(self.lists);
        if !lists.is_empty() {
            let mut state = self.state.lock();
            if state.end.is_none() {
                state.lists = state.lists.or(lists);
            }
            state.set_unread(now);
        }
    }

    /// Records that a task changed.
    pub(in crate::engine) fn task_updated(&self, id: &Arc<str>, now: u64) {
        let mut state = self.state.lock();
        if state.end.is_none() && !state.tasks.contains(id) {
            state.tasks.push_back(id.clone());
        }
        state.set_unread(now);
    }

    /// Ends the subscription with its response.
    pub(super) fn end(&self) {
        self.state.lock().set_end(End::Graceful);
    }

    /// Ends the subscription if its client has left a change unread for at least `timeout`
    /// milliseconds, and returns `true` in that case.
    pub(super) fn end_if_stalled(&self, now: u64, timeout: u128) -> bool {
        let mut state = self.state.lock();
        // On stdio everything waits for the client, which would not notice the end of one
        // subscription.
        let is_stalled =
            !self.on_stdio && state.unread_since.is_some_and(|since| u128::from(now.saturating_sub(since)) >= timeout);
        if is_stalled {
            state.set_end(End::Silent);
        }
        is_stalled
    }
}

impl Cancel for Listener {
    fn cancel(&self) {
        self.state.lock().set_end(End::Silent);
    }

    fn end_subscription(&self) {
        self.end();
    }
}

impl Subscriber for Listener {
    fn resource_updated(&self, uri: &Arc<str>, may_read: &dyn Fn(Option<&Principal>) -> bool, now: u64) {
        if may_read(self.principal.as_ref()) {
            let mut state = self.state.lock();
            if state.end.is_none() && !state.resources.contains(uri) {
                state.resources.push_back(uri.clone());
            }
            state.set_unread(now);
        }
    }
}

impl State {
    pub(super) fn set_unread(&mut self, now: u64) {
        if self.end.is_some() {
            return;
        }
        self.unread_since.get_or_insert(now);
        self.wake();
    }

    fn set_end(&mut self, end: End) {
        if end == End::Silent {
            self.end = Some(end);
            (self.lists, self.resources, self.tasks) = (Lists::NONE, VecDeque::new(), VecDeque::new());
        }
        self.end.get_or_insert(end);
        self.unread_since = None;
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::protocol::types::subscription::List;

    fn listener(on_stdio: bool) -> Listener {
        let body = Bytes::from_static(b"1");
        let id = RequestId::parse(&body, str::from_utf8(&body).unwrap()).unwrap();
        Listener::new(0, NewListener { id, lists: Lists::of(List::Tools), principal: None, on_stdio })
    }

    #[test]
    fn stalled_listener_ends_unless_on_stdio() {
        for (on_stdio, ended) in [(false, true), (true, false)] {
            let listener = listener(on_stdio);
            listener.lists_changed(Lists::of(List::Tools), 1_000);
            assert!(!listener.end_if_stalled(1_999, 1_000));
            assert_eq!(listener.end_if_stalled(2_000, 1_000), ended);
        }
    }

    #[test]
    fn unread_changes_of_a_task_are_merged() {
        let listener = listener(false);
        let tasks = ["a", "b", "a"].map(Arc::from);
        for id in &tasks {
            listener.task_updated(id, 1_000);
        }
        assert_eq!(listener.state.lock().tasks, &tasks[..2]);
        assert!(listener.end_if_stalled(2_000, 1_000));
        assert!(listener.state.lock().tasks.is_empty());
    }

    #[test]
    fn changes_after_the_end_are_ignored() {
        for end in [Listener::end, Listener::cancel] {
            let listener = listener(true);
            end(&listener);
            listener.lists_changed(Lists::of(List::Tools), 1_000);
            listener.task_updated(&Arc::from("a"), 1_000);
            assert!(listener.state.lock().lists.is_empty() && listener.state.lock().tasks.is_empty());
        }
    }
}
