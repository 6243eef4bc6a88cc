//! `ctx.sample(..)` and `ctx.roots()`: ask the client's language model, and the client itself.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

use serde::Deserialize;
use serde_json::json;

use super::{Context, Question, ask, unfit};
use crate::{
    error::CallError,
    protocol::{
        CreateMessage, CreateMessageResult, Root,
        input_request::{InputMethod, InputRequest},
    },
};

/// A question to the language model of the client, asked when it is awaited; see [`Context::sample`].
#[derive(Debug)]
#[must_use = "nothing is asked before `.await`"]
pub struct Sample<'a> {
    context: &'a Context,
    message: CreateMessage,
    key: Option<String>,
    timeout: Option<Duration>,
}

impl<'a> Sample<'a> {
    pub(in crate::context) fn new(context: &'a Context, message: CreateMessage) -> Self {
        Self { context, message, key: None, timeout: None }
    }

    /// Gives the question a name; see [`Elicit::key`](super::Elicit::key). Default: `sampling-1` and so on.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// How long to wait for the model in a session. Default: [`Limits::answer_time`](crate::Limits::answer_time).
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

impl<'a> IntoFuture for Sample<'a> {
    type Output = Result<CreateMessageResult, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let params = serde_json::to_value(&self.message).map_err(CallError::internal)?;
            let request = InputRequest { method: InputMethod::CreateMessage, params };
            let question = Question { key: self.key, request, timeout: self.timeout };
            let answer = ask(self.context, question).await?;
            serde_json::from_slice(&answer).map_err(|error| unfit("sampling/createMessage", error))
        })
    }
}

/// A question to the client, asked when it is awaited; see [`Context::roots`].
#[derive(Debug)]
#[must_use = "nothing is asked before `.await`"]
pub struct Roots<'a> {
    context: &'a Context,
    key: Option<String>,
    timeout: Option<Duration>,
}

impl<'a> Roots<'a> {
    pub(in crate::context) fn new(context: &'a Context) -> Self {
        Self { context, key: None, timeout: None }
    }

    /// Gives the question a name; see [`Elicit::key`](super::Elicit::key). Default: `roots-1` and so on.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// How long to wait in a session. Default: [`Limits::answer_time`](crate::Limits::answer_time).
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

impl<'a> IntoFuture for Roots<'a> {
    type Output = Result<Vec<Root>, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        #[derive(Deserialize)]
        struct ListRootsResult {
            roots: Vec<Root>,
        }
        Box::pin(async move {
            let request = InputRequest { method: InputMethod::ListRoots, params: json!({}) };
            let question = Question { key: self.key, request, timeout: self.timeout };
            let answer = ask(self.context, question).await?;
            let result: ListRootsResult =
                serde_json::from_slice(&answer).map_err(|error| unfit("roots/list", error))?;
            Ok(result.roots)
        })
    }
}
