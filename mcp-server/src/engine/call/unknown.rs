//! Replies to requests for items and methods that do not exist, or that are hidden from the caller.

use crate::{
    auth::{Principal, ScopeSet},
    dispatch::{self, UnknownTarget},
    engine::{
        Engine,
        inbound::Request,
        reply::{AccessRejection, Reply, Status},
        response::{error_bytes, resource_not_found},
    },
    protocol::{Era, ErrorCode, ErrorObject, RequestId},
};

/// Returns the reply to a request for an item that does not exist.
pub(in crate::engine) fn unknown_target(
    engine: &Engine,
    request: &Request<'_>,
    unknown: UnknownTarget,
    principal: Option<&Principal>,
) -> Reply {
    let error = match unknown {
        UnknownTarget::Params(error) => error,
        UnknownTarget::Resource(uri) => dispatch::unknown_resource(resource_not_found(request.version), &uri),
        UnknownTarget::Method => return unknown_method(request),
    };
    unknown_item(engine, request.id, principal, &error)
}

/// Returns the reply for an item that does not exist, or that is hidden from the caller.
pub(super) fn unknown_item(
    engine: &Engine,
    id: &RequestId,
    principal: Option<&Principal>,
    error: &ErrorObject,
) -> Reply {
    if principal.is_none() && engine.settings.callers.is_some() && !engine.catalog.now().is_open() {
        // An anonymous caller must not learn which names exist.
        let error = ErrorObject::new(ErrorCode::UNAUTHORIZED, "authorization required");
        let message = error_bytes(Some(id), &error);
        return Reply::Unauthorized { rejection: AccessRejection::LoginRequired(ScopeSet::default()), message };
    }
    Reply::error(id, error)
}

/// Returns the reply to a request with a method that its revision does not have.
pub(in crate::engine) fn unknown_method(request: &Request<'_>) -> Reply {
    let body = error_bytes(Some(request.id), &ErrorObject::method_not_found(request.method));
    match request.version.era() {
        Era::Session => Reply::response(body),
        Era::Stateless => Reply::message(Status::UnknownMethod, body),
    }
}
