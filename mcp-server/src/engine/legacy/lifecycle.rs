//! `initialize`: negotiates a version and opens a session.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{super::Engine, Session, session::Opening, sessions::NoRoom};
use crate::{
    auth::Principal,
    context::Client,
    engine::{Inbound, MessageOutcome, MessageReply, Reply, error_bytes},
    protocol::{
        ErrorCode, ErrorObject, ProtocolVersion, RequestId,
        envelope::{parameter::missing, params::Params},
        revision::since::Feature,
    },
};

/// The most that a client may say of itself, in bytes of JSON: a session keeps it for as long as it lives.
const LARGEST_CLIENT: usize = 16 * 1024;

/// After how long a client should try again when there was no room for its session.
const RETRY_AFTER: Duration = Duration::from_secs(30);

pub(super) fn initialize(engine: &Engine, id: &RequestId, params: &Params<'_>, inbound: &Inbound) -> Reply {
    if inbound.pipe.as_ref().is_some_and(|pipe| pipe.session().is_some()) {
        let error = ErrorObject::invalid_request("the session has been opened before");
        return Reply::answered(error_bytes(Some(id), &error));
    }
    let (version, client) = match proposal(params) {
        Ok(proposal) => proposal,
        Err(error) => return Reply::answered(error_bytes(Some(id), &error)),
    };
    let keeps_session = inbound.pipe.is_some() || !engine.settings.stateless;
    let answer = engine.answers.members(version, id, &introduction(engine, version, keeps_session), None);
    if !keeps_session {
        return Reply::answered(answer);
    }
    match open(engine, version, client, inbound) {
        Ok(session) => Reply::Message(MessageReply {
            outcome: MessageOutcome::Answered,
            body: answer,
            session: Some(session.id.clone()),
        }),
        Err(NoRoom::Full) => {
            tracing::warn!(sessions = engine.sessions.len(), "there is no room for another session");
            let error =
                ErrorObject::new(ErrorCode::UNAVAILABLE, "there is no room for another session, try again later");
            Reply::with(MessageOutcome::NoRoom(RETRY_AFTER), error_bytes(Some(id), &error))
        }
        Err(NoRoom::BadId) => {
            tracing::error!("the session id generator made an id that is taken, or is not visible ASCII");
            let error = ErrorObject::new(ErrorCode::INTERNAL_ERROR, "no session could be opened");
            Reply::with(MessageOutcome::Broken, error_bytes(Some(id), &error))
        }
    }
}

/// The version that is spoken from now on, and what the client says of itself.
fn proposal(params: &Params<'_>) -> Result<(ProtocolVersion, Client), ErrorObject> {
    let requested = params.protocol_version.text("protocolVersion")?.ok_or_else(|| missing("protocolVersion"))?;
    let said = [params.client_info.object("clientInfo")?, params.capabilities.object("capabilities")?];
    let said = said.map(Option::unwrap_or_default);
    if said.map(str::len).iter().sum::<usize>() > LARGEST_CLIENT {
        let text = format!("`params.clientInfo` and `params.capabilities` are longer than {LARGEST_CLIENT} bytes");
        return Err(ErrorObject::invalid_params(text));
    }
    // Copied: a slice would keep the whole request in memory for as long as the session lives.
    let [info, capabilities] = said.map(|text| Bytes::copy_from_slice(text.as_bytes()));
    Ok((ProtocolVersion::negotiate(&requested), Client::new(info, capabilities)))
}

fn open(engine: &Engine, version: ProtocolVersion, client: Client, inbound: &Inbound) -> Result<Arc<Session>, NoRoom> {
    let id = (engine.settings.session_id)();
    let owner = inbound.principal.as_ref().map(Principal::binding);
    let calls = inbound.pipe.as_ref().map_or_else(Arc::default, |pipe| pipe.calls.clone());
    let opening = Opening { id: id.into(), version, client, owner, calls, budget: engine.budget.clone() };
    let session = Session::new(opening, engine.settings.answer_time, engine.now());
    engine.sessions.insert(&session)?;
    if let Some(pipe) = &inbound.pipe {
        pipe.opened(session.clone());
    }
    Ok(session)
}

/// The members of the result, as clients of that version know them. Without a session nobody can be told of changes.
fn introduction(engine: &Engine, version: ProtocolVersion, keeps_session: bool) -> String {
    let mut implementation = serde_json::to_value(&engine.settings.implementation).unwrap_or_default();
    if let Value::Object(members) = &mut implementation {
        for (member, feature) in [
            ("title", Feature::Titles),
            ("icons", Feature::Icons),
            ("description", Feature::ImplementationDetails),
            ("websiteUrl", Feature::ImplementationDetails),
        ] {
            if !version.knows(feature) {
                members.remove(member);
            }
        }
    }
    let mut introduction = json!({
        "protocolVersion": version.as_str(),
        "capabilities": engine.capabilities(keeps_session),
        "serverInfo": implementation,
    });
    if !version.knows(Feature::CompletionsCapability)
        && let Some(capabilities) = introduction["capabilities"].as_object_mut()
    {
        capabilities.remove("completions");
    }
    if let Some(instructions) = &engine.settings.instructions {
        introduction["instructions"] = instructions.as_str().into();
    }
    let text = introduction.to_string();
    text[1..text.len() - 1].to_owned()
}
