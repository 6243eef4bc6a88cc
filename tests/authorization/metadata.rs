//! Protected resource metadata, compared with a document written for the NestJS module.

use mcp_server::{Authorization, McpModule, McpOptions};
use serde_json::{Value, json};
use tests::harness::{Request, fetch};

use crate::support::ProtectedServer;

/// Document that the controller in the guide to external authorization servers returns.
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

/// Members that differ: name, our value, and the reason.
fn differences() -> [(&'static str, Value, &'static str); 2] {
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

/// Builder calls for an equal document.
fn authorization() -> Authorization {
    Authorization::resource("http://localhost:3030")
        .server("http://localhost:9090")
        .jwks_uri("http://localhost:8080/realms/mcp/protocol/openid-connect/certs")
        .scopes_supported(["profile"])
        .resource_documentation("http://localhost:3030/docs")
        .resource_policy_uri("http://localhost:3030/policy")
        .resource_tos_uri("http://localhost:3030/tos")
}

#[tokio::test]
async fn metadata_equals_nestjs_except_forbidden_members() {
    let server = ProtectedServer::start(|_| authorization()).await;
    let url = server.url.replace("/mcp", "/.well-known/oauth-protected-resource");
    let generated = fetch(&url, Request::new("GET")).await.json().await;

    let mut expected = written_by_hand();
    for (member, ours, reason) in differences() {
        assert_ne!(expected[member], ours, "no difference: {reason}");
        expected[member] = ours;
    }
    let members = |document: &Value| document.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&generated), members(&expected));
    for member in members(&expected) {
        assert_eq!(generated[&member], expected[&member], "{member}");
    }
}

#[tokio::test]
async fn offline_access_in_scopes_supported_fails_build() {
    let options =
        McpOptions::new("protected", "1.0.0").authorization(authorization().scopes_supported(["offline_access"]));
    let error = McpModule::for_root(options).only([]).build().await.expect_err("`offline_access` is rejected");
    assert!(error.to_string().contains("offline_access"), "{error}");
}
