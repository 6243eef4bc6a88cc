//! A call that has begun, up to its reply: one body when that will do, a stream when it will not. The same in both eras but for whose
//! the stream is.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Accepts, Engine, EventStream, Reply, ResponseMode, error_bytes,
    legacy::{Session, SessionRefused},
    running::{OnDisconnect, Running, Stopped},
    stream::{Manner, Stream, Writer},
};
use crate::{
    context::Context,
    handler::BoxFuture,
    protocol::{ErrorCode, ErrorObject, ProtocolVersion, RequestId, revision::since::Feature},
};

/// How far a message got without waiting.
pub(super) enum Step {
    /// It has its reply.
    Reply(Reply),
    /// It is a call, which may take a while.
    Call(Begun),
    /// It has its reply later, without being a call: something else is asked first, or it is several messages.
    Later(BoxFuture<Reply>),
    /// It is a subscription, which is answered when it ends.
    Subscription(Subscription),
}

/// A subscription that has begun.
pub(super) struct Subscription {
    pub(super) id: RequestId,
    /// Its messages, as soon as it is known which resources the client may hear of.
    pub(super) opened: BoxFuture<EventStream>,
}

impl From<Reply> for Step {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

/// A call that has begun.
pub(super) struct Begun {
    pub(super) running: Running,
    pub(super) context: Context,
    pub(super) version: ProtocolVersion,
    pub(super) accepts: Accepts,
    pub(super) home: Home,
}

/// Where a call is at home, and so whose the stream of its answer is.
pub(super) enum Home {
    /// In a session: it goes on whoever listens, and its answer waits for whoever comes back.
    Session(Arc<Session>),
    /// On its connection: when the client goes away, it is withdrawn.
    Connection,
}

impl Begun {
    /// Waits for the answer, as long as that may be one body.
    pub(super) async fn reply(self, engine: &Arc<Engine>) -> Reply {
        let Self { mut running, context, version, accepts, home } = self;
        loop {
            match running.in_place().await {
                Stopped::Ended(ended) => {
                    return match engine.ended(version, &context, ended) {
                        Reply::Message(reply) if streams_everything(engine, accepts) => home.stream(engine, reply.body),
                        reply => reply,
                    };
                }
                Stopped::NeedsStream => return home.stream_later(engine, version, context, running),
                // On the heap: few calls go this way, and the future of the others is to stay small.
                Stopped::Detaches => match Box::pin(engine.become_task(version, &context, running)).await {
                    Ok(handle) => return home.answer(engine, accepts, handle),
                    Err(call) => running = *call,
                },
                Stopped::Withdrawn => return home.withdrawn(accepts, context.request_id()),
            }
        }
    }
}

impl Home {
    /// What a lost connection means for a call that is at home here.
    pub(super) fn on_disconnect(&self) -> OnDisconnect {
        match self {
            Self::Session(_) => OnDisconnect::Continue,
            Self::Connection => OnDisconnect::Cancel,
        }
    }

    /// What is left to say of a call that was withdrawn.
    pub(super) fn withdrawn(&self, accepts: Accepts, id: &RequestId) -> Reply {
        match self {
            // A client that did not withdraw the call itself must not wait for its answer.
            Self::Session(session) if session.has_ended() => SessionRefused::UnknownSession.reply(Some(id)),
            // Over HTTP a request is answered with a stream, which may end without an answer, or with one message.
            Self::Session(_) if accepts.stream => Reply::Stream(EventStream::over()),
            Self::Session(_) => {
                Reply::answered(error_bytes(Some(id), &ErrorObject::new(ErrorCode(499), "the request was withdrawn")))
            }
            Self::Connection => Reply::Accepted,
        }
    }

    /// An answer that is there already, in the form that the client takes.
    pub(super) fn answer(&self, engine: &Engine, accepts: Accepts, answer: Bytes) -> Reply {
        if streams_everything(engine, accepts) { self.stream(engine, answer) } else { Reply::answered(answer) }
    }

    /// An answer that is there already, as a stream.
    fn stream(&self, engine: &Engine, answer: Bytes) -> Reply {
        let stream = self.open_stream(engine);
        let reader = stream.read(None);
        stream.finish([answer]);
        Reply::Stream(EventStream::detached(reader))
    }

    /// What the call says from now on, and at the end its answer, as a stream. The call goes on as a task.
    fn stream_later(
        &self,
        engine: &Arc<Engine>,
        version: ProtocolVersion,
        context: Context,
        running: Running,
    ) -> Reply {
        let stream = self.open_stream(engine);
        let reader = stream.read(None);
        context.0.outbox.attach(stream.clone());
        let events = match self {
            Self::Session(_) => EventStream::detached(reader),
            Self::Connection => EventStream::bound(reader, vec![context.clone()]),
        };
        let (engine, writer) = (engine.clone(), Writer(stream));
        tokio::spawn(async move {
            if let Some(answer) = engine.last_message_of(version, &context, running).await {
                writer.finish([answer]);
            }
        });
        Reply::Stream(events)
    }

    pub(super) fn open_stream(&self, engine: &Engine) -> Arc<Stream> {
        match self {
            Self::Session(session) => {
                let manner = engine.session_manner(session.version);
                session.open_stream(manner, engine.capacity(), engine.settings.kept_streams)
            }
            Self::Connection => {
                let manner = Manner { resumable: false, primes: false, retry: engine.settings.retry };
                Stream::new(0, manner, engine.capacity(), None)
            }
        }
    }
}

impl Engine {
    /// The last message of a call that has become a stream, once it is there: of its end, or of the task that it becomes. `None` when
    /// it was withdrawn.
    pub(super) async fn last_message_of(
        self: &Arc<Self>,
        version: ProtocolVersion,
        context: &Context,
        mut running: Running,
    ) -> Option<Bytes> {
        loop {
            match running.finish().await {
                Stopped::Ended(ended) => return Some(self.last_message(version, context, ended)),
                Stopped::Detaches => match self.become_task(version, context, running).await {
                    Ok(handle) => return Some(handle),
                    Err(call) => running = *call,
                },
                Stopped::Withdrawn | Stopped::NeedsStream => return None,
            }
        }
    }

    /// How streams of a session speak to a client of that version.
    pub(super) fn session_manner(&self, version: ProtocolVersion) -> Manner {
        Manner { resumable: true, primes: version.knows(Feature::PrimingEvent), retry: self.settings.retry }
    }
}

/// Whether even an answer that is there at once goes on a stream.
pub(super) fn streams_everything(engine: &Engine, accepts: Accepts) -> bool {
    accepts.stream && (engine.settings.mode == ResponseMode::Stream || !accepts.json)
}
