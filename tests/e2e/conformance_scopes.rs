//! The server of the conformance suite: challenges that name all scopes of an operation (SEP-2350).

use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve_program};

const PROGRAM: &str = env!("CARGO_BIN_EXE_conformance-server");

/// Method, parameters, and the scopes that a token needs.
fn operations() -> [(&'static str, Value, [&'static str; 2]); 4] {
    let read = "mcp:conformance:resources:read";
    [
        (
            "tools/call",
            json!({"name": "test_simple_text"}),
            ["mcp:conformance:tools:call", "mcp:conformance:tools:test_simple_text"],
        ),
        ("resources/read", json!({"uri": "test://static-text"}), [read, "mcp:conformance:resources:static"]),
        (
            "resources/read",
            json!({"uri": "test://template/123/data"}),
            [read, "mcp:conformance:resources:template:123"],
        ),
        (
            "prompts/get",
            json!({"name": "test_simple_prompt"}),
            ["mcp:conformance:prompts:get", "mcp:conformance:prompts:test_simple_prompt"],
        ),
    ]
}

async fn clients(served: &RunningServer, token: Option<&str>) -> [Client; 2] {
    let dressed = |client: Client| match token {
        Some(token) => client.header("Authorization", format!("Bearer {token}")),
        None => client,
    };
    [dressed(Client::new(served, "2025-11-25")).initialize().await, dressed(Client::stateless(served))]
}

#[tokio::test]
async fn challenge_lists_every_scope_of_operation() {
    let served = serve_program(PROGRAM).await;
    for client in clients(&served, Some("mcp-conformance-scope-low")).await {
        for (method, params, scopes) in operations() {
            let mut reply = client.send(client.request(1, method, params)).await;
            let challenge = reply.header("www-authenticate").unwrap().to_owned();
            assert_eq!(challenge.matches("Bearer ").count(), 1, "{challenge}");
            assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
            let scope = challenge.split("scope=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            let mut named: Vec<&str> = scope.split(' ').collect();
            named.sort_unstable();
            assert_eq!(named, scopes, "{challenge}");
            reply.error(403, 403).await;
        }
    }
}

#[tokio::test]
async fn full_scope_token_and_anonymous_client_are_served() {
    let served = serve_program(PROGRAM).await;
    for token in [Some("mcp-conformance-scope-full"), None] {
        for client in clients(&served, token).await {
            for (method, params, _) in operations() {
                let mut reply = client.send(client.request(1, method, params)).await;
                assert_eq!((reply.status, reply.header("www-authenticate")), (200, None), "{token:?} {method}");
                let reply = reply.messages().await.pop().unwrap();
                assert!(reply.get("result").is_some(), "{token:?} {method}: {reply}");
            }
        }
    }
    let stranger = Client::stateless(&served).header("Authorization", "Bearer no-such");
    stranger.send(stranger.call_request(1, "test_simple_text", json!({}))).await.error(401, 401).await;
}
