//! What a call asks of its client: of the user ([`elicit`](super::Context::elicit)), of the language model
//! ([`sample`](super::Context::sample)), of the program ([`roots`](super::Context::roots)).
//!
//! Handlers ask in one way. How the question travels differs: in a session it is a request on the stream of the call, and the
//! handler waits for the response ([`Questions`]); in the stateless era it ends the request, and the handler runs again when the
//! client comes back with the answer ([`Rounds`]); in a task it is shown to whoever looks after the task, and the handler waits
//! ([`LiveTask`]).

mod elicit;
mod keys;
mod question;
mod questions;
mod rounds;
mod sample;

use std::sync::Arc;

use bytes::Bytes;

pub use elicit::{Elicitation, Form};
pub use question::Ask;
pub use sample::Roots;

pub(super) use keys::Keys;
pub(crate) use question::Unfit;
pub(super) use question::{Check, Question};
pub(crate) use questions::Questions;
pub(crate) use rounds::{InputRequired, Rounds, Transcript};

use super::{Context, Detachable, LiveTask};
use crate::{error::CallError, protocol::types::input_request::InputRequest};

/// The way of questions from a call to its client.
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
    /// Takes the questions that end the request, once the handler cannot go on without answers. Without
    /// any, the first one will wake `driver`.
    pub(crate) fn take_questions(&self, driver: &std::task::Waker) -> Option<InputRequired> {
        match self {
            Self::Rounds(rounds) => rounds.take_questions(driver),
            Self::Detachable(call) => call.rounds.take_questions(driver),
            Self::Unavailable(_) | Self::Session(_) => None,
        }
    }

    /// The rounds in which the call asks, when that is how it asks.
    pub(crate) fn rounds(&self) -> Option<&Rounds> {
        match self {
            Self::Rounds(rounds) => Some(rounds),
            Self::Detachable(call) if call.task().is_none() => Some(&call.rounds),
            Self::Detachable(_) | Self::Unavailable(_) | Self::Session(_) => None,
        }
    }

    /// The task that the call has become.
    pub(crate) fn task(&self) -> Option<Arc<LiveTask>> {
        match self {
            Self::Detachable(call) => call.task(),
            Self::Rounds(_) | Self::Unavailable(_) | Self::Session(_) => None,
        }
    }

    /// Whether the call is to become a task now; if not, `driver` is woken when it is.
    pub(crate) fn wants_task(&self, driver: &std::task::Waker) -> bool {
        match self {
            Self::Detachable(call) => call.is_wanted(driver),
            Self::Rounds(_) | Self::Unavailable(_) | Self::Session(_) => false,
        }
    }
}

/// Asks, and returns the JSON text of the client's result. Answers to an earlier run of the call are returned again.
async fn ask(context: &Context, question: Question) -> Result<Bytes, CallError> {
    let Some(run) = context.run() else { return send(context, question).await };
    let key = run.next_key(question.key.as_deref(), question.request.method.key());
    let (text, check) = (wording(&question.request), question.check);
    if let Some(answer) = run.recall_answer(&key, &text) {
        return Ok(answer);
    }
    let answer = send(context, question).await?;
    if check(&answer).is_ok() {
        run.keep_answer(key, text, answer.clone());
    }
    Ok(answer)
}

/// Returns the text of a question, by which runs of a call recognize it. An id is left out: it is random by default.
fn wording(request: &InputRequest) -> String {
    let mut wording = request.to_value();
    if let Some(params) = wording["params"].as_object_mut() {
        params.remove("elicitationId");
    }
    wording.to_string()
}

async fn send(context: &Context, question: Question) -> Result<Bytes, CallError> {
    match &context.0.channel {
        // Before anything else: without a session nobody knows what the client declared.
        ClientChannel::Unavailable(reason) => Err(CallError::client(*reason)),
        ClientChannel::Session(questions) => questions.ask(context, fit_for_client(context, question)?).await,
        ClientChannel::Rounds(rounds) => rounds.ask(context, fit_for_client(context, question)?).await,
        ClientChannel::Detachable(call) => {
            let question = fit_for_client(context, question)?;
            match call.task() {
                Some(task) => task.ask(context, question).await,
                None => call.rounds.ask(context, question).await,
            }
        }
    }
}

/// The question in the words of the client's revision, if the client can be asked it.
fn fit_for_client(context: &Context, question: Question) -> Result<Question, CallError> {
    let call = &context.0;
    if !question.request.is_within(&call.client.capabilities()) {
        return Err(CallError::missing_capabilities(question.request.required_capabilities()));
    }
    let request = question.request.for_version(call.version).map_err(|what| {
        CallError::client(format!("the client speaks a revision of the protocol that does not know {what}"))
    })?;
    Ok(Question { request, ..question })
}

/// An answer of the client that is not what the specification says it is.
fn unfit(method: &str, reason: &Unfit) -> CallError {
    CallError::protocol(crate::protocol::ErrorObject::invalid_params(format!(
        "the client's answer to {method} does not fit: {reason}"
    )))
}

/// The call has ended, or nobody waits for it.
pub(super) fn over() -> CallError {
    CallError::client("the call has ended: its client can no longer be asked")
}
