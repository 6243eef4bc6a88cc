//! Which signatures are accepted, and for how long.

use std::time::Duration;

use mcp_server::Authorization;
use serde_json::json;

use crate::support::{Era, IdentityProvider, McpClient, OAuthClient, ProtectedServer, eventually};

const KINDS: [&str; 3] = ["RS256", "ES256", "EdDSA"];

#[tokio::test]
async fn every_algorithm_in_use_is_accepted() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    let (oauth, mcp) = (OAuthClient::at(&idp.issuer).await, McpClient::of(&server.url));
    for kind in KINDS {
        let token = oauth.robot_token(kind, "mcp:tools", &server.url).await;
        for era in Era::BOTH {
            let answer = mcp.call(era, Some(&token), "who-am-i", json!({})).await;
            assert_eq!(answer.status, 200, "{kind}, {era:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn only_the_algorithms_that_were_chosen_are_accepted() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::start(|url| {
        Authorization::resource(url).server_with(&idp.issuer, |jwt| jwt.algorithms(["ES256"]))
    })
    .await;
    let (oauth, mcp) = (OAuthClient::at(&idp.issuer).await, McpClient::of(&server.url));
    for kind in KINDS {
        let token = oauth.robot_token(kind, "mcp:tools", &server.url).await;
        let answer = mcp.call(Era::Stateless, Some(&token), "who-am-i", json!({})).await;
        assert_eq!(answer.status, if kind == "ES256" { 200 } else { 401 }, "{kind}");
    }
}

#[tokio::test]
async fn a_token_is_refused_once_it_has_expired() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::start(|url| {
        Authorization::resource(url).server_with(&idp.issuer, |jwt| jwt.leeway(Duration::ZERO))
    })
    .await;
    let (oauth, mcp) = (OAuthClient::at(&idp.issuer).await, McpClient::of(&server.url));
    let token = oauth.robot_token("brief", "mcp:tools", &server.url).await;
    let refused = eventually(Duration::from_secs(20), async || {
        let answer = mcp.call(Era::Stateless, Some(&token), "who-am-i", json!({})).await;
        if answer.status == 200 { Err("a token that is accepted".to_owned()) } else { Ok(answer) }
    })
    .await;
    let challenge = refused.challenge();
    assert_eq!((refused.status, challenge.error()), (401, Some("invalid_token")));
    assert_eq!(challenge.get("error_description"), Some("expired token"));
}
