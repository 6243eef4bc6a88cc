//! `ScopeFailure`: errors for a missing scope, before and after the reply has become a stream.

use mcp_server::{Authorization, CallError, Context, McpModule, McpOptions, auth::ScopeFailure, tool};
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::{
    items::http_options,
    principals::{ISSUER, Names},
};

/// Fails for a missing scope, before or after the first progress.
#[tool(server = "scope failures", task)]
async fn publish(#[arg] late: bool, ctx: Context) -> Result<(), CallError> {
    if late {
        ctx.progress(1.0).send();
    }
    Err(CallError::insufficient_scope(["notes:publish"]))
}

/// Declares its scope.
#[tool(server = "scope failures", scopes("notes:write"))]
fn write() {}

async fn server(failure: ScopeFailure) -> RunningServer {
    let authorization =
        Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names).scope_failure(failure);
    let options = McpOptions::new("scope failures", "1").streamable_http(http_options()).authorization(authorization);
    serve(McpModule::for_root(options)).await
}

fn publishing(late: bool) -> Value {
    json!({"name": "publish", "arguments": {"late": late}, "_meta": {"progressToken": "t"}})
}

async fn clients(served: &RunningServer) -> [Client; 2] {
    let known = |client: Client| client.header("Authorization", "Bearer ada");
    [known(Client::new(served, "2025-11-25")).initialize().await, known(Client::stateless(served))]
}

/// Checks that a tool error names this scope.
fn asks_for(scope: &str, result: &Value) {
    assert_eq!(result["isError"], true, "{result}");
    assert!(result["content"][0]["text"].as_str().unwrap().contains(scope), "{result}");
}

#[tokio::test]
async fn missing_scope_is_tool_error_in_json_and_stream() {
    let served = server(ScopeFailure::ToolError).await;
    for client in clients(&served).await {
        for (params, streams, scope) in [
            (json!({"name": "write"}), false, "notes:write"),
            (publishing(false), false, "notes:publish"),
            (publishing(true), true, "notes:publish"),
        ] {
            let mut reply = client.send(client.request(1, "tools/call", params)).await;
            assert_eq!((reply.status, reply.is_stream()), (200, streams));
            assert_eq!(reply.header("www-authenticate"), None);
            asks_for(scope, &reply.messages().await.last().unwrap()["result"]);
        }
    }
}

#[tokio::test]
async fn missing_scope_is_tool_error_in_task() {
    let served = server(ScopeFailure::ToolError).await;
    let client = Client::stateless(&served)
        .header("Authorization", "Bearer ada")
        .capabilities(json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
    let task = client.result("tools/call", publishing(true)).await;
    let ended = crate::task_items::reaches(&client, &task["taskId"], "completed").await;
    asks_for("notes:publish", &ended["result"]);
}

#[tokio::test]
async fn missing_scope_is_tool_error_in_batch() {
    let served = server(ScopeFailure::ToolError).await;
    let client = Client::new(&served, "2025-03-26").header("Authorization", "Bearer ada").initialize().await;
    let calls = [false, true].map(|late| {
        let mut call = json!({"jsonrpc": "2.0", "id": u8::from(late), "method": "tools/call"});
        call["params"] = publishing(late);
        call
    });
    let messages = client.send(client.raw(json!(calls).to_string())).await.messages().await;
    let responses: Vec<_> = messages.iter().filter(|message| message.get("id").is_some()).collect();
    assert_eq!(responses.len(), 2, "{messages:?}");
    for reply in responses {
        asks_for("notes:publish", &reply["result"]);
    }
}

#[tokio::test]
async fn missing_scope_is_403_until_stream_starts() {
    let served = server(ScopeFailure::default()).await;
    for client in clients(&served).await {
        let mut reply = client.send(client.request(1, "tools/call", publishing(false))).await;
        assert!(reply.header("www-authenticate").unwrap().contains("scope=\"notes:publish\""));
        reply.error(403, 403).await;
        let messages = client.send(client.request(2, "tools/call", publishing(true))).await.messages().await;
        assert_eq!(messages.last().unwrap()["error"]["code"], 403, "{messages:?}");
    }
}
