//! A pipe: one channel on which all messages of one client travel, of both eras and without headers, as on stdio.
//!
//! What HTTP tells in headers is known here from the pipe itself: there is at most one session, opened by `initialize`, and a
//! request whose `_meta` names a revision without sessions belongs to that. All of them share their ids, so that a cancellation
//! finds its request in both eras.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::HeaderMap;

use super::{
    Accepts, Claims, Engine, EventStream, Inbound, MessageReply, Reply, Step,
    classify::{Classified, VersionClaims, classify},
    in_flight::InFlight,
    legacy::Session,
    malformed,
    stream::Manner,
};
use crate::{
    handler::BoxFuture,
    protocol::{
        ErrorObject, Method, ProtocolVersion,
        envelope::{message::Kind, params::Params},
        revision::since::Feature,
    },
    registry::Callers,
};

/// What the engine knows of a pipe.
#[derive(Default)]
pub(crate) struct Pipe {
    /// The calls in flight of both eras, and the subscriptions of 2026-07-28.
    pub(super) calls: Arc<InFlight>,
    session: OnceLock<Arc<Session>>,
}

/// How far a message of a pipe got without waiting.
pub(crate) enum Taken {
    /// It has its reply.
    Reply(Reply),
    /// It will have one.
    Later(BoxFuture<Reply>),
    /// It is answered when the subscription ends, with which nobody waits.
    Subscription(BoxFuture<EventStream>),
}

impl Engine {
    /// Takes one message of a pipe. What it changes for those that follow is done when this returns, so messages are taken in the
    /// order in which they came; their replies need no order.
    pub(crate) fn take(self: &Arc<Self>, pipe: &Arc<Pipe>, body: Bytes) -> Taken {
        let inbound = Inbound {
            body,
            headers: HeaderMap::new(),
            principal: None,
            claims: Claims::default(),
            // Whatever a call says goes on the pipe as it is.
            accepts: Accepts { json: true, stream: false },
            pipe: Some(pipe.clone()),
        };
        match self.begin(inbound) {
            Step::Reply(reply) => Taken::Reply(reply),
            Step::Call(begun) => {
                let engine = self.clone();
                Taken::Later(Box::pin(async move { begun.reply(&engine).await }))
            }
            Step::Later(reply) => Taken::Later(reply),
            Step::Subscription(subscription) => Taken::Subscription(subscription.opened),
        }
    }

    /// What is said to the session of the pipe beside its calls. `None` when there is no session.
    pub(crate) fn listen_on(&self, pipe: &Pipe) -> Option<EventStream> {
        // A pipe that broke does not come back.
        let manner = Manner { resumable: false, primes: false, retry: self.settings.retry };
        let standalone = pipe.session()?.standalone(manner, self.capacity())?;
        Some(EventStream::detached(standalone.read(None)))
    }

    /// Nobody is at the other end of the pipe any more: its calls and subscriptions are withdrawn.
    pub(crate) fn close(&self, pipe: &Pipe) {
        if let Some(session) = pipe.session() {
            self.sessions.remove(session);
        }
        pipe.calls.close();
    }

    /// Whether nobody is let in without a token, which a pipe has no place for.
    pub(crate) fn refuses_pipes(&self) -> bool {
        self.settings.callers == Some(Callers::Known)
    }

    /// Which era a message of a pipe belongs to. There is no header that `_meta` could disagree with.
    pub(super) fn classify_on_pipe(meta: Option<&str>) -> Classified {
        classify(VersionClaims { header: meta, meta })
    }
}

impl Pipe {
    /// Nothing more comes from the other end of the pipe: who waits for the answer to a question waits no longer.
    pub(crate) fn ask_no_more(&self) {
        if let Some(session) = self.session() {
            session.questions.end();
        }
    }

    /// Ends what is open for ever beside its calls, in words, and asks nothing any more.
    pub(crate) fn silence(&self) {
        if let Some(session) = self.session() {
            session.silence();
        }
        self.calls.end_subscriptions();
    }

    /// Waits until nothing of it runs any more. It must have been closed.
    pub(crate) async fn emptied(&self) {
        self.calls.emptied().await;
    }

    /// The session that was opened on it.
    pub(super) fn session(&self) -> Option<&Arc<Session>> {
        self.session.get()
    }

    /// Notes that a session was opened on it.
    pub(super) fn opened(&self, session: Arc<Session>) {
        // Messages are taken one after the other, and a second `initialize` was refused before.
        _ = self.session.set(session);
    }

    /// Answers a message that names no revision, before there is a session.
    pub(super) fn before_session(&self, engine: &Engine, kind: &Kind<'_>, params: &Params<'_>) -> Reply {
        match kind {
            Kind::Request { id, method } if method == Method::Ping.as_str() => {
                Reply::answered(engine.answers.members(ProtocolVersion::LATEST_SESSION, id, "", None))
            }
            Kind::Request { id, .. } => {
                let text =
                    "there is no session: begin with `initialize`, or name a revision without sessions in `_meta`";
                malformed(Some(id), &ErrorObject::invalid_request(text))
            }
            Kind::Notification { method } => self.notified(method, params),
            Kind::Response { .. } => Reply::Accepted,
        }
    }

    /// Takes a notification, of either era.
    pub(super) fn notified(&self, method: &str, params: &Params<'_>) -> Reply {
        if method == Method::Cancelled.as_str() {
            self.calls.cancel(params);
        }
        Reply::Accepted
    }

    /// The answer to what is no message. Revisions before 2025-11-25 know no error without an id; to their clients nothing is said
    /// that they would not take for a message.
    pub(crate) fn unreadable(&self, error: &ErrorObject) -> Reply {
        let takes = |session: &Arc<Session>| session.version.knows(Feature::ErrorWithoutId);
        if self.session().is_none_or(takes) {
            return malformed(None, error);
        }
        tracing::warn!(error = %error.message, "the client sent what is no message, and speaks a revision that cannot be told so");
        Reply::Accepted
    }
}

impl Reply {
    /// The one message of it, if it is one.
    pub(crate) fn into_message(self) -> Option<Bytes> {
        match self {
            Self::Message(MessageReply { body, .. }) | Self::Refused { message: body, .. } => Some(body),
            Self::Accepted | Self::Nothing | Self::Stream(_) => None,
        }
    }
}
