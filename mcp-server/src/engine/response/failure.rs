//! Turns a failed call into the error or the tool result that its client sees.

use serde_json::json;

use crate::{
    context::{ItemKind, Target},
    dispatch,
    error::{Failure, Reference},
    escape::{Escaped, chain},
    protocol::{Era, ErrorCode, ErrorObject, ProtocolVersion, ToolResult, revision::since::Feature},
    random::Randomness,
};

/// Returns the client's view of a failed call: a tool result with `isError` for failures that a
/// language model can react to, or else a JSON-RPC error.
pub(super) fn to_client(
    random: &Randomness,
    version: ProtocolVersion,
    target: &Target,
    failure: Failure,
) -> Result<ToolResult, ErrorObject> {
    let code = failure.code();
    let is_tool = target.kind() == ItemKind::Tool;
    match failure {
        Failure::Protocol(error) | Failure::Rejected(_, error) => Err(error),
        Failure::MissingCapabilities(required) => {
            let text = format!("the client must declare the capabilities {required}");
            match version.era() {
                Era::Stateless => Err(ErrorObject::new(code, text).data(json!({"requiredCapabilities": required}))),
                Era::Session if is_tool => Ok(ToolResult::error(text)),
                Era::Session => Err(ErrorObject::invalid_request(text)),
            }
        }
        Failure::Hidden => Err(hidden_item(version, target)),
        Failure::NotFound(_) if matches!(target.kind(), ItemKind::Resource | ItemKind::ResourceTemplate) => {
            Err(hidden_item(version, target))
        }
        Failure::Client(text) | Failure::Denied(text) | Failure::InvalidArguments(text) | Failure::NotFound(text)
            if is_tool =>
        {
            Ok(ToolResult::error(text))
        }
        Failure::Client(text)
        | Failure::Denied(text)
        | Failure::InvalidArguments(text)
        | Failure::NotFound(text)
        | Failure::Forbidden(text) => Err(ErrorObject::new(code, text)),
        Failure::InsufficientScope(scopes) => {
            Err(ErrorObject::new(code, format!("insufficient scope: the token needs {scopes}"))
                .data(json!({"error": "insufficient_scope", "scope": scopes.to_string()})))
        }
        Failure::LoginRequired(_) => Err(ErrorObject::new(code, "authorization required")),
        Failure::TimedOut => {
            tracing::warn!(item = target.name(), "cancelled a call: it exceeded `Limits::call_timeout`");
            Err(ErrorObject::new(code, "the call timed out and was cancelled"))
        }
        // Not reached: `call::outcome` translates this failure first.
        Failure::UrlElicitationRequired(_) => {
            Err(ErrorObject::new(ErrorCode::INTERNAL_ERROR, "the client cannot be asked"))
        }
        Failure::Panicked(text) => {
            let reference = Reference::new(random);
            tracing::error!(item = target.name(), %reference, panic = Escaped::new(text).to_string(), "a handler panicked");
            Err(ErrorObject::new(code, format!("internal error (reference {reference})")))
        }
        Failure::Internal(source) => {
            let reference = Reference::new(random);
            tracing::error!(item = target.name(), %reference, error = chain(&*source), "a handler failed");
            let text = format!("internal error (reference {reference})");
            if is_tool { Ok(ToolResult::error(text)) } else { Err(ErrorObject::new(code, text)) }
        }
    }
}

/// Returns the error for an item that does not exist, or that is hidden from the caller.
pub(in crate::engine) fn hidden_item(version: ProtocolVersion, target: &Target) -> ErrorObject {
    match target.uri() {
        Some(uri) if target.is_completion() => dispatch::unknown_name(dispatch::TEMPLATE, uri),
        Some(uri) => dispatch::unknown_resource(resource_not_found(version), uri),
        None => dispatch::unknown_name(target.kind().as_str(), target.name()),
    }
}

/// Returns the code for a resource that does not exist.
pub(in crate::engine) fn resource_not_found(version: ProtocolVersion) -> ErrorCode {
    if version.knows(Feature::ResourceNotFoundIsInvalidParams) {
        ErrorCode::INVALID_PARAMS
    } else {
        ErrorCode::RESOURCE_NOT_FOUND
    }
}
