//! A client of the stateless era that listens: what it wants to hear of, and what it has not read yet.
//!
//! What has not been read is a few bits, and each watched URI at most once: so it is bounded by what the client asked for, however much
//! happens. Messages are written when they are read.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;

use super::{Listeners, Watch, Watcher};
use crate::{
    auth::Principal,
    engine::quota::Place,
    protocol::{
        RequestId,
        subscription::{self, Lists, SubscriptionFilter},
    },
};

/// What is known of a client that listens.
pub(crate) struct Listener {
    pub(super) number: u64,
    /// The id of the request that began it.
    subscription: RequestId,
    lists: Lists,
    principal: Option<Principal>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    lists: Lists,
    updated: VecDeque<Arc<str>>,
    /// Since when something has not been read, in milliseconds on the clock of the listeners.
    unread_since: Option<u64>,
    end: Option<End>,
    waker: Option<Waker>,
}

/// How a subscription ends that its client did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// What is unread is told, then the answer.
    Graceful,
    /// Nobody reads, and nothing more is said.
    Abandoned,
}

impl Listener {
    pub(super) fn new(number: u64, subscription: RequestId, lists: Lists, principal: Option<Principal>) -> Self {
        Self { number, subscription, lists, principal, state: Mutex::default() }
    }

    /// Takes note that lists have changed.
    pub(super) fn lists_changed(&self, lists: Lists, now: u64) {
        let lists = lists.and(self.lists);
        if !lists.is_empty() {
            let mut state = self.lock();
            state.lists = state.lists.or(lists);
            state.unread(now);
        }
    }

    /// Ends the subscription in words.
    pub(super) fn end(&self) {
        self.lock().end(End::Graceful);
    }

    /// Ends the subscription if nobody has read for so many milliseconds what there is to read.
    pub(super) fn end_if_abandoned(&self, now: u64, patience: u128) -> bool {
        let mut state = self.lock();
        let abandoned = state.unread_since.is_some_and(|since| u128::from(now.saturating_sub(since)) >= patience);
        if abandoned {
            state.end(End::Abandoned);
        }
        abandoned
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for Listener {
    fn updated(&self, uri: &Arc<str>, may_read: &dyn Fn(Option<&Principal>) -> bool, now: u64) {
        if may_read(self.principal.as_ref()) {
            let mut state = self.lock();
            if state.end.is_none() && !state.updated.contains(uri) {
                state.updated.push_back(uri.clone());
            }
            state.unread(now);
        }
    }
}

impl State {
    fn unread(&mut self, now: u64) {
        if self.end.is_some() {
            return;
        }
        self.unread_since.get_or_insert(now);
        self.wake();
    }

    fn end(&mut self, end: End) {
        self.end.get_or_insert(end);
        if end == End::Abandoned {
            (self.lists, self.updated) = (Lists::NONE, VecDeque::new());
        }
        self.unread_since = None;
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// The reading side of a listener. Dropped, the subscription is over, and its place is free.
pub(crate) struct Listening {
    listener: Arc<Listener>,
    listeners: Arc<Listeners>,
    /// The first message, until it is read.
    acknowledgement: Option<Bytes>,
    /// The answer has been read.
    answered: bool,
    _watches: Box<[Watch]>,
    _place: Place,
}

impl Listening {
    pub(super) fn new(
        listener: Arc<Listener>,
        listeners: Arc<Listeners>,
        filter: &SubscriptionFilter,
        watches: Box<[Watch]>,
        place: Place,
    ) -> Self {
        let acknowledgement = Some(subscription::acknowledged(filter, &listener.subscription));
        Self { listener, listeners, acknowledgement, answered: false, _watches: watches, _place: place }
    }

    /// The next message; `None` when the subscription is over.
    pub(crate) fn poll_next(&mut self, task: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(acknowledgement) = self.acknowledgement.take() {
            return Poll::Ready(Some(acknowledgement));
        }
        let id = &self.listener.subscription;
        let mut state = self.listener.lock();
        if let Some(list) = state.lists.pop() {
            return Poll::Ready(Some(subscription::list_changed(list, Some(id))));
        }
        if let Some(uri) = state.updated.pop_front() {
            return Poll::Ready(Some(subscription::resource_updated(&uri, Some(id))));
        }
        state.unread_since = None;
        match state.end {
            Some(End::Graceful) if !mem::replace(&mut self.answered, true) => {
                Poll::Ready(Some(subscription::listened(id)))
            }
            Some(_) => Poll::Ready(None),
            None => {
                state.waker = Some(task.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Ends the subscription in words.
    pub(crate) fn end(&self) {
        self.listener.end();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.listeners.forget(&self.listener);
    }
}
