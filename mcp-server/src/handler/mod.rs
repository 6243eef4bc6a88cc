//! What is called, and what calling it returns.

mod completer;
pub(crate) mod glue;
mod json;
mod prompt_result;
mod resource_result;
mod tool_result;

use std::{future::Future, pin::Pin};

pub use completer::{Completer, IntoCompletion};
pub(crate) use completer::{Completions, SharedCompleter};
pub use json::{Json, Structured, Written};
pub use prompt_result::IntoPromptResult;
pub use resource_result::IntoResourceResult;
pub use tool_result::IntoToolResult;

use crate::{
    context::Context,
    error::CallError,
    protocol::{Completion, PromptResult, ResourceResult, ToolResult},
};

/// A future on the heap that owns all it needs.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Result of a call, by the kind of its item.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallResult {
    /// Result of a tool.
    Tool(ToolResult),
    /// Contents of a resource.
    Resource(ResourceResult),
    /// Messages of a prompt.
    Prompt(PromptResult),
    /// Suggestions for an argument.
    Completion(Completion),
}

/// Result of a call, or the error that it failed with.
pub type Outcome = Result<CallResult, CallError>;

/// Future of a call whose arguments have been accepted.
pub type HandlerFuture = BoxFuture<Outcome>;

/// Something that can be called.
///
/// A call has two halves. [`call`](Self::call) itself checks and reads the arguments, and refuses what does not fit; the future it
/// returns does the work. Interceptors stand between the two, so that they see accepted calls only.
pub trait Handler: Send + Sync + 'static {
    /// Checks the arguments and begins the call.
    ///
    /// # Errors
    /// When the arguments are refused.
    fn call(&self, context: Context) -> Result<HandlerFuture, CallError>;
}

impl<F> Handler for F
where
    F: Fn(Context) -> Result<HandlerFuture, CallError> + Send + Sync + 'static,
{
    fn call(&self, context: Context) -> Result<HandlerFuture, CallError> {
        self(context)
    }
}
