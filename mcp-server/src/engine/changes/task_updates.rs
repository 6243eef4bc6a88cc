//! `TaskUpdates`: the tasks of one subscription.
//!
//! The state of a task is looked up when the client reads. Nothing is buffered for a client that
//! does not read.

use std::{
    collections::BTreeMap,
    sync::Arc,
    task::{Context, Poll},
};

use super::{listener::Listener, watch::Watch};
use crate::{engine::live_tasks::TaskState, handler::BoxFuture};

/// Looks up the state of a task by id. Resolves to `None` for a task that has expired.
pub(in crate::engine) type TaskLookup = Box<dyn Fn(Arc<str>) -> BoxFuture<Option<TaskState>> + Send + Sync>;

/// The tasks of one owner that a client subscribed to.
pub(in crate::engine) struct TaskUpdates {
    lookup: TaskLookup,
    watches: BTreeMap<Arc<str>, Watch<Listener>>,
    /// The task that is being looked up.
    current: Option<(Arc<str>, BoxFuture<Option<TaskState>>)>,
}

impl TaskUpdates {
    pub(in crate::engine) fn new(watches: Vec<Watch<Listener>>, lookup: TaskLookup) -> Self {
        let watches = watches.into_iter().map(|watch| (watch.name().clone(), watch)).collect();
        Self { lookup, watches, current: None }
    }

    /// Returns the ids of the tasks, in order.
    pub(super) fn ids(&self) -> impl Iterator<Item = &Arc<str>> {
        self.watches.keys()
    }

    /// Polls for the state of the next task that `changed` returns. A task is removed
    /// once its final state was returned.
    pub(super) fn poll_next(
        &mut self,
        task: &mut Context<'_>,
        mut changed: impl FnMut() -> Option<Arc<str>>,
    ) -> Poll<TaskState> {
        loop {
            if let Some((id, lookup)) = &mut self.current {
                let Poll::Ready(state) = lookup.as_mut().poll(task) else { return Poll::Pending };
                if state.as_ref().is_none_or(|state| state.ended) {
                    self.watches.remove(id);
                }
                self.current = None;
                if let Some(state) = state {
                    return Poll::Ready(state);
                }
            }
            let Some(id) = changed() else { return Poll::Pending };
            if self.watches.contains_key(&id) {
                self.current = Some((id.clone(), (self.lookup)(id)));
            }
        }
    }
}
