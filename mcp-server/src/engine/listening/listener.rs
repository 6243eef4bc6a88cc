//! A client of the stateless era that listens: what it wants to hear of, and what it has not read yet.
//!
//! What has not been read is a few bits, and each watched URI and followed task at most once: so it is bounded by what the client asked
//! for, however much happens. Messages are written when they are read.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;

use super::{Followed, Listeners, Watch, Watcher};
use crate::{
    auth::Principal,
    engine::{
        in_flight::{Entered, InFlight, InFlightRequest, NoPlace},
        quota::Place,
    },
    protocol::{
        RequestId,
        types::subscription::{self, Lists, SubscriptionFilter},
    },
};

/// What is known of a client that listens.
pub(crate) struct Listener {
    pub(super) number: u64,
    /// The id of the request that began it.
    subscription: RequestId,
    lists: Lists,
    principal: Option<Principal>,
    /// It shares its channel with everything else that is said to its client.
    on_pipe: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    lists: Lists,
    updated: VecDeque<Arc<str>>,
    /// Ids of tasks that have changed.
    tasks: VecDeque<Arc<str>>,
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
    /// Nothing more is said: the answer has been, or the client has withdrawn it, or does not read.
    Silent,
}

impl Listener {
    pub(super) fn new(number: u64, beginning: Beginning) -> Self {
        let Beginning { subscription, lists, principal, on_pipe } = beginning;
        Self { number, subscription, lists, principal, on_pipe, state: Mutex::default() }
    }

    /// Takes note that lists have changed.
    pub(super) fn lists_changed(&self, lists: Lists, now: u64) {
        let lists = lists.and(self.lists);
        if !lists.is_empty() {
            let mut state = self.lock();
            if state.end.is_none() {
                state.lists = state.lists.or(lists);
            }
            state.unread(now);
        }
    }

    /// Takes note that a task has changed.
    pub(super) fn task_updated(&self, id: &Arc<str>, now: u64) {
        let mut state = self.lock();
        if state.end.is_none() && !state.tasks.contains(id) {
            state.tasks.push_back(id.clone());
        }
        state.unread(now);
    }

    /// Ends the subscription in words.
    pub(in crate::engine) fn end(&self) {
        self.lock().end(End::Graceful);
    }

    /// Ends the subscription if nobody has read for so many milliseconds what there is to read.
    pub(super) fn end_if_abandoned(&self, now: u64, patience: u128) -> bool {
        let mut state = self.lock();
        // On a pipe everything waits for the client, which would not notice the loss of one subscription.
        let abandoned =
            !self.on_pipe && state.unread_since.is_some_and(|since| u128::from(now.saturating_sub(since)) >= patience);
        if abandoned {
            state.end(End::Silent);
        }
        abandoned
    }

    /// Ends the subscription without another word, as its client wishes.
    pub(crate) fn withdraw(&self) {
        self.lock().end(End::Silent);
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
        if end == End::Silent {
            self.end = Some(end);
            (self.lists, self.updated, self.tasks) = (Lists::NONE, VecDeque::new(), VecDeque::new());
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

/// What is said next when the server ends a subscription.
enum LastWord {
    /// That it withdraws the request (2026-07-28, cancellation). Only on a pipe: a stream of its own is withdrawn by its end.
    Withdrawal,
    /// The answer (2026-07-28, subscriptions).
    Answer,
    /// Nothing, as all has been said.
    Nothing,
}

impl LastWord {
    fn say(&mut self, id: &RequestId) -> Option<Bytes> {
        let (word, next) = match self {
            Self::Withdrawal => (subscription::withdrawn(id), Self::Answer),
            Self::Answer => (subscription::listened(id), Self::Nothing),
            Self::Nothing => return None,
        };
        *self = next;
        Some(word)
    }
}

/// The reading side of a listener. Dropped, the subscription is over, and its place is free.
pub(crate) struct Listening {
    listener: Arc<Listener>,
    listeners: Arc<Listeners>,
    /// The first message, until it is read.
    acknowledgement: Option<Bytes>,
    last_word: LastWord,
    watches: Box<[Watch<dyn Watcher>]>,
    /// Most follow none.
    followed: Option<Box<Followed>>,
    _place: Place,
    /// Its place among the requests of its pipe.
    entered: Option<Entered>,
}

/// With what a subscription begins.
pub(crate) struct Beginning {
    /// The id of the request.
    pub(crate) subscription: RequestId,
    pub(crate) lists: Lists,
    pub(crate) principal: Option<Principal>,
    /// It shares its channel with everything else that is said to its client.
    pub(crate) on_pipe: bool,
}

impl Listening {
    pub(super) fn new(listener: Arc<Listener>, listeners: Arc<Listeners>, place: Place) -> Self {
        let last_word = if listener.on_pipe { LastWord::Withdrawal } else { LastWord::Answer };
        Self {
            listener,
            listeners,
            acknowledgement: None,
            last_word,
            watches: Box::default(),
            followed: None,
            _place: place,
            entered: None,
        }
    }

    /// Takes a place among the requests in flight of a pipe, so that the client can withdraw it by its id.
    pub(crate) fn enter(&mut self, among: &Arc<InFlight>, most: usize) -> Result<(), NoPlace> {
        let request = InFlightRequest::Subscription(self.listener.clone());
        self.entered = Some(among.enter(&self.listener.subscription, request, most)?);
        Ok(())
    }

    /// Watches a task from now on. What it has come to is told of those that are followed when this is acknowledged.
    pub(crate) fn watch_task(&self, id: &str) -> Watch<Listener> {
        self.listeners.tasks.watch(id, Arc::downgrade(&self.listener))
    }

    /// Tells the client, before everything else, what is served, and begins to watch these resources for it. Of these tasks it is told
    /// at once what they have come to: it may have heard nothing of them since they were created, and need not ask.
    pub(crate) fn acknowledge(mut self, resources: Vec<String>, followed: Option<Followed>) -> Self {
        let watch = |uri: &String| {
            let listener: Weak<Listener> = Arc::downgrade(&self.listener);
            self.listeners.resources.watch(uri, listener)
        };
        self.watches = resources.iter().map(watch).collect();
        let tasks = followed.iter().flat_map(Followed::ids).map(ToString::to_string).collect();
        let mut state = self.listener.lock();
        if state.end.is_none() {
            state.tasks = followed.iter().flat_map(Followed::ids).cloned().collect();
        }
        drop(state);
        self.followed = followed.map(Box::new);
        let filter = SubscriptionFilter::new(self.listener.lists, resources, tasks);
        self.acknowledgement = Some(subscription::acknowledged(&filter, &self.listener.subscription));
        self
    }

    /// The next message; `None` when the subscription is over.
    pub(crate) fn poll_next(&mut self, task: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let id = &self.listener.subscription;
        let mut state = self.listener.lock();
        if let Some(acknowledgement) = self.acknowledgement.take()
            && state.end != Some(End::Silent)
        {
            return Poll::Ready(Some(acknowledgement));
        }
        if let Some(list) = state.lists.pop() {
            return Poll::Ready(Some(subscription::list_changed(list, Some(id))));
        }
        if let Some(uri) = state.updated.pop_front() {
            return Poll::Ready(Some(subscription::resource_updated(&uri, Some(id))));
        }
        state.unread_since = None;
        if state.end.is_none() {
            state.waker = Some(task.waker().clone());
        }
        drop(state);
        if let Poll::Ready(message) = self.poll_tasks(task) {
            return Poll::Ready(Some(message));
        }
        let state = self.listener.lock();
        match state.end {
            Some(End::Graceful) => {
                drop(state);
                // What cannot be told by now is not told any more.
                self.followed = None;
                Poll::Ready(self.last_word.say(&self.listener.subscription))
            }
            Some(End::Silent) => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// Whether nothing more is to be said of it.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.listener.lock().end == Some(End::Silent)
    }

    /// What a task that has changed has come to.
    fn poll_tasks(&mut self, task: &mut Context<'_>) -> Poll<Bytes> {
        let Some(followed) = &mut self.followed else { return Poll::Pending };
        let listener = &self.listener;
        if listener.lock().end == Some(End::Silent) {
            return Poll::Pending;
        }
        followed.poll_next(task, || listener.lock().tasks.pop_front()).map(|found| {
            let mut state = listener.lock();
            if !state.tasks.is_empty() {
                state.unread(self.listeners.now());
            }
            drop(state);
            subscription::task_updated(&found.text, &listener.subscription)
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn listener(on_pipe: bool) -> Listener {
        let body = Bytes::from_static(b"1");
        let subscription = RequestId::parse(&body, str::from_utf8(&body).unwrap()).unwrap();
        let lists = Lists::of(subscription::List::Tools);
        Listener::new(0, Beginning { subscription, lists, principal: None, on_pipe })
    }

    #[test]
    fn who_does_not_read_is_given_up_unless_on_a_pipe() {
        for (on_pipe, given_up) in [(false, true), (true, false)] {
            let listener = listener(on_pipe);
            listener.lists_changed(Lists::of(subscription::List::Tools), 1_000);
            assert!(!listener.end_if_abandoned(1_999, 1_000));
            assert_eq!(listener.end_if_abandoned(2_000, 1_000), given_up);
        }
    }

    #[test]
    fn changes_of_one_task_are_one_until_it_is_read() {
        let listener = listener(false);
        let tasks = ["a", "b", "a"].map(Arc::from);
        for id in &tasks {
            listener.task_updated(id, 1_000);
        }
        assert_eq!(listener.lock().tasks, &tasks[..2]);
        assert!(listener.end_if_abandoned(2_000, 1_000));
        assert!(listener.lock().tasks.is_empty());
    }

    #[test]
    fn nothing_is_noted_after_the_end() {
        for end in [Listener::end, Listener::withdraw] {
            let listener = listener(true);
            end(&listener);
            listener.lists_changed(Lists::of(subscription::List::Tools), 1_000);
            listener.task_updated(&Arc::from("a"), 1_000);
            assert!(listener.lock().lists.is_empty() && listener.lock().tasks.is_empty());
        }
    }
}
