//! `Completer`: functions that complete an argument, and the handler that calls them.

use std::{future::Future, sync::Arc};

use super::outcome::{BoxFuture, CallResult, Handler, HandlerFuture};
use crate::{
    context::{Arguments, Context},
    error::CallError,
    extract::{FromCompletion, Requirements, Typed},
    protocol::{Completion, types::error_object::excerpt},
};

/// A function or closure that completes an argument, `async` or not.
///
/// The function has at most eight parameters, each of which implements [`FromCompletion`]:
/// [`Typed`], [`Chosen`](crate::Chosen) or an extractor. The function returns an
/// [`IntoCompletion`]. The trait is implemented for all such functions.
#[diagnostic::on_unimplemented(
    message = "invalid completion function",
    label = "expected a function that returns suggestions for an argument",
    note = "write a function such as `async fn cities(typed: Typed, store: Inject<Cities>) -> Vec<String>`",
    note = "its parameters are `Typed`, `Chosen` and extractors; it returns `Vec<String>`, `Completion`, or a `Result` of these",
    note = "write the types of a closure's parameters, as in `|typed: Typed| …`"
)]
pub trait Completer<Marker>: Send + Sync + 'static {
    /// Returns suggestions.
    #[doc(hidden)]
    fn complete(&self, context: &Context) -> impl Future<Output = Result<Completion, CallError>> + Send;

    /// Adds the requirements of the parameters.
    #[doc(hidden)]
    fn requirements(requirements: &mut Requirements);
}

/// Types that a function which completes an argument can return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a completion function",
    label = "expected a list of strings",
    note = "return `Vec<String>`, another `Vec` or array of strings, `Completion`, or a `Result` of these",
    note = "the error of a `Result` is `CallError`, or a type that implements `std::error::Error`"
)]
pub trait IntoCompletion {
    /// Converts the return value of a completion function into suggestions.
    ///
    /// # Errors
    /// Fails with the error that the function returned.
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

/// Marks functions that are not `async`.
#[derive(Debug)]
pub struct Immediate;

/// Marks functions that return a future.
#[derive(Debug)]
pub struct Deferred;

macro_rules! completers {
    ($(($($parameter:ident)*))*) => {$(
        impl<Function, Returned, $($parameter),*> Completer<(Immediate, $($parameter,)*)> for Function
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

        impl<Function, Returning, $($parameter),*> Completer<(Deferred, $($parameter,)*)> for Function
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

/// A type-erased [`Completer`].
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

    /// Returns a completer that suggests values of an enum.
    pub(crate) fn choice(values: Vec<String>) -> Self {
        let values: Arc<[String]> = values.into();
        Self::new(move |typed: Typed| typed.matching(values.iter().cloned()))
    }
}

/// Handler of the completions of an item.
pub(crate) struct Completions {
    /// All arguments of the item, with their completers.
    pub(crate) arguments: Vec<(Box<str>, Option<SharedCompleter>)>,
}

impl Handler for Completions {
    fn call(&self, context: Context) -> Result<HandlerFuture, CallError> {
        let Arguments::Completing(completing) = context.raw_arguments() else {
            return Err(CallError::internal("not a completion"));
        };
        let Some((_, completer)) = self.arguments.iter().find(|(name, _)| **name == *completing.argument) else {
            let names: Vec<String> = self.arguments.iter().map(|(name, _)| format!("`{name}`")).collect();
            let expected = if names.is_empty() {
                "the item has no arguments".to_owned()
            } else {
                format!("expected {}", names.join(", "))
            };
            let (item, argument) = (context.item(), excerpt(&completing.argument));
            let text = format!("unknown argument `{argument}` of the {} `{}`: {expected}", item.kind(), item.name());
            return Err(CallError::invalid_arguments(text));
        };
        Ok(match completer.clone() {
            None => Box::pin(std::future::ready(Ok(CallResult::Completion(Completion::new(Vec::<String>::new()))))),
            Some(completer) => Box::pin(async move { completer.0(context).await.map(CallResult::Completion) }),
        })
    }
}
