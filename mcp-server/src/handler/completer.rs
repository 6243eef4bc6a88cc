//! What completes arguments: functions, of the types of their parameters, and the handler that finds the one that is asked.

use std::{future::Future, sync::Arc};

use super::{BoxFuture, CallResult, Handler, HandlerFuture};
use crate::{
    context::{Arguments, Context},
    error::CallError,
    extract::{FromCompletion, Requirements, Typed},
    protocol::Completion,
};

/// A function or closure that completes an argument, `async` or not. Its parameters are of types that implement
/// [`FromCompletion`]: [`Typed`], [`Chosen`](crate::Chosen), extractors; eight at most. It returns something that is
/// [`IntoCompletion`].
///
/// Implemented for every such function; there is nothing to implement by hand.
#[diagnostic::on_unimplemented(
    message = "this does not complete an argument",
    label = "expected a function that returns the values for what was typed",
    note = "such a function looks like `async fn cities(typed: Typed, store: Inject<Cities>) -> Vec<String>`: parameters of the types `Typed`, `Chosen` and extractors, and a result such as `Vec<String>`, `Completion`, or a `Result` of these",
    note = "the types of a closure's parameters must be written out: `|typed: Typed| …`"
)]
pub trait Completer<Marker>: Send + Sync + 'static {
    /// What completes the argument.
    #[doc(hidden)]
    fn complete(&self, context: &Context) -> impl Future<Output = Result<Completion, CallError>> + Send;

    /// What the module must provide for it.
    #[doc(hidden)]
    fn requirements(requirements: &mut Requirements);
}

/// A type that a function which completes an argument may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not complete an argument",
    label = "not a list of values",
    note = "return `Vec<String>` or another `Vec` of text, an array of text, `Completion`, or a `Result` of these whose error is `CallError` or a `std::error::Error`"
)]
pub trait IntoCompletion {
    /// The values.
    ///
    /// # Errors
    /// When there is an error in place of them.
    fn into_completion(self) -> Result<Completion, CallError>;
}

impl IntoCompletion for Completion {
    fn into_completion(self) -> Result<Completion, CallError> {
        Ok(self.truncated())
    }
}

impl<S: Into<String>> IntoCompletion for Vec<S> {
    fn into_completion(self) -> Result<Completion, CallError> {
        Ok(Completion::new(self))
    }
}

impl<S: Into<String>, const COUNT: usize> IntoCompletion for [S; COUNT] {
    fn into_completion(self) -> Result<Completion, CallError> {
        Ok(Completion::new(self))
    }
}

impl<T: IntoCompletion, E: Into<CallError>> IntoCompletion for Result<T, E> {
    fn into_completion(self) -> Result<Completion, CallError> {
        self.map_err(Into::into)?.into_completion()
    }
}

/// Marks functions that answer at once.
#[derive(Debug)]
pub struct AtOnce;

/// Marks functions that return a future.
#[derive(Debug)]
pub struct Later;

macro_rules! completers {
    ($(($($parameter:ident)*))*) => {$(
        impl<Function, Returned, $($parameter),*> Completer<(AtOnce, $($parameter,)*)> for Function
        where
            Function: Fn($($parameter),*) -> Returned + Send + Sync + 'static,
            Returned: IntoCompletion,
            $($parameter: FromCompletion,)*
        {
            async fn complete(&self, _context: &Context) -> Result<Completion, CallError> {
                self($($parameter::from_completion(_context).await?),*).into_completion()
            }

            fn requirements(_requirements: &mut Requirements) {
                $(<$parameter as FromCompletion>::requirements(_requirements);)*
            }
        }

        impl<Function, Returning, $($parameter),*> Completer<(Later, $($parameter,)*)> for Function
        where
            Function: Fn($($parameter),*) -> Returning + Send + Sync + 'static,
            Returning: Future<Output: IntoCompletion> + Send,
            $($parameter: FromCompletion,)*
        {
            async fn complete(&self, _context: &Context) -> Result<Completion, CallError> {
                self($($parameter::from_completion(_context).await?),*).await.into_completion()
            }

            fn requirements(_requirements: &mut Requirements) {
                $(<$parameter as FromCompletion>::requirements(_requirements);)*
            }
        }
    )*};
}

completers! {
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

/// A function that completes, whose types are forgotten.
#[derive(Clone)]
pub(crate) struct SharedCompleter(Arc<dyn Fn(Context) -> BoxFuture<Result<Completion, CallError>> + Send + Sync>);

impl SharedCompleter {
    pub(crate) fn new<Marker, C: Completer<Marker>>(completer: C) -> Self {
        let completer = Arc::new(completer);
        Self(Arc::new(move |context| {
            let completer = completer.clone();
            Box::pin(async move { completer.complete(&context).await })
        }))
    }

    /// Completes a choice from these.
    pub(crate) fn choice(values: Vec<String>) -> Self {
        let values: Arc<[String]> = values.into();
        Self::new(move |typed: Typed| typed.matching(values.iter().cloned()))
    }
}

/// The handler of completions of one item.
pub(crate) struct Completions {
    /// Every argument, and what completes it.
    pub(crate) arguments: Vec<(Box<str>, Option<SharedCompleter>)>,
}

impl Handler for Completions {
    fn call(&self, context: Context) -> Result<HandlerFuture, CallError> {
        let Arguments::Completing(completing) = &context.0.arguments else {
            return Err(CallError::internal("nothing is completed by this call"));
        };
        let Some((_, completer)) = self.arguments.iter().find(|(name, _)| **name == *completing.argument) else {
            let names: Vec<String> = self.arguments.iter().map(|(name, _)| format!("`{name}`")).collect();
            let known =
                if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
            let asked: String = completing.argument.chars().take(64).collect();
            let item = context.item();
            let text = format!("the {} `{}` has no argument `{asked}`: {known}", item.kind(), item.name());
            return Err(CallError::invalid_arguments(text));
        };
        Ok(match completer.clone() {
            None => Box::pin(std::future::ready(Ok(CallResult::Completion(Completion::new(Vec::<String>::new()))))),
            Some(completer) => Box::pin(async move { completer.0(context).await.map(CallResult::Completion) }),
        })
    }
}
