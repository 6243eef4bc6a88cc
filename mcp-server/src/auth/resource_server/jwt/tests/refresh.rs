//! Refresh of keys: rotation, outages, floods of requests (A27 to A29, A31, A32).

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
async fn flood_of_unknown_keys_is_one_request_a27() {
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
async fn flood_of_invalid_signatures_is_one_request_a27() {
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
async fn flood_without_published_keys_is_one_request_a28() {
    let resource = Resource::start(&[]).await;
    for id in 0..50 {
        let token = resource.token(&RSA, &id.to_string());
        assert_eq!(resource.status(&token).await, 503);
    }
    assert_eq!(resource.issuer.key_requests(), 1);
}

#[tokio::test]
async fn valid_token_does_not_wait_for_an_invalid_one_a27() {
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
    resource.issuer.until_requested(2).await;
    // The request hangs, but the valid token is accepted at once.
    assert_eq!(resource.status(&good).await, 200);
    assert!(!waiting.is_finished());
    release.add_permits(1);
    assert_eq!(waiting.await.unwrap(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_first_tokens_wait_for_one_request() {
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
    resource.issuer.until_requested(1).await;
    release.add_permits(100);
    for call in calls {
        assert_eq!(call.await.unwrap(), 200);
    }
    assert_eq!(resource.issuer.key_requests(), 1);
}

#[tokio::test]
async fn load_continues_when_its_first_caller_is_cancelled() {
    let resource = Arc::new(Resource::start(&[]).await);
    let release = Arc::new(Semaphore::new(0));
    resource.issuer.answer_keys(Answer::Held(Arc::clone(&release), key_set(&[RSA.published("a")])));
    let token = resource.token(&RSA, "a");
    let first = tokio::spawn({
        let (resource, token) = (Arc::clone(&resource), token.clone());
        async move { resource.status(&token).await }
    });
    resource.issuer.until_requested(1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    release.add_permits(1);
    assert_eq!(resource.status(&token).await, 200);
    assert_eq!(resource.issuer.key_requests(), 1);
}

#[tokio::test]
async fn new_key_is_loaded_after_the_cooldown_a31() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.publish(&[RSA.published("a"), P256.published("b")]);
    let new = resource.token(&P256, "b");
    assert_eq!(resource.status(&new).await, 401, "during the cooldown");
    resource.clock.advance(Duration::from_secs(31));
    assert_eq!(resource.status(&new).await, 200);
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    assert_eq!(resource.issuer.key_requests(), 2);
}

#[tokio::test]
async fn removed_key_is_rejected_after_its_lifetime_a31() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.publish(&[P256.published("b")]);
    resource.clock.advance(Duration::from_secs(299));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    assert_eq!(resource.issuer.key_requests(), 1);
    // Past its lifetime it is used while the new keys are loaded in the background.
    resource.clock.advance(Duration::from_secs(2));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.until_requested(2).await;
    // The new key is cached by now, or the call waits for it.
    assert_eq!(resource.status(&resource.token(&P256, "b")).await, 200);
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 401);
}

#[tokio::test]
async fn removed_key_is_rejected_after_long_inactivity_a31() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.publish(&[P256.published("b")]);
    resource.clock.advance(Duration::from_hours(1));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 401);
    assert_eq!(resource.issuer.key_requests(), 2);
}

#[tokio::test]
async fn withdrawn_keys_are_not_kept() {
    let encryption = RSA.published_with("a", &serde_json::json!({ "use": "enc" }));
    for published in [&[][..], &[encryption]] {
        let resource = Resource::start(&[RSA.published("a")]).await;
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
        resource.issuer.publish(published);
        resource.clock.advance(Duration::from_hours(1));
        for _ in 0..3 {
            assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 503);
        }
        resource.issuer.publish(&[P256.published("b")]);
        resource.clock.advance(Duration::from_secs(31));
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 401);
        assert_eq!(resource.status(&resource.token(&P256, "b")).await, 200);
    }
}

#[tokio::test]
async fn expired_keys_are_used_in_an_outage_a29() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.answer_keys(Answer::Status(503));
    resource.clock.advance(Duration::from_hours(1));
    for _ in 0..3 {
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    }
    // A running load would be awaited here, and would be counted.
    assert_eq!(resource.status(&resource.token(&P256, "new")).await, 401);
    assert_eq!(resource.issuer.key_requests(), 2);
    resource.clock.advance(Duration::from_hours(24));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 503, "past the limit");
    resource.issuer.publish(&[RSA.published("a")]);
    resource.clock.advance(Duration::from_secs(31));
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200, "after the outage");
}

#[tokio::test]
async fn new_key_with_an_old_id_is_loaded_a32() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    resource.issuer.publish(&[RSA_OTHER.published("a")]);
    let new = resource.token(&RSA_OTHER, "a");
    assert_eq!(resource.status(&new).await, 401, "during the cooldown");
    resource.clock.advance(Duration::from_secs(31));
    assert_eq!(resource.status(&new).await, 200);
    assert_eq!(resource.issuer.key_requests(), 2);
}

#[tokio::test]
async fn max_age_sets_the_lifetime_within_limits() {
    for (cache_control, fresh_for, not_for) in
        [("max-age=600", 599, 601), ("no-cache", 59, 61), ("max-age=9999999", 86_399, 86_401)]
    {
        let resource = Resource::start(&[]).await;
        let keys = key_set(&[RSA.published("a")]);
        resource.issuer.answer_keys(Answer::Cached(keys, cache_control));
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
        resource.clock.advance(Duration::from_secs(fresh_for));
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
        assert_eq!(resource.issuer.key_requests(), 1, "{cache_control}");
        resource.clock.advance(Duration::from_secs(not_for - fresh_for));
        assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
        resource.issuer.until_requested(2).await;
    }
}

#[tokio::test]
async fn load_is_aborted_with_its_cache() {
    let endless = Duration::from_hours(1);
    let long_timeouts = RefreshPolicy { request_timeout: endless, load_timeout: endless, ..RefreshPolicy::default() };
    let resource = Resource::start_with(&[], |jwt| jwt.refresh(long_timeouts)).await;
    resource.issuer.answer_keys(Answer::Held(Arc::new(Semaphore::new(0)), String::new()));
    let token = resource.token(&RSA, "a");
    let Resource { issuer, authenticator, .. } = resource;
    let call = tokio::spawn(async move { super::call(&authenticator, &token).await.is_ok() });
    issuer.until_requested(1).await;
    // The call owns the authenticator. Dropping it aborts the load, which has no other reason to
    // end.
    call.abort();
    issuer.until_abandoned(1).await;
}
