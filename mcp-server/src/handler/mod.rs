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

/// What a handler returned, whatever kind of item it belongs to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// Of a tool.
    Tool(ToolResult),
    /// Of a resource or a resource template.
    Resource(ResourceResult),
    /// Of a prompt.
    Prompt(PromptResult),
    /// Of what completes an argument.
    Completion(Completion),
}

/// The answer of a call, once it is there.
pub type Answer = BoxFuture<Result<Outcome, CallError>>;

/// Something that can be called.
///
/// A call has two halves. [`call`](Self::call) itself checks and reads the arguments, and refuses what does not fit; the future it
/// returns does the work. Interceptors stand between the two, so that they see accepted calls only.
pub trait Handler: Send + Sync + 'static {
    /// Checks the arguments and begins the call.
    ///
    /// # Errors
    /// When the arguments are refused.
    fn call(&self, context: Context) -> Result<Answer, CallError>;
}

impl<F> Handler for F
where
    F: Fn(Context) -> Result<Answer, CallError> + Send + Sync + 'static,
{
    fn call(&self, context: Context) -> Result<Answer, CallError> {
        self(context)
    }
}
