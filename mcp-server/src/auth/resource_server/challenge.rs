//! Responses to requests without sufficient credentials: status, challenge, fixed texts.
//!
//! Nothing that a client sent is part of them.

use std::{borrow::Cow, fmt, time::Duration};

use http::{HeaderValue, StatusCode};

use super::verifier::{TokenError, TokenErrorKind};
use crate::{
    auth::{principal::Principal, resource::ResourceId, scope::ScopeSet},
    refusal::{Grounds, RefusalKind},
};

/// Treatment of requests without credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Anonymous {
    /// Every request requires a token; one without is answered with 401. The default.
    #[default]
    Deny,
    /// A request without credentials may use public items only.
    ///
    /// A request *with* invalid credentials is still rejected.
    PublicOnly,
}

/// Response to a call whose token lacks a scope that the item requires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScopeFailure {
    /// HTTP 403 with an `insufficient_scope` challenge, as the specification says. The default.
    ///
    /// A call whose response is a stream by then, or a task, ends with a JSON-RPC error, code 403.
    #[default]
    Forbidden403,
    /// HTTP 200 with a tool result that has `isError`, for clients that do not show a 403 to the
    /// language model.
    ///
    /// Prompts and resources have no such results: they end with a JSON-RPC error, code −32602.
    ToolError,
}

/// Scopes that an `insufficient_scope` challenge names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeScopes {
    /// The scopes that every request requires, and those of the item. The default.
    ///
    /// A client adds the scopes that it already holds.
    #[default]
    Required,
    /// The scopes of `Required`, and all scopes that the token already grants.
    ///
    /// For clients that request only the named scopes, and so would lose others.
    RequiredPlusGranted,
}

/// A rejected request: the response in parts.
#[derive(Clone)]
pub(crate) struct AuthRejection {
    pub(crate) status: StatusCode,
    /// The `WWW-Authenticate` header.
    pub(crate) www_authenticate: Option<HeaderValue>,
    /// The `Retry-After` header.
    pub(crate) retry_after: Option<Duration>,
    /// The member `error` of the body.
    pub(crate) error: &'static str,
    /// The member `error_description` of the body.
    pub(crate) description: Cow<'static, str>,
    /// The kind of the rejection, and the values that decided it, for the log.
    pub(crate) grounds: Box<Grounds>,
    /// The caller, if its token is valid.
    pub(crate) principal: Option<Principal>,
}

/// Shows what the client receives.
impl fmt::Debug for AuthRejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AuthRejection")
            .field("status", &self.status)
            .field("www_authenticate", &self.www_authenticate)
            .field("retry_after", &self.retry_after)
            .field("error", &self.error)
            .field("description", &self.description)
            .finish_non_exhaustive()
    }
}

/// Builds rejections for one resource.
#[derive(Clone, Debug)]
pub(crate) struct Challenger {
    /// `resource_metadata="…"`, the parameter of every challenge.
    metadata: String,
    /// The scopes that every request requires.
    base: ScopeSet,
    /// The answer to a request without credentials, which every client receives once.
    login: AuthRejection,
}

impl Challenger {
    pub(crate) fn new(resource: &ResourceId, base: ScopeSet) -> Self {
        let metadata = format!("resource_metadata=\"{}\"", resource.metadata_url());
        let login = login(&metadata, &base);
        Self { metadata, base, login }
    }

    /// Returns 401 for a request without credentials, and therefore without an error code
    /// (RFC 6750, section 3.1).
    pub(crate) fn login_required(&self, needed: &ScopeSet) -> AuthRejection {
        if needed.is_empty() { self.login.clone() } else { login(&self.metadata, &self.base.union(needed)) }
    }

    /// Returns 400 for malformed credentials.
    pub(crate) fn malformed(&self, description: &'static str) -> AuthRejection {
        let grounds = Grounds::new(RefusalKind::Credentials, description);
        self.with_error(StatusCode::BAD_REQUEST, "invalid_request", Cow::Borrowed(description), &self.base, grounds)
    }

    /// Returns 403 for a valid token without the `needed` scopes. The challenge also names the
    /// scopes that every request requires, and `additional` ones.
    pub(crate) fn insufficient_scope(&self, needed: &ScopeSet, additional: &ScopeSet) -> AuthRejection {
        let scopes = self.base.union(needed).union(additional);
        let description = if needed.is_empty() { &self.base } else { needed };
        let description = format!("insufficient scope: expected {description}");
        let grounds = Grounds::new(RefusalKind::Scope, &description).expected(self.base.union(needed));
        self.with_error(StatusCode::FORBIDDEN, "insufficient_scope", Cow::Owned(description), &scopes, grounds)
    }

    /// Returns the response to the error of a verifier.
    pub(crate) fn token_rejected(&self, error: &TokenError) -> AuthRejection {
        let (description, grounds) = (error.description(), error.grounds());
        match error.kind() {
            TokenErrorKind::Invalid => {
                let status = StatusCode::UNAUTHORIZED;
                self.with_error(status, "invalid_token", Cow::Borrowed(description), &self.base, grounds)
            }
            TokenErrorKind::Forbidden => plain(StatusCode::FORBIDDEN, "access_denied", description, grounds),
            // Not 401, after which a client would discard a valid token.
            TokenErrorKind::Unavailable => AuthRejection {
                retry_after: Some(error.retry_after().max(Duration::from_secs(1))),
                ..plain(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", description, grounds)
            },
            TokenErrorKind::Internal => plain(StatusCode::INTERNAL_SERVER_ERROR, "server_error", description, grounds),
        }
    }

    fn with_error(
        &self,
        status: StatusCode,
        error: &'static str,
        description: Cow<'static, str>,
        scopes: &ScopeSet,
        grounds: Grounds,
    ) -> AuthRejection {
        let text = quotable(&description);
        let value =
            format!("Bearer error=\"{error}\", error_description=\"{text}\", {}{}", self.metadata, scope(scopes));
        AuthRejection { www_authenticate: header(value), description, ..plain(status, error, "", grounds) }
    }
}

fn login(metadata: &str, scopes: &ScopeSet) -> AuthRejection {
    const DESCRIPTION: &str = "missing access token";
    let grounds = Grounds::new(RefusalKind::Login, DESCRIPTION);
    AuthRejection {
        www_authenticate: header(format!("Bearer {metadata}{}", scope(scopes))),
        ..plain(StatusCode::UNAUTHORIZED, "unauthorized", DESCRIPTION, grounds)
    }
}

fn plain(status: StatusCode, error: &'static str, description: &'static str, grounds: Grounds) -> AuthRejection {
    AuthRejection {
        status,
        www_authenticate: None,
        retry_after: None,
        error,
        description: Cow::Borrowed(description),
        grounds: Box::new(grounds),
        principal: None,
    }
}

/// Returns the `scope` parameter, or nothing for an empty set: an empty scope has its own meaning.
fn scope(scopes: &ScopeSet) -> String {
    if scopes.is_empty() { String::new() } else { format!(", scope=\"{scopes}\"") }
}

/// Replaces all characters that may not stand in a quoted string of a challenge (RFC 6750, section
/// 3), so that the text of a verifier cannot end the quotes.
fn quotable(text: &str) -> String {
    text.chars()
        .map(|char| if matches!(char, ' '..='~') && !matches!(char, '"' | '\\') { char } else { '\'' })
        .collect()
}

fn header(text: String) -> Option<HeaderValue> {
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = "resource_metadata=\"https://h/.well-known/oauth-protected-resource/mcp\"";

    fn challenger(base: &str) -> Challenger {
        Challenger::new(&ResourceId::parse("https://h/mcp").unwrap(), ScopeSet::parse(base))
    }

    fn text(rejection: &AuthRejection) -> &str {
        rejection.www_authenticate.as_ref().map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn rejections_have_their_status_and_challenge() {
        let with = challenger("mcp:tools");
        let none = ScopeSet::default();
        let unavailable = TokenError::unavailable(Duration::from_secs(7));
        for (rejection, status, error, expected) in [
            (with.login_required(&none), 401, "unauthorized", format!("Bearer {METADATA}, scope=\"mcp:tools\"")),
            (
                with.login_required(&ScopeSet::parse("a z")),
                401,
                "unauthorized",
                format!("Bearer {METADATA}, scope=\"a mcp:tools z\""),
            ),
            (
                with.malformed("no good"),
                400,
                "invalid_request",
                format!(
                    "Bearer error=\"invalid_request\", error_description=\"no good\", {METADATA}, scope=\"mcp:tools\""
                ),
            ),
            (
                with.token_rejected(&TokenError::invalid("too old")),
                401,
                "invalid_token",
                format!(
                    "Bearer error=\"invalid_token\", error_description=\"too old\", {METADATA}, scope=\"mcp:tools\""
                ),
            ),
            (
                with.insufficient_scope(&ScopeSet::parse("w"), &ScopeSet::parse("kept")),
                403,
                "insufficient_scope",
                format!(
                    "Bearer error=\"insufficient_scope\", error_description=\"insufficient scope: expected w\", \
                     {METADATA}, scope=\"kept mcp:tools w\""
                ),
            ),
            (with.token_rejected(&TokenError::forbidden("no")), 403, "access_denied", String::new()),
            (with.token_rejected(&unavailable), 503, "temporarily_unavailable", String::new()),
            (with.token_rejected(&TokenError::internal("secret")), 500, "server_error", String::new()),
        ] {
            assert_eq!(
                (rejection.status.as_u16(), rejection.error, text(&rejection)),
                (status, error, expected.as_str())
            );
            assert!(!rejection.description.is_empty() && !rejection.description.contains("secret"));
            assert_eq!(rejection.retry_after.is_some(), status == 503);
        }
    }

    #[test]
    fn empty_scopes_omit_the_scope_parameter() {
        let rejection = challenger("").login_required(&ScopeSet::default());
        assert_eq!(text(&rejection), format!("Bearer {METADATA}"));
    }

    #[test]
    fn description_cannot_end_its_quotes() {
        let rejection = challenger("").token_rejected(&TokenError::invalid("a\"b\\c\r\nd\u{e9}\u{7f}"));
        assert!(text(&rejection).contains("error_description=\"a'b'c''d''\""), "{}", text(&rejection));
    }

    #[test]
    fn retry_after_is_at_least_one_second() {
        let rejection = challenger("").token_rejected(&TokenError::unavailable(Duration::ZERO));
        assert_eq!(rejection.retry_after, Some(Duration::from_secs(1)));
    }
}
