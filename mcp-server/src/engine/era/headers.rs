//! Headers must agree with the body (2026-07-28, streamable HTTP, server validation): a proxy that
//! routes by the headers must not see another request than the server. This holds in both eras,
//! since a proxy does not know the era.

use std::borrow::Cow;

use crate::{
    engine::inbound::{Claims, Request},
    protocol::{
        ErrorObject, Method, ProtocolVersion,
        envelope::{message::Kind, params::Params},
        revision::method::NameSource,
        types::error_object::excerpt,
    },
};

/// Checks the headers of a request of the stateless era, which must have them.
pub(super) fn check_required(
    claims: &Claims,
    request: &Request<'_>,
    method: Option<Method>,
) -> Result<(), ErrorObject> {
    if claims.method.is_none() {
        return Err(ErrorObject::header_mismatch("missing header Mcp-Method"));
    }
    check_method(claims, request.method)?;
    let named = named(request.params, method);
    if claims.name.is_none() && named.is_some() {
        return Err(ErrorObject::header_mismatch("missing header Mcp-Name"));
    }
    check_name(claims, named)
}

/// Checks the headers of a message of the session era, whose clients may omit them.
pub(super) fn check_optional(claims: &Claims, kind: &Kind<'_>, params: &Params<'_>) -> Result<(), ErrorObject> {
    if claims.method.is_none() && claims.name.is_none() {
        return Ok(());
    }
    match kind {
        Kind::Request { method, .. } => {
            check_method(claims, method)?;
            check_name(claims, named(params, Method::parse(method, ProtocolVersion::LATEST_SESSION)))
        }
        Kind::Notification { method } => check_method(claims, method),
        Kind::Response { .. } => Ok(()),
    }
}

/// Checks that the header, if present, names the method of the body.
pub(super) fn check_method(claims: &Claims, method: &str) -> Result<(), ErrorObject> {
    match &claims.method {
        Some(claimed) if !claimed.is(|claimed| claimed == method) => Err(mismatch("Mcp-Method", claimed, method)),
        _ => Ok(()),
    }
}

/// Returns the parameter that names the target of the request. A parameter that is missing or
/// invalid is reported later.
fn named<'a>(params: &Params<'a>, method: Option<Method>) -> Option<Cow<'a, str>> {
    let named = match method.and_then(Method::named_by)? {
        NameSource::Name => params.name.text("name"),
        NameSource::Uri => params.uri.text("uri"),
        NameSource::TaskId => params.task_id.text("taskId"),
    };
    named.ok().flatten()
}

fn check_name(claims: &Claims, named: Option<Cow<'_, str>>) -> Result<(), ErrorObject> {
    match (&claims.name, named) {
        (Some(claimed), Some(named)) if !claimed.is(|claimed| claimed == named) => {
            Err(mismatch("Mcp-Name", claimed, &named))
        }
        _ => Ok(()),
    }
}

fn mismatch(header: &str, claimed: &str, body: &str) -> ErrorObject {
    ErrorObject::header_mismatch(format!(
        "header {header} is `{}`, but the body has `{}`",
        excerpt(claimed),
        excerpt(body)
    ))
}
