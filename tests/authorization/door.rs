//! Who gets in, and what the others are told.

use mcp_server::Authorization;
use serde_json::{Value, json};

use crate::support::{Answer, Era, IdentityProvider, McpClient, OAuthClient, ProtectedServer};

/// A protected server and one who gets tokens for it.
struct Place {
    oauth: OAuthClient,
    server: ProtectedServer,
    mcp: McpClient,
}

impl Place {
    async fn open(idp: &IdentityProvider) -> Self {
        let server = ProtectedServer::trusting(&idp.issuer).await;
        Self { oauth: OAuthClient::at(&idp.issuer).await, mcp: McpClient::of(&server.url), server }
    }

    async fn token(&self, kind: &str, scope: &str) -> String {
        self.oauth.robot_token(kind, scope, &self.server.url).await
    }

    async fn who_am_i(&self, era: Era, token: Option<&str>) -> Answer {
        self.mcp.call(era, token, "who-am-i", json!({})).await
    }
}

fn assert_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status, answer.challenge().error()), (status, Some(error)), "{answer:?}");
    assert!(answer.challenge().get("resource_metadata").is_some(), "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.json()["error"]["code"].is_i64(), "the body is JSON-RPC: {answer:?}");
}

#[tokio::test]
async fn without_a_token_the_challenge_tells_what_is_needed_and_no_error() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let place = Place::open(idp).await;
    let metadata = place.server.url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    for era in Era::BOTH {
        let answer = place.who_am_i(era, None).await;
        assert_eq!(answer.status, 401, "{era:?}");
        let challenge = answer.challenge();
        assert_eq!(challenge.get("resource_metadata"), Some(metadata.as_str()));
        assert_eq!(challenge.scope(), Some("mcp:tools"));
        assert_eq!(challenge.error(), None, "nothing was wrong with what was not there");
    }
}

#[tokio::test]
async fn the_right_token_opens_and_the_tool_learns_who_calls() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let place = Place::open(idp).await;
    let token = place.token("RS256", "mcp:tools notes:write").await;
    for era in Era::BOTH {
        let answer = place.who_am_i(era, Some(&token)).await;
        assert_eq!(answer.status, 200, "{era:?}: {answer:?}");
        assert_eq!(
            answer.json()["result"]["structuredContent"],
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
async fn a_token_for_another_server_is_refused() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let place = Place::open(idp).await;
    let below = format!("{}/deeper", place.server.url);
    for resource in ["http://other.example/mcp", below.as_str()] {
        let token = place.oauth.robot_token("RS256", "mcp:tools", resource).await;
        for era in Era::BOTH {
            assert_refused(&place.who_am_i(era, Some(&token)).await, 401, "invalid_token");
        }
    }
}

#[tokio::test]
async fn an_audience_may_have_a_slash_more_unless_it_must_be_exact() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let tolerant = Place::open(idp).await;
    let token = tolerant.oauth.robot_token("RS256", "mcp:tools", &format!("{}/", tolerant.server.url)).await;
    assert_eq!(tolerant.who_am_i(Era::Stateless, Some(&token)).await.status, 200);

    let exact = ProtectedServer::start(|url| Authorization::resource(url).server(&idp.issuer).exact_audience()).await;
    let token = tolerant.oauth.robot_token("RS256", "mcp:tools", &format!("{}/", exact.url)).await;
    let answer = McpClient::of(&exact.url).call(Era::Stateless, Some(&token), "who-am-i", json!({})).await;
    assert_refused(&answer, 401, "invalid_token");
}

#[tokio::test]
async fn a_token_without_the_scope_of_the_server_is_refused_at_the_door() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let place = Place::open(idp).await;
    let token = place.token("RS256", "notes:write").await;
    for era in Era::BOTH {
        let answer = place.who_am_i(era, Some(&token)).await;
        assert_refused(&answer, 403, "insufficient_scope");
        assert_eq!(answer.challenge().scope(), Some("mcp:tools"));
    }
}

#[tokio::test]
async fn a_tool_asks_for_all_its_scopes_at_once_and_then_works() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let place = Place::open(idp).await;
    let some = place.token("RS256", "mcp:tools notes:write").await;
    for era in Era::BOTH {
        let answer = place.mcp.call(era, Some(&some), "publish-note", json!({})).await;
        assert_refused(&answer, 403, "insufficient_scope");
        let challenge = answer.challenge();
        let wanted = challenge.scope().expect("the scopes to ask for");
        assert_eq!(wanted, "mcp:tools notes:publish notes:write");

        // What a client does then.
        let all = place.token("RS256", wanted).await;
        let answer = place.mcp.call(era, Some(&all), "publish-note", json!({})).await;
        assert_eq!(answer.json()["result"]["content"][0]["text"], "published by robot-RS256", "{answer:?}");
    }
}

#[tokio::test]
async fn a_token_in_the_url_is_refused_even_beside_a_good_header() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let place = Place::open(idp).await;
    let token = place.token("RS256", "mcp:tools").await;
    let mcp = McpClient::of(&format!("{}?access_token={token}", place.server.url));
    for header in [None, Some(token.as_str())] {
        let answer = mcp.call(Era::Stateless, header, "who-am-i", json!({})).await;
        assert_refused(&answer, 400, "invalid_request");
        assert!(!answer.body.contains(&token), "a token is not repeated");
    }
}

#[tokio::test]
async fn a_token_that_only_its_issuer_can_read_is_refused() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let place = Place::open(idp).await;
    let token = place.token("opaque", "mcp:tools").await;
    assert!(!token.contains('.'));
    for era in Era::BOTH {
        assert_refused(&place.who_am_i(era, Some(&token)).await, 401, "invalid_token");
    }
}

#[tokio::test]
async fn a_token_of_an_issuer_that_is_not_trusted_is_refused() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let oauth = OAuthClient::at(&idp.issuer).await;
    let server =
        ProtectedServer::start(|url| Authorization::resource(url).server(format!("{}/tenant", idp.issuer))).await;
    let token = oauth.robot_token("RS256", "mcp:tools", &server.url).await;
    let answer = McpClient::of(&server.url).call(Era::Stateless, Some(&token), "who-am-i", Value::Null).await;
    assert_refused(&answer, 401, "invalid_token");
}
