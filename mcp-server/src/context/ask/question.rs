//! A question that a handler puts to its client, and what can be said of any: its name, and how long to wait.

use std::time::Duration;

use bytes::Bytes;

use super::{Context, ask};
use crate::{error::CallError, protocol::input_request::InputRequest};

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

    /// How long to wait for the answer. Default: in a session [`Limits::answer_time`](crate::Limits::answer_time), in a task as long
    /// as the task lives. A call of 2026-07-28 that has become no task does not wait: it goes on when its client comes back.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Asks, and returns the JSON text of the client's result.
    pub(super) async fn put(
        self,
        request: impl FnOnce(Q) -> Result<InputRequest, CallError>,
    ) -> Result<Bytes, CallError> {
        let question = Question { key: self.key, request: request(self.what)?, timeout: self.timeout };
        ask(self.context, question).await
    }
}

/// A question on its way.
pub(in crate::context) struct Question {
    /// What the handler calls it.
    pub(in crate::context) key: Option<String>,
    pub(in crate::context) request: InputRequest,
    pub(in crate::context) timeout: Option<Duration>,
}
