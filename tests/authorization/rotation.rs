//! An authorization server that changes its keys while our server goes on.

use std::time::Duration;

use serde_json::json;

use crate::support::{Era, IdentityProvider, McpClient, OAuthClient, ProtectedServer, eventually};

/// Keys are loaded every 30 seconds at most, whatever tokens come.
const COOLDOWN: Duration = Duration::from_secs(30);
const KINDS: [&str; 2] = ["RS256", "ES256"];

/// Lets the authorization server change to keys of that name; `first` is that of the keys it has.
async fn new_keys_are_found(name: &str) {
    let Some(idp) = IdentityProvider::start() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    let (oauth, mcp) = (OAuthClient::at(&idp.issuer).await, McpClient::of(&server.url));
    let status = async |token: &str| mcp.call(Era::Stateless, Some(token), "who-am-i", json!({})).await.status;

    let old = oauth.robot_token("RS256", "mcp:tools", &server.url).await;
    assert_eq!(status(&old).await, 200);
    idp.rotate(name);
    assert_eq!(status(&old).await, 200, "the keys at hand are good for a while");
    for kind in KINDS {
        let new = oauth.robot_token(kind, "mcp:tools", &server.url).await;
        assert_eq!(status(&new).await, 401, "keys were loaded a moment ago");
    }

    let new = oauth.robot_token("RS256", "mcp:tools", &server.url).await;
    eventually(COOLDOWN + Duration::from_secs(15), async || match status(&new).await {
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
async fn keys_with_new_ids_are_accepted_after_the_cooldown() {
    new_keys_are_found("second").await;
}

#[tokio::test]
async fn keys_that_took_over_the_ids_of_others_are_accepted_after_the_cooldown() {
    new_keys_are_found("first").await;
}
