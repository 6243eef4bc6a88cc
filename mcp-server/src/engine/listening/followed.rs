//! The tasks that one client follows. What has become of one is looked up when it is read, so that nothing of it is kept for a client
//! that does not read.

use std::{
    collections::BTreeMap,
    sync::Arc,
    task::{Context, Poll},
};

use super::{Listener, Watch};
use crate::{
    engine::{
        Engine,
        tasks::{BROKEN, TaskState},
    },
    handler::BoxFuture,
};

/// Tasks of one owner.
pub(crate) struct Followed {
    engine: Arc<Engine>,
    owner: Option<String>,
    watches: BTreeMap<Arc<str>, Watch<Listener>>,
    /// A task that is being looked at.
    looking: Option<(Arc<str>, BoxFuture<Option<TaskState>>)>,
}

impl Followed {
    pub(crate) fn new(engine: Arc<Engine>, owner: Option<String>, watches: Vec<Watch<Listener>>) -> Self {
        let watches = watches.into_iter().map(|watch| (watch.name().clone(), watch)).collect();
        Self { engine, owner, watches, looking: None }
    }

    /// In their order.
    pub(super) fn ids(&self) -> impl Iterator<Item = &Arc<str>> {
        self.watches.keys()
    }

    /// What the next of the tasks that have changed has come to. Pending when there is none, or it cannot be told yet. A task whose end
    /// has been told is followed no longer.
    pub(super) fn poll_next(
        &mut self,
        task: &mut Context<'_>,
        mut changed: impl FnMut() -> Option<Arc<str>>,
    ) -> Poll<TaskState> {
        loop {
            if let Some((id, looking)) = &mut self.looking {
                let Poll::Ready(state) = looking.as_mut().poll(task) else { return Poll::Pending };
                if state.as_ref().is_none_or(|state| state.ended) {
                    self.watches.remove(id);
                }
                self.looking = None;
                if let Some(state) = state {
                    return Poll::Ready(state);
                }
            }
            let Some(id) = changed() else { return Poll::Pending };
            if self.watches.contains_key(&id) {
                let looking = look(self.engine.clone(), id.clone(), self.owner.clone());
                self.looking = Some((id, Box::pin(looking)));
            }
        }
    }
}

/// What the task has come to; `None` when it has been forgotten.
async fn look(engine: Arc<Engine>, id: Arc<str>, owner: Option<String>) -> Option<TaskState> {
    loop {
        match engine.task(&id, owner.as_deref()).await {
            Ok(state) => return state,
            Err(_) => tokio::time::sleep(BROKEN).await,
        }
    }
}
