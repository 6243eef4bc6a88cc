//! Tokens with valid signatures and invalid claims (A19 to A23, A36, A53).

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    RESOURCE, Resource, header,
    issuer::sign,
    keys::{RSA, TestKey},
};
use crate::auth::{JwtOptions, TokenType};

const KEY: TestKey = RSA;

async fn resource() -> Resource {
    resource_with(|jwt| jwt).await
}

async fn resource_with(options: impl FnOnce(JwtOptions) -> JwtOptions) -> Resource {
    Resource::start_with(&[KEY.published("a")], options).await
}

/// Asserts the outcome of each change of the claims: accepted, or rejected with a reason.
async fn table(resource: &Resource, rows: Vec<(Value, Option<&str>)>) {
    for (changes, expected) in rows {
        let token = resource.token_with(&KEY, "a", &changes);
        match expected {
            None => assert_eq!(resource.status(&token).await, 200, "{changes}"),
            Some(reason) => assert_eq!(resource.rejection_reason(&token).await, reason, "{changes}"),
        }
    }
}

#[tokio::test]
async fn issuer_must_be_exactly_one_string_a19() {
    const OTHER: Option<&str> = Some("unknown issuer");
    const NONE: Option<&str> = Some("missing `iss`");
    let resource = resource().await;
    let url = resource.issuer.url.clone();
    let rows = vec![
        (json!({ "iss": url }), None),
        (json!({ "iss": format!("{url}/") }), OTHER),
        (json!({ "iss": url.to_uppercase() }), OTHER),
        (json!({ "iss": "https://evil.example.com" }), OTHER),
        (json!({ "iss": "" }), OTHER),
        (json!({ "iss": [url, "https://evil.example.com"] }), NONE),
        (json!({ "iss": [url] }), NONE),
        (json!({ "iss": 1 }), NONE),
        (json!({ "iss": null }), NONE),
    ];
    table(&resource, rows).await;
}

#[tokio::test]
async fn audience_must_be_this_resource_a20() {
    const FOREIGN: Option<&str> = Some("invalid audience: the token is not meant for this resource");
    const UNREADABLE: Option<&str> = Some("invalid `aud`: expected a string or a list of strings");
    let rows = vec![
        (json!({ "aud": RESOURCE }), None),
        (json!({ "aud": [RESOURCE] }), None),
        (json!({ "aud": [RESOURCE, "https://idp.example.com/userinfo"] }), None),
        (json!({ "aud": "https://MCP.example.com:443/mcp/" }), None),
        (json!({ "aud": null }), FOREIGN),
        (json!({ "aud": [] }), FOREIGN),
        (json!({ "aud": "account" }), FOREIGN),
        (json!({ "aud": "app" }), FOREIGN),
        (json!({ "aud": "https://mcp.example.com" }), FOREIGN),
        (json!({ "aud": "https://mcp.example.com/mcp/admin" }), FOREIGN),
        (json!({ "aud": "https://mcp.example.com/mcpx" }), FOREIGN),
        (json!({ "aud": "https://mcp.example.com/" }), FOREIGN),
        (json!({ "aud": ["https://other.example.com", "account"] }), FOREIGN),
        (json!({ "aud": 1 }), UNREADABLE),
        (json!({ "aud": { "0": RESOURCE } }), UNREADABLE),
        (json!({ "aud": [[RESOURCE]] }), UNREADABLE),
        (json!({ "aud": [RESOURCE, 1] }), UNREADABLE),
    ];
    table(&resource().await, rows).await;
}

#[tokio::test]
async fn token_must_be_valid_at_the_current_time_a21_a22() {
    const EXPIRED: Option<&str> = Some("expired token");
    const NO_TIME: Option<&str> = Some("invalid `exp`: expected seconds since 1970");
    let resource = resource().await;
    let now = resource.clock.unix_seconds();
    let rows = vec![
        (json!({ "exp": now + 5 }), None),
        (json!({ "exp": now - 20 }), None),
        (json!({ "exp": now - 30 }), EXPIRED),
        (json!({ "exp": now - 3600 }), EXPIRED),
        (json!({ "exp": 0 }), EXPIRED),
        (json!({ "exp": -1 }), EXPIRED),
        (json!({ "exp": u64::MAX }), None),
        (json!({ "exp": now + 5, "iat": null }), None),
        (json!({ "exp": null }), Some("missing `exp`")),
        (json!({ "exp": (now + 300).to_string() }), NO_TIME),
        (json!({ "exp": 1e300 }), NO_TIME),
        (json!({ "exp": true }), NO_TIME),
        (json!({ "exp": [now + 300] }), NO_TIME),
        (json!({ "nbf": now - 5 }), None),
        (json!({ "nbf": now + 20 }), None),
        (json!({ "nbf": now + 60 }), Some("token not valid yet")),
        (json!({ "nbf": "now" }), Some("invalid `nbf`: expected seconds since 1970")),
        (json!({ "iat": now + 20 }), None),
        (json!({ "iat": now + 60 }), Some("invalid `iat`: the token was issued in the future")),
        (json!({ "iat": "now" }), Some("invalid `iat`: expected seconds since 1970")),
    ];
    table(&resource, rows).await;
    let null = resource.claims(&json!({ "exp": 7 })).replace("\"exp\":7", "\"exp\":null");
    assert_eq!(Some(resource.rejection_reason(&sign(&header(&KEY, "a"), &null, &KEY)).await.as_str()), NO_TIME);
    let fraction = resource.claims(&json!({ "exp": 7 })).replace("\"exp\":7", &format!("\"exp\":{}.5", now + 9));
    assert_eq!(resource.status(&sign(&header(&KEY, "a"), &fraction, &KEY)).await, 200);
}

#[tokio::test]
async fn token_expires_as_time_passes() {
    let resource = resource().await;
    let token = resource.token(&KEY, "a");
    assert_eq!(resource.status(&token).await, 200);
    resource.clock.advance(Duration::from_mins(5));
    assert_eq!(resource.status(&token).await, 200, "within the leeway");
    resource.clock.advance(Duration::from_secs(31));
    assert_eq!(resource.rejection_reason(&token).await, "expired token");
}

#[tokio::test]
async fn leeway_and_maximum_age_are_configurable() {
    let strict = resource_with(|jwt| jwt.leeway(Duration::ZERO).max_age(Duration::from_mins(1))).await;
    let now = strict.clock.unix_seconds();
    let rows = vec![
        (json!({ "iat": now - 50 }), None),
        (json!({ "iat": now - 61 }), Some("token too old")),
        (json!({ "iat": null }), Some("missing `iat`")),
        (json!({ "iat": now, "exp": u64::MAX }), None),
        (json!({ "exp": now - 1 }), Some("expired token")),
    ];
    table(&strict, rows).await;
}

#[tokio::test]
async fn other_kinds_of_tokens_are_rejected_a23() {
    const KIND: Option<&str> = Some("invalid token type: expected an access token");
    let rows = vec![
        (json!({ "typ": "Bearer" }), None),
        (json!({ "typ": "ID" }), KIND),
        (json!({ "typ": "Refresh" }), KIND),
        (json!({ "typ": "Offline" }), KIND),
        (json!({ "typ": "Logout" }), KIND),
        (json!({ "token_use": "access" }), None),
        (json!({ "token_use": "id" }), KIND),
        (json!({ "token_use": "refresh" }), KIND),
        (json!({ "token_use": 1 }), KIND),
        (json!({ "at_hash": "x" }), KIND),
        (json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": {} } }), KIND),
    ];
    table(&resource().await, rows).await;
}

#[tokio::test]
async fn key_bound_token_is_rejected_as_bearer_token_a53() {
    const BOUND: Option<&str> = Some("missing proof of possession: the token is bound to a key");
    let rows = vec![
        (json!({ "cnf": { "jkt": "x" } }), BOUND),
        (json!({ "cnf": { "x5t#S256": "x" } }), BOUND),
        (json!({ "cnf": {} }), BOUND),
    ];
    table(&resource().await, rows).await;
}

#[tokio::test]
async fn token_must_have_a_subject() {
    const MISSING: Option<&str> = Some("missing `sub`");
    let rows = vec![
        (json!({ "sub": "" }), MISSING),
        (json!({ "sub": 1 }), Some("invalid `sub`: expected a string")),
        (json!({ "sub": null, "client_id": null }), MISSING),
    ];
    let lenient = resource().await;
    table(&lenient, rows).await;
    let client = lenient.call(&lenient.token_with(&KEY, "a", &json!({ "sub": null }))).await.unwrap();
    assert_eq!((client.subject(), client.client_id()), ("app", Some("app")));

    let strict = resource_with(|jwt| jwt.token_type(TokenType::AccessToken)).await;
    let claims = strict.claims(&json!({ "sub": null }));
    let token = sign(&json!({ "typ": "at+jwt", "alg": "RS256", "kid": "a" }).to_string(), &claims, &KEY);
    assert_eq!(Some(strict.rejection_reason(&token).await.as_str()), MISSING);
}

#[tokio::test]
async fn scopes_roles_and_client_are_read_from_claims_a36() {
    let resource =
        resource_with(|jwt| jwt.role_claims(["roles", "realm_access.roles", "resource_access.mcp.roles"])).await;
    for (changes, scopes, roles, client) in [
        (json!({ "scope": "a  b" }), "a b", "editor", Some("app")),
        (json!({ "scope": "" }), "", "editor", Some("app")),
        (json!({ "scope": "a\tb" }), "", "editor", Some("app")),
        (json!({ "scope": ["a b", "c"] }), "c", "editor", Some("app")),
        (json!({ "scope": null, "scp": ["b", "a"] }), "a b", "editor", Some("app")),
        (json!({ "scope": "a", "scp": "b c" }), "a b c", "editor", Some("app")),
        (json!({ "scope": 1 }), "", "editor", Some("app")),
        (json!({ "scope": { "a": 1 } }), "", "editor", Some("app")),
        (json!({ "roles": "admin" }), "mcp:tools notes:read", "admin", Some("app")),
        (json!({ "roles": ["a", 1, "b"] }), "mcp:tools notes:read", "a,b", Some("app")),
        (
            json!({ "roles": null, "realm_access": { "roles": ["x"] }, "resource_access": { "mcp": { "roles": ["y"] }, "other": { "roles": ["z"] } } }),
            "mcp:tools notes:read",
            "x,y",
            Some("app"),
        ),
        (json!({ "client_id": null, "azp": "kc" }), "mcp:tools notes:read", "editor", Some("kc")),
        (json!({ "client_id": null, "cid": "okta" }), "mcp:tools notes:read", "editor", Some("okta")),
        (json!({ "client_id": null }), "mcp:tools notes:read", "editor", None),
    ] {
        let ada = resource.call(&resource.token_with(&KEY, "a", &changes)).await.unwrap();
        let found = (ada.scopes().as_str().to_owned(), ada.roles().collect::<Vec<_>>().join(","), ada.client_id());
        assert_eq!(found, (scopes.to_owned(), roles.to_owned(), client), "{changes}");
    }
}
