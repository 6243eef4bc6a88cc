//! `IntoPromptResult`: what a prompt may return.

use std::borrow::Cow;

use crate::{
    error::CallError,
    protocol::{Content, PromptMessage, PromptResult},
};

/// A type that a prompt may return.
///
/// Text and [`Content`] become one message of the user; [`PromptMessage`], a `Vec` of them and [`PromptResult`] are taken as they
/// are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a prompt",
    label = "expected a type that implements `IntoPromptResult`",
    note = "return a string, `Content`, `PromptMessage`, `Vec<PromptMessage>`, `PromptResult`, or a `Result` of these",
    note = "the error of a `Result` is `CallError`, or a type that implements `std::error::Error`"
)]
pub trait IntoPromptResult {
    /// The messages as they are sent.
    ///
    /// # Errors
    /// When the handler failed.
    fn into_prompt_result(self) -> Result<PromptResult, CallError>;
}

impl IntoPromptResult for PromptResult {
    fn into_prompt_result(self) -> Result<PromptResult, CallError> {
        Ok(self)
    }
}

impl IntoPromptResult for PromptMessage {
    fn into_prompt_result(self) -> Result<PromptResult, CallError> {
        Ok(PromptResult::new([self]))
    }
}

impl IntoPromptResult for Vec<PromptMessage> {
    fn into_prompt_result(self) -> Result<PromptResult, CallError> {
        Ok(PromptResult::new(self))
    }
}

impl IntoPromptResult for Content {
    fn into_prompt_result(self) -> Result<PromptResult, CallError> {
        Ok(PromptResult::new([PromptMessage::user(self)]))
    }
}

impl IntoPromptResult for String {
    fn into_prompt_result(self) -> Result<PromptResult, CallError> {
        Content::text(self).into_prompt_result()
    }
}

impl IntoPromptResult for &str {
    fn into_prompt_result(self) -> Result<PromptResult, CallError> {
        Content::text(self).into_prompt_result()
    }
}

impl IntoPromptResult for Cow<'_, str> {
    fn into_prompt_result(self) -> Result<PromptResult, CallError> {
        Content::text(self).into_prompt_result()
    }
}

impl<T: IntoPromptResult, E: Into<CallError>> IntoPromptResult for Result<T, E> {
    fn into_prompt_result(self) -> Result<PromptResult, CallError> {
        self.map_err(Into::into)?.into_prompt_result()
    }
}
