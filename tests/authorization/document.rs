//! The generated metadata document beside the one that users of the NestJS module write by hand.

use mcp_server::{Authorization, McpModule, McpOptions};
use serde_json::{Value, json};

use crate::support::{Answer, ProtectedServer, http_client};

/// The document of the guide to external authorization servers, as its controller returns it.
fn written_by_hand() -> Value {
    json!({
        "resource": "http://localhost:3030",
        "authorization_servers": ["http://localhost:9090"],
        "jwks_uri": "http://localhost:8080/realms/mcp/protocol/openid-connect/certs",
        "bearer_methods_supported": ["header", "body", "query"],
        "scopes_supported": ["profile", "offline_access"],
        "resource_documentation": "http://localhost:3030/docs",
        "resource_policy_uri": "http://localhost:3030/policy",
        "resource_tos_uri": "http://localhost:3030/tos",
    })
}

/// What is not as it was written by hand: the member, what it is, and why.
fn forbidden_by_the_specification() -> [(&'static str, Value, &'static str); 2] {
    [
        (
            "bearer_methods_supported",
            json!(["header"]),
            "MCP, authorization, token requirements: a client MUST use the Authorization header, and tokens MUST NOT be in \
             the query string. OAuth 2.1 knows the body only for forms, which no message of MCP is",
        ),
        (
            "scopes_supported",
            json!(["profile"]),
            "MCP, authorization, refresh tokens: a resource SHOULD NOT publish offline_access, which is between a client and \
             its authorization server",
        ),
    ]
}

/// The same, said in this crate's words.
fn described() -> Authorization {
    Authorization::resource("http://localhost:3030")
        .server("http://localhost:9090")
        .jwks_uri("http://localhost:8080/realms/mcp/protocol/openid-connect/certs")
        .scopes_supported(["profile"])
        .resource_documentation("http://localhost:3030/docs")
        .resource_policy_uri("http://localhost:3030/policy")
        .resource_tos_uri("http://localhost:3030/tos")
}

#[tokio::test]
async fn the_generated_document_equals_the_one_by_hand_but_for_what_is_forbidden() {
    let server = ProtectedServer::start(|_| described()).await;
    let place = server.url.replace("/mcp", "/.well-known/oauth-protected-resource");
    let generated = Answer::to(http_client().get(place)).await.json();

    let mut expected = written_by_hand();
    for (member, instead, reason) in forbidden_by_the_specification() {
        assert_ne!(expected[member], instead, "a difference that is none: {reason}");
        expected[member] = instead;
    }
    let members = |document: &Value| document.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&generated), members(&expected));
    for member in members(&expected) {
        assert_eq!(generated[&member], expected[&member], "{member}");
    }
}

#[tokio::test]
async fn what_is_forbidden_cannot_be_published_by_mistake() {
    let options = McpOptions::new("protected", "1.0.0").authorization(described().scopes_supported(["offline_access"]));
    let mistakes = McpModule::for_root(options).only([]).build().await.expect_err("`offline_access` is reported");
    assert!(mistakes.to_string().contains("offline_access"), "{mistakes}");
}
