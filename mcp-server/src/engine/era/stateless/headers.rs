//! Headers must agree with the body (2026-07-28, streamable HTTP, server validation): a proxy that
//! routes by the headers must not see another request than the server.

use crate::{
    engine::inbound::{Claims, Request},
    protocol::{ErrorObject, Method, revision::method::NameSource, types::error_object::excerpt},
};

/// Checks the headers of a request.
pub(super) fn check_request(claims: &Claims, request: &Request<'_>, method: Option<Method>) -> Result<(), ErrorObject> {
    match &claims.method {
        Some(claimed) if claimed.is(|method| method == request.method) => {}
        Some(claimed) => return Err(mismatch("Mcp-Method", claimed, request.method)),
        None => return Err(ErrorObject::header_mismatch("missing header Mcp-Method")),
    }
    let params = request.params;
    let named = match method.and_then(Method::named_by) {
        None => return Ok(()),
        Some(NameSource::Name) => params.name.text("name"),
        Some(NameSource::Uri) => params.uri.text("uri"),
        Some(NameSource::TaskId) => params.task_id.text("taskId"),
    };
    match (&claims.name, named.ok().flatten()) {
        (Some(claimed), Some(named)) if claimed.is(|name| name == named) => Ok(()),
        (Some(claimed), Some(named)) => Err(mismatch("Mcp-Name", claimed, &named)),
        (None, Some(_)) => Err(ErrorObject::header_mismatch("missing header Mcp-Name")),
        // The body lacks a parameter, which is reported later.
        (_, None) => Ok(()),
    }
}

/// Checks the headers of a notification, which are optional.
pub(super) fn check_notification(claims: &Claims, method: &str) -> Result<(), ErrorObject> {
    match &claims.method {
        Some(claimed) if !claimed.is(|claimed| claimed == method) => Err(mismatch("Mcp-Method", claimed, method)),
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
