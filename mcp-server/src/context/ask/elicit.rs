//! `ctx.elicit::<T>(..)` and `ctx.elicit_url(..)`: ask the user.

use std::{
    future::{Future, IntoFuture},
    marker::PhantomData,
    pin::Pin,
};

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};

use super::question::{Ask, Inquiry, ask, invalid, reason};
use crate::{
    context::link::AnswerError,
    error::{CallError, UrlElicitation},
    protocol::types::input_request::{ElicitAction, ElicitResult, InputMethod, InputRequest},
    schema::{Explainer, Keywords, SchemaError, WholeNumbers, explain_without_schema, form, typed_violation},
};

/// The reaction of a user to a question (2025-11-25, elicitation, response actions).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Elicitation<T> {
    /// The user answered.
    Accepted(T),
    /// The user declined.
    Declined,
    /// The user closed the question without a choice.
    Cancelled,
}

impl<T> Elicitation<T> {
    /// Returns the answer, or an error with text for the client if the user declined or cancelled.
    ///
    /// # Errors
    /// Returns an error for the client if the user declined or cancelled.
    pub fn accepted(self) -> Result<T, CallError> {
        match self {
            Self::Accepted(answer) => Ok(answer),
            Self::Declined => Err(CallError::client("the user declined")),
            Self::Cancelled => Err(CallError::client("the user cancelled")),
        }
    }

    /// Returns the answer, or `None` if the user declined or cancelled.
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

/// A question without fields; see [`Context::confirm`](crate::Context::confirm).
#[derive(Debug)]
pub struct Confirmation {
    message: String,
}

impl Confirmation {
    pub(in crate::context) fn new(message: String) -> Self {
        Self { message }
    }
}

impl Inquiry for Confirmation {
    type Answer = bool;

    fn request(self) -> Result<InputRequest, CallError> {
        let params = json!({"message": self.message, "requestedSchema": {"type": "object", "properties": {}}});
        Ok(InputRequest { method: InputMethod::Elicit, params })
    }

    fn read(answer: &[u8]) -> Result<bool, AnswerError> {
        Ok(matches!(read(answer)?, Elicitation::Accepted(_)))
    }
}

impl<'a> IntoFuture for Ask<'a, Confirmation> {
    type Output = Result<bool, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(ask(self))
    }
}

impl<T: DeserializeOwned + JsonSchema> Inquiry for Form<T> {
    type Answer = Elicitation<T>;

    fn request(self) -> Result<InputRequest, CallError> {
        let (form, ..) = form_and_keywords::<T>().map_err(CallError::internal)?;
        let params = json!({"message": self.message, "requestedSchema": form});
        Ok(InputRequest { method: InputMethod::Elicit, params })
    }

    fn read(answer: &[u8]) -> Result<Elicitation<T>, AnswerError> {
        read(answer)?.try_map(|content| {
            let content = content.map_or("{}", RawValue::get);
            let (_, keywords, numbers) = form_and_keywords::<T>().map_err(|error| error.to_string())?;
            if let Some(keywords) = keywords {
                keywords.check(content.as_bytes()).map_err(|violations| reason(&violations))?;
            }
            let content = numbers.as_ref().map_or(content.into(), |numbers| numbers.rewrite(content));
            serde_json::from_str(&content).map_err(|_| explain::<T>(&content))
        })
    }
}

/// Returns all reasons for which an answer is not a `T`: those of the schema, or that of the type.
fn explain<T: DeserializeOwned + JsonSchema>(content: &str) -> AnswerError {
    let typed = Some(typed_violation::<T>("", content));
    reason(&match form::<T>() {
        Ok((_, whole)) => Explainer::new(whole).explain(content, typed),
        Err(_) => explain_without_schema(content, typed),
    })
}

/// Returns the schema for the client, the keywords that the type does not check, and the rewriter
/// of whole numbers.
fn form_and_keywords<T: JsonSchema>() -> Result<(Value, Option<Keywords>, Option<WholeNumbers>), SchemaError> {
    let (form, whole) = form::<T>()?;
    Ok((form, Keywords::compile(&whole)?, WholeNumbers::of(&whole)))
}

impl<'a, T: DeserializeOwned + JsonSchema + Send + 'a> IntoFuture for Ask<'a, Form<T>> {
    type Output = Result<Elicitation<T>, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(ask(self))
    }
}

impl Ask<'_, UrlElicitation> {
    /// Sets the id for [`Context::elicitation_complete`](crate::Context::elicitation_complete).
    /// Default: random.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.inquiry = self.inquiry.id(id);
        self
    }
}

impl Inquiry for UrlElicitation {
    type Answer = Elicitation<()>;

    fn request(self) -> Result<InputRequest, CallError> {
        Self::request(&self)
    }

    fn read(answer: &[u8]) -> Result<Elicitation<()>, AnswerError> {
        read(answer)?.try_map(|_| Ok(()))
    }
}

impl<'a> IntoFuture for Ask<'a, UrlElicitation> {
    type Output = Result<Elicitation<()>, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(ask(self))
    }
}

fn read(answer: &[u8]) -> Result<Elicitation<Option<&RawValue>>, AnswerError> {
    /// The part of [`ElicitResult`] that can be invalid.
    #[derive(Deserialize)]
    struct Action {
        #[serde(rename = "action")]
        _action: ElicitAction,
    }
    let result: ElicitResult<'_> = serde_json::from_slice(answer).map_err(|_| invalid::<Action>(answer))?;
    Ok(match result.action {
        ElicitAction::Accept => Elicitation::Accepted(result.content),
        ElicitAction::Decline => Elicitation::Declined,
        ElicitAction::Cancel => Elicitation::Cancelled,
    })
}

impl<T> Elicitation<T> {
    fn try_map<U>(self, map: impl FnOnce(T) -> Result<U, AnswerError>) -> Result<Elicitation<U>, AnswerError> {
        Ok(match self {
            Self::Accepted(answer) => Elicitation::Accepted(map(answer)?),
            Self::Declined => Elicitation::Declined,
            Self::Cancelled => Elicitation::Cancelled,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Sure {
        #[serde(rename = "sure")]
        _sure: bool,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Age {
        #[serde(rename = "age")]
        _age: u8,
    }

    #[test]
    fn invalid_answers_are_explained_in_words_of_json() {
        let sure = |answer: &str| Form::<Sure>::read(answer.as_bytes()).unwrap_err();
        let age = |answer: &str| Form::<Age>::read(answer.as_bytes()).unwrap_err();
        let accepted = |content: &str| format!(r#"{{"action": "accept", "content": {content}}}"#);
        for (reason, expected) in [
            (sure(&accepted(r#"{"sure": "yes"}"#)), r#"`sure`: expected boolean, got "yes""#),
            (sure(&accepted("7")), "answer: expected object, got 7"),
            (sure(&accepted("{}")), "`sure`: expected boolean (required), got nothing"),
            (age(&accepted(r#"{"age": "yes"}"#)), r#"`age`: expected integer, got "yes""#),
            (age(&accepted("7")), "answer: expected object, got 7"),
            (sure(r#"{"action": "yes"}"#), r#"`action`: expected one of `accept`, `decline`, `cancel`, got "yes""#),
            (sure("{}"), "`action`: expected a value (required), got nothing"),
            (sure("5"), "answer: expected an object, got integer 5"),
        ] {
            assert_eq!(reason, expected);
        }
    }
}
