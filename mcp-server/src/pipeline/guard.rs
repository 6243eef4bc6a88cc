//! `Guard`: a check of your own before a call is accepted.

use std::{future::Future, pin::Pin, sync::Arc};

use crate::{context::Context, error::CallError};

/// Decides whether a call may go on.
///
/// Guards run after the declared access (scopes, roles) and before the arguments are read. Global ones come first
/// ([`McpModule::guard`](crate::McpModule::guard)), then those of the item (`#[tool(guards(OfficeHours))]`), in order; the first
/// refusal ends the call.
///
/// The error says what the caller gets to see: [`CallError::forbidden`], [`CallError::hidden`] (as if the item did not exist),
/// [`CallError::insufficient_scope`] (403 with a challenge), [`CallError::client`].
///
/// ```
/// use mcp_server::{CallError, Context, Guard, tool};
///
/// struct SameTenant;
///
/// impl Guard for SameTenant {
///     async fn check(&self, context: &Context) -> Result<(), CallError> {
///         let theirs = context.principal().and_then(|who| who.claim::<String>("tenant"));
///         let asked = context.headers().get("x-tenant").and_then(|value| value.to_str().ok());
///         if theirs.as_deref() == asked { Ok(()) } else { Err(CallError::forbidden("that is another tenant's")) }
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
    note = "write `impl mcp_server::Guard for … {{ async fn check(&self, context: &Context) -> Result<(), CallError> {{ … }} }}`"
)]
pub trait Guard: Send + Sync + 'static {
    /// Lets the call pass, or says why not.
    fn check(&self, context: &Context) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// A guard of an attribute: here the compiler says what is none. Called by the macros.
pub fn guard<G: Guard>(guard: G) -> SharedGuard {
    Arc::new(guard)
}

/// A guard whose type is forgotten.
pub(crate) type SharedGuard = Arc<dyn ErasedGuard>;

/// What a guard can do when its type is forgotten.
pub trait ErasedGuard: Send + Sync {
    /// [`Guard::check`].
    fn check_boxed<'a>(
        &'a self,
        context: &'a Context,
    ) -> Pin<Box<dyn Future<Output = Result<(), CallError>> + Send + 'a>>;
}

impl<G: Guard> ErasedGuard for G {
    fn check_boxed<'a>(
        &'a self,
        context: &'a Context,
    ) -> Pin<Box<dyn Future<Output = Result<(), CallError>> + Send + 'a>> {
        Box::pin(self.check(context))
    }
}
