//! `ContextBuilder`: contexts for unit tests of handlers.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};

use super::{
    arguments::Arguments,
    call::{Call, Context},
    client::Client,
    link::{BlockingWork, ClientChannel, LogThreshold, Outbox, Signal, Steps},
    target::{ItemInfo, ItemKind, Target},
};
use crate::{
    auth::Principal,
    protocol::{ProtocolVersion, RequestId},
    provider::Providers,
};

/// Builds a [`Context`] for a unit test of a handler.
///
/// The call has no client: notifications are dropped, and questions fail.
///
/// ```
/// use mcp_server::{Context, HeaderMap, Principal};
///
/// async fn greet(name: String, headers: HeaderMap, ctx: Context) -> String {
///     ctx.progress(1.0).send();
///     let user = ctx.principal().map_or("anonymous", |principal| principal.subject());
///     format!("{name} {user} {}", headers.len())
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let ctx = Context::builder().principal(Principal::builder("https://idp.example.com", "ada").build()).build();
/// assert_eq!(greet("Hello".into(), HeaderMap::new(), ctx).await, "Hello ada 0");
/// # });
/// ```
#[derive(Debug)]
#[must_use]
pub struct ContextBuilder {
    name: Box<str>,
    arguments: Value,
    capabilities: Value,
    headers: HeaderMap,
    principal: Option<Principal>,
}

impl Context {
    /// Returns a builder of contexts for unit tests. Requires the feature `testing`.
    pub fn builder() -> ContextBuilder {
        ContextBuilder {
            name: "test".into(),
            arguments: json!({}),
            capabilities: json!({}),
            headers: HeaderMap::new(),
            principal: None,
        }
    }
}

impl ContextBuilder {
    /// Sets the name of the tool. Default: `test`.
    pub fn name(mut self, name: impl Into<Box<str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the arguments, a JSON object. Default: none.
    pub fn arguments(mut self, arguments: Value) -> Self {
        self.arguments = arguments;
        self
    }

    /// Sets the capabilities that the client declares, a JSON object. Default: none.
    pub fn client_capabilities(mut self, capabilities: Value) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Sets the headers of the request. Default: none.
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    /// Sets the principal. Default: an anonymous caller.
    pub fn principal(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }

    /// Returns the context.
    pub fn build(self) -> Context {
        self.build_with(ClientChannel::Unavailable("this context was built for a test"), Outbox::closed())
    }

    /// Returns a context with this channel and outbox.
    pub(crate) fn build_with(self, channel: ClientChannel, outbox: Outbox) -> Context {
        let item = ItemInfo::for_tests(ItemKind::Tool, self.name);
        let id = Bytes::from_static(b"1");
        Context::new(Call {
            target: Target { item: Arc::new(item), uri: None, is_completion: false },
            id: RequestId::parse(&id, "1").unwrap_or_else(|_| unreachable!("a valid id")),
            arguments: Arguments::Json(self.arguments.to_string().into()),
            reporter: None,
            log_level: LogThreshold::Fixed(None),
            client: Client::new(Bytes::new(), self.capabilities.to_string().into()),
            headers: self.headers,
            principal: self.principal,
            providers: Providers::default(),
            outbox,
            version: ProtocolVersion::LATEST_STATELESS,
            channel,
            steps: Steps::default(),
            signal: Signal::default(),
            blocking: BlockingWork::default(),
        })
    }
}

#[cfg(test)]
impl Context {
    /// Returns the context of a call whose client declares every capability.
    pub(crate) fn for_tests(channel: ClientChannel) -> Self {
        let capabilities = json!({"elicitation": {}, "sampling": {}, "roots": {}});
        Self::builder().client_capabilities(capabilities).build_with(channel, Outbox::open())
    }
}
