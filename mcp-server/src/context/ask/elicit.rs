//! `ctx.elicit::<T>(..)` and `ctx.elicit_url(..)`: ask the user.

use std::{
    future::{Future, IntoFuture},
    marker::PhantomData,
    pin::Pin,
    time::Duration,
};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{json, value::RawValue};

use super::{Context, Question, ask, unfit};
use crate::{
    error::{CallError, UrlElicitation},
    protocol::input_request::{ElicitAction, ElicitResult, InputMethod, InputRequest},
    schema::{Keywords, form},
};

/// What the user made of a question (specification: elicitation, response actions).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elicitation<T> {
    /// The user answered.
    Accepted(T),
    /// The user said no.
    Declined,
    /// The user went away without choosing.
    Cancelled,
}

impl<T> Elicitation<T> {
    /// The answer, or an error that tells the client that there is none.
    ///
    /// # Errors
    /// When the user declined, or went away.
    pub fn accepted(self) -> Result<T, CallError> {
        match self {
            Self::Accepted(answer) => Ok(answer),
            Self::Declined => Err(CallError::client("the user declined")),
            Self::Cancelled => Err(CallError::client("the user cancelled")),
        }
    }

    /// The answer, if there is one.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Accepted(answer) => Some(answer),
            Self::Declined | Self::Cancelled => None,
        }
    }
}

/// A question to the user, asked when it is awaited; see [`Context::elicit`].
#[derive(Debug)]
#[must_use = "nothing is asked before `.await`"]
pub struct Elicit<'a, T> {
    context: &'a Context,
    message: String,
    key: Option<String>,
    timeout: Option<Duration>,
    answer: PhantomData<fn() -> T>,
}

impl<'a, T> Elicit<'a, T> {
    pub(in crate::context) fn new(context: &'a Context, message: String) -> Self {
        Self { context, message, key: None, timeout: None, answer: PhantomData }
    }

    /// Gives the question a name, which clients of 2026-07-28 see (the key in `inputRequests`). Default: `elicitation-1` and so on,
    /// in the order in which a handler asks; a handler whose order may differ from run to run gives names.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// How long to wait for the answer in a session. Default: [`Limits::answer_time`](crate::Limits::answer_time).
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

impl<'a, T: DeserializeOwned + JsonSchema + Send + 'a> IntoFuture for Elicit<'a, T> {
    type Output = Result<Elicitation<T>, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (form, whole) = form::<T>().map_err(CallError::internal)?;
            let params = json!({"message": self.message, "requestedSchema": form});
            let request = InputRequest { method: InputMethod::Elicit, params };
            let question = Question { key: self.key, request, timeout: self.timeout };
            let answer = ask(self.context, question).await?;
            read(&answer)?.try_map(|content| {
                let content = content.map_or("{}", RawValue::get);
                if let Some(keywords) = Keywords::compile(&whole).map_err(CallError::internal)? {
                    keywords.check(content.as_bytes()).map_err(|violations| {
                        unfit(ELICITATION, violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
                    })?;
                }
                serde_json::from_str(content).map_err(|error| unfit(ELICITATION, error))
            })
        })
    }
}

/// A page for the user to open, asked for when it is awaited; see [`Context::elicit_url`].
#[derive(Debug)]
#[must_use = "nothing is asked before `.await`"]
pub struct ElicitUrl<'a> {
    context: &'a Context,
    page: UrlElicitation,
    key: Option<String>,
    timeout: Option<Duration>,
}

impl<'a> ElicitUrl<'a> {
    pub(in crate::context) fn new(context: &'a Context, url: String, message: String) -> Self {
        Self { context, page: UrlElicitation::new(url, message), key: None, timeout: None }
    }

    /// The id under which [`Context::elicitation_complete`] later says that the user is done. Default: a random one.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.page = self.page.id(id);
        self
    }

    /// Gives the question a name; see [`Elicit::key`].
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// How long to wait for the user's consent in a session. Default: [`Limits::answer_time`](crate::Limits::answer_time).
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

impl<'a> IntoFuture for ElicitUrl<'a> {
    type Output = Result<Elicitation<()>, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let request = InputRequest { method: InputMethod::Elicit, params: self.page.params() };
            let question = Question { key: self.key, request, timeout: self.timeout };
            let answer = ask(self.context, question).await?;
            read(&answer)?.try_map(|_| Ok(()))
        })
    }
}

const ELICITATION: &str = "elicitation/create";

fn read(answer: &[u8]) -> Result<Elicitation<Option<&RawValue>>, CallError> {
    let result: ElicitResult<'_> = serde_json::from_slice(answer).map_err(|error| unfit(ELICITATION, error))?;
    Ok(match result.action {
        ElicitAction::Accept => Elicitation::Accepted(result.content),
        ElicitAction::Decline => Elicitation::Declined,
        ElicitAction::Cancel => Elicitation::Cancelled,
    })
}

impl<T> Elicitation<T> {
    fn try_map<U>(self, map: impl FnOnce(T) -> Result<U, CallError>) -> Result<Elicitation<U>, CallError> {
        Ok(match self {
            Self::Accepted(answer) => Elicitation::Accepted(map(answer)?),
            Self::Declined => Elicitation::Declined,
            Self::Cancelled => Elicitation::Cancelled,
        })
    }
}
