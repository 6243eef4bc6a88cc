//! `ctx.sample(..)` and `ctx.roots()`: ask the client's language model, and the client itself.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use serde::Deserialize;
use serde_json::json;

use super::{Ask, unfit};
use crate::{
    error::CallError,
    protocol::{
        CreateMessage, CreateMessageResult, Root,
        input_request::{InputMethod, InputRequest},
    },
};

impl<'a> IntoFuture for Ask<'a, CreateMessage> {
    type Output = Result<CreateMessageResult, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let request = |message: CreateMessage| {
                let params = serde_json::to_value(message).map_err(CallError::internal)?;
                Ok(InputRequest { method: InputMethod::CreateMessage, params })
            };
            let answer = self.put(request).await?;
            serde_json::from_slice(&answer).map_err(|error| unfit("sampling/createMessage", error))
        })
    }
}

/// The places that the server may work in; see [`Context::roots`](crate::Context::roots).
#[derive(Debug)]
pub struct Roots;

impl<'a> IntoFuture for Ask<'a, Roots> {
    type Output = Result<Vec<Root>, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        #[derive(Deserialize)]
        struct ListRootsResult {
            roots: Vec<Root>,
        }
        Box::pin(async move {
            let answer =
                self.put(|Roots| Ok(InputRequest { method: InputMethod::ListRoots, params: json!({}) })).await?;
            let result: ListRootsResult =
                serde_json::from_slice(&answer).map_err(|error| unfit("roots/list", error))?;
            Ok(result.roots)
        })
    }
}
