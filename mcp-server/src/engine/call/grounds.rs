//! Grounds of a call that was rejected: by its declared access, a guard, its arguments or a
//! request state.
//!
//! The error of a handler is no rejection, except if it says that the caller lacks access.

use super::driver::CallEnd;
use crate::{
    auth::{Access, Principal, ScopeFailure},
    context::{Context, ItemKind},
    engine::{Engine, response::hidden_item},
    error::{CallError, Failure},
    protocol::{Era, ErrorCode, Method, ProtocolVersion},
    refusal::{Grounds, RefusalKind},
};

/// Returns the grounds if the end of a call is a rejection.
pub(super) fn of_end(engine: &Engine, version: ProtocolVersion, context: &Context, end: &CallEnd) -> Option<Grounds> {
    let CallEnd::Done(Err(error)) = end else { return None };
    let (access, principal) = (context.item().access(), context.principal());
    let grounds = |kind, code: ErrorCode| Grounds::new(kind, error).code(code);
    let code = error.0.code();
    let is_tool = context.target().kind() == ItemKind::Tool;
    let grounds = match &error.0 {
        Failure::InvalidArguments(text) => {
            let grounds = of_text(RefusalKind::Arguments, error, is_tool);
            match first_argument(text) {
                Some(argument) => grounds.argument(argument),
                None => grounds,
            }
        }
        Failure::Denied(_) => of_text(RefusalKind::Denied, error, is_tool),
        Failure::Forbidden(_) if engine.settings.callers.is_some() && access.lacks_roles(principal) => {
            with_access(grounds(RefusalKind::Role, code), access, principal)
        }
        Failure::Forbidden(_) => grounds(RefusalKind::Denied, code),
        Failure::Hidden => {
            let unknown = hidden_item(version, context.target());
            let grounds = Grounds::of_error(RefusalKind::Hidden, &unknown);
            with_access(grounds.reason("the item exists and is hidden from the caller"), access, principal)
        }
        Failure::InsufficientScope(needed) => {
            let granted = principal.map(|principal| principal.scopes().to_string()).unwrap_or_default();
            let text = format_args!("insufficient scope: the token needs {needed}");
            let grounds = Grounds::new(RefusalKind::Scope, text).expected(needed).seen(granted);
            match engine.settings.scope_failure {
                ScopeFailure::ToolError if is_tool => grounds,
                ScopeFailure::ToolError => grounds.code(ErrorCode::INVALID_PARAMS),
                ScopeFailure::Forbidden403 => grounds.code(code),
            }
        }
        Failure::LoginRequired(needed) if needed.is_empty() => grounds(RefusalKind::Login, code),
        Failure::LoginRequired(needed) => grounds(RefusalKind::Login, code).expected(needed),
        Failure::MissingCapabilities(required) => {
            let text = format_args!("the client must declare the capabilities {required}");
            let grounds = Grounds::new(RefusalKind::Capability, text).expected(required);
            match version.era() {
                Era::Stateless => grounds.code(code),
                Era::Session if is_tool => grounds,
                Era::Session => grounds.code(ErrorCode::INVALID_REQUEST),
            }
        }
        Failure::Rejected(kind, error) => Grounds::of_error(*kind, error),
        Failure::Client(_)
        | Failure::NotFound(_)
        | Failure::UrlElicitationRequired(_)
        | Failure::Protocol(_)
        | Failure::Panicked(_)
        | Failure::TimedOut
        | Failure::Internal(_) => return None,
    };
    Some(grounds.method(method(context).as_str()).item(context.target().shown()))
}

/// Returns the grounds of an error that a tool returns as a result, without a code.
fn of_text(kind: RefusalKind, error: &CallError, is_tool: bool) -> Grounds {
    let grounds = Grounds::new(kind, error);
    if is_tool { grounds } else { grounds.code(error.0.code()) }
}

/// Adds the declared access, if there is any, and the access of the caller.
fn with_access(grounds: Grounds, access: &Access, principal: Option<&Principal>) -> Grounds {
    if !access.is_restricted() {
        return grounds;
    }
    let granted = principal.map_or_else(String::new, |principal| {
        let roles: Vec<&str> = principal.roles().collect();
        format!("scopes: {}; roles: {}", principal.scopes(), roles.join(", "))
    });
    grounds.expected(access.requirements()).seen(granted)
}

/// Returns the method that calls the item.
fn method(context: &Context) -> Method {
    let target = context.target();
    match target.kind() {
        _ if target.is_completion() => Method::CompletionComplete,
        ItemKind::Tool => Method::ToolsCall,
        ItemKind::Prompt => Method::PromptsGet,
        ItemKind::Resource | ItemKind::ResourceTemplate => Method::ResourcesRead,
    }
}

/// Returns the path in front of the first reason of an error of this crate about arguments:
/// ``Invalid arguments: `rows[3].name`: expected …``.
fn first_argument(text: &str) -> Option<&str> {
    let reasons = text.strip_prefix("Invalid arguments: `")?;
    reasons.split_once("`: ").map(|(path, _)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_argument_is_the_path_of_the_first_reason() {
        for (text, argument) in [
            ("Invalid arguments: `a`: missing required argument; `b`: expected a string, got 1", Some("a")),
            ("Invalid arguments: `rows[3].name`: expected a string, got 1", Some("rows[3].name")),
            ("Invalid arguments: arguments: expected an object, got 1", None),
            ("the text of a handler about `a`: no", None),
        ] {
            assert_eq!(first_argument(text), argument, "{text}");
        }
    }
}
