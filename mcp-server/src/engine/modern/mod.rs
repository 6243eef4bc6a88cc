//! The stateless era, 2026-07-28: every request carries what it needs, and nothing is kept after its answer.

mod listen;
mod mirrored;
mod request_state;
mod tasks;

pub(in crate::engine) use request_state::input_required;
#[cfg(test)]
pub(in crate::engine) use request_state::members;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    Claims, Engine, Inbound, Kind, Message, Places, Reply, Request, Running, Surroundings,
    begun::{Begun, Home, Step},
    error_bytes,
    in_flight::InFlightRequest,
    malformed, refuse, running, unknown_method,
};
use crate::{
    context::{Asking, Client, LogThreshold, Rounds},
    dispatch::{self, Aimed, Operation},
    protocol::{
        ErrorObject, LoggingLevel, Method, ProtocolVersion,
        envelope::params::Params,
        revision::method::NameSource,
        types::{
            error_object::excerpt,
            reserved::{extension, meta},
            task::has_tasks,
        },
    },
};

/// Answers a message of the stateless era.
pub(super) fn accept(
    engine: &Arc<Engine>,
    inbound: Inbound,
    body: &Bytes,
    message: Message<'_>,
    version: ProtocolVersion,
) -> Step {
    let Message { kind, params } = message;
    let (id, method) = match &kind {
        Kind::Request { id, method } => (id, method),
        Kind::Notification { method } => {
            return match &inbound.pipe {
                None => notification(&inbound.claims, method).into(),
                Some(pipe) => pipe.notified(method, &params).into(),
            };
        }
        Kind::Response { .. } => {
            let text = "in this revision a client sends requests and notifications only";
            return refuse(&inbound, &kind.addressee(), &ErrorObject::invalid_request(text)).into();
        }
    };
    let request = Request { id, version, params: &params, body };
    let known = Method::parse(method, version);
    if inbound.pipe.is_none()
        && let Err(error) = agree(&inbound.claims, method, known, &params)
    {
        return malformed(Some(id), &error).into();
    }
    let (client, log_level) = match envelope(&request) {
        Ok(envelope) => envelope,
        Err(error) => return malformed(Some(id), &error).into(),
    };
    match known {
        None => unknown_method(version, id, method).into(),
        Some(Method::SubscriptionsListen) => listen::listen(engine, &request, method, &inbound, &client),
        Some(Method::Discover) => Reply::answered(discover(engine, &request, &inbound)).into(),
        Some(method @ (Method::TasksGet | Method::TasksUpdate | Method::TasksCancel)) => {
            tasks::answer(engine, &request, method, &inbound, &client)
        }
        Some(method) => {
            let peer = Peer { client, log_level, asking: Asking::Rounds(Rounds::default()) };
            answer(engine, &request, method, inbound, peer)
        }
    }
}

/// The client of a request that stands for itself.
pub(super) struct Peer {
    pub(super) client: Client,
    pub(super) log_level: Option<LoggingLevel>,
    pub(super) asking: Asking,
}

/// Answers a request that stands for itself.
pub(super) fn answer(
    engine: &Arc<Engine>,
    request: &Request<'_>,
    method: Method,
    inbound: Inbound,
    peer: Peer,
) -> Step {
    match dispatch::aim(&engine.catalog.now(), method, request.params, request.body) {
        Err(unknown) => engine.unknown(request, unknown, method.as_str(), inbound.principal.as_ref()).into(),
        Ok(Operation::List(listing)) => {
            let answer = engine.list(request, listing, inbound.principal.as_ref());
            Home::Connection.answer(engine, inbound.accepts, answer).into()
        }
        Ok(Operation::Call(aimed)) => call(engine, request, aimed, inbound, peer),
    }
}

fn call(engine: &Arc<Engine>, request: &Request<'_>, aimed: Aimed, inbound: Inbound, peer: Peer) -> Step {
    let mut pipeline = aimed.registered.pipeline.clone();
    // Headers that a pipe does not have cannot disagree.
    if inbound.pipe.is_none()
        && let Err(error) = mirrored::agree(request, &aimed, &inbound)
    {
        pipeline = pipeline.refusing(error);
    }
    let accepts = inbound.accepts;
    let listens = engine.hears(&inbound);
    let pipe = inbound.pipe.clone();
    let Peer { client, log_level, asking } = peer;
    let log_level = LogThreshold::Fixed(log_level);
    let asking = match asking {
        Asking::Rounds(_) if aimed.target.may_be_task() && has_tasks(&client.capabilities()) => {
            Asking::Detachable(Box::default())
        }
        asking => asking,
    };
    let around =
        Surroundings { client, log_level, headers: inbound.headers, principal: inbound.principal, listens, asking };
    let context = engine.context(request, aimed, around);
    // Elsewhere a client withdraws a call by going away, and ids are its own business.
    let entered = pipe
        .map(|pipe| {
            let call = InFlightRequest::Call(context.clone());
            pipe.calls.enter(request.id, call, engine.settings.calls_per_pipe)
        })
        .transpose();
    let entered = match entered {
        Ok(entered) => entered,
        Err(refusal) => return refusal.reply(request.id).into(),
    };
    let counted = match engine.calls.enter(request.body.len()) {
        Ok(counted) => counted,
        Err(refusal) => return refusal.reply(request.id).into(),
    };
    let opened = match request_state::resume(engine, request, &context) {
        Ok(opened) => opened,
        Err(error) => return Reply::answered(error_bytes(Some(request.id), &error)).into(),
    };
    let answer = match running::begin(&pipeline, context.clone()) {
        Ok(answer) => match (&engine.settings.spent_states, opened) {
            (Some(spent), Some(opened)) => request_state::once(spent, opened, answer),
            _ => answer,
        },
        Err(error) => return engine.ended(request.version, &context, Err(error)).into(),
    };
    let places = Places { counted, _entered: entered };
    let running =
        Running::new(context.clone(), answer, engine.patience(listens), Home::Connection.on_disconnect(), places);
    Step::Call(Begun { running, context, version: request.version, accepts, home: Home::Connection })
}

/// Nothing that a client of this era may notify of needs an answer, or changes anything over HTTP.
fn notification(claims: &Claims, method: &str) -> Reply {
    match claims.method.as_deref() {
        Some(claimed) if claimed != method => malformed(None, &disagreement("Mcp-Method", claimed, method)),
        _ => Reply::Accepted,
    }
}

/// Whether the headers say what the body says (2026-07-28, streamable HTTP, server validation). Whoever routes by the headers
/// must not be told something else than who acts on the body.
fn agree(claims: &Claims, method: &str, known: Option<Method>, params: &Params<'_>) -> Result<(), ErrorObject> {
    match claims.method.as_deref() {
        Some(claimed) if claimed == method => {}
        Some(claimed) => return Err(disagreement("Mcp-Method", claimed, method)),
        None => return Err(ErrorObject::header_mismatch("the header Mcp-Method is missing")),
    }
    let named = match known.and_then(Method::named_by) {
        None => return Ok(()),
        Some(NameSource::Name) => params.name.text("name"),
        Some(NameSource::Uri) => params.uri.text("uri"),
        Some(NameSource::TaskId) => params.task_id.text("taskId"),
    };
    match (claims.name.as_deref(), named.ok().flatten()) {
        (Some(claimed), Some(named)) if claimed == named => Ok(()),
        (Some(claimed), Some(named)) => Err(disagreement("Mcp-Name", claimed, &named)),
        (None, Some(_)) => Err(ErrorObject::header_mismatch("the header Mcp-Name is missing")),
        // The body lacks what it must have, which is told as what it is, later.
        (_, None) => Ok(()),
    }
}

fn disagreement(header: &str, claimed: &str, body: &str) -> ErrorObject {
    ErrorObject::header_mismatch(format!(
        "the header {header} says `{}`, the body says `{}`",
        excerpt(claimed),
        excerpt(body)
    ))
}

/// What every request of this era says of its client.
fn envelope(request: &Request<'_>) -> Result<(Client, Option<LoggingLevel>), ErrorObject> {
    let missing = |key: &str| ErrorObject::invalid_params(format!("`params._meta` lacks `{key}`"));
    let meta = request.params.meta().ok_or_else(|| missing(meta::PROTOCOL_VERSION))?;
    meta.protocol_version()?.ok_or_else(|| missing(meta::PROTOCOL_VERSION))?;
    let capabilities = meta.client_capabilities()?.ok_or_else(|| missing(meta::CLIENT_CAPABILITIES))?;
    let log_level = match meta.log_level {
        None => None,
        Some(level) => Some(serde_json::from_str::<LoggingLevel>(level.get()).map_err(|_| {
            let known = LoggingLevel::ALL.map(LoggingLevel::as_str).join(", ");
            ErrorObject::invalid_params(format!("`{}` is one of {known}", meta::LOG_LEVEL))
        })?),
    };
    let slice = |text: &str| request.body.slice_ref(text.as_bytes());
    let info = meta.client_info.map_or_else(Bytes::new, |info| slice(info.get()));
    Ok((Client::new(info, slice(capabilities)), log_level))
}

/// `server/discover`: what the server is and can do.
fn discover(engine: &Engine, request: &Request<'_>, inbound: &Inbound) -> Bytes {
    let versions: Vec<&str> = ProtocolVersion::ALL.iter().rev().map(|version| version.as_str()).collect();
    let mut capabilities = engine.capabilities(engine.serves_listeners(inbound));
    if engine.catalog.now().has_tasks() {
        capabilities.extensions.insert(extension::TASKS.to_owned(), json!({}));
    }
    let mut members = json!({"supportedVersions": versions, "capabilities": capabilities});
    if let Some(instructions) = &engine.settings.instructions {
        members["instructions"] = Value::from(instructions.as_str());
    }
    let text = members.to_string();
    engine.answers.members(request.version, request.id, &text[1..text.len() - 1], Some(engine.discovery_lifetime()))
}
