//! What a verified token says: whether it is an access token, whether it is in force, and who it is about.

use std::{borrow::Cow, sync::Arc};

use serde_json::value::RawValue;

use super::options::{JwtRules, TokenType};
use crate::auth::{
    json::{Members, Text},
    principal::{Principal, PrincipalBuilder},
    scope::ScopeSet,
};

/// Checks the claims (RFC 9068 §4) at the time `now`, in seconds since 1970, and makes a principal of them. Issuer and signature
/// have been checked before, the audience is checked after.
pub(crate) fn principal(
    claims: &Members<'_>,
    rules: &JwtRules,
    issuer: &Arc<str>,
    now: u64,
) -> Result<PrincipalBuilder, &'static str> {
    check_kind(claims)?;
    let expires_at = check_times(claims, rules, now)?;
    let client_id = rules.client_id_claims.iter().find_map(|name| claims.find(name).and_then(Text::of));
    let subject = subject(claims, rules, client_id.as_deref())?;

    let mut principal = Principal::builder(Arc::clone(issuer), subject)
        .audience(audience(claims)?)
        .scope_set(scopes(claims, rules))
        .roles(roles(claims, rules))
        .expires_at_seconds(expires_at);
    if let Some(client_id) = client_id {
        principal = principal.client_id(client_id);
    }
    if let Some(token_id) = claims.get("jti").and_then(Text::of) {
        principal = principal.token_id(token_id);
    }
    Ok(principal)
}

/// Refuses the other tokens that an issuer signs with the same keys. Not all of them say so in their header.
fn check_kind(claims: &Members<'_>) -> Result<(), &'static str> {
    const WRONG_KIND: &str = "the token is not an access token";
    let text = |name: &str| claims.get(name).and_then(Text::of);
    // Keycloak names the kind in a claim.
    let other_kinds = ["id", "refresh", "offline", "logout"];
    if text("typ").is_some_and(|kind| other_kinds.iter().any(|other| kind.eq_ignore_ascii_case(other))) {
        return Err(WRONG_KIND);
    }
    // Cognito and others do so in this one.
    if claims.get("token_use").is_some() && text("token_use").as_deref() != Some("access") {
        return Err(WRONG_KIND);
    }
    // Hashes of other tokens are in ID tokens only (OpenID Connect Core §3.3.2.11), events in security event tokens (RFC 8417).
    if ["at_hash", "c_hash", "s_hash", "events"].iter().any(|name| claims.get(name).is_some()) {
        return Err(WRONG_KIND);
    }
    // As a plain bearer token it would be good for whoever stole it, which is what it was bound to a key against (RFC 7800).
    if claims.get("cnf").is_some() {
        return Err("the token is bound to a key, and that key was not proven");
    }
    Ok(())
}

/// Returns when the token ends.
fn check_times(claims: &Members<'_>, rules: &JwtRules, now: u64) -> Result<u64, &'static str> {
    let seconds = |name: &str, mistake: &'static str| match claims.get(name) {
        Some(value) => seconds(value).map(Some).ok_or(mistake),
        None => Ok(None),
    };
    let expires_at = seconds("exp", "the expiry of the token is not a time")?.ok_or("the token has no expiry")?;
    if expires_at.saturating_add(rules.leeway) <= now {
        return Err("the token has expired");
    }
    let latest = now.saturating_add(rules.leeway);
    if seconds("nbf", "the begin of the token is not a time")?.is_some_and(|begin| begin > latest) {
        return Err("the token is not valid yet");
    }
    let issued_at = seconds("iat", "the issue date of the token is not a time")?;
    if issued_at.is_some_and(|issued_at| issued_at > latest) {
        return Err("the token was issued in the future");
    }
    if let Some(max_age) = rules.max_age {
        let issued_at = issued_at.ok_or("the token does not say when it was issued")?;
        if issued_at.saturating_add(max_age).saturating_add(rules.leeway) <= now {
            return Err("the token is too old");
        }
    }
    Ok(expires_at)
}

/// A `NumericDate` (RFC 7519 §2), which may have a fraction. Before 1970 counts as 1970; what no clock will ever show is no time.
fn seconds(value: &RawValue) -> Option<u64> {
    let text = value.get();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    // A JSON number starts with a digit or a minus; this keeps texts and `null` out.
    let number: f64 = text.parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "the limit need not be exact")]
    let in_range = number < u64::MAX as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "in range, negative becomes zero, no fraction wanted"
    )]
    in_range.then_some(number as u64)
}

fn subject(claims: &Members<'_>, rules: &JwtRules, client_id: Option<&str>) -> Result<Box<str>, &'static str> {
    let subject = match claims.get("sub") {
        Some(subject) => Some(Text::of(subject).ok_or("the subject of the token is not a text")?),
        // Some servers leave it out where a client acts for itself; RFC 9068 §2.2 would have it be the client then.
        None if rules.token_type == TokenType::Any => client_id.map(Cow::Borrowed),
        None => None,
    };
    subject.filter(|subject| !subject.is_empty()).map(Into::into).ok_or("the token has no subject")
}

fn audience(claims: &Members<'_>) -> Result<Vec<Box<str>>, &'static str> {
    let Some(value) = claims.get("aud") else {
        return Ok(Vec::new());
    };
    texts(value).collect::<Option<_>>().ok_or("the audience of the token cannot be read")
}

fn scopes(claims: &Members<'_>, rules: &JwtRules) -> ScopeSet {
    let mut scopes = ScopeSet::default();
    for value in rules.scope_claims.iter().filter_map(|name| claims.find(name)) {
        let found = match Text::of(value) {
            Some(text) => ScopeSet::parse(&text),
            // An item of a list is one scope, or none if it has spaces.
            None => texts(value).flatten().collect(),
        };
        scopes = if scopes.is_empty() { found } else { scopes.union(&found) };
    }
    scopes
}

fn roles(claims: &Members<'_>, rules: &JwtRules) -> Vec<Box<str>> {
    rules.role_claims.iter().filter_map(|name| claims.find(name)).flat_map(texts).flatten().collect()
}

/// A text or the items of a list; `None` in place of what is no text.
fn texts(value: &RawValue) -> impl Iterator<Item = Option<Box<str>>> {
    let items = serde_json::from_str::<Vec<&RawValue>>(value.get()).unwrap_or_else(|_| vec![value]);
    items.into_iter().map(|item| Text::of(item).map(Into::into))
}

#[cfg(test)]
mod tests;
