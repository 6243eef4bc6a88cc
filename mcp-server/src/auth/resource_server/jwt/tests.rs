//! Tokens and keys of an issuer over a real socket. Suffixes such as `_a15` number the attacks.

mod discovery;
mod forged;
mod grounds;
mod issuer;
mod keys;
mod refresh;
mod wrong_claims;

use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, Method, Uri, header::AUTHORIZATION};
use serde_json::{Value, json};

use self::{issuer::Issuer, keys::TestKey};
use super::{JwtOptions, cache::RefreshPolicy};
use crate::{
    auth::{AuthRejection, Authenticator, Authorization, Principal},
    time::Clock,
};

const RESOURCE: &str = "https://mcp.example.com/mcp";

/// A protected resource that trusts one issuer.
struct Resource {
    issuer: Issuer,
    authenticator: Authenticator,
    clock: Clock,
}

impl Resource {
    async fn start(keys: &[Value]) -> Self {
        Self::start_with(keys, |jwt| jwt).await
    }

    async fn start_with(keys: &[Value], options: impl FnOnce(JwtOptions) -> JwtOptions) -> Self {
        Self::of(Issuer::start(keys).await, options)
    }

    fn of(issuer: Issuer, options: impl FnOnce(JwtOptions) -> JwtOptions) -> Self {
        let clock = Clock::manual(SystemTime::now());
        let authenticator = Authorization::resource(RESOURCE).server_with(&issuer.url, options).build(&clock).unwrap();
        Self { issuer, authenticator, clock }
    }

    /// Returns the claims of a valid token with changes; `null` removes a claim.
    fn claims(&self, changes: &Value) -> String {
        claims(&self.issuer.url, self.clock.unix_seconds(), changes)
    }

    /// Returns a valid token, signed with this key under this id.
    fn token(&self, key: &TestKey, id: &str) -> String {
        self.token_with(key, id, &json!({}))
    }

    fn token_with(&self, key: &TestKey, id: &str, changes: &Value) -> String {
        issuer::sign(&header(key, id), &self.claims(changes), key)
    }

    async fn call(&self, token: &str) -> Result<Principal, AuthRejection> {
        call(&self.authenticator, token).await
    }

    /// Returns the status of a request with this token.
    async fn status(&self, token: &str) -> u16 {
        self.call(token).await.map_or_else(|rejection| rejection.status.as_u16(), |_| 200)
    }

    /// Returns the reason of the 401 response to this token. Panics on any other response.
    async fn rejection_reason(&self, token: &str) -> String {
        let rejection = self.call(token).await.expect_err("the token was accepted");
        assert_eq!((rejection.status.as_u16(), rejection.error), (401, "invalid_token"), "{}", rejection.description);
        rejection.description.into_owned()
    }
}

async fn call(authenticator: &Authenticator, token: &str) -> Result<Principal, AuthRejection> {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    let result = authenticator.authenticate(&Method::POST, &Uri::from_static("/mcp"), &headers).await;
    result.map(|principal| principal.unwrap())
}

fn header(key: &TestKey, id: &str) -> String {
    json!({ "typ": "JWT", "alg": format!("{:?}", key.algorithm), "kid": id }).to_string()
}

fn claims(issuer: &str, now: u64, changes: &Value) -> String {
    let mut claims = json!({
        "iss": issuer, "sub": "ada", "aud": RESOURCE, "client_id": "app", "jti": "t1",
        "iat": now - 10, "exp": now + 300, "scope": "mcp:tools notes:read", "roles": ["editor"],
    });
    change(&mut claims, changes);
    claims.to_string()
}

fn change(object: &mut Value, changes: &Value) {
    let object = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
}

/// Returns a policy that admits loads in quick succession.
fn without_cooldown() -> RefreshPolicy {
    let none = std::time::Duration::ZERO;
    RefreshPolicy { cooldown: none, initial_cooldown: none, ..RefreshPolicy::default() }
}

#[tokio::test]
async fn valid_token_becomes_a_principal() {
    let resource = Resource::start(&[keys::RSA.published("a")]).await;
    let ada = resource.call(&resource.token(&keys::RSA, "a")).await.unwrap();
    assert_eq!((ada.issuer(), ada.subject(), ada.client_id()), (resource.issuer.url.as_str(), "ada", Some("app")));
    assert_eq!(ada.scopes().as_str(), "mcp:tools notes:read");
    assert!(ada.has_role("editor"));
    assert_eq!(ada.token_id(), Some("t1"));
    assert_eq!(ada.audience().collect::<Vec<_>>(), [RESOURCE]);
    assert_eq!(ada.claim::<String>("client_id").as_deref(), Some("app"));
    let left = ada.expires_at().unwrap().duration_since(SystemTime::now()).unwrap().as_secs();
    assert!((290..=300).contains(&left), "{left}");
    assert!(ada.expires_at().unwrap() > UNIX_EPOCH);
}

#[tokio::test]
async fn every_algorithm_verifies_with_its_key() {
    use jsonwebtoken::Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    let all = [
        keys::RSA.published("rsa"),
        keys::P256.published("p256"),
        keys::P384.published("p384"),
        keys::ED25519.published("ed"),
    ];
    let resource = Resource::start(&all).await;
    for (algorithm, key, id) in [
        (RS256, keys::RSA, "rsa"),
        (RS384, keys::RSA, "rsa"),
        (RS512, keys::RSA, "rsa"),
        (PS256, keys::RSA, "rsa"),
        (PS384, keys::RSA, "rsa"),
        (PS512, keys::RSA, "rsa"),
        (ES256, keys::P256, "p256"),
        (ES384, keys::P384, "p384"),
        (EdDSA, keys::ED25519, "ed"),
    ] {
        let header = json!({ "alg": format!("{algorithm:?}"), "kid": id }).to_string();
        let token = issuer::sign_with(&header, &resource.claims(&json!({})), &key.private(), algorithm);
        assert_eq!(resource.status(&token).await, 200, "{algorithm:?}");
    }
    let newer_name = json!({ "alg": "Ed25519", "kid": "ed" }).to_string();
    let token = issuer::sign_with(&newer_name, &resource.claims(&json!({})), &keys::ED25519.private(), EdDSA);
    assert_eq!(resource.status(&token).await, 200);
}

#[tokio::test]
async fn token_without_key_id_needs_a_single_matching_key_a15() {
    let without = json!({ "alg": "RS256" }).to_string();
    let one = Resource::start(&[keys::RSA.published("a"), keys::P256.published("b")]).await;
    let token = issuer::sign(&without, &one.claims(&json!({})), &keys::RSA);
    assert_eq!(one.status(&token).await, 200);

    let two = Resource::start(&[keys::RSA.published("a"), keys::RSA_OTHER.published("b")]).await;
    let token = issuer::sign(&without, &two.claims(&json!({})), &keys::RSA);
    assert_eq!(two.rejection_reason(&token).await, "missing `kid`: the issuer has several keys");
}
