//! Stdio connections: messages are served in the order in which they arrive, and answered in any
//! order.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;

use super::{
    Engine,
    accept::begin,
    call::PendingReply,
    inbound::{Accepts, Claims, Inbound},
    reply::{EventStream, Reply},
    stdio_connection::StdioConnection,
};
use crate::handler::BoxFuture;

/// The reply to a message on stdio, or the work that it must wait for.
pub(crate) enum StdioReply {
    Ready(Reply),
    /// A reply that the end of the input waits for.
    Later(BoxFuture<Reply>),
    /// The events of a subscription, which the end of the input does not wait for.
    Subscription(BoxFuture<EventStream>),
}

impl Engine {
    /// Serves one message of a stdio connection. Its effects on later messages are complete when
    /// this returns, so messages take effect in the order in which they arrive.
    pub(crate) fn accept_on(self: &Arc<Self>, connection: &Arc<StdioConnection>, body: Bytes) -> StdioReply {
        let principal = self.settings.local_principal.clone();
        let inbound = Inbound {
            body,
            headers: HeaderMap::new(),
            accounts: self.accounts(principal.as_ref(), None),
            principal,
            claims: Claims::default(),
            // Messages of a call are written directly to the connection, without an event stream.
            accepts: Accepts { json: true, stream: false },
            stdio: Some(connection.clone()),
        };
        match begin(self, inbound) {
            PendingReply::Ready(reply) => StdioReply::Ready(reply),
            PendingReply::Call(call) => {
                let engine = self.clone();
                StdioReply::Later(Box::pin(async move { call.reply(&engine).await }))
            }
            PendingReply::Later(reply) => StdioReply::Later(reply),
            PendingReply::Subscription(subscription) => StdioReply::Subscription(subscription.events),
        }
    }

    /// Reports a reply on stdio that is a rejection.
    pub(crate) fn report_on_stdio(&self, reply: &mut Reply) {
        reply.report(self.refusals(), None, self.settings.local_principal.as_ref());
    }

    /// Returns the messages to the session of a connection that belong to no call, or `None`
    /// without a session.
    pub(crate) fn session_events(&self, connection: &StdioConnection) -> Option<EventStream> {
        let settings = &self.settings;
        let standalone =
            connection.session()?.standalone_stream(settings.connection_stream(), settings.stream_capacity())?;
        Some(EventStream::detached(standalone.read(None)))
    }

    /// Closes a connection whose client is gone: cancels its calls and subscriptions.
    pub(crate) fn close(&self, connection: &StdioConnection) {
        if let Some(session) = connection.session() {
            self.sessions.remove(session);
        }
        connection.in_flight.close();
    }

    /// Returns `true` if the module requires a token, which stdio cannot carry, and names no local
    /// principal.
    pub(crate) fn rejects_stdio(&self) -> bool {
        self.settings.requires_token() && self.settings.local_principal.is_none()
    }
}
