//! `HandlerFunction`: async functions and closures whose parameters are extractors.

use std::{future::Future, sync::Arc};

use super::{
    glue,
    outcome::{HandlerFuture, Outcome},
};
use crate::{
    context::Context,
    error::CallError,
    extract::{FromContext, InputSchema, Requirements},
};

/// An async function or closure that serves the calls of an item that is built without macros.
///
/// The function has at most eight parameters, each of which is an extractor ([`FromContext`]), such
/// as [`Context`], [`Inject<T>`](crate::Inject) or [`Args<T>`](crate::Args). The trait is
/// implemented for all such functions.
#[diagnostic::on_unimplemented(
    message = "this function cannot serve calls",
    label = "expected an async function whose parameters are extractors",
    note = "write it like `|Args(booking): Args<Booking>, ctx: Context| async move {{ … }}`, with the types of all parameters"
)]
pub trait HandlerFunction<Parameters>: Send + Sync + 'static {
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
        impl<Function, Returning, $($parameter),*> HandlerFunction<($($parameter,)*)> for Function
        where
            Function: Fn($($parameter),*) -> Returning + Send + Sync + 'static,
            Returning: Future<Output: 'static> + Send + 'static,
            $($parameter: FromContext + 'static,)*
        {
            type Returned = Returning::Output;

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
                    let returned = self($($parameter),*).await;
                    finish(returned, &context)
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
