//! Claims of a token with a verified signature: kind, validity, and the principal they describe.

use std::{borrow::Cow, sync::Arc};

use serde_json::value::RawValue;

use super::options::{JwtRules, TokenType};
use crate::auth::{
    json::{self, JsonObject},
    principal::{Principal, PrincipalBuilder},
    scope::ScopeSet,
};

/// Reason for a token that has expired.
pub(super) const EXPIRED: &str = "expired token";

/// Checks the claims (RFC 9068, section 4) at the time `now`, in seconds since 1970, and returns
/// their principal.
///
/// Issuer and signature were checked before; the audience is checked afterwards.
pub(crate) fn principal(
    claims: &JsonObject<'_>,
    rules: &JwtRules,
    issuer: &Arc<str>,
    now: u64,
) -> Result<PrincipalBuilder, &'static str> {
    check_kind(claims)?;
    let expires_at = check_times(claims, rules, now)?;
    let client_id = rules.client_id_claims.iter().find_map(|name| claims.find(name).and_then(json::text));
    let subject = subject(claims, rules, client_id.as_deref())?;

    let mut principal = Principal::builder(Arc::clone(issuer), subject)
        .audience(audience(claims)?)
        .scope_set(scopes(claims, rules))
        .roles(roles(claims, rules))
        .expires_at_seconds(expires_at)
        .leeway(rules.leeway)
        .acting_for_itself(claims.get("sub").is_none());
    if let Some(client_id) = client_id {
        principal = principal.client_id(client_id);
    }
    if let Some(token_id) = claims.text("jti") {
        principal = principal.token_id(token_id);
    }
    Ok(principal)
}

/// Rejects other kinds of tokens that an issuer signs with the same keys. Not all of them declare
/// their kind in the header.
fn check_kind(claims: &JsonObject<'_>) -> Result<(), &'static str> {
    const WRONG_KIND: &str = "invalid token type: expected an access token";
    // Keycloak declares the kind in a claim.
    let other_kinds = ["id", "refresh", "offline", "logout"];
    if claims.text("typ").is_some_and(|kind| other_kinds.iter().any(|other| kind.eq_ignore_ascii_case(other))) {
        return Err(WRONG_KIND);
    }
    // Amazon Cognito and others declare it in another claim.
    if claims.get("token_use").is_some() && claims.text("token_use").as_deref() != Some("access") {
        return Err(WRONG_KIND);
    }
    // ID tokens have hashes of other tokens (OpenID Connect Core, section 3.3.2.11). Security event
    // tokens have events (RFC 8417).
    if ["at_hash", "c_hash", "s_hash", "events"].iter().any(|name| claims.get(name).is_some()) {
        return Err(WRONG_KIND);
    }
    // A key-bound token (RFC 7800) is useless to a thief. Accepting it as a bearer token would undo
    // that.
    if claims.get("cnf").is_some() {
        return Err("missing proof of possession: the token is bound to a key");
    }
    Ok(())
}

/// Checks the times and returns the expiry.
fn check_times(claims: &JsonObject<'_>, rules: &JwtRules, now: u64) -> Result<u64, &'static str> {
    let seconds = |name: &str, error: &'static str| match claims.get(name) {
        Some(value) => seconds(value).map(Some).ok_or(error),
        None => Ok(None),
    };
    let expires_at = seconds("exp", "invalid `exp`: expected seconds since 1970")?.ok_or("missing `exp`")?;
    if expires_at.saturating_add(rules.leeway) <= now {
        return Err(EXPIRED);
    }
    let latest = now.saturating_add(rules.leeway);
    if seconds("nbf", "invalid `nbf`: expected seconds since 1970")?.is_some_and(|start| start > latest) {
        return Err("token not valid yet");
    }
    let issued_at = seconds("iat", "invalid `iat`: expected seconds since 1970")?;
    if issued_at.is_some_and(|issued_at| issued_at > latest) {
        return Err("invalid `iat`: the token was issued in the future");
    }
    if let Some(max_age) = rules.max_age {
        let issued_at = issued_at.ok_or("missing `iat`")?;
        if issued_at.saturating_add(max_age).saturating_add(rules.leeway) <= now {
            return Err("token too old");
        }
    }
    Ok(expires_at)
}

/// Parses a `NumericDate` (RFC 7519, section 2), which may have a fraction.
///
/// Times before 1970 are returned as 0. Returns `None` for other types and beyond `u64`.
fn seconds(value: &RawValue) -> Option<u64> {
    let text = value.get();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    // JSON strings have quotes, and `null` is not a number, so neither parses.
    let number: f64 = text.parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "the limit need not be exact")]
    let in_range = number < u64::MAX as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "in range; negative numbers become zero, fractions are cut"
    )]
    in_range.then_some(number as u64)
}

fn subject(claims: &JsonObject<'_>, rules: &JwtRules, client_id: Option<&str>) -> Result<Box<str>, &'static str> {
    let subject = match claims.get("sub") {
        Some(subject) => Some(json::text(subject).ok_or("invalid `sub`: expected a string")?),
        // Some servers omit `sub` where a client acts for itself. The subject is the client then
        // (RFC 9068, section 2.2).
        None if rules.token_type == TokenType::Any => client_id.map(Cow::Borrowed),
        None => None,
    };
    subject.filter(|subject| !subject.is_empty()).map(Into::into).ok_or("missing `sub`")
}

fn audience(claims: &JsonObject<'_>) -> Result<Vec<Box<str>>, &'static str> {
    let Some(value) = claims.get("aud") else {
        return Ok(Vec::new());
    };
    texts(value).collect::<Option<_>>().ok_or("invalid `aud`: expected a string or a list of strings")
}

fn scopes(claims: &JsonObject<'_>, rules: &JwtRules) -> ScopeSet {
    let mut scopes = ScopeSet::default();
    for value in rules.scope_claims.iter().filter_map(|name| claims.find(name)) {
        let found = match json::text(value) {
            Some(text) => ScopeSet::parse(&text),
            // An item of a list is one scope. Items with spaces are dropped.
            None => texts(value).flatten().collect(),
        };
        scopes = if scopes.is_empty() { found } else { scopes.union(&found) };
    }
    scopes
}

fn roles(claims: &JsonObject<'_>, rules: &JwtRules) -> Vec<Box<str>> {
    rules.role_claims.iter().filter_map(|name| claims.find(name)).flat_map(texts).flatten().collect()
}

/// Returns the string, or the items of the list; `None` in place of values of other types.
fn texts(value: &RawValue) -> impl Iterator<Item = Option<Box<str>>> {
    let items = serde_json::from_str::<Vec<&RawValue>>(value.get()).unwrap_or_else(|_| vec![value]);
    items.into_iter().map(|item| json::text(item).map(Into::into))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::resource_server::jwt::JwtOptions;

    #[test]
    fn time_is_a_number_within_u64() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1700000000", Some(1_700_000_000)),
            ("1700000000.9", Some(1_700_000_000)),
            ("1.7e9", Some(1_700_000_000)),
            ("-5", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("1e300", None),
            ("null", None),
            ("true", None),
            ("\"1700000000\"", None),
            ("[1]", None),
            ("{}", None),
        ] {
            let value: Box<RawValue> = serde_json::from_str(text).unwrap();
            assert_eq!(seconds(&value), expected, "{text}");
        }
    }

    #[test]
    fn token_expires_at_its_expiry_plus_leeway() {
        let rules =
            JwtOptions::default().leeway(std::time::Duration::from_secs(30)).check("https://idp", &mut Vec::new());
        let claims = JsonObject::parse(r#"{"sub":"ada","exp":1000}"#).unwrap();
        let at = |now: u64| principal(&claims, &rules, &"https://idp".into(), now).map(|_| ());
        assert_eq!(at(1029), Ok(()));
        assert_eq!(at(1030), Err("expired token"));
        assert_eq!(at(u64::MAX), Err("expired token"));
    }
}
