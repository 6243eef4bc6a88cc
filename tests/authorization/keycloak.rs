//! A real Keycloak, which the script `keycloak` starts: people log in at its pages, the playground's server takes its tokens.

use std::{env, time::Duration};

use mcp_server::Authorization;
use serde_json::json;

use crate::support::{Answer, Era, McpClient, OAuthClient, Playground, ProtectedServer, eventually, skip};

/// The realm of `keycloak-realm.json`.
struct Realm {
    issuer: String,
    /// The audience that its scopes put into tokens.
    resource: String,
}

impl Realm {
    fn find() -> Option<Self> {
        let variable = |name| env::var(name).ok();
        let realm = variable("MCP_KEYCLOAK_ISSUER").zip(variable("MCP_KEYCLOAK_RESOURCE"));
        if realm.is_none() {
            skip("this test needs Keycloak: run tests/authorization/keycloak");
        }
        realm.map(|(issuer, resource)| Self { issuer, resource })
    }
}

fn assert_refused(answer: &Answer, status: u16, error: &str, scope: &str) {
    let challenge = answer.challenge();
    assert_eq!((answer.status, challenge.error(), challenge.scope()), (status, Some(error), Some(scope)), "{answer:?}");
}

#[tokio::test]
async fn the_playground_serves_who_logs_in_at_keycloak() {
    let Some(Realm { issuer, resource }) = Realm::find() else { return };
    let address = resource.trim_start_matches("http://").trim_end_matches("/mcp");
    let _server =
        Playground::start("server-oauth", &["--issuer", &issuer, "--resource", &resource, "--listen", address]);
    let mcp = McpClient::of(&resource);
    let hello = async |era, token| mcp.call(era, token, "hello-world", json!({"name": "joe"})).await;

    // From the challenge to the issuer.
    let refused = eventually(Duration::from_secs(20), async || {
        Answer::try_to(mcp.http.post(&mcp.url)).await.map_err(|error| format!("nothing at {}: {error}", mcp.url))
    })
    .await;
    assert_eq!((refused.status, refused.challenge().error()), (401, None), "{refused:?}");
    let place = refused.challenge().get("resource_metadata").expect("a place to look").to_owned();
    let metadata = Answer::to(mcp.http.get(place)).await.json();
    assert_eq!((&metadata["resource"], &metadata["authorization_servers"]), (&json!(resource), &json!([issuer])));

    // Through the login page to the tool.
    let keycloak = OAuthClient::at(&issuer).await;
    let wanted = refused.challenge().scope().expect("a scope to ask for").to_owned();
    let ada = keycloak.log_in("ada", &format!("openid {wanted}"), &resource).await;
    for era in Era::BOTH {
        assert_eq!(hello(era, None).await.status, 401, "{era:?}");
        let answer = hello(era, Some(&ada.access)).await;
        let text = "Hello, joe! Your user agent is: test";
        assert_eq!(answer.json()["result"]["content"][0]["text"], text, "{era:?}: {answer:?}");
    }
    for era in ["session", "stateless"] {
        let command = r#"call hello-world {"name": "joe"}"#;
        let printed = Playground::run("client", &[&resource, "--token", &ada.access, "--era", era, "-c", command]);
        assert!(printed.contains("Hello, joe! Your user agent is: "), "{era}: {printed}");
    }

    // What else Keycloak hands out.
    for (kind, token) in [("ID", &ada.id), ("refresh", &ada.refresh)] {
        assert!(!token.is_empty(), "the login gave no {kind} token");
        for era in Era::BOTH {
            assert_refused(&hello(era, Some(token)).await, 401, "invalid_token", "mcp:tools");
        }
    }
    let stock = keycloak.log_in("ada", "openid", &resource).await;
    assert_refused(&hello(Era::Session, Some(&stock.access)).await, 401, "invalid_token", "mcp:tools");
    let other = keycloak.log_in("ada", "notes:write", &resource).await;
    assert_refused(&hello(Era::Session, Some(&other.access)).await, 403, "insufficient_scope", "mcp:tools");

    // A tool that needs more, and getting it.
    let write = async |token| mcp.call(Era::Stateless, Some(token), "write-note", json!({"text": "milk"})).await;
    let refused = write(&ada.access).await;
    assert_refused(&refused, 403, "insufficient_scope", "mcp:tools notes:write");
    let more = keycloak.log_in("ada", refused.challenge().scope().expect("asserted above"), &resource).await;
    let answer = write(&more.access).await;
    let text = answer.json()["result"]["content"][0]["text"].as_str().unwrap_or_default().to_owned();
    assert!(text.ends_with("notes: milk"), "{answer:?}");
}

#[tokio::test]
async fn realm_roles_of_keycloak_decide_on_a_tool_for_a_role() {
    let Some(Realm { issuer, resource }) = Realm::find() else { return };
    let server = ProtectedServer::start(|_| Authorization::resource(&resource).server(&issuer)).await;
    let (keycloak, mcp) = (OAuthClient::at(&issuer).await, McpClient::of(&server.url));
    let ada = keycloak.log_in("ada", "mcp:tools", &resource).await.access;
    let bob = keycloak.log_in("bob", "mcp:tools", &resource).await.access;
    for era in Era::BOTH {
        let who = mcp.call(era, Some(&ada), "who-am-i", json!({})).await.json();
        let caller = &who["result"]["structuredContent"];
        assert_eq!((&caller["client"], &caller["scopes"]), (&json!("playground"), &json!(["mcp:tools"])), "{who}");

        let archived = mcp.call(era, Some(&ada), "archive-note", json!({})).await;
        assert_eq!(archived.json()["result"]["isError"], json!(null), "{archived:?}");
        assert!(mcp.tools(era, &ada).await.contains(&"archive-note".to_owned()));

        let refused = mcp.call(era, Some(&bob), "archive-note", json!({})).await.json();
        assert_eq!(refused["error"]["message"], "Unknown tool: archive-note", "{refused}");
        assert!(!mcp.tools(era, &bob).await.contains(&"archive-note".to_owned()));
    }
}

#[tokio::test]
async fn a_session_opened_by_one_user_of_the_realm_is_not_another_users() {
    let Some(Realm { issuer, resource }) = Realm::find() else { return };
    let server = ProtectedServer::start(|_| Authorization::resource(&resource).server(&issuer)).await;
    let (keycloak, mcp) = (OAuthClient::at(&issuer).await, McpClient::of(&server.url));
    let ada = keycloak.log_in("ada", "mcp:tools", &resource).await.access;
    let bob = keycloak.log_in("bob", "mcp:tools", &resource).await.access;
    let opened = mcp.open_session(Some(&ada)).await;
    for (token, status) in [(&bob, 404), (&ada, 200)] {
        let session = opened.header("mcp-session-id");
        let answer = mcp.in_session(session, Some(token), "tools/call", json!({"name": "who-am-i"})).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}
