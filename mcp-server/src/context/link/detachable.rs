//! `Detachable`: a call that can become a task. Until it does, it belongs to its request, and asks
//! in rounds.

use std::{fmt, sync::Arc, task::Waker};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{live_task::LiveTask, question::call_ended, rounds::Rounds, signal::Signal};
use crate::{
    error::{CallError, Failure},
    protocol::{ErrorCode, ErrorObject},
    refusal::RefusalKind,
};

/// A call that can become a task.
#[derive(Default)]
pub(crate) struct Detachable {
    /// Questions while the call belongs to its request.
    pub(crate) rounds: Rounds,
    state: Mutex<State>,
    decided: Notify,
}

enum State {
    /// The call belongs to its request. The driver is woken when the handler asks for a task.
    Attached { wanted: bool, driver: Option<Waker> },
    /// There is no room for another task. The request goes on.
    Refused,
    /// The call is a task.
    Detached(Arc<LiveTask>),
}

impl Default for State {
    fn default() -> Self {
        Self::Attached { wanted: false, driver: None }
    }
}

impl Detachable {
    /// Returns the task that the call has become.
    pub(crate) fn task(&self) -> Option<Arc<LiveTask>> {
        match &*self.state.lock() {
            State::Detached(task) => Some(task.clone()),
            State::Attached { .. } | State::Refused => None,
        }
    }

    /// Waits until the call has become a task or was refused. With `is_required`, a refusal is an
    /// error.
    pub(in crate::context) async fn detach(&self, signal: &Signal, is_required: bool) -> Result<(), CallError> {
        let decided = self.decided.notified();
        tokio::pin!(decided);
        // Registered before the state is read, so that no decision is missed in between.
        decided.as_mut().enable();
        self.want();
        if self.is_open() {
            tokio::select! {
                () = decided => {}
                () = signal.wait() => {}
            }
        }
        if signal.is_set() {
            return Err(call_ended());
        }
        match &*self.state.lock() {
            State::Refused if is_required => {
                let error = ErrorObject::new(ErrorCode::UNAVAILABLE, "too many tasks: try again later");
                Err(CallError(Failure::Rejected(RefusalKind::Overload, error)))
            }
            State::Attached { .. } | State::Refused | State::Detached(_) => Ok(()),
        }
    }

    /// Returns `true` if the call should become a task now. Otherwise the request to detach will
    /// wake `driver`. An open question comes first: it ends the request.
    pub(crate) fn is_wanted(&self, driver: &Waker) -> bool {
        match &mut *self.state.lock() {
            State::Attached { wanted, driver: registered } => {
                if !registered.as_ref().is_some_and(|registered| registered.will_wake(driver)) {
                    *registered = Some(driver.clone());
                }
                *wanted && !self.rounds.has_open_questions()
            }
            State::Refused | State::Detached(_) => false,
        }
    }

    /// Makes the call a task.
    pub(crate) fn become_task(&self, task: Arc<LiveTask>) {
        self.decide(State::Detached(task));
    }

    /// Refuses to make the call a task. The call stays with its request.
    pub(crate) fn refuse(&self) {
        self.decide(State::Refused);
    }

    fn decide(&self, state: State) {
        *self.state.lock() = state;
        self.decided.notify_waiters();
    }

    fn want(&self) {
        let driver = match &mut *self.state.lock() {
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
        matches!(*self.state.lock(), State::Attached { .. })
    }
}

impl fmt::Debug for Detachable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match *self.state.lock() {
            State::Attached { .. } => "Detachable::Attached",
            State::Refused => "Detachable::Refused",
            State::Detached(_) => "Detachable::Detached",
        })
    }
}
