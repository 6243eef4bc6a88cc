//! Replies to requests for items and methods that do not exist, or that are hidden from the caller.

use crate::{
    auth::{Principal, ScopeSet},
    dispatch::{self, UnknownTarget},
    engine::{
        Engine,
        inbound::Request,
        reply::{Reply, Status},
        response::resource_not_found,
    },
    protocol::{Era, ErrorObject, RequestId},
    refusal::RefusalKind,
};

/// Returns the reply to a request for an item that does not exist.
pub(in crate::engine) fn unknown_target(
    engine: &Engine,
    request: &Request<'_>,
    unknown: UnknownTarget,
    principal: Option<&Principal>,
) -> Reply {
    match unknown {
        UnknownTarget::Params(error) => {
            unknown_item(engine, request.id, principal, &error).because(|grounds| match grounds.kind {
                RefusalKind::Item => grounds.kind(RefusalKind::Params),
                _ => grounds,
            })
        }
        UnknownTarget::Item { name, error } => {
            unknown_item(engine, request.id, principal, &error).because(|grounds| grounds.item(name))
        }
        UnknownTarget::Resource(uri) => {
            let error = dispatch::unknown_resource(resource_not_found(request.version), &uri);
            unknown_item(engine, request.id, principal, &error).because(|grounds| grounds.item(uri))
        }
        UnknownTarget::Method => unknown_method(request),
    }
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
        return Reply::login_required(id, ScopeSet::default());
    }
    Reply::rejected_as(RefusalKind::Item, Status::Ok, Some(id), error)
}

/// Returns the reply to a request with a method that its revision does not have.
pub(in crate::engine) fn unknown_method(request: &Request<'_>) -> Reply {
    let status = match request.version.era() {
        Era::Session => Status::Ok,
        Era::Stateless => Status::UnknownMethod,
    };
    Reply::rejected(status, Some(request.id), &ErrorObject::method_not_found(request.method))
}
