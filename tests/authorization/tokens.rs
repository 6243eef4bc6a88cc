//! Accepted tokens, and the challenges for rejected ones.

use mcp_server::Authorization;
use serde_json::{Value, json};
use tests::harness::{Era, Response};

use crate::support::{Challenge, IdentityProvider, OAuthClient, ProtectedServer};

/// A protected server, and a client of its authorization server.
struct Setup {
    oauth: OAuthClient,
    server: ProtectedServer,
}

impl Setup {
    async fn with(idp: &IdentityProvider) -> Self {
        Self { oauth: OAuthClient::at(&idp.issuer).await, server: ProtectedServer::trusting(&idp.issuer).await }
    }

    async fn token(&self, kind: &str, scope: &str) -> String {
        self.oauth.robot_token(kind, scope, &self.server.url).await
    }

    async fn who_am_i(&self, era: Era, token: Option<&str>) -> Response {
        self.server.call(era, token, "who-am-i", json!({})).await
    }
}

/// Checks status, error and form of a rejection, and returns its challenge and body.
async fn rejected(mut response: Response, status: u16, error: &str) -> (Challenge, Value) {
    let challenge = Challenge::of(&response);
    assert_eq!((response.status, challenge.error()), (status, Some(error)), "{response:?}");
    assert!(challenge.get("resource_metadata").is_some(), "{response:?}");
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let body = response.last_message().await;
    assert!(body["error"]["code"].is_i64(), "the body is JSON-RPC: {body}");
    (challenge, body)
}

#[tokio::test]
async fn missing_token_challenge_has_scope_and_no_error() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let setup = Setup::with(idp).await;
    let metadata = setup.server.url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    for era in Era::BOTH {
        let response = setup.who_am_i(era, None).await;
        assert_eq!(response.status, 401, "{era:?}");
        let challenge = Challenge::of(&response);
        assert_eq!(challenge.get("resource_metadata"), Some(metadata.as_str()));
        assert_eq!(challenge.scope(), Some("mcp:tools"));
        assert_eq!(challenge.error(), None, "a missing token is not an invalid one");
    }
}

#[tokio::test]
async fn valid_token_reaches_tool_as_principal() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let setup = Setup::with(idp).await;
    let token = setup.token("RS256", "mcp:tools notes:write").await;
    for era in Era::BOTH {
        let mut response = setup.who_am_i(era, Some(&token)).await;
        assert_eq!(response.status, 200, "{era:?}: {response:?}");
        assert_eq!(
            response.last_message().await["result"]["structuredContent"],
            json!({
                "subject": "robot-RS256",
                "client": "robot-RS256",
                "scopes": ["mcp:tools", "notes:write"],
                "roles": [],
            })
        );
    }
}

#[tokio::test]
async fn token_for_other_resource_is_rejected() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let setup = Setup::with(idp).await;
    let below = format!("{}/deeper", setup.server.url);
    for resource in ["http://other.example/mcp", below.as_str()] {
        let token = setup.oauth.robot_token("RS256", "mcp:tools", resource).await;
        for era in Era::BOTH {
            rejected(setup.who_am_i(era, Some(&token)).await, 401, "invalid_token").await;
        }
    }
}

#[tokio::test]
async fn audience_trailing_slash_is_accepted_unless_exact() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let setup = Setup::with(idp).await;
    let token = setup.oauth.robot_token("RS256", "mcp:tools", &format!("{}/", setup.server.url)).await;
    assert_eq!(setup.who_am_i(Era::Stateless, Some(&token)).await.status, 200);

    let exact = ProtectedServer::start(|url| Authorization::resource(url).server(&idp.issuer).exact_audience()).await;
    let token = setup.oauth.robot_token("RS256", "mcp:tools", &format!("{}/", exact.url)).await;
    let response = exact.call(Era::Stateless, Some(&token), "who-am-i", json!({})).await;
    rejected(response, 401, "invalid_token").await;
}

#[tokio::test]
async fn missing_server_scope_is_403() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let setup = Setup::with(idp).await;
    let token = setup.token("RS256", "notes:write").await;
    for era in Era::BOTH {
        let (challenge, _) = rejected(setup.who_am_i(era, Some(&token)).await, 403, "insufficient_scope").await;
        assert_eq!(challenge.scope(), Some("mcp:tools"));
    }
}

#[tokio::test]
async fn tool_challenge_lists_all_scopes() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let setup = Setup::with(idp).await;
    let some = setup.token("RS256", "mcp:tools notes:write").await;
    for era in Era::BOTH {
        let response = setup.server.call(era, Some(&some), "publish-note", json!({})).await;
        let (challenge, _) = rejected(response, 403, "insufficient_scope").await;
        let wanted = challenge.scope().expect("the scopes to request");
        assert_eq!(wanted, "mcp:tools notes:publish notes:write");

        // Step-up authorization.
        let all = setup.token("RS256", wanted).await;
        let response = setup.server.call(era, Some(&all), "publish-note", json!({})).await.last_message().await;
        assert_eq!(response["result"]["content"][0]["text"], "published by robot-RS256", "{response}");
    }
}

#[tokio::test]
async fn token_in_url_is_rejected_even_with_valid_header() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let setup = Setup::with(idp).await;
    let token = setup.token("RS256", "mcp:tools").await;
    let server = ProtectedServer::at(&format!("{}?access_token={token}", setup.server.url));
    for header in [None, Some(token.as_str())] {
        let response = server.call(Era::Stateless, header, "who-am-i", json!({})).await;
        let (_, body) = rejected(response, 400, "invalid_request").await;
        assert!(!body.to_string().contains(&token), "a token is not repeated");
    }
}

#[tokio::test]
async fn opaque_token_is_rejected() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let setup = Setup::with(idp).await;
    let token = setup.token("opaque", "mcp:tools").await;
    assert!(!token.contains('.'));
    for era in Era::BOTH {
        rejected(setup.who_am_i(era, Some(&token)).await, 401, "invalid_token").await;
    }
}

#[tokio::test]
async fn untrusted_issuer_is_rejected() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let oauth = OAuthClient::at(&idp.issuer).await;
    let server =
        ProtectedServer::start(|url| Authorization::resource(url).server(format!("{}/tenant", idp.issuer))).await;
    let token = oauth.robot_token("RS256", "mcp:tools", &server.url).await;
    let response = server.call(Era::Stateless, Some(&token), "who-am-i", json!({})).await;
    rejected(response, 401, "invalid_token").await;
}
