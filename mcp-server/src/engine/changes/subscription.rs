//! `Subscription`: the messages of one `subscriptions/listen` request, in the order in which its
//! client reads them.

use std::{
    sync::{Arc, Weak},
    task::{Context, Poll},
};

use bytes::Bytes;

use super::{
    ListenerTable,
    listener::{End, Listener, NewListener},
    task_updates::TaskUpdates,
    watch::{Subscriber, Watch},
};
use crate::{
    engine::admission::{AdmissionError, InFlight, InFlightPermit},
    protocol::{
        RequestId,
        types::subscription::{self, SubscriptionFilter},
    },
    quota::Permit,
    registry::normal_uri,
};

/// An open subscription. Dropping it ends the subscription and frees its permits.
pub(in crate::engine) struct Subscription {
    listener: Arc<Listener>,
    table: Arc<ListenerTable>,
    /// The first message, until it is read.
    acknowledgement: Option<Bytes>,
    last_messages: LastMessages,
    watches: Box<[Watch<dyn Subscriber>]>,
    tasks: Option<Box<TaskUpdates>>,
    _permit: Permit,
    /// The permit among the requests of a stdio connection.
    in_flight: Option<InFlightPermit>,
}

/// The messages with which the server ends a subscription.
enum LastMessages {
    /// `notifications/cancelled` comes next (2026-07-28, cancellation). Used on stdio only: over
    /// HTTP the end of the stream is enough.
    Cancelled,
    /// The response comes next (2026-07-28, subscriptions).
    Response,
    /// All messages were sent.
    None,
}

impl LastMessages {
    fn next(&mut self, id: &RequestId) -> Option<Bytes> {
        let (message, next) = match self {
            Self::Cancelled => (subscription::cancelled(id), Self::Response),
            Self::Response => (subscription::listen_result(id), Self::None),
            Self::None => return None,
        };
        *self = next;
        Some(message)
    }
}

impl Subscription {
    /// Opens a subscription. Changes are recorded from now on, and sent once it is acknowledged.
    pub(in crate::engine) fn open(table: &Arc<ListenerTable>, new: NewListener, permit: Permit) -> Self {
        let last_messages = if new.on_stdio { LastMessages::Cancelled } else { LastMessages::Response };
        Self {
            listener: table.insert(new),
            table: table.clone(),
            acknowledgement: None,
            last_messages,
            watches: Box::default(),
            tasks: None,
            _permit: permit,
            in_flight: None,
        }
    }

    /// Enters the requests in flight of a stdio connection, so that the client can cancel the
    /// subscription by its id.
    pub(in crate::engine) fn enter(&mut self, in_flight: &Arc<InFlight>, max: usize) -> Result<(), AdmissionError> {
        self.in_flight = Some(in_flight.acquire(&self.listener.id, self.listener.clone(), max)?);
        Ok(())
    }

    /// Watches a task from now on. Its updates are sent if [`acknowledge`] is called with it.
    ///
    /// [`acknowledge`]: Self::acknowledge
    pub(in crate::engine) fn watch_task(&self, id: &str) -> Watch<Listener> {
        self.table.tasks.watch(id, id, Arc::downgrade(&self.listener))
    }

    /// Sends the acknowledgement before everything else, and watches these resources from now on.
    /// The current state of each task is sent at once: it may have changed before it was watched.
    pub(in crate::engine) fn acknowledge(mut self, resources: Vec<String>, tasks: Option<TaskUpdates>) -> Self {
        let watch = |uri: &String| {
            let listener: Weak<Listener> = Arc::downgrade(&self.listener);
            self.table.resources.watch(&normal_uri(uri), uri, listener)
        };
        self.watches = resources.iter().map(watch).collect();
        let ids = tasks.iter().flat_map(TaskUpdates::ids).map(ToString::to_string).collect();
        let mut state = self.listener.state.lock();
        if state.end.is_none() {
            state.tasks = tasks.iter().flat_map(TaskUpdates::ids).cloned().collect();
        }
        drop(state);
        self.tasks = tasks.map(Box::new);
        let filter = SubscriptionFilter::new(self.listener.lists, resources, ids);
        self.acknowledgement = Some(subscription::acknowledged(&filter, &self.listener.id));
        self
    }

    /// Polls for the next message. Returns `None` at the end of the subscription.
    pub(in crate::engine) fn poll_next(&mut self, task: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let id = &self.listener.id;
        let mut state = self.listener.state.lock();
        // A client that polls has read what it was sent, even if changes arrive faster.
        state.unread_since = state.unread_since.map(|_| self.table.now());
        if let Some(acknowledgement) = self.acknowledgement.take()
            && state.end != Some(End::Silent)
        {
            return Poll::Ready(Some(acknowledgement));
        }
        if let Some(list) = state.lists.pop() {
            return Poll::Ready(Some(subscription::list_changed(list, Some(id))));
        }
        if let Some(uri) = state.resources.pop_front() {
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
        let end = self.listener.state.lock().end;
        match end {
            Some(End::Graceful) => {
                // Task states that are not known by now are not sent.
                self.tasks = None;
                Poll::Ready(self.last_messages.next(&self.listener.id))
            }
            Some(End::Silent) => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// Polls for the state of a task that has changed.
    fn poll_tasks(&mut self, task: &mut Context<'_>) -> Poll<Bytes> {
        let Some(tasks) = &mut self.tasks else { return Poll::Pending };
        let listener = &self.listener;
        if listener.state.lock().end == Some(End::Silent) {
            return Poll::Pending;
        }
        tasks.poll_next(task, || listener.state.lock().tasks.pop_front()).map(|found| {
            let mut state = listener.state.lock();
            if !state.tasks.is_empty() {
                state.set_unread(self.table.now());
            }
            drop(state);
            subscription::task_updated(&found.text, &listener.id)
        })
    }

    /// Returns `true` if nothing more may be sent, not even a message that was polled before.
    pub(in crate::engine) fn is_cancelled(&self) -> bool {
        self.listener.state.lock().end == Some(End::Silent)
    }

    /// Ends the subscription with its response.
    pub(in crate::engine) fn end(&self) {
        self.listener.end();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.table.remove(&self.listener);
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use super::*;
    use crate::{
        limits::Limits,
        protocol::types::subscription::{List, Lists},
        quota::{Holder, Holders, Resource},
        store::InMemoryChangeBus,
    };

    #[tokio::test(start_paused = true)]
    async fn slow_reader_is_not_stalled() {
        let limits = Limits::default().send_timeout(Duration::from_mins(1));
        let limits = Arc::new(limits);
        let table = ListenerTable::new(limits.clone(), &InMemoryChangeBus::default());
        let permit = Holders::new(limits, false).get(Holder::Anonymous).acquire(Resource::Subscriptions, 1).unwrap();
        let body = Bytes::from_static(b"1");
        let id = RequestId::parse(&body, str::from_utf8(&body).unwrap()).unwrap();
        let lists = Lists::of(List::Tools).or(Lists::of(List::Prompts));
        let new = NewListener { id, lists, principal: None, on_stdio: false };
        let mut subscription = Subscription::open(&table, new, permit);
        ListenerTable::shards().for_each(|shard| table.notify_lists(shard, lists));
        for _ in 0..2 {
            tokio::time::advance(Duration::from_secs(40)).await;
            table.sweep();
            assert!(poll_fn(|task| subscription.poll_next(task)).await.is_some());
        }
    }
}
