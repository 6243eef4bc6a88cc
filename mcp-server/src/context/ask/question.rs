//! A question that a handler puts to its client, and what can be said of any: its name, and how long to wait.

use std::time::Duration;

use super::{Context, ask, unfit};
use crate::{error::CallError, protocol::types::input_request::InputRequest};

/// Something that a client can be asked.
pub(super) trait Inquiry {
    /// What it answers.
    type Answer;

    /// The question as it is put to the client.
    fn request(self) -> Result<InputRequest, CallError>;

    /// Reads the JSON text of the client's result.
    fn read(answer: &[u8]) -> Result<Self::Answer, Unfit>;
}

/// What of an answer does not fit its question, in words for the client.
pub(crate) type Unfit = String;

/// A question to the client, asked when it is awaited: [`Context::elicit`], [`Context::elicit_url`], [`Context::sample`] and
/// [`Context::roots`] make them. `Q` is what is asked.
#[derive(Debug)]
#[must_use = "nothing is asked before `.await`"]
pub struct Ask<'a, Q> {
    context: &'a Context,
    pub(super) what: Q,
    key: Option<String>,
    timeout: Option<Duration>,
}

impl<'a, Q> Ask<'a, Q> {
    pub(in crate::context) fn new(context: &'a Context, what: Q) -> Self {
        Self { context, what, key: None, timeout: None }
    }

    /// Gives the question a name, which clients of 2026-07-28 see (the key in `inputRequests`). Default: `elicitation-1`,
    /// `sampling-1`, `roots-1` and so on, in the order in which a handler asks; a handler whose order may differ from run to run
    /// gives names. A name that is given again gets a number: `age`, `age-2`.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// How long to wait for the answer. Default: in a session [`Limits::question_timeout`](crate::Limits::question_timeout), in a task as long
    /// as the task lives. A call of 2026-07-28 that has become no task does not wait: it goes on when its client comes back.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

/// Asks, and returns the client's answer.
pub(super) async fn put<Q: Inquiry>(Ask { context, what, key, timeout }: Ask<'_, Q>) -> Result<Q::Answer, CallError> {
    let request = what.request()?;
    let method = request.method.as_str();
    let check = |answer: &[u8]| Q::read(answer).map(drop);
    let answer = ask(context, Question { key, request, timeout, check }).await?;
    Q::read(&answer).map_err(|reason| unfit(method, &reason))
}

/// A question on its way.
pub(in crate::context) struct Question {
    /// What the handler calls it.
    pub(in crate::context) key: Option<String>,
    pub(in crate::context) request: InputRequest,
    pub(in crate::context) timeout: Option<Duration>,
    pub(in crate::context) check: Check,
}

/// Finds out whether an answer fits, where it can be refused while its question stays open.
pub(in crate::context) type Check = fn(&[u8]) -> Result<(), Unfit>;
