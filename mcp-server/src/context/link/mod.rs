//! The engine-facing half of a call: its way to the client, its questions, its cancellation. Does
//! not depend on `Context`.

mod blocking;
mod channel;
mod detachable;
mod live_task;
mod log_level;
mod outbox;
mod question;
mod questions;
mod reporter;
mod rounds;
mod run;
mod signal;
mod steps;

pub(crate) use blocking::BlockingWork;
pub(crate) use channel::ClientChannel;
pub(crate) use detachable::Detachable;
pub(crate) use live_task::{InvalidAnswer, Lifetime, LiveTask, TaskOutcome};
pub(crate) use log_level::{LogLevel, LogThreshold};
pub(crate) use outbox::{Outbox, Outgoing, Sink};
pub(crate) use question::AnswerError;
pub(super) use question::Question;
pub(crate) use questions::Questions;
pub(crate) use reporter::Reporter;
pub(crate) use rounds::{InputRequired, Rounds, Transcript};
pub(super) use run::Run;
pub(crate) use signal::Signal;
pub(crate) use steps::Steps;
