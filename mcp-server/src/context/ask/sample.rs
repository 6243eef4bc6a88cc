//! `ctx.sample(..)` and `ctx.roots()`: ask the client's language model, and the client itself.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use serde::Deserialize;
use serde_json::json;

use super::question::{Ask, Inquiry, ask, parse};
use crate::{
    context::link::AnswerError,
    error::CallError,
    protocol::{
        CreateMessage, CreateMessageResult, Root,
        types::input_request::{InputMethod, InputRequest},
    },
};

impl Inquiry for CreateMessage {
    type Answer = CreateMessageResult;

    fn request(self) -> Result<InputRequest, CallError> {
        let params = serde_json::to_value(self).map_err(CallError::internal)?;
        Ok(InputRequest { method: InputMethod::CreateMessage, params })
    }

    fn read(answer: &[u8]) -> Result<CreateMessageResult, AnswerError> {
        parse(answer)
    }
}

impl<'a> IntoFuture for Ask<'a, CreateMessage> {
    type Output = Result<CreateMessageResult, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(ask(self))
    }
}

/// The question for the roots of the client; see [`Context::roots`](crate::Context::roots).
#[derive(Debug)]
pub struct Roots;

impl Inquiry for Roots {
    type Answer = Vec<Root>;

    fn request(self) -> Result<InputRequest, CallError> {
        Ok(InputRequest { method: InputMethod::ListRoots, params: json!({}) })
    }

    fn read(answer: &[u8]) -> Result<Vec<Root>, AnswerError> {
        #[derive(Deserialize)]
        struct ListRootsResult {
            roots: Vec<Root>,
        }
        let result: ListRootsResult = parse(answer)?;
        Ok(result.roots)
    }
}

impl<'a> IntoFuture for Ask<'a, Roots> {
    type Output = Result<Vec<Root>, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(ask(self))
    }
}
