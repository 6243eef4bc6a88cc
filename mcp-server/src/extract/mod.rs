//! What a handler's parameters are made from.
//!
//! A parameter marked `#[arg]` is an argument of the call. Every other parameter is an *extractor*: it is asked of its type,
//! through [`FromContext`].

mod args;
mod arguments;
mod completion;
mod contradictions;
pub(crate) mod default;
mod extractors;
mod input_schema;
mod slot;
mod text;

use std::future::Future;

pub use args::Args;
pub use arguments::read_arguments;
pub(crate) use arguments::refusal;
pub use completion::{Chosen, FromCompletion, Typed};
pub use input_schema::{ArgumentOptions, InputSchema};
pub use slot::{Argument, ArgumentSlot, Slot, filled, filled_or};

use crate::{context::Context, error::CallError, provider::Dependency};

/// A type that a handler may take as a parameter.
///
/// Implemented for [`Context`], [`HeaderMap`](crate::HeaderMap), [`Principal`](crate::Principal), `Option<Principal>`,
/// [`Inject<T>`](crate::Inject), [`Args<T>`] and [`Cancellation`](crate::context::Cancellation). Implement it for types of your
/// own:
///
/// ```
/// use mcp_server::{CallError, Context, FromContext, tool};
///
/// struct Tenant(String);
///
/// impl FromContext for Tenant {
///     type Rejection = CallError;
///
///     async fn from_context(context: &Context) -> Result<Self, CallError> {
///         let tenant = context.headers().get("x-tenant").and_then(|value| value.to_str().ok());
///         tenant.map(|tenant| Self(tenant.to_owned())).ok_or_else(|| CallError::client("the header X-Tenant is missing"))
///     }
/// }
///
/// /// Says whose data this is.
/// #[tool]
/// async fn whose(tenant: Tenant) -> String {
///     tenant.0
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an argument nor an extractor",
    label = "mark the parameter `#[arg]` if the client sends its value",
    note = "extractors are `Context`, `HeaderMap`, `Principal`, `Option<Principal>`, `Inject<T>`, `Args<T>`, and types that \
            implement `FromContext`"
)]
pub trait FromContext: Sized + Send {
    /// What is answered when there is no such value.
    type Rejection: Into<CallError>;

    /// The value for this call. Called after the arguments have been accepted, in the order of the parameters.
    fn from_context(context: &Context) -> impl Future<Output = Result<Self, Self::Rejection>> + Send;

    /// What the module must provide for it, so that `build()` can say what is missing. Most extractors need nothing.
    fn requirements(_: &mut Requirements) {}

    /// Whether the type takes the arguments of the call, all at once.
    #[doc(hidden)]
    const TAKES_ARGUMENTS: bool = false;

    /// Describes the arguments that the type takes.
    #[doc(hidden)]
    fn describe_arguments(_: &mut InputSchema) {}

    /// Reads the arguments that the type takes, while arguments are checked and before anything else happens.
    #[doc(hidden)]
    fn read_arguments(_: &Context) -> Result<Option<Self>, CallError> {
        Ok(None)
    }
}

/// What the parameters of an item need of their module.
#[derive(Debug, Default)]
pub struct Requirements {
    pub(crate) providers: Vec<Dependency>,
    /// Callers that are known.
    pub(crate) authorization: bool,
}

impl Requirements {
    /// The module must provide a `T`.
    pub fn provider<T: ?Sized + Send + Sync + 'static>(&mut self) {
        self.providers.push(Dependency::of::<T>());
    }

    /// The module must know its callers: without [`McpOptions::authorization`](crate::McpOptions::authorization) there is nobody to
    /// ask for.
    pub fn authorization(&mut self) {
        self.authorization = true;
    }
}
