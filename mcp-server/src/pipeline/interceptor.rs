//! `Interceptor` and `Next`: code around accepted calls.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use parking_lot::Mutex;
use serde::Serialize;

use super::argument_checks::ArgumentChecks;
use crate::{
    context::{Arguments, CallInfo, Context},
    error::CallError,
    handler::{Handler, HandlerFuture, Outcome},
};

/// Code around accepted calls. It sees a call before the handler runs, and its [`Outcome`] before
/// it is sent.
///
/// Interceptors run after the guards, and after the arguments were accepted. Those of the module
/// are outermost ([`McpModule::interceptor`](crate::McpModule::interceptor)), then those of the
/// item (`#[tool(interceptors(Audit))]`), each in the order in which they were added.
///
/// An interceptor can change the outcome, return one without calling `next`, and run `next` again.
/// `?` turns any error into a masked [`CallError`](crate::CallError), as in a handler.
///
/// ```
/// use mcp_server::{CallErrorKind, CallInfo, Interceptor, Next, Outcome};
///
/// /// Runs a call that failed inside the server once more.
/// struct Retry;
///
/// impl Interceptor for Retry {
///     async fn intercept(&self, call: &CallInfo<'_>, next: Next<'_>) -> Outcome {
///         match next.clone().run().await {
///             Err(error) if error.kind() == CallErrorKind::Internal => {
///                 tracing::warn!(item = call.item().name(), ?error, "retrying");
///                 next.run().await
///             }
///             outcome => outcome,
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an interceptor",
    label = "expected a type that implements `Interceptor`",
    note = "write `impl mcp_server::Interceptor for … {{ async fn intercept(&self, call: &CallInfo<'_>, next: Next<'_>) -> Outcome {{ next.run().await }} }}`"
)]
pub trait Interceptor: Send + Sync + 'static {
    /// Returns the outcome of the call, usually that of `next`.
    fn intercept(&self, call: &CallInfo<'_>, next: Next<'_>) -> impl Future<Output = Outcome> + Send;
}

/// Rest of a call: the inner interceptors, then the handler.
///
/// Dropping it answers the call without its handler. A clone runs the handler once more. The clone
/// shares the stream, the cancellation and the task of the call, and reads the arguments again;
/// guards do not run again.
///
/// A run with the same arguments reuses the results of earlier runs: completed
/// [steps](Context::step) do not run again, and answered questions are not asked again. A run with
/// other arguments has its own steps and questions. Concurrent runs do not wait for each other's
/// steps and questions.
pub struct Next<'a> {
    chain: &'a Chain,
    context: &'a Context,
    position: usize,
    /// Future of the handler, from arguments that have been read. `None` in a clone.
    accepted: Mutex<Option<HandlerFuture>>,
}

impl Next<'_> {
    /// Runs the rest of the call.
    ///
    /// # Errors
    /// Fails with the error of the handler or of an inner interceptor.
    pub async fn run(self) -> Outcome {
        match self.accepted.into_inner() {
            Some(accepted) => self.chain.run(self.context, self.position, accepted).await,
            None => self.chain.run_again(self.context.again(None), self.position).await,
        }
    }

    /// Runs the rest of the call with other arguments: a value that serializes to a JSON object.
    /// They are validated and read like those of the client. For prompts and resource templates,
    /// the values are strings.
    ///
    /// ```
    /// # use mcp_server::{CallInfo, Interceptor, Next, Outcome};
    /// use serde_json::{Value, json};
    ///
    /// /// Reads at most a hundred rows.
    /// struct Cap;
    ///
    /// impl Interceptor for Cap {
    ///     async fn intercept(&self, call: &CallInfo<'_>, next: Next<'_>) -> Outcome {
    ///         let mut arguments: Value = serde_json::from_str(&call.arguments())?;
    ///         if arguments["rows"].as_u64().is_some_and(|rows| rows > 100) {
    ///             arguments["rows"] = json!(100);
    ///             return next.run_with(arguments).await;
    ///         }
    ///         next.run().await
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// Fails if the arguments are rejected, and with the error of the handler or of an inner
    /// interceptor.
    pub async fn run_with<A: Serialize + Send>(self, arguments: A) -> Outcome {
        let arguments = replaced(self.context.raw_arguments(), &arguments)?;
        self.chain.run_again(self.context.again(Some(arguments)), self.position).await
    }
}

fn replaced(arguments: &Arguments, by: &impl Serialize) -> Result<Arguments, CallError> {
    let invalid = |error| CallError::internal(format!("invalid arguments from an interceptor: {error}"));
    serde_json::to_string(by).and_then(|json| arguments.replaced(json)).map_err(invalid)
}

/// A clone runs the handler again, from the same arguments.
impl Clone for Next<'_> {
    fn clone(&self) -> Self {
        Self { chain: self.chain, context: self.context, position: self.position, accepted: Mutex::default() }
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interceptors = self.chain.interceptors.len() - self.position;
        formatter.debug_struct("Next").field("interceptors", &interceptors).finish_non_exhaustive()
    }
}

/// Interceptors and handler of an item: the part of its pipeline that can run more than once.
pub(crate) struct Chain {
    pub(crate) checks: ArgumentChecks,
    pub(crate) interceptors: Box<[SharedInterceptor]>,
    pub(crate) handler: Arc<dyn Handler>,
}

impl Chain {
    /// Runs the interceptors from `position` on, and then the handler.
    pub(super) fn run<'a>(
        &'a self,
        context: &'a Context,
        position: usize,
        accepted: HandlerFuture,
    ) -> InterceptorFuture<'a> {
        let Some(interceptor) = self.interceptors.get(position) else { return accepted };
        let accepted = Mutex::new(Some(accepted));
        interceptor.intercept_boxed(context, Next { chain: self, context, position: position + 1, accepted })
    }

    async fn run_again(&self, context: Context, position: usize) -> Outcome {
        self.checks.check(&context)?;
        let accepted = self.handler.call(context.clone())?;
        self.run(&context, position, accepted).await
    }
}

/// A type-erased [`Interceptor`].
pub(crate) type SharedInterceptor = Arc<dyn ErasedInterceptor>;

/// Type-erases the interceptor of an attribute. Called by the macros.
pub fn interceptor<I: Interceptor>(interceptor: I) -> SharedInterceptor {
    Arc::new(interceptor)
}

type InterceptorFuture<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Object-safe form of [`Interceptor`].
pub trait ErasedInterceptor: Send + Sync {
    /// Calls [`Interceptor::intercept`].
    fn intercept_boxed<'a>(&'a self, context: &'a Context, next: Next<'a>) -> InterceptorFuture<'a>;
}

impl<I: Interceptor> ErasedInterceptor for I {
    fn intercept_boxed<'a>(&'a self, context: &'a Context, next: Next<'a>) -> InterceptorFuture<'a> {
        Box::pin(async move { self.intercept(&CallInfo::new(context), next).await })
    }
}
