//! Signature algorithms, and expiry.

use std::time::Duration;

use mcp_server::Authorization;
use serde_json::json;
use tests::harness::{Era, retry};

use crate::support::{Challenge, IdentityProvider, OAuthClient, ProtectedServer};

const KINDS: [&str; 3] = ["RS256", "ES256", "EdDSA"];

#[tokio::test]
async fn default_algorithms_are_accepted() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    let oauth = OAuthClient::at(&idp.issuer).await;
    for kind in KINDS {
        let token = oauth.robot_token(kind, "mcp:tools", &server.url).await;
        for era in Era::BOTH {
            let response = server.call(era, Some(&token), "who-am-i", json!({})).await;
            assert_eq!(response.status, 200, "{kind}, {era:?}: {response:?}");
        }
    }
}

#[tokio::test]
async fn algorithms_not_configured_are_rejected() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::start(|url| {
        Authorization::resource(url).server_with(&idp.issuer, |jwt| jwt.algorithms(["ES256"]))
    })
    .await;
    let oauth = OAuthClient::at(&idp.issuer).await;
    for kind in KINDS {
        let token = oauth.robot_token(kind, "mcp:tools", &server.url).await;
        let response = server.call(Era::Stateless, Some(&token), "who-am-i", json!({})).await;
        assert_eq!(response.status, if kind == "ES256" { 200 } else { 401 }, "{kind}");
    }
}

#[tokio::test]
async fn expired_token_is_rejected() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::start(|url| {
        Authorization::resource(url).server_with(&idp.issuer, |jwt| jwt.leeway(Duration::ZERO))
    })
    .await;
    let oauth = OAuthClient::at(&idp.issuer).await;
    let token = oauth.robot_token("brief", "mcp:tools", &server.url).await;
    let rejection = retry(Duration::from_secs(20), async || {
        let response = server.call(Era::Stateless, Some(&token), "who-am-i", json!({})).await;
        if response.status == 200 { Err("the token is accepted".to_owned()) } else { Ok(response) }
    })
    .await;
    let challenge = Challenge::of(&rejection);
    assert_eq!((rejection.status, challenge.error()), (401, Some("invalid_token")));
    assert_eq!(challenge.get("error_description"), Some("expired token"));
}
