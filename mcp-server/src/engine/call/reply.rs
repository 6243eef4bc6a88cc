//! Turns a call in progress into its reply: one body if that is enough, a stream otherwise.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    driver::{CallEnd, Driver, OnDisconnect, Stop, expired},
    outcome,
    task::become_task,
};
use crate::{
    context::Context,
    engine::{
        Engine,
        inbound::Accepts,
        reply::{EventStream, MessageReply, Rejection, Reply, Status},
        session::Session,
        settings::ResponseMode,
        stream::{Reader, Stream, Writer},
    },
    handler::BoxFuture,
    protocol::{ErrorCode, ErrorObject, ProtocolVersion, RequestId, envelope::message::Message},
};

/// The reply to a message, or the work that it must wait for.
pub(in crate::engine) enum PendingReply {
    Ready(Reply),
    /// A call in progress.
    Call(PendingCall),
    /// A reply that depends on something other than a call, or on several messages.
    Later(BoxFuture<Reply>),
    /// A subscription, which is answered when it ends.
    Subscription(PendingSubscription),
}

/// A call in progress.
pub(in crate::engine) struct PendingCall {
    pub(super) driver: Driver,
    pub(in crate::engine) context: Context,
    pub(super) version: ProtocolVersion,
    pub(super) accepts: Accepts,
    pub(super) owner: StreamOwner,
}

/// A subscription that is being opened.
pub(in crate::engine) struct PendingSubscription {
    pub(in crate::engine) id: RequestId,
    /// Resolves once it is known which resources and tasks the client may subscribe to.
    pub(in crate::engine) events: BoxFuture<EventStream>,
}

impl PendingReply {
    /// Names the method of a rejected message, for the log.
    #[must_use]
    pub(in crate::engine) fn about(self, message: &Message<'_>) -> Self {
        match self {
            Self::Ready(reply) => Self::Ready(reply.because(|grounds| match message.kind.method() {
                Some(method) if grounds.method.is_none() => grounds.method(method),
                _ => grounds,
            })),
            pending => pending,
        }
    }
}

impl From<Reply> for PendingReply {
    fn from(reply: Reply) -> Self {
        Self::Ready(reply)
    }
}

/// Owner of the response stream of a call.
#[derive(Clone)]
pub(in crate::engine) enum StreamOwner {
    /// A session. The call survives a disconnect. Once the response is a stream, the stream is kept
    /// for the client to resume.
    Session(Arc<Session>),
    /// The connection. The call is cancelled when the client disconnects.
    Connection,
}

/// The state of a call after it ran in place.
pub(in crate::engine) enum InPlace {
    /// The call ended with this response, or was cancelled (`None`).
    Answered(Option<Bytes>),
    /// The call needs a stream.
    Streaming(Box<PendingCall>),
}

impl PendingCall {
    /// Runs the call until its reply is known: one body, or a stream that a spawned task writes.
    pub(in crate::engine) async fn reply(mut self, engine: &Arc<Engine>) -> Reply {
        loop {
            match self.driver.run_in_place().await {
                Stop::End(end) => {
                    let is_hidden = end.is_hidden();
                    let mut reply = outcome::reply(engine, self.version, &self.context, end);
                    return match reply {
                        // A rejection is not streamed, because a stream cannot carry its status. A
                        // hidden item has the reply of an unknown one.
                        Reply::Message(MessageReply { status: Status::Ok, ref body, .. })
                            if !is_hidden && streams_everything(engine, self.accepts) =>
                        {
                            let stream = self.owner.stream(engine, body.clone());
                            reply.report(engine.refusals(), Some(200), self.context.principal());
                            stream
                        }
                        reply => reply,
                    };
                }
                Stop::NeedsStream => return self.stream(engine),
                // On the heap: few calls become tasks, and the future of the others stays small.
                Stop::Detaches => match Box::pin(become_task(engine, self.version, &self.context, self.driver)).await {
                    Ok(handle) => return self.owner.respond(engine, self.accepts, handle),
                    Err(driver) => self.driver = *driver,
                },
                Stop::Cancelled | Stop::Expired => {
                    return self.owner.cancelled(self.accepts, self.context.request_id());
                }
            }
        }
    }

    /// Runs a call of a batch until it ends or sends a message.
    pub(in crate::engine) async fn run_in_place(mut self, engine: &Engine) -> InPlace {
        match self.driver.run_in_place().await {
            Stop::End(end) => {
                let mut reply = outcome::reply(engine, self.version, &self.context, end);
                reply.report(engine.refusals(), None, self.context.principal());
                InPlace::Answered(reply.into_message())
            }
            Stop::NeedsStream | Stop::Detaches => InPlace::Streaming(Box::new(self)),
            Stop::Cancelled | Stop::Expired => {
                let mut reply = self.owner.cancelled(self.accepts, self.context.request_id());
                reply.report(engine.refusals(), None, self.context.principal());
                InPlace::Answered(reply.into_message())
            }
        }
    }

    /// Runs the call to its end, and returns its last message: the response, or the handle of the
    /// task that it became. Returns `None` if it was cancelled.
    pub(in crate::engine) async fn last_message(mut self, engine: &Arc<Engine>) -> Option<Bytes> {
        loop {
            match self.driver.run_to_end().await {
                Stop::End(end) => return Some(outcome::last_message(engine, self.version, &self.context, end)),
                Stop::Expired => {
                    let end = CallEnd::Done(Err(expired()));
                    return Some(outcome::last_message(engine, self.version, &self.context, end));
                }
                Stop::Detaches => match become_task(engine, self.version, &self.context, self.driver).await {
                    Ok(handle) => return Some(handle),
                    Err(driver) => self.driver = *driver,
                },
                Stop::Cancelled | Stop::NeedsStream => return None,
            }
        }
    }

    /// Continues the call in a task of its own, and streams its messages and its response.
    fn stream(self, engine: &Arc<Engine>) -> Reply {
        let stream = self.owner.open_stream(engine);
        let reader = stream.read(None);
        self.context.0.outbox.attach(stream.clone());
        let events = self.owner.events(reader, || vec![self.context.clone()]);
        let (engine, writer) = (engine.clone(), Writer(stream));
        tokio::spawn(async move {
            if let Some(response) = self.last_message(&engine).await {
                writer.finish([response]);
            }
        });
        Reply::Stream(events)
    }
}

impl StreamOwner {
    /// Returns the behavior of a call of this owner when its connection is lost.
    pub(super) fn on_disconnect(&self) -> OnDisconnect {
        match self {
            Self::Session(_) => OnDisconnect::Continue,
            Self::Connection => OnDisconnect::Cancel,
        }
    }

    /// Returns a response in the form that the client accepts.
    pub(in crate::engine) fn respond(&self, engine: &Engine, accepts: Accepts, response: Bytes) -> Reply {
        if streams_everything(engine, accepts) { self.stream(engine, response) } else { Reply::response(response) }
    }

    /// Returns the reply to a call that was cancelled.
    pub(in crate::engine) fn cancelled(&self, accepts: Accepts, id: &RequestId) -> Reply {
        match self {
            // The client did not cancel the call itself, and must not wait for its response.
            Self::Session(session) if session.has_ended() => Rejection::UnknownSession(None).reply(Some(id)),
            // Over HTTP a stream may end without a response, but a body must contain one message.
            Self::Session(_) if accepts.stream => Reply::Stream(EventStream::empty()),
            Self::Session(_) => {
                let error = ErrorObject::new(ErrorCode::REQUEST_CANCELLED, "the request was cancelled");
                Reply::failed(Status::Ok, id, &error)
            }
            Self::Connection => Reply::Accepted,
        }
    }

    /// Opens a stream for a call or a batch.
    pub(in crate::engine) fn open_stream(&self, engine: &Engine) -> Arc<Stream> {
        let (settings, capacity) = (&engine.settings, engine.settings.stream_capacity());
        match self {
            Self::Session(session) => {
                let max_ended = settings.limits.max_ended_streams_per_session;
                session.open_stream(settings.session_stream(session.version), capacity, max_ended)
            }
            Self::Connection => Stream::new(0, settings.connection_stream(), capacity, None),
        }
    }

    /// Returns the events of a stream. The calls are cancelled with the connection if it owns them.
    pub(in crate::engine) fn events(&self, reader: Reader, calls: impl FnOnce() -> Vec<Context>) -> EventStream {
        match self {
            Self::Session(_) => EventStream::detached(reader),
            Self::Connection => EventStream::bound(reader, calls()),
        }
    }

    /// Returns a response as a stream.
    fn stream(&self, engine: &Engine, response: Bytes) -> Reply {
        let stream = self.open_stream(engine);
        let reader = stream.read(None);
        stream.finish([response]);
        Reply::Stream(EventStream::detached(reader))
    }
}

/// Returns `true` if every response is streamed, even one that is ready.
pub(in crate::engine) fn streams_everything(engine: &Engine, accepts: Accepts) -> bool {
    accepts.stream && (engine.settings.mode == ResponseMode::Stream || !accepts.json)
}

#[cfg(test)]
mod tests;
