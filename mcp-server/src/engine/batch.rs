//! Batches: arrays of messages, which only 2025-03-26 has.
//!
//! A batch is rejected as a whole before any of it runs, or every message is served as if it had
//! arrived alone. The responses are one array. If a call sends anything before its response, they
//! are the last events of a stream instead.

use std::{collections::HashSet, mem, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use serde_json::value::RawValue;

use super::{
    Engine,
    call::{InPlace, PendingCall, PendingReply, StreamOwner, streams_everything},
    era::session::find_session,
    inbound::{Accepts, Inbound},
    reply::{Rejection, Reply, reject},
    response::{error_bytes, null_id_error},
    session::Session,
    stream::{Stream, Writer},
};
use crate::{
    auth::Principal,
    context::{Context, Outgoing, Sink},
    handler::BoxFuture,
    protocol::{
        ErrorCode, ErrorObject, Method, ProtocolVersion, RequestId,
        envelope::{
            addressee::Addressee,
            malformed::Malformed,
            message::{Kind, Message},
        },
    },
};

/// Returns `true` if the body is an array, judging by its first character.
pub(super) fn is_array(body: &Bytes) -> bool {
    body.trim_ascii_start().first() == Some(&b'[')
}

/// Serves every message of a batch by `serve`. `malformed` is the error where batches are not
/// supported.
pub(super) fn begin(
    engine: &Arc<Engine>,
    inbound: &Inbound,
    malformed: &Malformed,
    serve: fn(&Arc<Engine>, Inbound) -> PendingReply,
) -> PendingReply {
    let reject = |error: &ErrorObject| reject(inbound, &malformed.addressee, error).into();
    if malformed.error.code == ErrorCode::PARSE_ERROR {
        return reject(&malformed.error);
    }
    if let Some(invalid) = inbound.claims.invalid {
        return reject(&invalid.error());
    }
    let owner = match owner(engine, inbound) {
        Ok(Some(owner)) => owner,
        Ok(None) => return reject(&malformed.error),
        Err(rejection) => return rejection.reply(None).into(),
    };
    let messages = match messages(&inbound.body, engine.settings.limits.max_batch_messages) {
        Ok(messages) => messages,
        Err(error) => {
            let session = match (&owner, &inbound.stdio) {
                (StreamOwner::Session(session), _) => Some(session),
                (_, Some(connection)) => connection.session(),
                (StreamOwner::Connection, None) => None,
            };
            let errors = reject_each(&inbound.body, session.map(|session| &**session), &error);
            return match errors.filter(|_| inbound.stdio.is_some()) {
                Some(errors) => Reply::response(errors).into(),
                None => reject(&error),
            };
        }
    };
    let mut batch = Batch {
        engine: engine.clone(),
        owner,
        parts: FuturesUnordered::new(),
        responses: Vec::new(),
        calls: Vec::new(),
        accepts: inbound.accepts,
        on_stdio: inbound.stdio.is_some(),
        principal: inbound.principal.clone(),
    };
    for body in messages {
        batch.add(serve(engine, Inbound { body, ..inbound.clone() }));
    }
    PendingReply::Later(Box::pin(batch.reply()))
}

/// Returns the owner of the stream of a batch, or `None` where batches are not supported.
fn owner(engine: &Engine, inbound: &Inbound) -> Result<Option<StreamOwner>, Rejection> {
    if let Some(connection) = &inbound.stdio {
        let has_batches = connection.session().is_some_and(|session| session.version.has_batches());
        return Ok(has_batches.then_some(StreamOwner::Connection));
    }
    let claimed = inbound.claims.version.as_deref();
    let claimed = claimed.map_or(Some(ProtocolVersion::WITHOUT_HEADER), ProtocolVersion::parse);
    if !claimed.is_some_and(ProtocolVersion::has_batches) {
        return Ok(None);
    }
    if engine.settings.without_sessions {
        return Ok(Some(StreamOwner::Connection));
    }
    let session = find_session(engine, &inbound.claims, inbound.principal.as_ref())?;
    Ok(session.version.has_batches().then_some(StreamOwner::Session(session)))
}

/// Returns the messages of a batch. One invalid message rejects all of them.
fn messages(body: &Bytes, max: usize) -> Result<Vec<Bytes>, ErrorObject> {
    let raw: Vec<&RawValue> =
        serde_json::from_slice(body).map_err(|error| ErrorObject::parse_error(format!("invalid JSON: {error}")))?;
    if raw.is_empty() {
        return Err(ErrorObject::invalid_request("empty batch: expected at least one message"));
    }
    if raw.len() > max {
        let text = format!("a batch of {} messages is too large: expected at most {max}", raw.len());
        return Err(ErrorObject::invalid_request(text));
    }
    let mut ids: HashSet<RequestId> = HashSet::new();
    let mut messages = Vec::with_capacity(raw.len());
    for (index, raw) in raw.into_iter().enumerate() {
        let invalid =
            |reason: &str| ErrorObject::invalid_request(format!("message {} of the batch: {reason}", index + 1));
        // Copied, so that a call does not keep the whole batch.
        let message = Bytes::copy_from_slice(raw.get().as_bytes());
        let id = match Message::parse(&message) {
            Ok(Message { kind: Kind::Request { id, method }, .. }) => {
                if method == Method::Initialize.as_str() {
                    return Err(invalid("`initialize` must be sent alone"));
                }
                Some(id)
            }
            Ok(_) => None,
            // The error is answered under the id of its request.
            Err(Malformed { addressee: Addressee::Request(id), .. }) => Some(id),
            Err(Malformed { error, .. }) => return Err(invalid(&error.message)),
        };
        if let Some(id) = id
            && !ids.insert(id.clone())
        {
            return Err(invalid(&format!("duplicate id {id}")));
        }
        messages.push(message);
    }
    Ok(messages)
}

/// Rejects each message of a batch. A response fails the question that it answers. Returns one
/// error for each id, or `None` without an id: on stdio, no status answers the batch as a whole.
fn reject_each(body: &Bytes, session: Option<&Session>, error: &ErrorObject) -> Option<Bytes> {
    let raw: Vec<&RawValue> = serde_json::from_slice(body).ok()?;
    let mut answered = HashSet::new();
    let mut errors = Vec::new();
    for raw in raw {
        let message = Bytes::copy_from_slice(raw.get().as_bytes());
        let id = match Message::parse(&message) {
            Ok(message) => message.kind.request_id().cloned().map(Some),
            Err(Malformed { addressee: Addressee::Request(id), .. }) => Some(Some(id)),
            Err(Malformed { addressee: Addressee::InvalidId, .. }) => Some(None),
            Err(Malformed { addressee: Addressee::Question(id), error }) => {
                if let Some(session) = session {
                    session.questions.fail(&id, &error);
                }
                None
            }
            Err(_) => None,
        };
        if let Some(id) = id
            && answered.insert(id.clone())
        {
            errors.push(id.map_or_else(|| null_id_error(error), |id| error_bytes(Some(&id), error)));
        }
    }
    (!errors.is_empty()).then(|| array(&errors))
}

/// A batch in progress.
struct Batch {
    engine: Arc<Engine>,
    owner: StreamOwner,
    /// Messages that have not been answered yet.
    parts: FuturesUnordered<BoxFuture<InPlace>>,
    responses: Vec<Bytes>,
    calls: Vec<Context>,
    accepts: Accepts,
    /// On stdio the responses are always one line.
    on_stdio: bool,
    principal: Option<Principal>,
}

impl Batch {
    /// Adds a message.
    fn add(&mut self, pending: PendingReply) {
        match pending {
            PendingReply::Ready(Reply::Stream(mut events)) => self.parts.push(Box::pin(async move {
                let mut last = None;
                while let Some(event) = events.next().await {
                    last = event.data.or(last);
                }
                InPlace::Answered(last)
            })),
            PendingReply::Ready(reply) => self.responses.extend(self.message(reply)),
            PendingReply::Call(call) => {
                self.calls.push(call.context.clone());
                let engine = self.engine.clone();
                self.parts.push(Box::pin(async move { call.run_in_place(&engine).await }));
            }
            PendingReply::Subscription(subscription) => {
                let text = "a subscription outlives its batch: send it alone";
                let reply = Reply::error(&subscription.id, &ErrorObject::invalid_request(text));
                self.responses.extend(self.message(reply));
            }
            PendingReply::Later(reply) => {
                let (engine, principal) = (self.engine.clone(), self.principal.clone());
                self.parts.push(Box::pin(async move {
                    let mut reply = reply.await;
                    reply.report(engine.refusals(), None, principal.as_ref());
                    InPlace::Answered(reply.into_message())
                }));
            }
        }
    }

    /// Returns the message of a reply, and reports a rejection.
    fn message(&self, mut reply: Reply) -> Option<Bytes> {
        reply.report(self.engine.refusals(), None, self.principal.as_ref());
        reply.into_message()
    }

    /// Runs the calls until all have ended, or one needs a stream.
    async fn reply(mut self) -> Reply {
        while let Some(part) = self.parts.next().await {
            match part {
                InPlace::Answered(response) => self.responses.extend(response),
                streaming @ InPlace::Streaming(_) => return self.stream(Some(streaming)),
            }
        }
        if self.responses.is_empty() {
            // Only notifications, or all calls were cancelled.
            return self
                .calls
                .first()
                .map_or(Reply::Accepted, |call| self.owner.cancelled(self.accepts, call.request_id()));
        }
        if streams_everything(&self.engine, self.accepts) {
            return self.stream(None);
        }
        Reply::response(array(&self.responses))
    }

    /// Continues in a task of its own, and streams the messages and the responses.
    fn stream(mut self, first: Option<InPlace>) -> Reply {
        let stream = self.owner.open_stream(&self.engine);
        let events = self.owner.events(stream.read(None), || mem::take(&mut self.calls));
        let writer = Writer(stream.clone());
        tokio::spawn(async move {
            let mut next = first;
            loop {
                match next {
                    Some(InPlace::Answered(response)) => self.responses.extend(response),
                    Some(InPlace::Streaming(call)) => self.stream_call(&stream, *call),
                    None => break,
                }
                next = self.parts.next().await;
            }
            if self.on_stdio && !self.responses.is_empty() {
                self.responses = vec![array(&self.responses)];
            }
            writer.finish(self.responses);
        });
        Reply::Stream(events)
    }

    /// Lets a call send its messages on the stream of the batch. Its response waits for the others:
    /// on the stream, later notifications could evict it.
    fn stream_call(&self, stream: &Arc<Stream>, call: PendingCall) {
        call.context.0.outbox.attach(Arc::new(SharedStream(stream.clone())));
        let engine = self.engine.clone();
        self.parts.push(Box::pin(async move { InPlace::Answered(call.last_message(&engine).await) }));
    }
}

/// The stream of a batch, as one of its calls sees it. A cancelled call drops nothing: other calls
/// send there, too.
struct SharedStream(Arc<Stream>);

impl Sink for SharedStream {
    fn push(&self, message: Outgoing) {
        self.0.push(message);
    }

    fn release_connection(&self) {
        self.0.release_connection();
    }
}

/// Returns the responses as one array.
fn array(responses: &[Bytes]) -> Bytes {
    let mut out = Vec::with_capacity(responses.iter().map(|response| response.len() + 1).sum::<usize>() + 1);
    for response in responses {
        out.push(if out.is_empty() { b'[' } else { b',' });
        out.extend_from_slice(response);
    }
    out.push(b']');
    out.into()
}
