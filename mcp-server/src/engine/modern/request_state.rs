//! `requestState`: what a conversation has come to, while the client has it (2026-07-28, multi round-trip requests).
//!
//! Sealed for one principal, server, method, item and set of arguments, and for a time: whoever brings it back to anything else, or
//! later, is refused.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

use super::super::{Engine, Request};
use crate::{
    auth::Principal,
    context::{Context, Transcript},
    error::{CallError, InputRequired},
    handler::Answer,
    protocol::{ErrorObject, envelope::canonical::canonical, types::input_request::InputRequest},
    random,
    seal::binding,
    store::SpentStates,
};

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct State {
    /// Seconds since 1970.
    expires: u64,
    transcript: Box<RawValue>,
}

/// A state that was opened, and may be allowed only once.
pub(super) struct Opened {
    id: String,
    expires: u64,
}

/// Takes up what the client brings along of an earlier round.
pub(super) fn resume(engine: &Engine, request: &Request<'_>, context: &Context) -> Result<Option<Opened>, ErrorObject> {
    let Some(rounds) = context.0.asking.rounds() else { return Ok(None) };
    let responses: Option<BTreeMap<String, Box<RawValue>>> = request.params.input_responses.read("inputResponses")?;
    let Some(state) = request.params.request_state.text("requestState")? else {
        if let Some(responses) = responses {
            rounds.resume(None, responses);
        }
        return Ok(None);
    };
    let responses = responses.unwrap_or_default();
    let (opened, transcript) = open(engine, context, &state).ok_or_else(|| {
        ErrorObject::invalid_params(
            "`params.requestState` is not one of this request: it was changed, has expired, or belongs to another caller, item \
             or set of arguments. Begin again without it",
        )
    })?;
    rounds.resume(Some(transcript), responses);
    Ok(Some(opened))
}

/// Lets the call go on only when its state has not been used before.
pub(super) fn once(spent: &std::sync::Arc<dyn SpentStates>, opened: Opened, answer: Answer) -> Answer {
    let spent = spent.clone();
    Box::pin(async move {
        let expires = UNIX_EPOCH + Duration::from_secs(opened.expires);
        if spent.spend(&opened.id, expires).await.map_err(CallError::internal)? {
            return answer.await;
        }
        Err(ErrorObject::invalid_params("`params.requestState` has been used before: begin again without it").into())
    })
}

/// The members of the result that asks.
pub(in crate::engine) fn input_required(
    engine: &Engine,
    context: &Context,
    required: &InputRequired,
) -> Result<String, CallError> {
    let state = seal(engine, context, &required.transcript)
        .ok_or_else(|| CallError::internal("the state of a request could not be sealed"))?;
    Ok(members(&required.requests, state))
}

/// The questions, and the state to bring back with the answers.
pub(in crate::engine) fn members(requests: &BTreeMap<String, InputRequest>, state: String) -> String {
    let requests: serde_json::Map<String, Value> =
        requests.iter().map(|(key, request)| (key.clone(), request.to_value())).collect();
    format!("\"inputRequests\":{},\"requestState\":{}", Value::Object(requests), Value::String(state))
}

fn seal(engine: &Engine, context: &Context, transcript: &[u8]) -> Option<String> {
    let transcript: &RawValue = serde_json::from_slice(transcript).ok()?;
    // A time that calendars know: no more than a century.
    let expires = now() + engine.settings.state_lifetime.as_secs().min(u64::from(u32::MAX));
    let state = to_raw_value(&State { expires, transcript: transcript.to_owned() }).ok()?;
    engine.settings.keys.seal(state.get().as_bytes(), &belongs_to(engine, context)).ok()
}

fn open(engine: &Engine, context: &Context, state: &str) -> Option<(Opened, Transcript)> {
    let (id, text) = engine.settings.keys.open(state, &belongs_to(engine, context)).ok()?;
    let State { expires, transcript } = serde_json::from_slice(&text).ok()?;
    if expires < now() {
        return None;
    }
    Some((Opened { id: random::hex(&id), expires }, serde_json::from_str(transcript.get()).ok()?))
}

/// What a state is bound to.
fn belongs_to(engine: &Engine, context: &Context) -> Vec<u8> {
    let principal = context.principal().map(Principal::binding);
    let principal = serde_json::to_vec(&principal).unwrap_or_default();
    let target = context.target();
    let arguments = canonical(&context.arguments());
    binding(&[
        b"requestState",
        engine.settings.implementation.name.as_bytes(),
        &principal,
        target.kind().as_str().as_bytes(),
        target.name().as_bytes(),
        target.uri().unwrap_or_default().as_bytes(),
        arguments.as_bytes(),
    ])
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
