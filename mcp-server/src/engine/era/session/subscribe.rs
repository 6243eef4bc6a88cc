//! `resources/subscribe` and `resources/unsubscribe`.

use std::{
    borrow::Cow,
    sync::{Arc, Weak},
};

use crate::{
    dispatch::{self, UnknownTarget},
    engine::{
        Engine,
        call::{self, PendingReply},
        inbound::{Inbound, Request},
        reply::{Reply, Status},
        session::Session,
    },
    protocol::{ErrorCode, ErrorObject, Method, envelope::parameter::missing},
    refusal::RefusalKind,
};

/// Subscribes to a resource that the caller may read: access and guards are checked as for
/// `resources/read`.
pub(super) fn subscribe(
    engine: &Arc<Engine>,
    session: &Arc<Session>,
    request: &Request<'_>,
    inbound: Inbound,
) -> PendingReply {
    let unknown = |unknown| call::unknown_target(engine, request, unknown, inbound.principal.as_ref());
    let uri = match uri(request) {
        Ok(uri) => uri,
        Err(error) => return unknown(UnknownTarget::Params(error)).into(),
    };
    // Before the lookup, so that a full session does not tell a hidden resource from an unknown
    // one.
    let intent = match session.subscriptions().intend(&uri, &engine.settings.limits) {
        Ok(intent) => intent,
        Err(error) => {
            let error = ErrorObject::new(ErrorCode::UNAVAILABLE, error.to_string());
            return Reply::rejected_as(RefusalKind::Quota, Status::Ok, Some(request.id), &error).into();
        }
    };
    let call = match dispatch::resolve_resource(&engine.catalog.now(), &uri, inbound.principal.as_ref()) {
        Ok(call) => call,
        Err(target) => return unknown(target).into(),
    };
    let client = session.client.clone();
    let (context, check) = call::check_access(engine, request, call, client, inbound.headers, inbound.principal);
    let (engine, session, version) = (engine.clone(), session.clone(), request.version);
    PendingReply::Later(Box::pin(async move {
        if let Err(error) = check.await {
            return call::deny(&engine, &context, error)
                .because(|grounds| grounds.method(Method::ResourcesSubscribe.as_str()));
        }
        let subscriber: Weak<Session> = Arc::downgrade(&session);
        intent.subscribe(context.principal().cloned(), subscriber, &engine.listeners.resources);
        // From here on updates wait for the client, even if it opens its stream later.
        let settings = &engine.settings;
        session.standalone_stream(settings.session_stream(version), settings.stream_capacity());
        Reply::response(engine.responses.empty(version, context.request_id()))
    }))
}

/// Unsubscribes. A resource without a subscription is not an error.
pub(super) fn unsubscribe(engine: &Engine, session: &Session, request: &Request<'_>) -> Reply {
    match uri(request) {
        Ok(uri) => {
            session.subscriptions().unsubscribe(&uri);
            Reply::response(engine.responses.empty(request.version, request.id))
        }
        Err(error) => Reply::error(request.id, &error),
    }
}

fn uri<'a>(request: &Request<'a>) -> Result<Cow<'a, str>, ErrorObject> {
    request.params.uri.text("uri")?.ok_or_else(|| missing("uri"))
}
