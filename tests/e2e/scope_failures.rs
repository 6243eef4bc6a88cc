//! `ScopeFailure`: how a client learns that its token lacks a scope, before and after its answer has become a stream.

use mcp_server::{Authorization, CallError, Context, McpModule, McpOptions, auth::ScopeFailure, tool};
use serde_json::{Value, json};
use tests::harness::{Client, Served, serve};

use crate::{
    items::patient,
    principals::{ISSUER, Names},
};

/// Lacks a scope before it says anything, or only after.
#[tool(server = "scope failures", task)]
async fn publish(#[arg] late: bool, ctx: Context) -> Result<(), CallError> {
    if late {
        ctx.progress(1.0).send();
    }
    Err(CallError::insufficient_scope(["notes:publish"]))
}

/// Declares what it needs.
#[tool(server = "scope failures", scopes("notes:write"))]
fn write() {}

async fn server(failure: ScopeFailure) -> Served {
    let authorization =
        Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names).scope_failure(failure);
    let options = McpOptions::new("scope failures", "1").streamable_http(patient()).authorization(authorization);
    serve(McpModule::for_root(options)).await
}

fn publishing(late: bool) -> Value {
    json!({"name": "publish", "arguments": {"late": late}, "_meta": {"progressToken": "t"}})
}

async fn clients(served: &Served) -> [Client; 2] {
    let known = |client: Client| client.header("Authorization", "Bearer ada");
    [known(Client::new(served, "2025-11-25")).begin().await, known(Client::stateless(served))]
}

/// A tool result which says that this scope is needed.
fn asks_for(scope: &str, result: &Value) {
    assert_eq!(result["isError"], true, "{result}");
    assert!(result["content"][0]["text"].as_str().unwrap().contains(scope), "{result}");
}

#[tokio::test]
async fn a_tool_result_says_so_whether_or_not_the_answer_is_a_stream() {
    let served = server(ScopeFailure::ToolError).await;
    for client in clients(&served).await {
        for (params, streams, scope) in [
            (json!({"name": "write"}), false, "notes:write"),
            (publishing(false), false, "notes:publish"),
            (publishing(true), true, "notes:publish"),
        ] {
            let mut answer = client.send(client.request(1, "tools/call", params)).await;
            assert_eq!((answer.status, answer.is_stream()), (200, streams));
            assert_eq!(answer.header("www-authenticate"), None);
            asks_for(scope, &answer.messages().await.last().unwrap()["result"]);
        }
    }
}

#[tokio::test]
async fn a_tool_result_says_so_in_a_task() {
    let served = server(ScopeFailure::ToolError).await;
    let client = Client::stateless(&served)
        .header("Authorization", "Bearer ada")
        .capable(json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
    let task = client.result("tools/call", publishing(true)).await;
    let ended = crate::tasks::reaches(&client, &task["taskId"], "completed").await;
    asks_for("notes:publish", &ended["result"]);
}

#[tokio::test]
async fn a_tool_result_says_so_in_a_batch() {
    let served = server(ScopeFailure::ToolError).await;
    let client = Client::new(&served, "2025-03-26").header("Authorization", "Bearer ada").begin().await;
    let calls = [false, true].map(|late| {
        let mut call = json!({"jsonrpc": "2.0", "id": u8::from(late), "method": "tools/call"});
        call["params"] = publishing(late);
        call
    });
    let messages = client.send(client.raw(json!(calls).to_string())).await.messages().await;
    let answers: Vec<_> = messages.iter().filter(|message| message.get("id").is_some()).collect();
    assert_eq!(answers.len(), 2, "{messages:?}");
    for answer in answers {
        asks_for("notes:publish", &answer["result"]);
    }
}

#[tokio::test]
async fn by_default_it_is_403_until_a_stream_has_begun() {
    let served = server(ScopeFailure::default()).await;
    for client in clients(&served).await {
        let mut answer = client.send(client.request(1, "tools/call", publishing(false))).await;
        assert!(answer.header("www-authenticate").unwrap().contains("scope=\"notes:publish\""));
        answer.error(403, 403).await;
        let messages = client.send(client.request(2, "tools/call", publishing(true))).await.messages().await;
        assert_eq!(messages.last().unwrap()["error"]["code"], 403, "{messages:?}");
    }
}
