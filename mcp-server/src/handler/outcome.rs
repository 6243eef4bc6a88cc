//! `Handler`: code that serves calls, and the `Outcome` of a call.

use std::{future::Future, pin::Pin};

use crate::{
    context::Context,
    error::CallError,
    protocol::{Completion, PromptResult, ResourceResult, ToolResult},
};

/// A boxed future that owns its data.
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

macro_rules! from_results {
    ($($variant:ident($result:ty))*) => {
        $(
            impl From<$result> for CallResult {
                fn from(result: $result) -> Self {
                    Self::$variant(result)
                }
            }
        )*
    };
}

from_results! { Tool(ToolResult) Resource(ResourceResult) Prompt(PromptResult) Completion(Completion) }

/// Result of a call, or the error that it failed with.
pub type Outcome = Result<CallResult, CallError>;

/// Future of a call whose arguments have been accepted.
pub type HandlerFuture = BoxFuture<Outcome>;

/// Code that serves the calls of an item.
///
/// A call has two halves. [`call`](Self::call) itself validates and reads the arguments; the future
/// that it returns does the work. Interceptors run between the two, so that they see accepted calls
/// only. An interceptor can run the handler again; then both halves are called once more.
pub trait Handler: Send + Sync + 'static {
    /// Reads the arguments, and returns the future that does the work, or an error if the arguments
    /// are rejected.
    ///
    /// # Errors
    /// Fails if the arguments are rejected.
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
