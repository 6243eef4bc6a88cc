//! `ctx.elicit::<T>(..)` and `ctx.elicit_url(..)`: ask the user.

use std::{
    future::{Future, IntoFuture},
    marker::PhantomData,
    pin::Pin,
};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{json, value::RawValue};

use super::{Ask, unfit};
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

/// A form for the user to fill in; see [`Context::elicit`](crate::Context::elicit).
#[derive(Debug)]
pub struct Form<T> {
    message: String,
    answer: PhantomData<fn() -> T>,
}

impl<T> Form<T> {
    pub(in crate::context) fn new(message: String) -> Self {
        Self { message, answer: PhantomData }
    }
}

impl<'a, T: DeserializeOwned + JsonSchema + Send + 'a> IntoFuture for Ask<'a, Form<T>> {
    type Output = Result<Elicitation<T>, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (form, whole) = form::<T>().map_err(CallError::internal)?;
            let request = |Form { message, .. }| {
                let params = json!({"message": message, "requestedSchema": form});
                Ok(InputRequest { method: InputMethod::Elicit, params })
            };
            let answer = self.put(request).await?;
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

impl Ask<'_, UrlElicitation> {
    /// The id under which [`Context::elicitation_complete`](crate::Context::elicitation_complete) later says that the user is done.
    /// Default: a random one.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.what = self.what.id(id);
        self
    }
}

impl<'a> IntoFuture for Ask<'a, UrlElicitation> {
    type Output = Result<Elicitation<()>, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = self.put(|page: UrlElicitation| page.request()).await?;
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
