//! Handlers: functions that serve calls, and the types that they return.
//!
//! A tool returns an [`IntoToolResult`], a resource an [`IntoResourceResult`], a prompt an
//! [`IntoPromptResult`], and a function that completes an argument an [`IntoCompletion`].

pub(crate) mod blocking;
mod completer;
pub(crate) mod foreign;
mod function;
pub(crate) mod glue;
pub(crate) mod json;
mod outcome;
mod prompt_result;
mod resource_result;
mod tool_result;

pub use blocking::BlockingFunction;
pub use completer::{Completer, IntoCompletion};
pub(crate) use completer::{Completions, SharedCompleter};
pub use function::HandlerFunction;
pub use json::Json;
pub use outcome::{BoxFuture, CallResult, Handler, HandlerFuture, Outcome};
pub use prompt_result::IntoPromptResult;
pub use resource_result::IntoResourceResult;
pub use tool_result::IntoToolResult;
