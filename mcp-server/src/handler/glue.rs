//! What the macros call between reading the arguments and the outcome.
//!
//! One generic function for each bound: the type of the user stands as it was written in the turbofish, and that is where the
//! compiler says what is missing.

use serde_json::Value;

use super::{CallResult, HandlerFuture, IntoPromptResult, IntoResourceResult, IntoToolResult, Outcome};
use crate::{
    context::{CallInfo, Context},
    error::CallError,
    extract::{Argument, FromContext},
};

/// The handler of an annotated function: a pointer, so that no builder or container is compiled for each function again.
pub type HandlerFn = fn(Context) -> Result<HandlerFuture, CallError>;

/// The type of a parameter that the client sends.
pub const fn argument_type<T: Argument>() {}

/// The type of a parameter that is asked of its type.
pub const fn parameter_type<P: FromContext>() {}

/// The type that a tool returns.
pub const fn tool_type<R: IntoToolResult>() {}

/// The type that a resource returns.
pub const fn resource_type<R: IntoResourceResult>() {}

/// The type that a prompt returns.
pub const fn prompt_type<R: IntoPromptResult>() {}

/// Whether a parameter of that type takes the arguments of the call.
pub const fn takes_arguments<P: FromContext>() -> bool {
    P::TAKES_ARGUMENTS
}

/// What a parameter makes of the arguments before the call begins.
///
/// # Errors
/// When it refuses them.
pub fn early<P: FromContext>(context: &Context) -> Result<Option<P>, CallError> {
    P::read_arguments(context)
}

/// The value of a parameter, unless that was read early.
///
/// # Errors
/// When there is no such value for this call.
pub async fn extract<P: FromContext>(early: Option<P>, context: &Context) -> Result<P, CallError> {
    match early {
        Some(value) => Ok(value),
        None => P::from_context(context).await.map_err(Into::into),
    }
}

/// What a tool returned, as the outcome of the call.
///
/// # Errors
/// When it returned an error.
pub fn tool_outcome<R: IntoToolResult>(returned: R) -> Outcome {
    returned.into_tool_result().map(CallResult::Tool)
}

/// What a resource returned, as the outcome of the call.
///
/// # Errors
/// When it returned an error, or found nothing.
pub fn resource_outcome<R: IntoResourceResult>(returned: R, context: &Context) -> Outcome {
    returned.into_resource_result(&CallInfo::new(context)).map(CallResult::Resource)
}

/// What a prompt returned, as the outcome of the call.
///
/// # Errors
/// When it returned an error.
pub fn prompt_outcome<R: IntoPromptResult>(returned: R) -> Outcome {
    returned.into_prompt_result().map(CallResult::Prompt)
}

/// A value of an attribute, as JSON.
pub fn json_value<V: Into<Value>>(value: V) -> Value {
    value.into()
}
