//! An authorization server that rotates its keys while our server is running.

use std::time::Duration;

use serde_json::json;
use tests::harness::{Era, retry};

use crate::support::{IdentityProvider, OAuthClient, ProtectedServer};

/// Minimum time between two loads of the keys.
const COOLDOWN: Duration = Duration::from_secs(30);
const KINDS: [&str; 2] = ["RS256", "ES256"];

/// Rotates to keys of this name. The current keys are named `first`.
async fn rotated_keys_are_accepted(name: &str) {
    let Some(idp) = IdentityProvider::start() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    let oauth = OAuthClient::at(&idp.issuer).await;
    let status = async |token: &str| server.call(Era::Stateless, Some(token), "who-am-i", json!({})).await.status;

    let old = oauth.robot_token("RS256", "mcp:tools", &server.url).await;
    assert_eq!(status(&old).await, 200);
    idp.rotate(name);
    assert_eq!(status(&old).await, 200, "cached keys stay valid");
    for kind in KINDS {
        let new = oauth.robot_token(kind, "mcp:tools", &server.url).await;
        assert_eq!(status(&new).await, 401, "keys are not loaded again within the cooldown");
    }

    let new = oauth.robot_token("RS256", "mcp:tools", &server.url).await;
    retry(COOLDOWN + Duration::from_secs(15), async || match status(&new).await {
        200 => Ok(()),
        status => Err(format!("status {status} for a token of the new keys")),
    })
    .await;
    for kind in KINDS {
        let new = oauth.robot_token(kind, "mcp:tools", &server.url).await;
        assert_eq!(status(&new).await, 200, "{kind}");
    }
    assert_eq!(status(&old).await, 401, "the old keys are no longer published");
}

#[tokio::test]
async fn rotated_keys_with_new_ids_are_accepted_after_cooldown() {
    rotated_keys_are_accepted("second").await;
}

#[tokio::test]
async fn rotated_keys_with_same_ids_are_accepted_after_cooldown() {
    rotated_keys_are_accepted("first").await;
}
