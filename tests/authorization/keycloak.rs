//! A real Keycloak, which the script `keycloak` starts. Users log in at its pages.

use std::{env, time::Duration};

use mcp_server::Authorization;
use serde_json::json;
use tests::harness::{Era, Request, Response, fetch, retry, skip};
use tokio::net::TcpStream;

use crate::support::{Challenge, OAuthClient, Playground, ProtectedServer};

/// Realm of `keycloak-realm.json`.
struct Realm {
    issuer: String,
    /// Audience that its scopes put into tokens.
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

fn assert_rejected(response: &Response, status: u16, error: &str, scope: &str) {
    let challenge = Challenge::of(response);
    let found = (response.status, challenge.error(), challenge.scope());
    assert_eq!(found, (status, Some(error), Some(scope)), "{response:?}");
}

#[tokio::test]
async fn playground_serves_keycloak_users() {
    let Some(Realm { issuer, resource }) = Realm::find() else { return };
    let address = resource.trim_start_matches("http://").trim_end_matches("/mcp");
    let _process =
        Playground::start("server-oauth", &["--issuer", &issuer, "--resource", &resource, "--listen", address]);
    let server = ProtectedServer::at(&resource);
    let hello = async |era, token| server.call(era, token, "hello-world", json!({"name": "joe"})).await;

    // From the challenge to the issuer.
    retry(Duration::from_secs(20), async || {
        TcpStream::connect(address).await.map_err(|error| format!("cannot connect to {address}: {error}"))
    })
    .await;
    let rejection = fetch(&resource, Request::new("POST")).await;
    let challenge = Challenge::of(&rejection);
    assert_eq!((rejection.status, challenge.error()), (401, None), "{rejection:?}");
    let metadata = challenge.get("resource_metadata").expect("the URL of the metadata");
    let metadata = fetch(metadata, Request::new("GET")).await.json().await;
    assert_eq!((&metadata["resource"], &metadata["authorization_servers"]), (&json!(resource), &json!([issuer])));

    // Through the login page to the tool.
    let keycloak = OAuthClient::at(&issuer).await;
    let wanted = challenge.scope().expect("the scopes to request");
    let ada = keycloak.log_in("ada", &format!("openid {wanted}"), &resource).await;
    for era in Era::BOTH {
        assert_eq!(hello(era, None).await.status, 401, "{era:?}");
        let response = hello(era, Some(&ada.access)).await.last_message().await;
        let text = "Hello, joe! Your user agent is: test";
        assert_eq!(response["result"]["content"][0]["text"], text, "{era:?}: {response}");
    }
    for era in ["session", "stateless"] {
        let command = r#"call hello-world {"name": "joe"}"#;
        let printed = Playground::run("client", &[&resource, "--token", &ada.access, "--era", era, "-c", command]);
        assert!(printed.contains("Hello, joe! Your user agent is: "), "{era}: {printed}");
    }

    // Other tokens of Keycloak.
    for (kind, token) in [("ID", &ada.id), ("refresh", &ada.refresh)] {
        assert!(!token.is_empty(), "the login gave no {kind} token");
        for era in Era::BOTH {
            assert_rejected(&hello(era, Some(token)).await, 401, "invalid_token", "mcp:tools");
        }
    }
    let stock = keycloak.log_in("ada", "openid", &resource).await;
    assert_rejected(&hello(Era::Session, Some(&stock.access)).await, 401, "invalid_token", "mcp:tools");
    let other = keycloak.log_in("ada", "notes:write", &resource).await;
    assert_rejected(&hello(Era::Session, Some(&other.access)).await, 403, "insufficient_scope", "mcp:tools");

    // Step-up authorization for a tool with a further scope.
    let write = async |token| server.call(Era::Stateless, Some(token), "write-note", json!({"text": "milk"})).await;
    let rejection = write(&ada.access).await;
    assert_rejected(&rejection, 403, "insufficient_scope", "mcp:tools notes:write");
    let wanted = Challenge::of(&rejection);
    let more = keycloak.log_in("ada", wanted.scope().expect("asserted above"), &resource).await;
    let response = write(&more.access).await.last_message().await;
    let text = response["result"]["content"][0]["text"].as_str().unwrap_or_default();
    assert!(text.ends_with("notes: milk"), "{response}");
}

#[tokio::test]
async fn keycloak_realm_roles_admit_role_tool() {
    let Some(Realm { issuer, resource }) = Realm::find() else { return };
    let server = ProtectedServer::start(|_| Authorization::resource(&resource).server(&issuer)).await;
    let keycloak = OAuthClient::at(&issuer).await;
    let ada = keycloak.log_in("ada", "mcp:tools", &resource).await.access;
    let bob = keycloak.log_in("bob", "mcp:tools", &resource).await.access;
    for era in Era::BOTH {
        let response = server.call(era, Some(&ada), "who-am-i", json!({})).await.last_message().await;
        let caller = &response["result"]["structuredContent"];
        assert_eq!((&caller["client"], &caller["scopes"]), (&json!("playground"), &json!(["mcp:tools"])), "{response}");

        let archived = server.call(era, Some(&ada), "archive-note", json!({})).await.last_message().await;
        assert_eq!(archived["result"]["isError"], json!(null), "{archived}");
        assert!(server.tools(era, &ada).await.contains(&"archive-note".to_owned()));

        let rejection = server.call(era, Some(&bob), "archive-note", json!({})).await.last_message().await;
        assert_eq!(rejection["error"]["message"], "Unknown tool: archive-note", "{rejection}");
        assert!(!server.tools(era, &bob).await.contains(&"archive-note".to_owned()));
    }
}

#[tokio::test]
async fn keycloak_session_of_other_user_is_404() {
    let Some(Realm { issuer, resource }) = Realm::find() else { return };
    let server = ProtectedServer::start(|_| Authorization::resource(&resource).server(&issuer)).await;
    let keycloak = OAuthClient::at(&issuer).await;
    let ada = keycloak.log_in("ada", "mcp:tools", &resource).await.access;
    let bob = keycloak.log_in("bob", "mcp:tools", &resource).await.access;
    let session = server.client(Era::Session, Some(&ada)).initialize().await.session.expect("a session");
    for (token, status) in [(&bob, 404), (&ada, 200)] {
        let client = server.client(Era::Session, Some(token)).claim_session(&*session);
        let response = client.send(client.call_request(1, "who-am-i", json!({}))).await;
        assert_eq!(response.status, status, "{response:?}");
    }
}
