//! What a refused request is answered with: status, challenge, fixed texts. Nothing that a caller sent is in any of it.

use std::{borrow::Cow, time::Duration};

use http::{HeaderValue, StatusCode};

use super::verifier::TokenError;
use crate::auth::{resource::ResourceId, scope::ScopeSet};

/// A refusal, ready to be written as a response.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// The `WWW-Authenticate` header, complete.
    pub(crate) www_authenticate: Option<HeaderValue>,
    /// The `Retry-After` header.
    pub(crate) retry_after: Option<Duration>,
    /// `error` of the body.
    pub(crate) error: &'static str,
    /// `error_description` of the body.
    pub(crate) description: Cow<'static, str>,
}

/// Words refusals for one resource.
#[derive(Clone, Debug)]
pub(crate) struct Challenger {
    /// `resource_metadata="…"`, the parameter that no challenge is without.
    metadata: String,
    /// The scopes that every request needs.
    base: ScopeSet,
    /// The answer to a request without credentials, which every client gets once.
    login: Refusal,
}

impl Challenger {
    pub(crate) fn new(resource: &ResourceId, base: ScopeSet) -> Self {
        let metadata = format!("resource_metadata=\"{}\"", resource.metadata_url());
        let login = login(&metadata, &base);
        Self { metadata, base, login }
    }

    /// 401 without an error code: the request carried no credentials, so none were wrong (RFC 6750 §3.1).
    pub(crate) fn login_required(&self, needed: &ScopeSet) -> Refusal {
        if needed.is_empty() { self.login.clone() } else { login(&self.metadata, &self.base.union(needed)) }
    }

    /// 400: the credentials cannot be read.
    pub(crate) fn malformed(&self, description: &'static str) -> Refusal {
        self.with_error(StatusCode::BAD_REQUEST, "invalid_request", Cow::Borrowed(description), &self.base)
    }

    /// 403: the token is good, its scopes are not enough. `scopes` go into the challenge beside those everyone needs.
    pub(crate) fn insufficient_scope(&self, needed: &ScopeSet, scopes: &ScopeSet) -> Refusal {
        let scopes = self.base.union(needed).union(scopes);
        let description = if needed.is_empty() { &self.base } else { needed };
        let description = format!("the token lacks a scope of: {description}");
        self.with_error(StatusCode::FORBIDDEN, "insufficient_scope", Cow::Owned(description), &scopes)
    }

    /// The answer to what a verifier said.
    pub(crate) fn token_refused(&self, error: &TokenError) -> Refusal {
        match error {
            TokenError::Invalid(text) => {
                self.with_error(StatusCode::UNAUTHORIZED, "invalid_token", Cow::Borrowed(text), &self.base)
            }
            TokenError::Forbidden(text) => plain(StatusCode::FORBIDDEN, "access_denied", text),
            // Not a 401: a client would take it for the end of a good token.
            TokenError::Unavailable { retry_after } => Refusal {
                retry_after: Some((*retry_after).max(Duration::from_secs(1))),
                ..plain(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "temporarily_unavailable",
                    "tokens cannot be checked at the moment",
                )
            },
            TokenError::Internal(_) => {
                plain(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "checking the token failed")
            }
        }
    }

    fn with_error(
        &self,
        status: StatusCode,
        error: &'static str,
        description: Cow<'static, str>,
        scopes: &ScopeSet,
    ) -> Refusal {
        let text = quotable(&description);
        let value =
            format!("Bearer error=\"{error}\", error_description=\"{text}\", {}{}", self.metadata, scope(scopes));
        Refusal { www_authenticate: header(value), description, ..plain(status, error, "") }
    }
}

fn login(metadata: &str, scopes: &ScopeSet) -> Refusal {
    Refusal {
        www_authenticate: header(format!("Bearer {metadata}{}", scope(scopes))),
        ..plain(StatusCode::UNAUTHORIZED, "unauthorized", "this needs a token")
    }
}

fn plain(status: StatusCode, error: &'static str, description: &'static str) -> Refusal {
    Refusal { status, www_authenticate: None, retry_after: None, error, description: Cow::Borrowed(description) }
}

/// The scope parameter, or nothing: an empty scope would be a statement of its own.
fn scope(scopes: &ScopeSet) -> String {
    if scopes.is_empty() { String::new() } else { format!(", scope=\"{scopes}\"") }
}

/// Only texts of this file, of verifiers and well-formed scopes come here; still no byte of theirs may end the quotes.
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

    fn text(refusal: &Refusal) -> &str {
        refusal.www_authenticate.as_ref().map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn every_refusal_has_its_status_and_a_complete_challenge() {
        let with = challenger("mcp:tools");
        let none = ScopeSet::default();
        let unavailable = TokenError::Unavailable { retry_after: Duration::from_secs(7) };
        for (refusal, status, error, expected) in [
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
                with.token_refused(&TokenError::Invalid("too old")),
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
                    "Bearer error=\"insufficient_scope\", error_description=\"the token lacks a scope of: w\", \
                     {METADATA}, scope=\"kept mcp:tools w\""
                ),
            ),
            (with.token_refused(&TokenError::Forbidden("no")), 403, "access_denied", String::new()),
            (with.token_refused(&unavailable), 503, "temporarily_unavailable", String::new()),
            (with.token_refused(&TokenError::Internal("secret".into())), 500, "server_error", String::new()),
        ] {
            assert_eq!((refusal.status.as_u16(), refusal.error, text(&refusal)), (status, error, expected.as_str()));
            assert!(!refusal.description.is_empty() && !refusal.description.contains("secret"));
            assert_eq!(refusal.retry_after.is_some(), status == 503);
        }
    }

    #[test]
    fn without_scopes_there_is_no_scope_parameter() {
        let refusal = challenger("").login_required(&ScopeSet::default());
        assert_eq!(text(&refusal), format!("Bearer {METADATA}"));
    }

    #[test]
    fn no_text_breaks_out_of_its_quotes() {
        let refusal = challenger("").token_refused(&TokenError::Invalid("a\"b\\c\r\nd\u{e9}\u{7f}"));
        assert!(text(&refusal).contains("error_description=\"a'b'c''d''\""), "{}", text(&refusal));
    }

    #[test]
    fn a_retry_is_never_asked_for_at_once() {
        let refusal = challenger("").token_refused(&TokenError::Unavailable { retry_after: Duration::ZERO });
        assert_eq!(refusal.retry_after, Some(Duration::from_secs(1)));
    }
}
