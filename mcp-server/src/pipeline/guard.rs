//! `Guard`: an access check of an application, before a call is accepted.

use std::{future::Future, pin::Pin, sync::Arc};

use super::denial::Denial;
use crate::context::{CallInfo, Context};

/// Decides whether a call is accepted.
///
/// Guards run after the declared access (scopes, roles) and before the arguments are read. The
/// guards of the module run first ([`McpModule::guard`](crate::McpModule::guard)), then those of
/// the item (`#[tool(guards(OfficeHours))]`), each in the order in which they were added. The first
/// [`Denial`] ends the call.
///
/// A guard that fails rejects the call: `?` turns any error into a [`Denial`] that hides its text
/// from the client.
///
/// ```
/// use mcp_server::{CallInfo, Denial, Guard, tool};
///
/// struct SameTenant;
///
/// impl Guard for SameTenant {
///     async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
///         let own = call.principal().and_then(|principal| principal.claim::<String>("tenant"));
///         let requested = call.headers().get("x-tenant").map(|value| value.to_str()).transpose()?;
///         if own.as_deref() == requested { Ok(()) } else { Err(Denial::forbidden("wrong tenant")) }
///     }
/// }
///
/// /// Deletes everything.
/// #[tool(destructive, guards(SameTenant))]
/// async fn purge() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a guard",
    label = "expected a type that implements `Guard`",
    note = "write `impl mcp_server::Guard for … {{ async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {{ … }} }}`"
)]
pub trait Guard: Send + Sync + 'static {
    /// Returns `Ok(())` to accept the call, or the reason for which it is rejected.
    fn check(&self, call: &CallInfo<'_>) -> impl Future<Output = Result<(), Denial>> + Send;
}

/// A type-erased [`Guard`].
pub(crate) type SharedGuard = Arc<dyn ErasedGuard>;

/// Type-erases the guard of an attribute. Called by the macros.
pub fn guard<G: Guard>(guard: G) -> SharedGuard {
    Arc::new(guard)
}

/// Object-safe form of [`Guard`].
pub trait ErasedGuard: Send + Sync {
    /// Calls [`Guard::check`].
    fn check_boxed<'a>(&'a self, context: &'a Context)
    -> Pin<Box<dyn Future<Output = Result<(), Denial>> + Send + 'a>>;
}

impl<G: Guard> ErasedGuard for G {
    fn check_boxed<'a>(
        &'a self,
        context: &'a Context,
    ) -> Pin<Box<dyn Future<Output = Result<(), Denial>> + Send + 'a>> {
        Box::pin(async move { self.check(&CallInfo::new(context)).await })
    }
}
