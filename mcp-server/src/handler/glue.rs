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

/// Checks at compile time that `P` is an extractor. Returns `true` if it takes all arguments of the
/// call.
pub const fn parameter_type<P: FromContext>() -> bool {
    P::TAKES_ARGUMENTS
}

/// Checks at compile time that a tool can return `R`.
pub const fn tool_type<R: IntoToolResult>() {}

/// Checks at compile time that a resource can return `R`.
pub const fn resource_type<R: IntoResourceResult>() {}

/// Checks at compile time that a prompt can return `R`.
pub const fn prompt_type<R: IntoPromptResult>() {}

/// Checks at compile time that a parameter beside `#[arg]` does not take all arguments, too.
pub const fn beside_arguments<P: BesideArguments<TAKES_ARGUMENTS>, const TAKES_ARGUMENTS: bool>() {}

/// Checks at compile time that no earlier parameter than `P` takes all arguments, if `P` does.
pub const fn the_only_args<P: TheOnlyArgs<IS_SECOND>, const IS_SECOND: bool>() {}

/// Checks at compile time that a parameter of a resource without variables takes no arguments.
pub const fn with_fixed_uri<P: WithFixedUri<TAKES_ARGUMENTS>, const TAKES_ARGUMENTS: bool>() {}

/// Extractors that are valid beside `#[arg]`: those that do not take all arguments.
#[diagnostic::on_unimplemented(
    message = "conflicting parameters `{Self}` and `#[arg]`",
    label = "takes all arguments of the call",
    note = "use one or the other: write the argument as a field of the struct, or every argument as an `#[arg]`"
)]
pub trait BesideArguments<const TAKES_ARGUMENTS: bool> {}

#[diagnostic::do_not_recommend]
impl<P> BesideArguments<false> for P {}

/// Extractors that are not the second to take all arguments.
#[diagnostic::on_unimplemented(
    message = "duplicate parameter `{Self}`",
    label = "an earlier parameter takes all arguments of the call",
    note = "merge both structs into one"
)]
pub trait TheOnlyArgs<const IS_SECOND: bool> {}

#[diagnostic::do_not_recommend]
impl<P> TheOnlyArgs<false> for P {}

/// Extractors of a resource without variables: those that take no arguments.
#[diagnostic::on_unimplemented(
    message = "invalid parameter `{Self}`",
    label = "a fixed `uri` has no variables",
    note = "write `uri_template = \"…\"`, or remove the parameter"
)]
pub trait WithFixedUri<const TAKES_ARGUMENTS: bool> {}

#[diagnostic::do_not_recommend]
impl<P> WithFixedUri<false> for P {}

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
