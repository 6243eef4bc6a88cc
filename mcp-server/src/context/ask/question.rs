//! `Ask`: a question that a handler asks, with its key and its timeout.

use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::{
    context::{
        call::Context,
        link::{AnswerError, ClientChannel, Question, Run},
    },
    error::CallError,
    protocol::{ErrorObject, types::input_request::InputRequest},
    schema,
};

/// A kind of question.
pub(super) trait Inquiry {
    /// Type of the answer.
    type Answer;

    /// Returns the question as the client receives it.
    fn request(self) -> Result<InputRequest, CallError>;

    /// Parses the JSON text of the client's result.
    fn read(answer: &[u8]) -> Result<Self::Answer, AnswerError>;
}

/// A question to the client. It is asked when it is awaited.
///
/// [`Context::elicit`], [`Context::confirm`], [`Context::elicit_url`], [`Context::sample`] and
/// [`Context::roots`] return it.
#[derive(Debug)]
#[must_use = "nothing is asked before `.await`"]
pub struct Ask<'a, Q> {
    context: &'a Context,
    pub(super) inquiry: Q,
    key: Option<String>,
    timeout: Option<Duration>,
}

impl<'a, Q> Ask<'a, Q> {
    pub(in crate::context) fn new(context: &'a Context, inquiry: Q) -> Self {
        Self { context, inquiry, key: None, timeout: None }
    }

    /// Sets the key of the question, which clients of 2026-07-28 see in `inputRequests`. Default:
    /// `elicitation-1`, `sampling-1`, `roots-1` and so on, in the order in which the handler asks.
    ///
    /// Set keys if the order of questions may differ from run to run. A key that is used again is
    /// numbered: `age`, `age-2`.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets the time to wait for the answer, in sessions and tasks. Default in a session:
    /// [`Limits::question_timeout`](crate::Limits::question_timeout). Default in a task: the
    /// lifetime of the task.
    ///
    /// Other calls of 2026-07-28 do not wait: they run again when the client returns.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

/// Asks, and returns the answer of the client.
pub(super) async fn ask<Q: Inquiry>(
    Ask { context, inquiry, key, timeout }: Ask<'_, Q>,
) -> Result<Q::Answer, CallError> {
    let request = inquiry.request()?;
    let method = request.method.as_str();
    let check = |answer: &[u8]| Q::read(answer).map(drop);
    let answer = recall_or_send(context, Question { key, request, timeout, check }).await?;
    Q::read(&answer).map_err(|reason| invalid_answer(method, &reason))
}

/// Returns the JSON text of the client's result. A question that an earlier run of the call asked
/// is not sent again.
async fn recall_or_send(context: &Context, question: Question) -> Result<Bytes, CallError> {
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

/// Returns the text of a question, by which runs of a call recognize it. Leaves out its id, which
/// is random by default.
fn wording(request: &InputRequest) -> String {
    let mut wording = request.to_value();
    if let Some(params) = wording["params"].as_object_mut() {
        params.remove("elicitationId");
    }
    wording.to_string()
}

async fn send(context: &Context, question: Question) -> Result<Bytes, CallError> {
    let (outbox, signal) = (&context.0.outbox, &context.0.signal);
    match &context.0.channel {
        // Checked first: without a session the capabilities of the client are unknown.
        ClientChannel::Unavailable(reason) => Err(CallError::client(*reason)),
        ClientChannel::Session(questions) => questions.ask(outbox, signal, translate(context, question)?).await,
        ClientChannel::Rounds(rounds) => rounds.ask(scope(context), signal, translate(context, question)?).await,
        ClientChannel::Detachable(call) => {
            let question = translate(context, question)?;
            match call.task() {
                Some(task) => task.ask(signal, question).await,
                None => call.rounds.ask(scope(context), signal, question).await,
            }
        }
    }
}

fn scope(context: &Context) -> &str {
    context.run().map_or("", Run::scope)
}

/// Translates a question for the revision of the client, if the client declared the capability.
fn translate(context: &Context, question: Question) -> Result<Question, CallError> {
    let call = &context.0;
    if !question.request.is_within(&call.client.capabilities()) {
        return Err(CallError::missing_capabilities(question.request.required_capabilities()));
    }
    let request = question.request.for_version(call.version).map_err(|feature| {
        CallError::client(format!("the client speaks a revision of the protocol without {feature}"))
    })?;
    Ok(Question { request, ..question })
}

/// Parses an answer. An error names each invalid member, in the words for invalid arguments.
pub(super) fn parse<T: DeserializeOwned>(answer: &[u8]) -> Result<T, AnswerError> {
    serde_json::from_slice(answer).map_err(|_| invalid::<T>(answer))
}

/// Returns the reason for which an answer is not a `T`.
pub(super) fn invalid<T: DeserializeOwned>(answer: &[u8]) -> AnswerError {
    let text = String::from_utf8_lossy(answer);
    reason(&[schema::typed_violation::<T>("", &text)])
}

/// Joins the violations of an answer.
pub(super) fn reason(violations: &[schema::Violation]) -> AnswerError {
    schema::joined(violations.iter().map(|violation| violation.in_words("answer")))
}

/// Returns the error of an answer that the specification does not allow.
fn invalid_answer(method: &str, reason: &AnswerError) -> CallError {
    let text = format!("invalid answer of the client to {method}: {reason}");
    CallError::protocol(ErrorObject::invalid_params(text))
}
