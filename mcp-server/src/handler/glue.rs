//! Functions that macro-generated code calls around an annotated function.
//!
//! There is one generic function for each bound. The type is written in its turbofish as the user
//! wrote it, so that the compiler reports a missing trait there.

use serde_json::Value;

use super::{
    outcome::{CallResult, HandlerFuture, Outcome},
    prompt_result::IntoPromptResult,
    resource_result::IntoResourceResult,
    tool_result::IntoToolResult,
};
use crate::{
    context::{CallInfo, Context},
    error::CallError,
    extract::{Argument, FromContext},
};

/// Handler of an annotated function. A function pointer, so that builders are compiled once and not
/// for each function.
pub type HandlerFn = fn(Context) -> Result<HandlerFuture, CallError>;

/// Checks at compile time that `T` can be an argument.
pub const fn argument_type<T: Argument>() {}

/// Checks at compile time that `P` is an extractor.
pub const fn parameter_type<P: FromContext>() {}

/// Checks at compile time that a tool can return `R`.
pub const fn tool_type<R: IntoToolResult>() {}

/// Checks at compile time that a resource can return `R`.
pub const fn resource_type<R: IntoResourceResult>() {}

/// Checks at compile time that a prompt can return `R`.
pub const fn prompt_type<R: IntoPromptResult>() {}

/// Returns `true` if a parameter of type `P` takes all arguments of the call.
pub const fn takes_arguments<P: FromContext>() -> bool {
    P::TAKES_ARGUMENTS
}

/// Reads the arguments that a parameter takes.
///
/// # Errors
/// Fails if the arguments are rejected.
pub fn early<P: FromContext>(context: &Context) -> Result<Option<P>, CallError> {
    P::read_arguments(context)
}

/// Extracts the value of a parameter, unless it was read before.
///
/// # Errors
/// Fails if the call has no such value.
pub async fn extract<P: FromContext>(early: Option<P>, context: &Context) -> Result<P, CallError> {
    match early {
        Some(value) => Ok(value),
        None => P::from_context(context).await.map_err(Into::into),
    }
}

/// Converts the return value of a tool.
///
/// # Errors
/// Fails with the error that the tool returned.
pub fn tool_outcome<R: IntoToolResult>(returned: R) -> Outcome {
    returned.into_tool_result().map(CallResult::Tool)
}

/// Converts the return value of a resource.
///
/// # Errors
/// Fails with the error that the resource returned, and for `None`.
pub fn resource_outcome<R: IntoResourceResult>(returned: R, context: &Context) -> Outcome {
    returned.into_resource_result(&CallInfo::new(context)).map(CallResult::Resource)
}

/// Converts the return value of a prompt.
///
/// # Errors
/// Fails with the error that the prompt returned.
pub fn prompt_outcome<R: IntoPromptResult>(returned: R) -> Outcome {
    returned.into_prompt_result().map(CallResult::Prompt)
}

/// Converts a value of an attribute to JSON.
pub fn json_value<V: Into<Value>>(value: V) -> Value {
    value.into()
}
