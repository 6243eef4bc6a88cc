//! Blocking functions, which run on the threads of tokio for blocking work.

use std::{panic::resume_unwind, sync::Arc};

use tokio::task::{AbortHandle, spawn_blocking};

use super::{
    glue,
    outcome::{HandlerFuture, Outcome},
};
use crate::{
    context::{Context, RunningWork},
    error::CallError,
    extract::{FromContext, InputSchema, Requirements},
};

/// A function or closure that is not async, blocks its thread, and serves the calls of an item that
/// is built without macros.
///
/// The function has at most eight parameters, each of which is an extractor ([`FromContext`]), such
/// as [`Context`], [`Inject<T>`](crate::Inject) or [`Args<T>`](crate::Args). The trait is
/// implemented for all such functions.
#[diagnostic::on_unimplemented(
    message = "this function cannot serve blocking calls",
    label = "expected a function that is not async, whose parameters are extractors",
    note = "write it like `|Args(booking): Args<Booking>, ctx: Context| {{ … }}`, with the types of all parameters"
)]
pub trait BlockingFunction<Parameters>: Send + Sync + 'static {
    /// Return type of the function.
    type Returned;

    /// Adds the requirements of the parameters.
    #[doc(hidden)]
    fn requirements(requirements: &mut Requirements);

    /// Returns the arguments that a parameter takes, or `None` if no parameter takes arguments.
    #[doc(hidden)]
    fn arguments() -> Option<InputSchema>;

    /// Reads the arguments and starts the call. `finish` converts what the function returns.
    #[doc(hidden)]
    fn start(
        self: Arc<Self>,
        context: Context,
        finish: fn(Self::Returned, &Context) -> Outcome,
    ) -> Result<HandlerFuture, CallError>;
}

macro_rules! functions {
    ($(($($parameter:ident)*))*) => {$(
        impl<Function, Returned, $($parameter),*> BlockingFunction<($($parameter,)*)> for Function
        where
            Function: Fn($($parameter),*) -> Returned + Send + Sync + 'static,
            Returned: 'static,
            $($parameter: FromContext + 'static,)*
        {
            type Returned = Returned;

            fn requirements(_requirements: &mut Requirements) {
                $($parameter::requirements(_requirements);)*
            }

            fn arguments() -> Option<InputSchema> {
                if !(false $(|| $parameter::TAKES_ARGUMENTS)*) {
                    return None;
                }
                #[expect(clippy::allow_attributes, reason = "unused without parameters only")]
                #[allow(unused_mut, reason = "unused without parameters only")]
                let mut schema = InputSchema::new();
                $($parameter::describe_arguments(&mut schema);)*
                Some(schema)
            }

            #[allow(non_snake_case, reason = "a parameter is named like its type")]
            fn start(
                self: Arc<Self>,
                context: Context,
                finish: fn(Self::Returned, &Context) -> Outcome,
            ) -> Result<HandlerFuture, CallError> {
                $(let $parameter = glue::early::<$parameter>(&context)?;)*
                Ok(Box::pin(async move {
                    $(let $parameter = glue::extract($parameter, &context).await?;)*
                    run_blocking(context, move |context| finish(self($($parameter),*), context)).await
                }))
            }
        }
    )*};
}

functions! {
    ()
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E G)
    (A B C D E G H)
    (A B C D E G H I)
}

/// Runs blocking work of a call on a thread for blocking work, in the current span. Called by the
/// macros.
///
/// Work that runs cannot be stopped: it holds the permits of the call until it ends. Work that has
/// not begun is dropped with the call.
///
/// # Errors
/// Fails with the error of the work, and if the runtime shuts down.
///
/// # Panics
/// Panics if the work panics.
pub async fn run_blocking(context: Context, work: impl FnOnce(&Context) -> Outcome + Send + 'static) -> Outcome {
    let running = RunningWork::begin(&context);
    let span = tracing::Span::current();
    let task = spawn_blocking(move || {
        let _running = running;
        // A call can be cancelled while it waits for a thread.
        if context.is_cancelled() {
            return Err(CallError::internal("the call was cancelled before its blocking handler ran"));
        }
        span.in_scope(|| work(&context))
    });
    let _abort = AbortOnDrop(task.abort_handle());
    match task.await {
        Ok(outcome) => outcome,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Err(CallError::internal("the runtime shut down before the blocking handler ran")),
        },
    }
}

/// Drops work that has not begun with the future that waits for it.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
