//! Calls: the one place where a request about items is served, in both eras.
//!
//! [`serve`] resolves the request to a list or an item. [`start`] starts the call of an item: it
//! creates the context, acquires permits, and starts the pipeline. The rest is a [`PendingCall`].

mod driver;
mod grounds;
mod mirrored_headers;
mod outcome;
mod reply;
mod request_state;
mod slow_poll;
mod task;
mod unknown;

use std::sync::Arc;

use http::HeaderMap;
use tokio::time::Instant;

pub(super) use reply::{InPlace, PendingCall, PendingReply, PendingSubscription, StreamOwner, streams_everything};
pub(super) use task::{STORE_RETRY, find as find_task, find_stored as find_stored_task};
pub(super) use unknown::{unknown_method, unknown_target};

#[cfg(test)]
pub(super) use request_state::members as input_required_members;

use driver::{CallEnd, Driver, Permits, Timeouts};

use super::{
    Engine,
    admission::{AdmissionError, Cancel, InFlight},
    inbound::{Inbound, Request},
    reply::{Rejection, Reply, Status},
    settings::ResponseMode,
};
use crate::{
    auth::Principal,
    context::{BlockingWork, Call, Client, ClientChannel, Context, LogThreshold, Outbox, Reporter, Signal, Steps},
    dispatch::{self, Operation, ResolvedCall, UnknownTarget},
    error::CallError,
    handler::BoxFuture,
    protocol::{
        ErrorCode, Method,
        envelope::{
            parameter::Parameter,
            params::Meta,
            part::{kept_bytes, part},
        },
        types::task::has_tasks,
    },
    quota::Accounts,
    refusal::RefusalKind,
};

/// The caller of a request, as its era describes it.
pub(super) struct CallerInfo {
    pub(super) client: Client,
    pub(super) log_level: LogThreshold,
    /// The channel on which handlers ask the client.
    pub(super) channel: ClientChannel,
    /// Owner of the response stream.
    pub(super) owner: StreamOwner,
    /// The requests in flight of the session or the stdio connection, among which the id is unique,
    /// and their maximum number. `None` without either: ids may repeat, and only
    /// [`Limits::max_calls`](crate::Limits::max_calls) applies.
    pub(super) in_flight: Option<(Arc<InFlight>, usize)>,
}

/// Serves a request about items.
pub(super) fn serve(
    engine: &Arc<Engine>,
    request: &Request<'_>,
    method: Method,
    inbound: Inbound,
    caller: CallerInfo,
) -> PendingReply {
    let principal = inbound.principal.as_ref();
    match dispatch::resolve(&engine.catalog.now(), method, request.params, request.body, principal) {
        Err(unknown) => reject_unknown(engine, request, method, unknown, &inbound, caller),
        Ok(Operation::List(listing)) => match engine.responses.list(request, listing, inbound.principal.as_ref()) {
            Ok(response) => caller.owner.respond(engine, inbound.accepts, response),
            Err(error) if error.code == ErrorCode::INTERNAL_ERROR => Reply::failed(Status::Ok, request.id, &error),
            Err(error) => Reply::rejected_as(RefusalKind::Cursor, Status::Ok, Some(request.id), &error),
        }
        .into(),
        Ok(Operation::Call(call)) => start(engine, request, call, inbound, caller),
    }
}

/// Rejects a request for an unknown item, after the checks that come before access in [`start`].
/// Otherwise the request could tell an item that is hidden from its caller from an unknown one.
fn reject_unknown(
    engine: &Engine,
    request: &Request<'_>,
    method: Method,
    unknown: UnknownTarget,
    inbound: &Inbound,
    caller: CallerInfo,
) -> PendingReply {
    if !matches!(unknown, UnknownTarget::Method) {
        let bytes = held_bytes(request, &inbound.headers);
        let accounts = inbound.accounts.clone();
        if let Err(error) = acquire_permits(engine, request, accounts, bytes, &Arc::new(NoCall), caller.in_flight) {
            return Rejection::from(error).reply(Some(request.id)).into();
        }
        if method != Method::CompletionComplete
            && caller.channel.rounds().is_some()
            && let Err((kind, error)) = request_state::check_unknown(request)
        {
            return Reply::rejected_as(kind, Status::Ok, Some(request.id), &error).into();
        }
    }
    unknown_target(engine, request, unknown, inbound.principal.as_ref()).into()
}

/// Placeholder for the call of an unknown item, so that it uses the same permits as a real call.
struct NoCall;

impl Cancel for NoCall {
    fn cancel(&self) {}
}

/// Starts a call.
fn start(
    engine: &Arc<Engine>,
    request: &Request<'_>,
    call: ResolvedCall,
    inbound: Inbound,
    caller: CallerInfo,
) -> PendingReply {
    let pipeline = call.registered.pipeline.clone();
    // A mismatch is reported after access and guards, because it must not reveal a hidden tool.
    let mismatch = mirrored_headers::check(request, &call, &inbound).err();
    let streams = streams_notifications(engine, &inbound);
    let expiry = expiry(engine, &inbound);
    let Inbound { headers, principal, accounts, accepts, .. } = inbound;
    let CallerInfo { client, log_level, channel, owner, in_flight } = caller;
    let channel = match channel {
        ClientChannel::Rounds(_) if call.target.may_be_task() && has_tasks(&client.capabilities()) => {
            ClientChannel::Detachable(Box::default())
        }
        channel => channel,
    };
    let outbox = if streams { Outbox::open() } else { Outbox::closed() };
    let bytes = held_bytes(request, &headers);
    let parts = ContextParts { client, log_level, channel, headers, principal, outbox };
    let context = new_context(engine, request, call, parts);
    let permits = match acquire_permits(engine, request, accounts, bytes, &context.0, in_flight) {
        Ok(permits) => permits,
        Err(error) => {
            let reply = Rejection::from(error).reply(Some(request.id));
            return reply.because(|grounds| grounds.item(context.target().shown())).into();
        }
    };
    let state = match request_state::resume(&engine.settings, request, &context) {
        Ok(state) => state,
        Err((kind, error)) => {
            let reply = Reply::rejected_as(kind, Status::Ok, Some(request.id), &error);
            return reply.because(|grounds| grounds.item(context.target().shown())).into();
        }
    };
    let handler = match driver::start(&pipeline, context.clone(), mismatch) {
        Ok(handler) => match (&engine.settings.spent_states, state) {
            (Some(spent), Some(state)) => request_state::once(spent, state, handler),
            _ => handler,
        },
        Err(error) => {
            return outcome::reply(engine, request.version, &context, CallEnd::Done(Err(error))).into();
        }
    };
    let limits = &engine.settings.limits;
    let timeouts = Timeouts {
        stream_after: streams.then_some(engine.settings.stream_after),
        call: limits.call_timeout,
        grace: limits.cancellation_grace,
        expiry,
        slow_poll: limits.slow_poll_warning.filter(|time| !time.is_zero()),
    };
    let driver = Driver::new(context.clone(), handler, timeouts, owner.on_disconnect(), permits);
    PendingReply::Call(PendingCall { driver, context, version: request.version, accepts, owner })
}

/// Returns the size of what a call keeps of its request: the headers, and the parts of the body
/// that it needs.
fn held_bytes(request: &Request<'_>, headers: &HeaderMap) -> usize {
    /// Size of an entry of the map, apart from its texts.
    const ENTRY: usize = 64;
    let headers = headers.iter().map(|(name, value)| ENTRY + name.as_str().len() + value.len());
    let params = request.params;
    let client = params.meta().map(Meta::client);
    let parts = [params.arguments, params.uri, params.reference, params.argument, params.context].map(Parameter::json);
    let parts = client.into_iter().flatten().chain(parts).flatten().map(str::len).sum();
    kept_bytes(request.body.len(), parts) + headers.sum::<usize>()
}

/// Acquires the permits that a call holds while it runs.
fn acquire_permits<C: Cancel + 'static>(
    engine: &Engine,
    request: &Request<'_>,
    accounts: Arc<Accounts>,
    bytes: usize,
    call: &Arc<C>,
    in_flight: Option<(Arc<InFlight>, usize)>,
) -> Result<Permits, AdmissionError> {
    let in_flight = in_flight.map(|(among, max)| among.acquire(request.id, call.clone(), max)).transpose()?;
    Ok(Permits { call: engine.calls.acquire(accounts, bytes)?, _in_flight: in_flight })
}

impl Cancel for Call {
    fn cancel(&self) {
        self.cancel_by_client();
    }
}

/// Checks access and guards of an item for a request that does not call it, such as a subscription.
pub(super) fn check_access(
    engine: &Engine,
    request: &Request<'_>,
    call: ResolvedCall,
    client: Client,
    headers: HeaderMap,
    principal: Option<Principal>,
) -> (Context, BoxFuture<Result<(), CallError>>) {
    let pipeline = call.registered.pipeline.clone();
    let parts = ContextParts {
        client,
        log_level: LogThreshold::Fixed(None),
        channel: ClientChannel::Unavailable("a subscription is not a call, so the client cannot be asked"),
        headers,
        principal,
        outbox: Outbox::closed(),
    };
    let context = new_context(engine, request, call, parts);
    let checked = context.clone();
    let check = Box::pin(async move { driver::contain(pipeline.check_access(&checked)).await });
    (context, check)
}

/// Returns the reply to a request whose access was denied.
pub(super) fn deny(engine: &Engine, context: &Context, error: CallError) -> Reply {
    outcome::reply(engine, context.0.version, context, CallEnd::Done(Err(error)))
}

/// The parts of a context that do not come from the request.
struct ContextParts {
    client: Client,
    log_level: LogThreshold,
    channel: ClientChannel,
    headers: HeaderMap,
    principal: Option<Principal>,
    outbox: Outbox,
}

fn new_context(engine: &Engine, request: &Request<'_>, call: ResolvedCall, parts: ContextParts) -> Context {
    let ContextParts { client, log_level, channel, headers, principal, outbox } = parts;
    let token = request.params.meta().and_then(|meta| meta.progress_token);
    let token = token.map(|token| part(request.body, token.get()));
    // A completion must not interrupt the user, and 2026-07-28 forbids questions in it.
    let channel = if call.target.is_completion() {
        ClientChannel::Unavailable("a completion cannot ask its client")
    } else {
        channel
    };
    Context::new(Call {
        target: call.target,
        id: request.id.clone(),
        arguments: call.arguments,
        reporter: token
            .filter(|token| is_progress_token(token))
            .map(|token| Box::new(Reporter::new(token, engine.settings.limits.progress_interval))),
        log_level,
        client,
        headers,
        principal,
        providers: engine.providers.clone(),
        version: request.version,
        channel,
        outbox,
        steps: Steps::default(),
        signal: Signal::default(),
        blocking: BlockingWork::default(),
    })
}

/// Maximum size of a progress token, in bytes of JSON: every report repeats it.
const MAX_PROGRESS_TOKEN: usize = 1024;

/// Returns `true` for a string or a number that is not too long.
fn is_progress_token(token: &[u8]) -> bool {
    token.len() <= MAX_PROGRESS_TOKEN && matches!(token.first(), Some(b'"' | b'-' | b'0'..=b'9'))
}

/// Returns the time at which the stream of a call ends, if the module sets one. The principal of
/// stdio clients has no token.
fn expiry(engine: &Engine, inbound: &Inbound) -> Option<Instant> {
    let settings = &engine.settings;
    let has_expiry = settings.ends_calls_at_expiry && inbound.stdio.is_none();
    inbound.principal.as_ref().filter(|_| has_expiry)?.ends_at(&settings.clock)
}

/// Returns `true` if notifications that a call sends before its response reach the client.
fn streams_notifications(engine: &Engine, inbound: &Inbound) -> bool {
    inbound.stdio.is_some() || (inbound.accepts.stream && engine.settings.mode != ResponseMode::Json)
}
