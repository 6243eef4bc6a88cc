//! From the URL of a server and nothing else to a call: what a client does with a person at the browser.

use serde_json::{Value, json};

use crate::support::{Answer, Era, IdentityProvider, McpClient, OAuthClient, ProtectedServer, http_client};

/// The metadata document at `url`, which must be readable by anyone.
async fn document(url: &str) -> Value {
    let answer = Answer::to(http_client().get(url).header("origin", "https://some.page.example")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{url}");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    answer.json()
}

#[tokio::test]
async fn the_challenge_leads_to_a_login_and_the_login_to_the_tool() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    let mcp = McpClient::of(&server.url);
    for era in Era::BOTH {
        let refused = mcp.call(era, None, "who-am-i", json!({})).await;
        let challenge = refused.challenge();
        let metadata = document(challenge.get("resource_metadata").expect("a place to look")).await;
        assert_eq!(metadata["resource"], server.url.as_str(), "RFC 9728, section 3.3: as the client knows it");

        let issuer = metadata["authorization_servers"][0].as_str().expect("an authorization server");
        let oauth = OAuthClient::at(issuer).await;
        let scope = challenge.scope().expect("a scope to ask for");
        let tokens = oauth.log_in("ada", scope, &server.url).await;
        let answer = mcp.call(era, Some(&tokens.access), "who-am-i", json!({})).await;
        assert_eq!(
            answer.json()["result"]["structuredContent"],
            json!({"subject": "ada", "client": "playground", "scopes": ["mcp:tools"], "roles": ["editor"]}),
            "{era:?}"
        );
    }
}

#[tokio::test]
async fn the_document_is_the_same_at_the_root_where_clients_look_second() {
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
async fn the_other_tokens_of_a_login_do_not_open_anything() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    let oauth = OAuthClient::at(&idp.issuer).await;
    let tokens = oauth.log_in("ada", "openid mcp:tools", &server.url).await;
    let mcp = McpClient::of(&server.url);
    for (kind, token, status) in
        [("access", &tokens.access, 200), ("id", &tokens.id, 401), ("refresh", &tokens.refresh, 401)]
    {
        assert!(!token.is_empty(), "the login gave no {kind} token");
        for era in Era::BOTH {
            let answer = mcp.call(era, Some(token), "who-am-i", json!({})).await;
            assert_eq!(answer.status, status, "{kind} token, {era:?}: {answer:?}");
        }
    }
}
