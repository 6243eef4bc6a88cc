//! `ClientChannel`: the channel through which a call asks its client.

use std::{sync::Arc, task::Waker};

use super::{
    detachable::Detachable,
    live_task::LiveTask,
    questions::Questions,
    rounds::{InputRequired, Rounds},
};

/// The channel through which a call asks its client.
pub(crate) enum ClientChannel {
    /// The client cannot be asked, for this reason.
    Unavailable(&'static str),
    /// Questions are requests on the stream of the call.
    Session(Arc<Questions>),
    /// Questions end the request of the call.
    Rounds(Rounds),
    /// Questions end the request of the call, and are part of its task once it has become one.
    Detachable(Box<Detachable>),
}

impl ClientChannel {
    /// Takes the questions that end the request, once the handler cannot go on without answers.
    /// Without any, the first one will wake `driver`.
    pub(crate) fn take_questions(&self, driver: &Waker) -> Option<InputRequired> {
        match self {
            Self::Rounds(rounds) => rounds.take_questions(driver),
            Self::Detachable(call) => call.rounds.take_questions(driver),
            Self::Unavailable(_) | Self::Session(_) => None,
        }
    }

    /// Returns the rounds in which the call asks, if it asks in rounds.
    pub(crate) fn rounds(&self) -> Option<&Rounds> {
        match self {
            Self::Rounds(rounds) => Some(rounds),
            Self::Detachable(call) if call.task().is_none() => Some(&call.rounds),
            Self::Detachable(_) | Self::Unavailable(_) | Self::Session(_) => None,
        }
    }

    /// Returns the task that the call has become.
    pub(crate) fn task(&self) -> Option<Arc<LiveTask>> {
        match self {
            Self::Detachable(call) => call.task(),
            Self::Rounds(_) | Self::Unavailable(_) | Self::Session(_) => None,
        }
    }

    /// Returns `true` if the call should become a task now. Otherwise the request to detach will
    /// wake `driver`.
    pub(crate) fn wants_task(&self, driver: &Waker) -> bool {
        match self {
            Self::Detachable(call) => call.is_wanted(driver),
            Self::Rounds(_) | Self::Unavailable(_) | Self::Session(_) => false,
        }
    }
}
