//! `Interceptor`: code of your own around every accepted call.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use crate::{
    context::Context,
    error::CallError,
    handler::{Answer, BoxFuture, Outcome},
};

/// Stands around a call: sees it before the handler runs, and its outcome before it is sent.
///
/// Interceptors run after guards and after the arguments were accepted. Global ones are outermost
/// ([`McpModule::interceptor`](crate::McpModule::interceptor)), then those of the item (`#[tool(interceptors(Audit))]`), in order.
///
/// ```
/// use mcp_server::{CallError, Context, Interceptor, Next, Outcome};
///
/// struct Timing;
///
/// impl Interceptor for Timing {
///     async fn intercept(&self, context: &Context, next: Next) -> Result<Outcome, CallError> {
///         let start = std::time::Instant::now();
///         let outcome = next.run(context).await;
///         tracing::info!(name = context.target().name(), took = ?start.elapsed());
///         outcome
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an interceptor",
    label = "expected a type that implements `Interceptor`",
    note = "write `impl mcp_server::Interceptor for … {{ async fn intercept(&self, context: &Context, next: Next) -> Result<Outcome, CallError> {{ next.run(context).await }} }}`"
)]
pub trait Interceptor: Send + Sync + 'static {
    /// Runs `next`, or answers in its place.
    fn intercept(&self, context: &Context, next: Next) -> impl Future<Output = Result<Outcome, CallError>> + Send;
}

/// The rest of the way: the interceptors further in, then the handler.
pub struct Next {
    interceptors: Arc<[SharedInterceptor]>,
    position: usize,
    answer: Answer,
}

impl Next {
    pub(crate) fn new(interceptors: Arc<[SharedInterceptor]>, answer: Answer) -> Self {
        Self { interceptors, position: 0, answer }
    }

    /// Goes on. Dropping `Next` instead means that the handler never runs.
    ///
    /// # Errors
    /// What the handler, or an interceptor further in, failed with.
    pub async fn run(self, context: &Context) -> Result<Outcome, CallError> {
        self.run_boxed(context.clone()).await
    }

    pub(crate) fn run_boxed(mut self, context: Context) -> BoxFuture<Result<Outcome, CallError>> {
        match self.interceptors.get(self.position).cloned() {
            None => self.answer,
            Some(interceptor) => {
                self.position += 1;
                Box::pin(async move { interceptor.intercept_boxed(&context, self).await })
            }
        }
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Next").field("left", &(self.interceptors.len() - self.position)).finish_non_exhaustive()
    }
}

/// An interceptor of an attribute: here the compiler says what is none. Called by the macros.
pub fn interceptor<I: Interceptor>(interceptor: I) -> SharedInterceptor {
    Arc::new(interceptor)
}

/// An interceptor whose type is forgotten.
pub(crate) type SharedInterceptor = Arc<dyn ErasedInterceptor>;

type Intercepted<'a> = Pin<Box<dyn Future<Output = Result<Outcome, CallError>> + Send + 'a>>;

/// What an interceptor can do when its type is forgotten.
pub trait ErasedInterceptor: Send + Sync {
    /// [`Interceptor::intercept`].
    fn intercept_boxed<'a>(&'a self, context: &'a Context, next: Next) -> Intercepted<'a>;
}

impl<I: Interceptor> ErasedInterceptor for I {
    fn intercept_boxed<'a>(&'a self, context: &'a Context, next: Next) -> Intercepted<'a> {
        Box::pin(self.intercept(context, next))
    }
}
