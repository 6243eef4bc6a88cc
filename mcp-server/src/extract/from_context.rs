//! `FromContext`: types that a handler can take as parameters.

use std::future::Future;

use super::input_schema::InputSchema;
use crate::{context::Context, error::CallError, provider::Dependency};

/// An extractor: a type that a handler can take as a parameter.
///
/// The trait is implemented for [`Context`], [`HeaderMap`](crate::HeaderMap),
/// [`Principal`](crate::Principal), `Option<Principal>`, [`Inject<T>`](crate::Inject),
/// [`Args<T>`](crate::Args) and [`Cancellation`](crate::context::Cancellation). Implement it for
/// your own types:
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
///         tenant.map(|tenant| Self(tenant.to_owned())).ok_or_else(|| CallError::client("missing header X-Tenant"))
///     }
/// }
///
/// /// Returns the tenant of the caller.
/// #[tool]
/// async fn tenant(tenant: Tenant) -> String {
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
    /// Error for calls without such a value.
    type Rejection: Into<CallError>;

    /// Extracts the value from a call. Extractors run after the arguments have been accepted, in
    /// the order of the parameters.
    fn from_context(context: &Context) -> impl Future<Output = Result<Self, Self::Rejection>> + Send;

    /// Adds the requirements of the type, so that `build()` can report what is missing. Most
    /// extractors have none.
    fn requirements(_: &mut Requirements) {}

    /// `true` for types that take all arguments of the call.
    #[doc(hidden)]
    const TAKES_ARGUMENTS: bool = false;

    /// Adds the arguments that the type takes to the schema.
    #[doc(hidden)]
    fn describe_arguments(_: &mut InputSchema) {}

    /// Reads the arguments that the type takes, before the call is accepted.
    #[doc(hidden)]
    fn read_arguments(_: &Context) -> Result<Option<Self>, CallError> {
        Ok(None)
    }
}

/// Providers and authorization that the parameters of an item require. `build()` reports those that
/// the module lacks.
#[derive(Debug, Default)]
pub struct Requirements {
    pub(crate) providers: Vec<Dependency>,
    /// Needs the principal of the caller.
    pub(crate) authorization: bool,
}

impl Requirements {
    /// Requires a provider of type `T`.
    pub fn provider<T: ?Sized + Send + Sync + 'static>(&mut self) {
        self.providers.push(Dependency::of::<T>());
    }

    /// Requires [`McpOptions::authorization`](crate::McpOptions::authorization), without which no
    /// caller has a principal.
    pub fn authorization(&mut self) {
        self.authorization = true;
    }
}

impl InputSchema {
    /// Adds the arguments that a parameter of type `P` takes. Only [`Args<T>`](crate::Args) takes
    /// any.
    pub fn parameter<P: FromContext>(&mut self) {
        P::describe_arguments(self);
    }
}
