//! A call that may become a task: until it does, it belongs to the request that brought it, and asks in rounds.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
};

use tokio::sync::Notify;

use super::LiveTask;
use crate::{
    context::{Context, Rounds, ask::over},
    error::CallError,
    protocol::{ErrorCode, ErrorObject, TaskSupport},
};

/// The way of a call from its request to a task of its own.
#[derive(Default)]
pub(crate) struct Detachable {
    /// What is asked as long as the call belongs to its request.
    pub(crate) rounds: Rounds,
    state: Mutex<State>,
    decided: Notify,
}

enum State {
    /// It belongs to its request. Whoever drives it is woken when the handler wants it to become a task.
    Attached { wanted: bool, driver: Option<Waker> },
    /// There is no room for another task, so that the request goes on.
    Refused,
    /// It is a task.
    Detached(Arc<LiveTask>),
}

impl Default for State {
    fn default() -> Self {
        Self::Attached { wanted: false, driver: None }
    }
}

impl Detachable {
    /// The task that the call has become.
    pub(crate) fn task(&self) -> Option<Arc<LiveTask>> {
        match &*self.lock() {
            State::Detached(task) => Some(task.clone()),
            State::Attached { .. } | State::Refused => None,
        }
    }

    /// Waits until the call has become a task, or goes on without.
    pub(in crate::context) async fn detach(&self, context: &Context) -> Result<(), CallError> {
        let decided = self.decided.notified();
        tokio::pin!(decided);
        // Registered before the state is looked at, so that no decision falls between.
        decided.as_mut().enable();
        self.want();
        if self.is_open() {
            tokio::select! {
                () = decided => {}
                () = context.0.signal.wait() => {}
            }
        }
        if context.is_cancelled() {
            return Err(over());
        }
        match &*self.lock() {
            State::Refused if context.target().item.task == TaskSupport::Required => {
                Err(ErrorObject::new(ErrorCode::UNAVAILABLE, "there is no room for another task, try again later")
                    .into())
            }
            State::Attached { .. } | State::Refused | State::Detached(_) => Ok(()),
        }
    }

    /// Whether the call is to become a task now; if not, `driver` is woken when it is. A question that is open comes first: it ends
    /// the request.
    pub(crate) fn is_wanted(&self, driver: &Waker) -> bool {
        match &mut *self.lock() {
            State::Attached { wanted, driver: place } => {
                if !place.as_ref().is_some_and(|known| known.will_wake(driver)) {
                    *place = Some(driver.clone());
                }
                *wanted && !self.rounds.has_open_questions()
            }
            State::Refused | State::Detached(_) => false,
        }
    }

    /// The call is a task from now on.
    pub(crate) fn become_task(&self, task: Arc<LiveTask>) {
        self.decide(State::Detached(task));
    }

    /// The call goes on as it is.
    pub(crate) fn refuse(&self) {
        self.decide(State::Refused);
    }

    fn decide(&self, state: State) {
        *self.lock() = state;
        self.decided.notify_waiters();
    }

    fn want(&self) {
        let driver = match &mut *self.lock() {
            State::Attached { wanted, driver } => {
                *wanted = true;
                driver.take()
            }
            State::Refused | State::Detached(_) => None,
        };
        if let Some(driver) = driver {
            driver.wake();
        }
    }

    fn is_open(&self) -> bool {
        matches!(*self.lock(), State::Attached { .. })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Detachable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match *self.lock() {
            State::Attached { .. } => "Detachable::Attached",
            State::Refused => "Detachable::Refused",
            State::Detached(_) => "Detachable::Detached",
        })
    }
}
