//! The stateless era, 2026-07-28: every request is self-contained. The client carries the state of
//! a call between its requests, and only tasks and spent states outlive a response.

mod listen;
mod tasks;

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    context::{Client, ClientChannel, LogThreshold, Rounds},
    engine::{
        Engine,
        call::{self, CallerInfo, PendingReply, StreamOwner, unknown_method},
        era::headers,
        inbound::{Inbound, Request},
        reply::{Reply, reject},
    },
    protocol::{
        ErrorObject, LoggingLevel, Method, ProtocolVersion,
        envelope::{
            message::{Kind, Message},
            part::part,
        },
        types::reserved::meta,
    },
};

/// Serves a message of the stateless era.
pub(in crate::engine) fn accept(
    engine: &Arc<Engine>,
    inbound: Inbound,
    body: &Bytes,
    message: &Message<'_>,
    version: ProtocolVersion,
) -> PendingReply {
    let Message { kind, params } = message;
    let (id, method) = match kind {
        Kind::Request { id, method } => (id, method),
        Kind::Notification { method } => {
            let checked = match &inbound.stdio {
                None => headers::check_method(&inbound.claims, method),
                Some(connection) => {
                    connection.notified(method, params);
                    Ok(())
                }
            };
            return checked.map_or_else(|error| Reply::bad_request(None, &error), |()| Reply::Accepted).into();
        }
        Kind::Response { .. } => {
            let text = "clients of this revision send requests and notifications only";
            return reject(&inbound, &kind.addressee(), &ErrorObject::invalid_request(text)).into();
        }
    };
    let request = Request { id, method, version, params, body };
    let method = Method::parse(method, version);
    if inbound.stdio.is_none()
        && let Err(error) = headers::check_required(&inbound.claims, &request, method)
    {
        return Reply::bad_request(Some(id), &error).into();
    }
    let (client, log_level) = match envelope(&request, engine.settings.limits.max_client_info_bytes) {
        Ok(envelope) => envelope,
        Err(error) => return Reply::bad_request(Some(id), &error).into(),
    };
    match method {
        None => unknown_method(&request).into(),
        Some(Method::SubscriptionsListen) => listen::listen(engine, &request, &inbound, &client),
        Some(Method::Discover) => {
            let notifies = listen::is_supported(engine, &inbound);
            Reply::response(engine.responses.discover(&request, &engine.catalog.now(), notifies)).into()
        }
        Some(method @ (Method::TasksGet | Method::TasksUpdate | Method::TasksCancel)) => {
            tasks::serve(engine, &request, method, &inbound, &client)
        }
        Some(method) => {
            // Over HTTP a client cancels by disconnecting, and may reuse ids.
            let max = engine.settings.limits.max_calls_on_stdio;
            let in_flight = inbound.stdio.as_ref().map(|connection| (connection.in_flight.clone(), max));
            let caller = CallerInfo {
                client,
                log_level: LogThreshold::Fixed(log_level),
                channel: ClientChannel::Rounds(Rounds::default()),
                owner: StreamOwner::Connection,
                in_flight,
            };
            call::serve(engine, &request, method, inbound, caller)
        }
    }
}

/// Returns the client and its log level, which every request of this era carries in `_meta`.
fn envelope(request: &Request<'_>, max_client_bytes: usize) -> Result<(Client, Option<LoggingLevel>), ErrorObject> {
    let missing = |key: &str| ErrorObject::invalid_params(format!("missing `{key}` in `params._meta`"));
    let meta = request.params.meta().ok_or_else(|| missing(meta::PROTOCOL_VERSION))?;
    meta.protocol_version()?.ok_or_else(|| missing(meta::PROTOCOL_VERSION))?;
    let capabilities = meta.client_capabilities()?.ok_or_else(|| missing(meta::CLIENT_CAPABILITIES))?;
    let log_level = match meta.log_level {
        None => None,
        Some(level) => Some(serde_json::from_str::<LoggingLevel>(level.get()).map_err(|_| {
            let known = LoggingLevel::ALL.map(LoggingLevel::as_str).join(", ");
            ErrorObject::invalid_params(format!("invalid `{}`: expected one of {known}", meta::LOG_LEVEL))
        })?),
    };
    let info = meta.client_info()?.unwrap_or_default();
    if info.len() + capabilities.len() > max_client_bytes {
        let (info, capabilities) = (meta::CLIENT_INFO, meta::CLIENT_CAPABILITIES);
        let text = format!(
            "`{info}` and `{capabilities}` in `params._meta` are too long: expected at most {max_client_bytes} bytes"
        );
        return Err(ErrorObject::invalid_params(text));
    }
    let part = |text| part(request.body, text);
    Ok((Client::new(part(info), part(capabilities)), log_level))
}
