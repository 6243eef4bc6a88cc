//! Discovery: from the URL of a server to a call, as a client with a user at the browser does it.

use serde_json::{Value, json};
use tests::harness::{Era, Request, fetch};

use crate::support::{Challenge, IdentityProvider, OAuthClient, ProtectedServer};

/// Reads a metadata document, which must be readable from every origin.
async fn document(url: &str) -> Value {
    let mut response = fetch(url, Request::new("GET").header("Origin", "https://some.page.example")).await;
    assert_eq!((response.status, response.header("content-type")), (200, Some("application/json")), "{url}");
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    response.json().await
}

#[tokio::test]
async fn challenge_leads_to_login_and_call() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    for era in Era::BOTH {
        let challenge = Challenge::of(&server.call(era, None, "who-am-i", json!({})).await);
        let metadata = document(challenge.get("resource_metadata").expect("the URL of the metadata")).await;
        assert_eq!(metadata["resource"], server.url.as_str(), "RFC 9728, section 3.3: the URL that the client knows");

        let issuer = metadata["authorization_servers"][0].as_str().expect("an authorization server");
        let oauth = OAuthClient::at(issuer).await;
        let scope = challenge.scope().expect("the scopes to request");
        let tokens = oauth.log_in("ada", scope, &server.url).await;
        let response = server.call(era, Some(&tokens.access), "who-am-i", json!({})).await.last_message().await;
        assert_eq!(
            response["result"]["structuredContent"],
            json!({"subject": "ada", "client": "playground", "scopes": ["mcp:tools"], "roles": ["editor"]}),
            "{era:?}"
        );
    }
}

#[tokio::test]
async fn metadata_at_root_equals_inserted_path() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    let origin = server.url.trim_end_matches("/mcp");
    let inserted = document(&format!("{origin}/.well-known/oauth-protected-resource/mcp")).await;
    assert_eq!(document(&format!("{origin}/.well-known/oauth-protected-resource")).await, inserted);
    assert_eq!(
        inserted,
        json!({
            "resource": server.url,
            "authorization_servers": [idp.issuer],
            "scopes_supported": ["mcp:tools"],
            "bearer_methods_supported": ["header"],
        })
    );
}

#[tokio::test]
async fn id_and_refresh_tokens_are_rejected() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    let oauth = OAuthClient::at(&idp.issuer).await;
    let tokens = oauth.log_in("ada", "openid mcp:tools", &server.url).await;
    for (kind, token, status) in
        [("access", &tokens.access, 200), ("id", &tokens.id, 401), ("refresh", &tokens.refresh, 401)]
    {
        assert!(!token.is_empty(), "the login gave no {kind} token");
        for era in Era::BOTH {
            let response = server.call(era, Some(token), "who-am-i", json!({})).await;
            assert_eq!(response.status, status, "{kind} token, {era:?}: {response:?}");
        }
    }
}
