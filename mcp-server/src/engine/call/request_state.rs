//! `requestState`: the state of a call between its requests (2026-07-28, multi round-trip
//! requests).
//!
//! A state is sealed for one principal, server, item (kind, name, URI) and set of arguments, and
//! expires. A request in which any of these differs is rejected.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

use crate::{
    auth::Principal,
    context::{Context, InputRequired, Transcript},
    engine::{inbound::Request, settings::Settings},
    error::{CallError, Failure},
    handler::HandlerFuture,
    protocol::{ErrorObject, envelope::canonical::canonical, types::input_request::InputRequest},
    random,
    refusal::RefusalKind,
    seal::binding,
    store::DynSpentStates,
};

/// The plaintext of a request state.
#[derive(Serialize, Deserialize)]
struct State {
    /// Seconds since 1970.
    expires: u64,
    transcript: Box<RawValue>,
}

/// A state that a client sent back.
pub(super) struct OpenedState {
    id: String,
    /// Seconds since 1970.
    expires: u64,
}

/// Restores the rounds of a call from the state and the answers of its request.
pub(super) fn resume(
    settings: &Settings,
    request: &Request<'_>,
    context: &Context,
) -> Result<Option<OpenedState>, (RefusalKind, ErrorObject)> {
    let Some(rounds) = context.0.channel.rounds() else { return Ok(None) };
    let responses = responses(request)?;
    let Some(state) = request.params.request_state.text("requestState").map_err(in_params)? else {
        if let Some(responses) = responses.filter(|_| !settings.requires_request_state) {
            rounds.resume(None, responses);
        }
        return Ok(None);
    };
    let (opened, transcript) = open(settings, context, &state).ok_or_else(invalid)?;
    rounds.resume(Some(transcript), responses.unwrap_or_default());
    Ok(Some(opened))
}

/// Checks the `requestState` and the answers of a request for an unknown item. Every state is
/// invalid there.
pub(super) fn check_unknown(request: &Request<'_>) -> Result<(), (RefusalKind, ErrorObject)> {
    responses(request)?;
    let state = request.params.request_state.text("requestState").map_err(in_params)?;
    state.map_or(Ok(()), |_| Err(invalid()))
}

/// Answers of the client, by the key of their question.
type Responses = BTreeMap<String, Box<RawValue>>;

fn responses(request: &Request<'_>) -> Result<Option<Responses>, (RefusalKind, ErrorObject)> {
    request.params.input_responses.read("inputResponses").map_err(in_params)
}

fn in_params(error: ErrorObject) -> (RefusalKind, ErrorObject) {
    (RefusalKind::Params, error)
}

fn invalid() -> (RefusalKind, ErrorObject) {
    let error = ErrorObject::invalid_params(
        "invalid `params.requestState`: it was modified, has expired, or belongs to another caller, item or set of \
         arguments. Begin again without it",
    );
    (RefusalKind::RequestState, error)
}

/// Returns a handler that runs only if its state was not used before.
pub(super) fn once(spent: &Arc<dyn DynSpentStates>, opened: OpenedState, handler: HandlerFuture) -> HandlerFuture {
    let spent = spent.clone();
    Box::pin(async move {
        let expires = UNIX_EPOCH + Duration::from_secs(opened.expires);
        if spent.spend(&opened.id, expires).await.map_err(CallError::internal)? {
            return handler.await;
        }
        let text = "duplicate `params.requestState`: it was used before. Begin again without it";
        Err(CallError(Failure::Rejected(RefusalKind::RequestState, ErrorObject::invalid_params(text))))
    })
}

/// Returns the members of the result that asks questions.
pub(super) fn input_required(
    settings: &Settings,
    context: &Context,
    required: &InputRequired,
) -> Result<String, CallError> {
    let state = seal(settings, context, &required.transcript)
        .ok_or_else(|| CallError::internal("the request state could not be sealed"))?;
    Ok(members(&required.requests, state))
}

/// Returns the questions and the state as members of a result.
pub(in crate::engine) fn members(requests: &BTreeMap<String, InputRequest>, state: String) -> String {
    let requests: serde_json::Map<String, Value> =
        requests.iter().map(|(key, request)| (key.clone(), request.to_value())).collect();
    format!("\"inputRequests\":{},\"requestState\":{}", Value::Object(requests), Value::String(state))
}

fn seal(settings: &Settings, context: &Context, transcript: &[u8]) -> Option<String> {
    let transcript: &RawValue = serde_json::from_slice(transcript).ok()?;
    // Bounded, so that the sum does not overflow.
    let expires =
        settings.clock.unix_seconds() + settings.limits.request_state_lifetime.as_secs().min(u64::from(u32::MAX));
    let state = to_raw_value(&State { expires, transcript: transcript.to_owned() }).ok()?;
    settings.keys.seal(&settings.random, state.get().as_bytes(), &state_binding(settings, context)).ok()
}

fn open(settings: &Settings, context: &Context, state: &str) -> Option<(OpenedState, Transcript)> {
    let (id, text) = settings.keys.open(state, &state_binding(settings, context)).ok()?;
    let State { expires, transcript } = serde_json::from_slice(&text).ok()?;
    if expires < settings.clock.unix_seconds() {
        return None;
    }
    Some((OpenedState { id: random::hex(&id), expires }, serde_json::from_str(transcript.get()).ok()?))
}

/// Returns the binding of a state: the caller, server, item and arguments.
fn state_binding(settings: &Settings, context: &Context) -> Vec<u8> {
    let principal = context.principal().map(Principal::binding);
    let principal = serde_json::to_vec(&principal).unwrap_or_default();
    let target = context.target();
    let arguments = canonical(&context.arguments());
    binding(&[
        b"requestState",
        settings.implementation.name.as_bytes(),
        &principal,
        target.kind().as_str().as_bytes(),
        target.name().as_bytes(),
        target.uri().unwrap_or_default().as_bytes(),
        arguments.as_bytes(),
    ])
}
