//! `CallInfo` and `Caller`: a call, as guards and interceptors see it.

use std::{borrow::Cow, fmt};

use http::HeaderMap;

use super::{call::Context, cancellation::Cancellation, client::Client, target::ItemInfo};
use crate::{
    auth::Principal,
    protocol::RequestId,
    provider::{Inject, Providers},
};

/// A call, as guards and interceptors see it.
///
/// It borrows from the call, so that it costs no allocation.
///
/// ```
/// use mcp_server::{CallInfo, Denial, Guard};
///
/// struct SmallOnly;
///
/// impl Guard for SmallOnly {
///     async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
///         let size = call.arguments().len();
///         tracing::debug!(tool = call.item().name(), size);
///         if size < 1000 { Ok(()) } else { Err(Denial::client("the arguments are too large")) }
///     }
/// }
/// ```
#[derive(Clone)]
pub struct CallInfo<'c> {
    context: &'c Context,
}

impl<'c> CallInfo<'c> {
    pub(crate) fn new(context: &'c Context) -> Self {
        Self { context }
    }

    /// Returns the item that is called: its kind, name and declared access.
    pub fn item(&self) -> &'c ItemInfo {
        self.context.item()
    }

    /// Returns the URI of the resource that is read. For a [completion](Self::is_completion),
    /// returns the URI or URI template that its `ref` names. `None` for tools and prompts.
    pub fn uri(&self) -> Option<&'c str> {
        self.context.uri()
    }

    /// Returns `true` if the call requests suggestions for an argument (`completion/complete`). The
    /// guards of the item check completions as well.
    pub fn is_completion(&self) -> bool {
        self.context.is_completion()
    }

    /// Returns the id of the request.
    pub fn request_id(&self) -> &'c RequestId {
        self.context.request_id()
    }

    /// Returns the caller: principal, client and headers.
    pub fn caller(&self) -> Caller<'c> {
        let call = &self.context.0;
        Caller {
            principal: call.principal.as_ref(),
            client: &call.client,
            headers: &call.headers,
            providers: &call.providers,
        }
    }

    /// Returns the principal. `None` for anonymous callers and for modules without
    /// [`Authorization`](crate::Authorization).
    pub fn principal(&self) -> Option<&'c Principal> {
        self.context.principal()
    }

    /// Returns the name, version and capabilities that the client claims.
    pub fn client(&self) -> &'c Client {
        self.context.client()
    }

    /// Returns the headers of the HTTP request. Other transports have none.
    pub fn headers(&self) -> &'c HeaderMap {
        self.context.headers()
    }

    /// Returns the arguments as the text of a JSON object. Guards see them before they are
    /// validated.
    ///
    /// For a resource template these are its variables; for a completion, the arguments chosen so
    /// far.
    pub fn arguments(&self) -> Cow<'c, str> {
        self.context.arguments()
    }

    /// Returns the provider of type `T`, if the module has one.
    pub fn provider<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Inject<T>> {
        self.context.provider()
    }

    /// Returns a handle that reports the cancellation of the call.
    pub fn cancellation(&self) -> Cancellation {
        self.context.cancellation()
    }

    /// Returns `true` if the call has been cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.context.is_cancelled()
    }

    /// Returns the [`Context`] of the call, to use an extractor
    /// ([`FromContext`](crate::FromContext)), to report progress, or to ask the client.
    pub fn context(&self) -> &'c Context {
        self.context
    }
}

impl fmt::Debug for CallInfo<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CallInfo")
            .field("id", self.request_id())
            .field("item", self.item())
            .field("uri", &self.uri())
            .field("principal", &self.principal())
            .finish_non_exhaustive()
    }
}

/// The caller of a request: its principal, client and headers, without the item that it uses.
#[derive(Clone)]
pub struct Caller<'c> {
    principal: Option<&'c Principal>,
    client: &'c Client,
    headers: &'c HeaderMap,
    providers: &'c Providers,
}

impl<'c> Caller<'c> {
    /// Returns the principal. `None` for anonymous callers and for modules without
    /// [`Authorization`](crate::Authorization).
    pub fn principal(&self) -> Option<&'c Principal> {
        self.principal
    }

    /// Returns the name, version and capabilities that the client claims.
    pub fn client(&self) -> &'c Client {
        self.client
    }

    /// Returns the headers of the HTTP request. Other transports have none.
    pub fn headers(&self) -> &'c HeaderMap {
        self.headers
    }

    /// Returns the provider of type `T`, if the module has one.
    pub fn provider<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Inject<T>> {
        self.providers.get()
    }
}

impl fmt::Debug for Caller<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Caller").field("principal", &self.principal).finish_non_exhaustive()
    }
}
