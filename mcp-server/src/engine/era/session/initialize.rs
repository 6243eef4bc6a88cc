//! `initialize`: negotiates a version and opens a session.

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    auth::Principal,
    context::Client,
    engine::{
        Engine,
        inbound::Inbound,
        reply::{MessageReply, Rejection, Reply, Status},
        session::{NewSession, Session, SessionError},
    },
    protocol::{
        ErrorCode, ErrorObject, ProtocolVersion, RequestId,
        envelope::{parameter::missing, params::Params},
    },
};

pub(super) fn initialize(engine: &Engine, id: &RequestId, params: &Params<'_>, inbound: &Inbound) -> Reply {
    if inbound.stdio.as_ref().is_some_and(|connection| connection.session().is_some()) {
        return Reply::error(id, &ErrorObject::invalid_request("duplicate `initialize`: the session is open"));
    }
    let (version, client) = match proposal(params, engine.settings.limits.max_client_info_bytes) {
        Ok(proposal) => proposal,
        Err(error) => return Reply::error(id, &error),
    };
    let keeps_session = inbound.stdio.is_some() || !engine.settings.without_sessions;
    // Without a session the client cannot be notified of changes.
    let response = engine.responses.initialize(version, id, &engine.catalog.now(), keeps_session);
    if !keeps_session {
        return Reply::response(response);
    }
    match open(engine, version, client, inbound) {
        Ok(session) => {
            let session = Some(session.id.clone());
            Reply::Message(MessageReply { status: Status::Ok, body: response, session, grounds: None })
        }
        Err(SessionError::LimitReached(exceeded)) => {
            let open = engine.open_sessions();
            let reply = Rejection::SessionLimit(exceeded).reply(Some(id));
            reply.because(|grounds| grounds.seen(format_args!("{open} sessions")))
        }
        Err(SessionError::InvalidId) => {
            tracing::error!("the session id generator returned an id that is in use, or is not visible ASCII");
            let error = ErrorObject::new(ErrorCode::INTERNAL_ERROR, "the session could not be opened");
            Reply::failed(Status::ServerError, id, &error)
        }
    }
}

/// Returns the negotiated version and the client.
fn proposal(params: &Params<'_>, max_client_bytes: usize) -> Result<(ProtocolVersion, Client), ErrorObject> {
    let requested = params.protocol_version.text("protocolVersion")?.ok_or_else(|| missing("protocolVersion"))?;
    let info = params.client_info.object("clientInfo")?.unwrap_or_default();
    let capabilities = params.capabilities.object("capabilities")?.unwrap_or_default();
    if info.len() + capabilities.len() > max_client_bytes {
        let text = format!(
            "`params.clientInfo` and `params.capabilities` are too long: expected at most {max_client_bytes} bytes"
        );
        return Err(ErrorObject::invalid_params(text));
    }
    // Copied into one buffer: slices would keep the whole request in memory as long as the session
    // lives.
    let mut both = Bytes::from([info, capabilities].concat());
    let info = both.split_to(info.len());
    Ok((ProtocolVersion::negotiate(&requested), Client::new(info, both)))
}

fn open(
    engine: &Engine,
    version: ProtocolVersion,
    client: Client,
    inbound: &Inbound,
) -> Result<Arc<Session>, SessionError> {
    let now = engine.now();
    let session = Session::new(NewSession {
        id: (engine.settings.session_id)().into(),
        version,
        client,
        owner: inbound.principal.as_ref().map(Principal::binding),
        in_flight: inbound.stdio.as_ref().map_or_else(Arc::default, |connection| connection.in_flight.clone()),
        on_stdio: inbound.stdio.is_some(),
        accounts: inbound.accounts.clone(),
        question_timeout: engine.settings.limits.question_timeout,
        now,
    });
    engine.sessions.insert(&session, now)?;
    if let Some(connection) = &inbound.stdio {
        connection.set_session(session.clone());
    }
    Ok(session)
}
