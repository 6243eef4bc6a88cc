//! `RefusalKind`: the check that rejected a request, and the level of its entry in the log.

use std::fmt;

use tracing::Level;

use crate::protocol::ErrorCode;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $label:literal, $level:ident;)*) => {
        /// The check that rejected a request, in a [`Refusal`](crate::Refusal).
        ///
        /// The [guide](crate::docs::deployment#refusals-in-the-log) lists the levels in the log.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RefusalKind {
            $($(#[$doc])* $name,)*
        }

        impl RefusalKind {
            /// All kinds, to create a counter for each.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns a short name that does not change, as a label of metrics: `host`,
            /// `expired_token`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)*
                }
            }

            /// Returns the level of the entry in the log. One kind has one level, so that frequent
            /// refusals of no importance cannot suppress a warning.
            pub(crate) const fn level(self) -> Level {
                match self {
                    $(Self::$name => Level::$level,)*
                }
            }
        }
    };
}

kinds! {
    /// The host is not one of the allowed hosts, or is malformed.
    Host = "host", WARN;
    /// The origin of a page is not allowed.
    Origin = "origin", WARN;
    /// The path is unknown.
    Path = "path", DEBUG;
    /// The endpoint does not support the HTTP method.
    HttpMethod = "http_method", DEBUG;
    /// The body is not JSON.
    ContentType = "content_type", DEBUG;
    /// The body is compressed.
    ContentEncoding = "content_encoding", DEBUG;
    /// The client accepts no form of response that the request can have.
    Accept = "accept", DEBUG;
    /// The body is too large, too slow or incomplete.
    Body = "body", INFO;
    /// A header is missing, invalid, or contradicts the body.
    Header = "header", INFO;
    /// The revision of the specification is missing, unsupported or contradictory.
    Version = "version", DEBUG;
    /// The session is missing, unknown or has expired.
    Session = "session", DEBUG;
    /// The session belongs to another principal.
    SessionOwner = "session_owner", WARN;
    /// The event of `Last-Event-ID` is not kept.
    Event = "event", DEBUG;
    /// The token is missing.
    Login = "login", DEBUG;
    /// The `Authorization` header is malformed.
    Credentials = "credentials", INFO;
    /// The token is invalid for another reason than the kinds below: its form, algorithm, key,
    /// signature or type.
    Token = "token", INFO;
    /// The token has expired.
    ExpiredToken = "expired_token", DEBUG;
    /// The token is of an issuer that the server does not trust.
    Issuer = "issuer", WARN;
    /// The token is meant for another resource.
    Audience = "audience", WARN;
    /// The authorization server cannot be reached, so no token can be verified.
    AuthorizationServer = "authorization_server", WARN;
    /// A verifier of tokens failed.
    Verifier = "verifier", ERROR;
    /// The token lacks scopes.
    Scope = "scope", DEBUG;
    /// The principal lacks roles, and may know of the item.
    Role = "role", INFO;
    /// A guard, a verifier or a handler does not admit the caller.
    Denied = "denied", INFO;
    /// The item is hidden from the caller, who reads the error for an unknown item.
    Hidden = "hidden", INFO;
    /// The body is not valid JSON, or too deeply nested.
    Json = "json", DEBUG;
    /// The JSON is not a valid message, or not expected now.
    Message = "message", DEBUG;
    /// The method is unknown.
    Method = "method", DEBUG;
    /// Parameters are missing or invalid.
    Params = "params", DEBUG;
    /// The item is unknown.
    Item = "item", DEBUG;
    /// The arguments of an item are invalid.
    Arguments = "arguments", DEBUG;
    /// The `requestState` was modified, has expired, was used before, or belongs to another caller.
    RequestState = "request_state", INFO;
    /// The cursor of a list is invalid.
    Cursor = "cursor", DEBUG;
    /// The client does not declare a capability that the request needs.
    Capability = "capability", DEBUG;
    /// One client exceeds its share: calls, subscriptions.
    Quota = "quota", INFO;
    /// A limit of the server is reached.
    Overload = "overload", WARN;
}

impl RefusalKind {
    /// Returns the kind of a rejection with that code, where nothing more is known.
    pub(crate) fn of_code(code: ErrorCode) -> Self {
        match code {
            ErrorCode::PARSE_ERROR => Self::Json,
            ErrorCode::METHOD_NOT_FOUND => Self::Method,
            ErrorCode::INVALID_PARAMS => Self::Params,
            ErrorCode::RESOURCE_NOT_FOUND => Self::Item,
            ErrorCode::HEADER_MISMATCH => Self::Header,
            ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY => Self::Capability,
            ErrorCode::UNSUPPORTED_PROTOCOL_VERSION => Self::Version,
            ErrorCode::UNAUTHORIZED => Self::Login,
            ErrorCode::FORBIDDEN => Self::Denied,
            ErrorCode::SESSION_NOT_FOUND => Self::Session,
            ErrorCode::UNAVAILABLE => Self::Overload,
            _ => Self::Message,
        }
    }
}

impl fmt::Display for RefusalKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn labels_are_distinct() {
        let labels: HashSet<_> = RefusalKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(labels.len(), RefusalKind::ALL.len());
        for (index, kind) in RefusalKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, index);
        }
    }
}
