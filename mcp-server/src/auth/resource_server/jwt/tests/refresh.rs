//! Keys that change, vanish and are asked for too often (A27 to A29, A31, A32).

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::sync::Semaphore;

use super::super::cache::RefreshPolicy;
use super::{
    Resource,
    issuer::{Answer, key_set, sign},
    keys::{P256, RSA, RSA_OTHER},
};

#[tokio::test]
async fn a_flood_of_unknown_keys_is_one_fetch_a27() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    let good = resource.token(&RSA, "a");
    assert_eq!(resource.status(&good).await, 200);
    assert_eq!(resource.issuer.key_requests(), 1);
    resource.clock.advance(Duration::from_secs(31));
    for id in 0..300 {
        let header = json!({ "alg": "ES256", "kid": format!("random-{id}") }).to_string();
        assert_eq!(resource.status(&sign(&header, &resource.claims(&json!({})), &P256)).await, 401);
    }
    assert_eq!(resource.issuer.key_requests(), 2);
    assert_eq!(resource.status(&good).await, 200);
}

#[tokio::test]
async fn a_flood_of_bad_signatures_is_one_fetch_a27() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.clock.advance(Duration::from_secs(31));
    let forged = resource.token(&RSA_OTHER, "a");
    for _ in 0..20 {
        assert_eq!(resource.status(&forged).await, 401);
    }
    assert_eq!(resource.issuer.key_requests(), 2);
}

#[tokio::test]
async fn a_flood_while_no_key_is_published_is_one_fetch_a28() {
    let resource = Resource::start(&[]).await;
    for id in 0..50 {
        let token = resource.token(&RSA, &id.to_string());
        assert_eq!(resource.status(&token).await, 503);
    }
    assert_eq!(resource.issuer.key_requests(), 1);
}

#[tokio::test]
async fn a_good_token_does_not_wait_for_a_bad_one_a27() {
    let resource = Arc::new(Resource::start(&[RSA.published("a")]).await);
    let good = resource.token(&RSA, "a");
    assert_eq!(resource.status(&good).await, 200);
    resource.clock.advance(Duration::from_secs(31));
    let release = Arc::new(Semaphore::new(0));
    resource.issuer.answer_keys(Answer::Held(Arc::clone(&release), key_set(&[RSA.published("a")])));
    let bad = resource.token(&RSA, "bad");
    let waiting = tokio::spawn({
        let resource = Arc::clone(&resource);
        async move { resource.status(&bad).await }
    });
    resource.issuer.until_asked(2).await;
    // The fetch hangs; the good token is answered all the same.
    assert_eq!(resource.status(&good).await, 200);
    assert!(!waiting.is_finished());
    release.add_permits(1);
    assert_eq!(waiting.await.unwrap(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_first_tokens_wait_for_one_fetch() {
    let resource = Arc::new(Resource::start(&[]).await);
    let release = Arc::new(Semaphore::new(0));
    resource.issuer.answer_keys(Answer::Held(Arc::clone(&release), key_set(&[RSA.published("a")])));
    let token = resource.token(&RSA, "a");
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (resource, token) = (Arc::clone(&resource), token.clone());
            tokio::spawn(async move { resource.status(&token).await })
        })
        .collect();
    resource.issuer.until_asked(1).await;
    release.add_permits(100);
    for call in calls {
        assert_eq!(call.await.unwrap(), 200);
    }
    assert_eq!(resource.issuer.key_requests(), 1);
}

#[tokio::test]
async fn a_caller_that_leaves_does_not_take_the_fetch_along() {
    let resource = Arc::new(Resource::start(&[]).await);
    let release = Arc::new(Semaphore::new(0));
    resource.issuer.answer_keys(Answer::Held(Arc::clone(&release), key_set(&[RSA.published("a")])));
    let token = resource.token(&RSA, "a");
    let first = tokio::spawn({
        let (resource, token) = (Arc::clone(&resource), token.clone());
        async move { resource.status(&token).await }
    });
    resource.issuer.until_asked(1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    release.add_permits(1);
    assert_eq!(resource.status(&token).await, 200);
    assert_eq!(resource.issuer.key_requests(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_after_the_cooldown_a31() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.publish(&[RSA.published("a"), P256.published("b")]);
    let new = resource.token(&P256, "b");
    assert_eq!(resource.status(&new).await, 401, "the cooldown holds");
    resource.clock.advance(Duration::from_secs(31));
    assert_eq!(resource.status(&new).await, 200);
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    assert_eq!(resource.issuer.key_requests(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_refused_after_its_life_a31() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.publish(&[P256.published("b")]);
    resource.clock.advance(Duration::from_secs(299));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    assert_eq!(resource.issuer.key_requests(), 1);
    // Past its life it is used once more while the new keys are loaded in the background.
    resource.clock.advance(Duration::from_secs(2));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.until_asked(2).await;
    // Known now, or waited for.
    assert_eq!(resource.status(&resource.token(&P256, "b")).await, 200);
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 401);
}

#[tokio::test]
async fn a_withdrawn_key_is_not_used_after_a_long_silence_a31() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.publish(&[P256.published("b")]);
    resource.clock.advance(Duration::from_hours(1));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 401);
    assert_eq!(resource.issuer.key_requests(), 2);
}

#[tokio::test]
async fn old_keys_are_used_while_their_server_is_down_a29() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.answer_keys(Answer::Status(503));
    resource.clock.advance(Duration::from_hours(1));
    for _ in 0..3 {
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    }
    // A load that ran now would be waited for, and would be counted.
    assert_eq!(resource.status(&resource.token(&P256, "new")).await, 401);
    assert_eq!(resource.issuer.key_requests(), 2);
    resource.clock.advance(Duration::from_hours(24));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 503, "not for ever");
    resource.issuer.publish(&[RSA.published("a")]);
    resource.clock.advance(Duration::from_secs(31));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200, "and not for longer than it is down");
}

#[tokio::test]
async fn a_new_key_under_an_old_name_is_found_a32() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.publish(&[RSA_OTHER.published("a")]);
    let new = resource.token(&RSA_OTHER, "a");
    assert_eq!(resource.status(&new).await, 401, "the cooldown holds");
    resource.clock.advance(Duration::from_secs(31));
    assert_eq!(resource.status(&new).await, 200);
    assert_eq!(resource.issuer.key_requests(), 2);
}

#[tokio::test]
async fn the_server_of_the_keys_says_for_how_long_within_limits() {
    for (cache_control, fresh_for, not_for) in
        [("max-age=600", 599, 601), ("no-cache", 59, 61), ("max-age=9999999", 86_399, 86_401)]
    {
        let resource = Resource::start(&[]).await;
        let keys = key_set(&[RSA.published("a")]);
        resource.issuer.answer_keys(Answer::Kept(keys, cache_control));
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
        resource.clock.advance(Duration::from_secs(fresh_for));
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
        assert_eq!(resource.issuer.key_requests(), 1, "{cache_control}");
        resource.clock.advance(Duration::from_secs(not_for - fresh_for));
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
        resource.issuer.until_asked(2).await;
    }
}

#[tokio::test]
async fn a_load_ends_with_its_owner() {
    let endless = Duration::from_hours(1);
    let patient = RefreshPolicy { request_timeout: endless, load_timeout: endless, ..RefreshPolicy::default() };
    let resource = Resource::start_with(&[], |jwt| jwt.refresh(patient)).await;
    resource.issuer.answer_keys(Answer::Held(Arc::new(Semaphore::new(0)), String::new()));
    let token = resource.token(&RSA, "a");
    let Resource { issuer, authenticator, .. } = resource;
    let call = tokio::spawn(async move { super::call(&authenticator, &token).await.is_ok() });
    issuer.until_asked(1).await;
    // The call owns the authenticator. With it goes the load, although the server never answers and no time is up.
    call.abort();
    issuer.until_abandoned(1).await;
}
