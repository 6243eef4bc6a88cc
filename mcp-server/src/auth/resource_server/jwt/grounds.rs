//! Grounds of rejected tokens: the members of header and claims that decided, and no others. The
//! token itself and its id are never part of them.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    auth::{
        json::{self, JsonObject},
        resource_server::verifier::TokenError,
    },
    refusal::{Grounds, RefusalKind},
};

/// Returns the error for a token whose form, algorithm, key or signature is invalid.
pub(super) fn of_header(token: &str, description: &'static str) -> TokenError {
    let grounds = Grounds::new(RefusalKind::Token, description);
    let header = token.split_once('.').and_then(|(header, _)| String::from_utf8(decode(header)?).ok());
    let seen = header.as_deref().and_then(JsonObject::parse).map(|header| members(&header, &["alg", "typ", "kid"]));
    TokenError::invalid(description).because(match seen {
        Some(seen) if !seen.is_empty() => grounds.seen(seen),
        _ => grounds,
    })
}

/// Returns the error for a token with invalid claims.
pub(super) fn of_claims(claims: &JsonObject<'_>, now: u64, description: &'static str) -> TokenError {
    let kind = if description == super::claims::EXPIRED { RefusalKind::ExpiredToken } else { RefusalKind::Token };
    let seen = members(claims, &["exp", "nbf", "iat", "sub", "aud", "client_id"]);
    let grounds = Grounds::new(kind, description).expected(format_args!("a token that is valid at {now}")).seen(seen);
    TokenError::invalid(description).because(grounds)
}

/// Returns the error for a token of an issuer that is not the one of the verifier.
pub(super) fn unknown_issuer(expected: &str, seen: &str) -> TokenError {
    const DESCRIPTION: &str = "unknown issuer";
    let grounds = Grounds::new(RefusalKind::Issuer, DESCRIPTION).expected(expected).seen(seen);
    TokenError::invalid(DESCRIPTION).because(grounds)
}

/// Returns the error for a token that cannot be verified without the keys of its issuer.
pub(super) fn no_keys(issuer: &str, retry_after: Duration) -> TokenError {
    let error = TokenError::unavailable(retry_after);
    let grounds = Grounds::new(RefusalKind::AuthorizationServer, error.description())
        .expected(format_args!("the keys of {issuer}"))
        .reason("the keys could not be loaded: an earlier warning has the error");
    error.because(grounds)
}

/// Returns the named members, such as `alg: RS256, kid: one`.
fn members(object: &JsonObject<'_>, names: &[&str]) -> String {
    let shown = names.iter().filter_map(|name| {
        let value = object.get(name)?;
        Some(match json::text(value) {
            Some(text) => format!("{name}: {text}"),
            None => format!("{name}: {}", value.get()),
        })
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn decode(segment: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(segment).ok()
}
