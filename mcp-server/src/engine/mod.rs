//! From a message to its answer, in both eras. Knows versions, sessions and streams; knows no HTTP.

mod answer;
mod batch;
mod begun;
mod budget;
mod caching;
mod calls;
mod classify;
mod ended;
mod in_flight;
mod legacy;
mod listening;
mod lists;
mod modern;
mod offers;
mod pipe;
mod quota;
mod reply;
mod running;
mod shutdown;
mod stream;
mod tasks;

use std::{
    ops::Deref,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

pub(crate) use answer::{Refused, error_bytes};
pub use caching::Caching;
pub(crate) use legacy::{SessionLimits, Sweeper};
pub(crate) use listening::{Broadcaster, ListenerLimits};
pub(crate) use pipe::{Pipe, Taken};
pub(crate) use reply::{EventStream, MessageOutcome, MessageReply, Reply};
pub(crate) use stream::{Event, EventId};
pub(crate) use tasks::TaskSettings;

use answer::{AnswerWriter, resource_not_found};
use begun::Step;
use budget::Budget;
use calls::Calls;
use classify::{Classified, VersionClaims, classify};
use legacy::Sessions;
use listening::Listeners;
use running::{Patience, Places, Running};
use stream::Capacity;
use tasks::Tasks;

use crate::{
    auth::{Principal, ScopeFailure, ScopeSet},
    context::{Asking, Call, Client, Context, LogThreshold, Outbox, Reporter, Signal, Steps},
    dispatch::{self, Aimed, Unknown},
    protocol::{
        ErrorObject, Implementation, ProtocolVersion, RequestId,
        envelope::{
            malformed::{Addressee, Malformed},
            message::{Kind, Message},
            nesting,
            params::{Meta, Params},
        },
    },
    provider::Providers,
    registry::{Callers, Catalog},
    seal::SealingKeys,
    store::{ChangeBus, SpentStates},
};

/// How answers are given to requests of the session era, and to those of the stateless one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseMode {
    /// One JSON body when the handler answers quickly and says nothing before; a stream as soon as it notifies, or takes longer
    /// than [`StreamableHttp::stream_after`](crate::StreamableHttp::stream_after). Nothing slow is lost with its connection.
    #[default]
    Adaptive,
    /// Always one JSON body. Notifications of a call are dropped.
    Json,
    /// Always a stream.
    Stream,
}

/// What an engine is told when it is made.
pub(crate) struct Settings {
    pub(crate) implementation: Implementation,
    pub(crate) instructions: Option<String>,
    pub(crate) mode: ResponseMode,
    pub(crate) stateless: bool,
    pub(crate) stream_after: Duration,
    pub(crate) retry: Duration,
    pub(crate) caching: Caching,
    pub(crate) depth: usize,
    pub(crate) call_time: Option<Duration>,
    pub(crate) grace: Duration,
    pub(crate) calls: usize,
    pub(crate) call_bytes: usize,
    pub(crate) calls_per_session: usize,
    pub(crate) calls_per_pipe: usize,
    /// Messages of one batch.
    pub(crate) batch: usize,
    pub(crate) kept_streams: usize,
    pub(crate) stream_events: usize,
    pub(crate) stream_bytes: usize,
    pub(crate) kept_bytes: usize,
    pub(crate) progress_interval: Duration,
    pub(crate) sessions: SessionLimits,
    pub(crate) listeners: ListenerLimits,
    pub(crate) change_bus: Arc<dyn ChangeBus>,
    pub(crate) session_id: Arc<dyn Fn() -> String + Send + Sync>,
    pub(crate) callers: Option<Callers>,
    /// Seals what travels through clients.
    pub(crate) keys: SealingKeys,
    pub(crate) spent_states: Option<Arc<dyn SpentStates>>,
    pub(crate) answer_time: Duration,
    pub(crate) rounds: u32,
    pub(crate) state_lifetime: Duration,
    pub(crate) state_bytes: usize,
    pub(crate) scope_failure: ScopeFailure,
    pub(crate) tasks: TaskSettings,
}

/// Serves the messages of one module.
pub(crate) struct Engine {
    settings: Settings,
    catalog: Catalog,
    providers: Providers,
    answers: AnswerWriter,
    /// What streams hold for clients that are away.
    budget: Budget,
    sessions: Sessions,
    listeners: Arc<Listeners>,
    tasks: Tasks,
    calls: Calls,
    /// The server is about to stop.
    closing: AtomicBool,
    started: Instant,
}

/// A message as a transport hands it over.
#[derive(Clone)]
pub(crate) struct Inbound {
    pub(crate) body: Bytes,
    /// What handlers may see of the headers.
    pub(crate) headers: HeaderMap,
    pub(crate) principal: Option<Principal>,
    pub(crate) claims: Claims,
    pub(crate) accepts: Accepts,
    /// The pipe it came on; `None` on a transport that tells in headers what belongs together.
    pub(crate) pipe: Option<Arc<Pipe>>,
}

/// What the headers of a message say of it. All absent where a transport has none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims {
    pub(crate) version: Option<Claim>,
    pub(crate) method: Option<Claim>,
    /// Decoded.
    pub(crate) name: Option<Claim>,
    pub(crate) session: Option<Claim>,
    /// Finds what the headers say of an argument, by the name that its schema gives.
    pub(crate) argument: Option<fn(&HeaderMap, &str) -> ArgumentClaim>,
    /// The first of these headers that does not say anything clearly. Its claim is absent, and must not be taken for that: the message is
    /// refused, under its id where it has one.
    pub(crate) unreadable: Option<UnreadableHeader>,
}

/// A header that cannot be read, and why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnreadableHeader {
    pub(crate) header: &'static str,
    pub(crate) reason: &'static str,
}

impl UnreadableHeader {
    /// The answer to it.
    pub(crate) fn error(self) -> ErrorObject {
        ErrorObject::header_mismatch(format!("the header {} {}", self.header, self.reason))
    }
}

/// What a header says of an argument: decoded text, nothing because there is none, or why it cannot be read.
pub(crate) type ArgumentClaim = Result<Option<Claim>, &'static str>;

/// One thing that a header says.
#[derive(Clone, Debug)]
pub(crate) enum Claim {
    /// In the header's own words, which are shared and not copied.
    Plain(HeaderValue),
    /// Decoded from what the header says.
    Decoded(Box<str>),
}

impl Deref for Claim {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            // Whoever made the claim has seen to it that it is text.
            Self::Plain(value) => value.to_str().unwrap_or_default().trim_matches([' ', '\t']),
            Self::Decoded(text) => text,
        }
    }
}

/// What forms of an answer the client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepts {
    pub(crate) json: bool,
    pub(crate) stream: bool,
}

/// What a request brings beside its parameters, the same in both eras.
struct Request<'a> {
    id: &'a RequestId,
    version: ProtocolVersion,
    params: &'a Params<'a>,
    body: &'a Bytes,
}

/// The surroundings of a call, which differ between the eras.
struct Surroundings {
    client: Client,
    log_level: LogThreshold,
    asking: Asking,
    headers: HeaderMap,
    principal: Option<Principal>,
    listens: bool,
}

impl Engine {
    pub(crate) fn new(settings: Settings, catalog: Catalog, providers: Providers) -> Self {
        let budget = Budget::new(settings.kept_bytes);
        let calls = Calls::new(settings.calls, settings.call_bytes);
        let answers = AnswerWriter::new(&settings.implementation, settings.caching);
        let sessions = Sessions::new(settings.sessions);
        let listeners = Listeners::new(settings.listeners, &*settings.change_bus);
        Self {
            settings,
            catalog,
            providers,
            answers,
            budget,
            sessions,
            listeners,
            tasks: Tasks::default(),
            calls,
            closing: AtomicBool::new(false),
            started: Instant::now(),
        }
    }

    /// Answers one message.
    pub(crate) async fn accept(self: &Arc<Self>, inbound: Inbound) -> Reply {
        match self.begin(inbound) {
            Step::Reply(reply) => reply,
            Step::Call(begun) => begun.reply(self).await,
            Step::Later(reply) => reply.await,
            Step::Subscription(subscription) => Reply::Stream(subscription.opened.await),
        }
    }

    /// Does everything that needs no waiting. Not `async`, so that what it borrows and moves is no part of the future of a call.
    fn begin(self: &Arc<Self>, inbound: Inbound) -> Step {
        if !nesting::is_within(&inbound.body, self.settings.depth) {
            let error = ErrorObject::invalid_request(format!("the body nests deeper than {}", self.settings.depth));
            return refuse(&inbound, &Addressee::Sender, &error).into();
        }
        let body = inbound.body.clone();
        let message = match Message::parse(&body) {
            Ok(message) => message,
            Err(refusal) if batch::is_array(&body) => return batch::begin(self, &inbound, &refusal),
            Err(Malformed { addressee, error }) => return refuse(&inbound, &addressee, &error).into(),
        };
        let meta = match message.params.meta().map_or(Ok(None), Meta::protocol_version) {
            Ok(version) => version,
            Err(error) => return refuse(&inbound, &message.kind.addressee(), &error).into(),
        };
        if let Some(unreadable) = inbound.claims.unreadable {
            return refuse(&inbound, &message.kind.addressee(), &unreadable.error()).into();
        }
        let classified = match &inbound.pipe {
            None => classify(VersionClaims { header: inbound.claims.version.as_deref(), meta: meta.as_deref() }),
            Some(_) => Self::classify_on_pipe(meta.as_deref()),
        };
        match classified {
            Classified::Session(version) => legacy::accept(self, inbound, &body, message, version),
            Classified::Stateless(version) => modern::accept(self, inbound, &body, message, version),
            Classified::Refused(error) => refuse(&inbound, &message.kind.addressee(), &error).into(),
        }
    }

    /// How many calls run at this moment.
    pub(crate) fn calls_in_flight(&self) -> usize {
        self.calls.now()
    }

    /// How many sessions are open at this moment.
    pub(crate) fn open_sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Whether sessions are kept.
    pub(crate) fn has_sessions(&self) -> bool {
        !self.settings.stateless
    }

    /// Milliseconds since the engine was made.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn context(&self, request: &Request<'_>, aimed: Aimed, around: Surroundings) -> Context {
        let meta = request.params.meta();
        let progress_token =
            meta.and_then(|meta| meta.progress_token).map(|token| request.body.slice_ref(token.get().as_bytes()));
        // Nobody wants to be asked while typing, and 2026-07-28 has no such question.
        let asking =
            if aimed.target.is_completion() { Asking::Nowhere("a completion cannot ask") } else { around.asking };
        Context(Arc::new(Call {
            target: aimed.target,
            id: request.id.clone(),
            arguments: aimed.arguments,
            reporter: progress_token
                .filter(|token| is_token(token))
                .map(|token| Box::new(Reporter::new(token, self.settings.progress_interval))),
            log_level: around.log_level,
            client: around.client,
            headers: around.headers,
            principal: around.principal,
            providers: self.providers.clone(),
            version: request.version,
            asking,
            outbox: if around.listens { Outbox::open() } else { Outbox::closed() },
            steps: Steps::default(),
            signal: Signal::default(),
        }))
    }

    /// Whether what a call says before its answer reaches the client.
    fn hears(&self, inbound: &Inbound) -> bool {
        inbound.pipe.is_some() || (inbound.accepts.stream && self.settings.mode != ResponseMode::Json)
    }

    fn patience(&self, listens: bool) -> Patience {
        Patience {
            stream_after: listens.then_some(self.settings.stream_after),
            call: self.settings.call_time,
            grace: self.settings.grace,
        }
    }

    /// The answer to a request that names nothing.
    fn unknown(&self, request: &Request<'_>, unknown: Unknown, method: &str, principal: Option<&Principal>) -> Reply {
        if let Unknown::Item(_) | Unknown::Resource(_) = unknown
            && principal.is_none()
            && self.settings.callers.is_some()
            && !self.catalog.now().is_open()
        {
            // Callers without a token learn nothing about names, not even that there is no such thing.
            let error = ErrorObject::new(crate::protocol::ErrorCode::UNAUTHORIZED, "authorization required");
            let message = error_bytes(Some(request.id), &error);
            return Reply::Refused { refused: Refused::LoginRequired(ScopeSet::default()), message };
        }
        let error = match unknown {
            Unknown::Item(error) => error,
            Unknown::Resource(uri) => dispatch::unknown_resource(resource_not_found(request.version), &uri),
            Unknown::Method => return unknown_method(request.version, request.id, method),
        };
        Reply::answered(error_bytes(Some(request.id), &error))
    }

    fn capacity(&self) -> Capacity {
        Capacity { events: self.settings.stream_events, bytes: self.settings.stream_bytes }
    }
}

/// What is said to a message that is refused for what it is.
fn refuse(inbound: &Inbound, addressee: &Addressee, error: &ErrorObject) -> Reply {
    match (addressee, &inbound.pipe) {
        (Addressee::Request(id), _) => malformed(Some(id), error),
        (Addressee::Nobody | Addressee::Sender, None) => malformed(None, error),
        (Addressee::Nobody, Some(_)) => {
            tracing::warn!(error = %error.message, "the client sent a notification or a response that is none");
            Reply::Accepted
        }
        (Addressee::Sender, Some(pipe)) => pipe.unreadable(error),
    }
}

fn malformed(id: reply::MaybeId<'_>, error: &ErrorObject) -> Reply {
    Reply::with(MessageOutcome::Malformed, error_bytes(id, error))
}

fn unknown_method(version: ProtocolVersion, id: &RequestId, method: &str) -> Reply {
    let body = error_bytes(Some(id), &ErrorObject::method_not_found(method));
    match version.era() {
        crate::protocol::Era::Session => Reply::answered(body),
        crate::protocol::Era::Stateless => Reply::with(MessageOutcome::UnknownMethod, body),
    }
}

/// The longest progress token that is taken up, in bytes of JSON: every report repeats it.
const LONGEST_TOKEN: usize = 1024;

/// A progress token is a string or a number.
fn is_token(token: &[u8]) -> bool {
    token.len() <= LONGEST_TOKEN && matches!(token.first(), Some(b'"' | b'-' | b'0'..=b'9'))
}
