//! `IntoPromptResult`: return types of prompts.

use std::borrow::Cow;

use crate::{
    error::CallError,
    protocol::{Content, PromptMessage, PromptResult},
};

/// Types that a prompt can return.
///
/// Text and [`Content`] become one message of the user. A [`PromptMessage`], a `Vec` of messages
/// and a [`PromptResult`] are sent as they are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a prompt",
    label = "expected a type that implements `IntoPromptResult`",
    note = "return a string, `Content`, `PromptMessage`, `Vec<PromptMessage>`, `PromptResult`, or a `Result` of these",
    note = "the error of a `Result` is `CallError`, or a type that implements `std::error::Error`"
)]
pub trait IntoPromptResult {
    /// Converts the return value of a prompt into messages.
    ///
    /// # Errors
    /// Fails with the error that the prompt returned.
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
