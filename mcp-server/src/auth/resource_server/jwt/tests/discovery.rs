//! Discovery of the keys of an issuer, and its failures (A29, A30, A33).

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::super::cache::RefreshPolicy;
use super::{
    Resource,
    issuer::{Answer, Issuer, key_set},
    keys::{P256, RSA},
    without_cooldown,
};

const INSERTED: &str = "/.well-known/oauth-authorization-server/realms/acme";

#[tokio::test]
async fn metadata_is_found_at_each_address_in_use() {
    let forms = [
        INSERTED,
        "/.well-known/openid-configuration/realms/acme",
        "/realms/acme/.well-known/openid-configuration",
        "/realms/acme/.well-known/oauth-authorization-server",
    ];
    for (tried_before, form) in forms.iter().enumerate() {
        let issuer = Issuer::start_at("/realms/acme", &[RSA.published("a")]).await;
        issuer.remove(INSERTED);
        issuer.answer(form, Answer::Document(issuer.metadata()));
        let resource = Resource::of(issuer, |jwt| jwt);
        assert_eq!(resource.issuer.requested(), Vec::<String>::new(), "nothing is fetched before the first token");
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200, "{form}");
        assert_eq!(resource.issuer.requested()[..=tried_before], forms[..=tried_before]);
        assert_eq!(resource.issuer.requested()[tried_before + 1..], ["/keys"]);
    }
}

#[tokio::test]
async fn metadata_of_another_issuer_is_ignored_a33() {
    let issuer = Issuer::start_at("/realms/acme", &[RSA.published("a")]).await;
    let wrong = issuer.metadata().replace("/realms/acme", "/realms/other");
    issuer.answer(INSERTED, Answer::Document(wrong));
    let resource = Resource::of(issuer, |jwt| jwt.refresh(without_cooldown()));
    let token = resource.token(&RSA, "a");
    assert_eq!(resource.status(&token).await, 503);
    assert_eq!(resource.issuer.key_requests(), 0);
    // Metadata of the right issuer at a later address counts.
    let metadata = resource.issuer.metadata();
    resource.issuer.answer("/realms/acme/.well-known/openid-configuration", Answer::Document(metadata));
    assert_eq!(resource.status(&token).await, 200);
}

#[tokio::test]
async fn configured_jwks_uri_needs_no_metadata() {
    let issuer = Issuer::start(&[RSA.published("a")]).await;
    let place = format!("{}/keys", issuer.url);
    let resource = Resource::of(issuer, |jwt| jwt.jwks_uri(place));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    assert_eq!(resource.issuer.requested(), ["/keys"]);
}

#[tokio::test]
async fn missing_keys_are_503_and_not_401_a29() {
    let issuer = Issuer::start(&[RSA.published("a")]).await;
    issuer.answer_keys(Answer::Status(500));
    let resource = Resource::of(issuer, |jwt| jwt);
    let token = resource.token(&RSA, "a");
    let rejection = resource.call(&token).await.unwrap_err();
    assert_eq!((rejection.status.as_u16(), rejection.error), (503, "temporarily_unavailable"));
    assert!(rejection.www_authenticate.is_none());
    assert!((1..=5).contains(&rejection.retry_after.unwrap().as_secs()));
    // During the cooldown there is no request, and invalid tokens are still answered with 401.
    let asked = resource.issuer.requested().len();
    assert_eq!(resource.status(&token).await, 503);
    assert_eq!(resource.status("garbage").await, 401);
    assert_eq!(resource.issuer.requested().len(), asked);
    resource.issuer.publish(&[RSA.published("a")]);
    resource.clock.advance(Duration::from_secs(6));
    assert_eq!(resource.status(&token).await, 200);
}

#[tokio::test]
async fn unreachable_issuer_is_503_a29() {
    let issuer = Issuer::start(&[]).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let place = format!("http://{closed}/keys");
    let resource = Resource::of(issuer, |jwt| jwt.jwks_uri(place));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 503);
}

#[tokio::test]
async fn responses_without_keys_are_503_a30() {
    let trap = Issuer::start(&[RSA.published("a")]).await;
    let good = key_set(&[RSA.published("a")]);
    let padded = format!("{}{}", " ".repeat(300 * 1024), good);
    for answer in [
        Answer::Document("<html></html>".to_owned()),
        Answer::Document(String::new()),
        Answer::Document("{}".to_owned()),
        Answer::Document(key_set(&[])),
        Answer::Document(padded),
        Answer::Redirect(format!("{}/keys", trap.url)),
        Answer::Status(304),
        Answer::Failing(201, good.clone()),
        Answer::Failing(500, good),
        Answer::Endless,
    ] {
        let issuer = Issuer::start(&[]).await;
        issuer.answer_keys(answer);
        let resource = Resource::of(issuer, |jwt| jwt);
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 503);
    }
    assert_eq!(trap.requested(), Vec::<String>::new(), "a redirect was followed");
}

#[tokio::test]
async fn server_without_response_times_out_a30() {
    let (short, long) = (Duration::from_millis(100), Duration::from_hours(1));
    for (request_timeout, load_timeout) in [(short, long), (long, short)] {
        let issuer = Issuer::start(&[]).await;
        issuer.answer_keys(Answer::Held(Arc::new(Semaphore::new(0)), String::new()));
        let short_timeouts = RefreshPolicy { request_timeout, load_timeout, ..RefreshPolicy::default() };
        let resource = Resource::of(issuer, |jwt| jwt.refresh(short_timeouts));
        let token = resource.token(&RSA, "a");
        let answered = tokio::time::timeout(Duration::from_secs(20), resource.status(&token)).await;
        assert_eq!(answered, Ok(503));
    }
}

#[tokio::test]
async fn metadata_is_fetched_again_when_the_keys_are_gone() {
    let issuer = Issuer::start(&[RSA.published("a")]).await;
    let resource = Resource::of(issuer, |jwt| jwt.refresh(without_cooldown()));
    let metadata = "/.well-known/oauth-authorization-server";
    let token = resource.token(&RSA, "a");
    assert_eq!(resource.status(&token).await, 200);
    resource.clock.advance(Duration::from_hours(1));
    let token = resource.token(&RSA, "a");
    assert_eq!(resource.status(&token).await, 200);
    assert_eq!(resource.issuer.requested(), [metadata, "/keys", "/keys"]);

    // The keys move: the old address is gone, the metadata names the new one.
    let moved = resource.issuer.metadata().replace("/keys", "/moved");
    resource.issuer.answer(metadata, Answer::Document(moved));
    resource.issuer.answer("/moved", Answer::Document(key_set(&[P256.published("b")])));
    resource.issuer.remove("/keys");
    let token = resource.token(&P256, "b");
    assert_eq!(resource.status(&token).await, 401, "the old address is gone");
    assert_eq!(resource.status(&token).await, 200);
    assert_eq!(resource.issuer.requested()[3..], ["/keys", metadata, "/moved"]);
}

#[tokio::test]
async fn usable_key_is_found_among_unusable_ones_a30() {
    let mut keys: Vec<Value> = vec![
        json!({ "kty": "unknown", "kid": "a" }),
        json!({ "kty": "EC", "crv": "secp256k1", "kid": "a", "x": "AA", "y": "AA" }),
        json!({ "kty": "EC", "crv": "P-256", "kid": "a", "x": "AA", "y": "AA" }),
        json!({ "kty": "RSA", "kid": "a" }),
        json!({ "kty": "RSA", "kid": "a", "n": "!", "e": "AQAB" }),
        json!({ "kty": 1 }),
        json!([]),
        json!("key"),
    ];
    keys.extend((0..1000).map(|id| json!({ "kty": "other", "kid": id.to_string() })));
    keys.push(P256.published("a"));
    keys.push(RSA.published("a"));
    let resource = Resource::start(&keys).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    assert_eq!(resource.status(&resource.token(&P256, "a")).await, 200);
    assert_eq!(resource.issuer.accepted_encoding(), None, "no compression is requested");
}
