//! Batches: arrays of messages, which 2025-03-26 has and no other revision.
//!
//! A batch is refused as a whole before anything of it runs, or every message in it is taken as if it had come alone. The answers
//! are one array; when a call has something to say before, they are events of one stream, after what was said.

use std::{collections::HashSet, mem, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use serde_json::value::RawValue;

use super::{
    Accepts, Engine, Inbound, Reply, Step,
    begun::{Begun, Home, streams_everything},
    error_bytes,
    legacy::{self, SessionRefused},
    refuse,
    reply::EventStream,
    running::{Running, Stopped},
    stream::{Stream, Writer},
};
use crate::{
    context::{Context, Outgoing, Sink},
    handler::BoxFuture,
    protocol::{
        ErrorCode, ErrorObject, Method, ProtocolVersion, RequestId,
        envelope::{
            malformed::{Addressee, Malformed},
            message::{Kind, Message},
        },
    },
};

/// Whether the body is an array, as far as its first character tells.
pub(super) fn is_array(body: &Bytes) -> bool {
    body.trim_ascii_start().first() == Some(&b'[')
}

/// Begins with every message of a batch. `refusal` is the answer where there are no batches.
pub(super) fn begin(engine: &Arc<Engine>, inbound: &Inbound, refusal: &Malformed) -> Step {
    if refusal.error.code == ErrorCode::PARSE_ERROR {
        return refuse(inbound, &Addressee::Sender, &refusal.error).into();
    }
    if let Some(unreadable) = inbound.claims.unreadable {
        return refuse(inbound, &Addressee::Sender, &unreadable.error()).into();
    }
    let home = match home(engine, inbound) {
        Ok(Some(home)) => home,
        Ok(None) => return refuse(inbound, &Addressee::Sender, &refusal.error).into(),
        Err(refused) => return refused.reply(None).into(),
    };
    let messages = match messages(&inbound.body, engine.settings.batch) {
        Ok(messages) => messages,
        Err(error) => return refuse(inbound, &Addressee::Sender, &error).into(),
    };
    let mut batch = Batch {
        engine: engine.clone(),
        home,
        parts: FuturesUnordered::new(),
        answers: Vec::new(),
        calls: Vec::new(),
        accepts: inbound.accepts,
        is_line: inbound.pipe.is_some(),
    };
    for body in messages {
        match engine.begin(Inbound { body, ..inbound.clone() }) {
            Step::Reply(Reply::Stream(mut events)) => batch.parts.push(Box::pin(async move {
                let mut last = None;
                while let Some(event) = events.next().await {
                    last = event.data.or(last);
                }
                Part::Answered(last)
            })),
            Step::Reply(reply) => batch.answers.extend(reply.into_message()),
            Step::Call(begun) => {
                batch.calls.push(begun.context.clone());
                batch.parts.push(in_place(engine.clone(), begun));
            }
            Step::Subscription(subscription) => {
                let text = "a subscription lasts longer than a batch: send it alone";
                batch.answers.push(error_bytes(Some(&subscription.id), &ErrorObject::invalid_request(text)));
            }
            Step::Later(reply) => batch.parts.push(Box::pin(async move { Part::Answered(reply.await.into_message()) })),
        }
    }
    Step::Later(Box::pin(batch.reply()))
}

/// Where a batch is at home. `None` where there are no batches.
fn home(engine: &Engine, inbound: &Inbound) -> Result<Option<Home>, SessionRefused> {
    if let Some(pipe) = &inbound.pipe {
        let has_batches = pipe.session().is_some_and(|session| session.version.has_batches());
        return Ok(has_batches.then_some(Home::Connection));
    }
    let claimed = inbound.claims.version.as_deref();
    let claimed = claimed.map_or(Some(ProtocolVersion::WITHOUT_HEADER), ProtocolVersion::parse);
    if !claimed.is_some_and(ProtocolVersion::has_batches) {
        return Ok(None);
    }
    if engine.settings.stateless {
        return Ok(Some(Home::Connection));
    }
    let session = legacy::find(engine, &inbound.claims, inbound.principal.as_ref())?;
    Ok(session.version.has_batches().then_some(Home::Session(session)))
}

/// The messages of a batch. Anything that is none refuses all of them.
fn messages(body: &Bytes, most: usize) -> Result<Vec<Bytes>, ErrorObject> {
    let raw: Vec<&RawValue> = serde_json::from_slice(body)
        .map_err(|error| ErrorObject::parse_error(format!("the body is not JSON: {error}")))?;
    if raw.is_empty() {
        return Err(ErrorObject::invalid_request("a batch has at least one message"));
    }
    if raw.len() > most {
        let text = format!("a batch has at most {most} messages, this one has {}", raw.len());
        return Err(ErrorObject::invalid_request(text));
    }
    let mut ids: HashSet<RequestId> = HashSet::new();
    let mut messages = Vec::with_capacity(raw.len());
    for (index, raw) in raw.into_iter().enumerate() {
        let wrong =
            |reason: &str| ErrorObject::invalid_request(format!("message {} of the batch: {reason}", index + 1));
        let message = body.slice_ref(raw.get().as_bytes());
        let id = match Message::parse(&message) {
            Ok(Message { kind: Kind::Request { id, method }, .. }) => {
                if method == Method::Initialize.as_str() {
                    return Err(wrong("`initialize` must come alone"));
                }
                Some(id)
            }
            Ok(_) => None,
            // Who sent it can be told, in an answer of its own.
            Err(Malformed { addressee: Addressee::Request(id), .. }) => Some(id),
            Err(Malformed { error, .. }) => return Err(wrong(&error.message)),
        };
        if let Some(id) = id
            && !ids.insert(id.clone())
        {
            return Err(wrong(&format!("the id {id} is there more than once")));
        }
        messages.push(message);
    }
    Ok(messages)
}

/// A batch on its way.
pub(super) struct Batch {
    engine: Arc<Engine>,
    home: Home,
    parts: FuturesUnordered<BoxFuture<Part>>,
    answers: Vec<Bytes>,
    calls: Vec<Context>,
    accepts: Accepts,
    /// The answers are one line, whatever was said before.
    is_line: bool,
}

/// How far one call of a batch got.
enum Part {
    /// It has its answer, unless it was withdrawn.
    Answered(Option<Bytes>),
    /// It has something to say, or takes long.
    Streaming(Box<(Context, Running, ProtocolVersion)>),
}

/// Runs a call of a batch for as long as it is silent.
fn in_place(engine: Arc<Engine>, begun: Begun) -> BoxFuture<Part> {
    let Begun { mut running, context, version, accepts, home } = begun;
    Box::pin(async move {
        match running.in_place().await {
            Stopped::Ended(ended) => Part::Answered(engine.ended(version, &context, ended).into_message()),
            Stopped::NeedsStream | Stopped::Detaches => Part::Streaming(Box::new((context, running, version))),
            Stopped::Withdrawn => Part::Answered(home.withdrawn(accepts, context.request_id()).into_message()),
        }
    })
}

impl Batch {
    /// Waits for the answers, as long as they may be one body.
    pub(super) async fn reply(mut self) -> Reply {
        while let Some(part) = self.parts.next().await {
            match part {
                Part::Answered(answer) => self.answers.extend(answer),
                streaming @ Part::Streaming(_) => return self.stream(Some(streaming)),
            }
        }
        if self.answers.is_empty() {
            // Without calls there was nothing to answer, and otherwise all of them were withdrawn.
            return self
                .calls
                .first()
                .map_or(Reply::Accepted, |call| self.home.withdrawn(self.accepts, call.request_id()));
        }
        if streams_everything(&self.engine, self.accepts) {
            return self.stream(None);
        }
        Reply::answered(array(&self.answers))
    }

    /// Goes on as a task, whose messages are a stream.
    fn stream(mut self, first: Option<Part>) -> Reply {
        let stream = self.home.open_stream(&self.engine);
        let reader = stream.read(None);
        let events = match &self.home {
            Home::Session(_) => EventStream::detached(reader),
            Home::Connection => EventStream::bound(reader, mem::take(&mut self.calls)),
        };
        let writer = Writer(stream.clone());
        tokio::spawn(async move {
            let mut next = first;
            loop {
                match next {
                    Some(Part::Answered(answer)) => self.answers.extend(answer),
                    Some(Part::Streaming(streaming)) => self.speak(&stream, *streaming),
                    None => break,
                }
                next = self.parts.next().await;
            }
            if self.is_line && !self.answers.is_empty() {
                self.answers = vec![array(&self.answers)];
            }
            writer.finish(self.answers);
        });
        Reply::Stream(events)
    }

    /// Lets a call say what it has to say on the stream of the batch. Its answer waits for the others: on the stream, it could be
    /// pushed out by what they say.
    fn speak(&self, stream: &Arc<Stream>, (context, running, version): (Context, Running, ProtocolVersion)) {
        context.0.outbox.attach(Arc::new(Shared(stream.clone())));
        let engine = self.engine.clone();
        self.parts
            .push(Box::pin(async move { Part::Answered(engine.last_message_of(version, &context, running).await) }));
    }
}

/// The stream of a batch to one of its calls, which discards nothing there when it is withdrawn: others speak there too.
struct Shared(Arc<Stream>);

impl Sink for Shared {
    fn push(&self, message: Outgoing) {
        self.0.push(message);
    }

    fn let_go(&self) {
        self.0.let_go();
    }
}

/// The answers as one array.
fn array(answers: &[Bytes]) -> Bytes {
    let mut out = Vec::with_capacity(answers.iter().map(|answer| answer.len() + 1).sum::<usize>() + 1);
    for answer in answers {
        out.push(if out.is_empty() { b'[' } else { b',' });
        out.extend_from_slice(answer);
    }
    out.push(b']');
    out.into()
}
