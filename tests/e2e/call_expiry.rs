//! Calls whose token expires while they run.

use std::{
    future::pending,
    sync::Arc,
    time::{Duration, SystemTime},
};

use mcp_server::{
    Authorization, Context, Inject, Limits, McpModule, McpOptions, Principal,
    auth::{Credentials, TokenError, TokenVerifier, VerifyRequest},
    tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::items::{Gate, http_options};

/// Tokens of ada. `short` expires within two seconds, leeway included, and any other in an hour.
struct Tokens;

impl TokenVerifier for Tokens {
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        let now = SystemTime::now();
        let expiry = if credentials.expose_token() == "short" {
            now - Duration::from_secs(28)
        } else {
            now + Duration::from_hours(1)
        };
        let principal = Principal::builder("https://issuer.example.com", "ada");
        Ok(principal.audience([request.resource().as_str()]).expires_at(expiry).build())
    }
}

/// Reports progress, and waits at the gate.
#[tool(server = "call expiry")]
async fn talk(gate: Inject<Gate>, ctx: Context) -> String {
    ctx.progress(1.0).send();
    gate.pass(&ctx).await
}

/// Waits at the gate.
#[tool(server = "call expiry")]
async fn wait(gate: Inject<Gate>, ctx: Context) -> String {
    gate.pass(&ctx).await
}

/// Reports progress, and ignores its cancellation.
#[tool(server = "call expiry")]
async fn stubborn(ctx: Context) {
    ctx.progress(1.0).send();
    pending::<()>().await;
}

/// Waits at the gate as a task.
#[tool(server = "call expiry", task)]
async fn work(gate: Inject<Gate>, ctx: Context) -> String {
    gate.pass(&ctx).await
}

async fn served(gate: &Arc<Gate>, ends_calls: bool) -> RunningServer {
    let authorization =
        Authorization::resource("http://localhost:9999/mcp").verifier("https://issuer.example.com", Tokens);
    let authorization = if ends_calls { authorization.end_calls_at_expiry() } else { authorization };
    let options = McpOptions::new("call expiry", "1").streamable_http(http_options()).authorization(authorization);
    // A client that waited for the cleanup of its call would wait too long.
    let limits = Limits::default().cancellation_grace(Duration::from_hours(1));
    serve(McpModule::for_root(options.limits(limits)).provide_shared(gate.clone())).await
}

fn with_token(client: Client, token: &str) -> Client {
    client.header("Authorization", format!("Bearer {token}"))
}

async fn both_eras(served: &RunningServer, token: &str) -> [Client; 2] {
    let session = with_token(Client::new(served, "2025-11-25"), token).initialize().await;
    [session, with_token(Client::stateless(served), token)]
}

/// Waits until the token `short` has expired: a subscription with it ends.
async fn expired(served: &RunningServer) {
    let client = with_token(Client::stateless(served), "short");
    client.exchange("subscriptions/listen", json!({"notifications": {}})).await;
}

fn text(message: &Value) -> &Value {
    &message["result"]["content"][0]["text"]
}

#[tokio::test]
async fn stream_of_call_ends_with_error_at_expiry() {
    let gate = Gate::new();
    let served = served(&gate, true).await;
    for client in both_eras(&served, "short").await {
        for tool in ["talk", "stubborn"] {
            let mut reply = client.send(client.call_request_with_progress("a", tool, json!({}), "t")).await;
            assert_eq!(reply.message().await.unwrap()["method"], "notifications/progress");
            let rest = reply.messages().await;
            assert_eq!(rest.len(), 1, "{rest:?}");
            assert_eq!((&rest[0]["id"], &rest[0]["error"]["code"]), (&json!("a"), &json!(401)), "{}", client.version);
        }
        gate.entered().await;
        gate.cancelled().await;
    }
}

#[tokio::test]
async fn batch_stream_ends_with_error_of_expired_call() {
    let gate = Gate::new();
    let served = served(&gate, true).await;
    let client = with_token(Client::new(&served, "2025-03-26"), "short").initialize().await;
    let batch = json!([
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "talk", "_meta": {"progressToken": 1}}},
        {"jsonrpc": "2.0", "id": 2, "method": "ping"},
    ]);
    let messages = client.send(client.raw(batch.to_string())).await.messages().await;
    let of = |id: i64| messages.iter().find(|message| message["id"] == id).unwrap_or_else(|| panic!("{messages:?}"));
    assert_eq!((&of(1)["error"]["code"], &of(2)["result"]), (&json!(401), &json!({})));
}

#[tokio::test]
async fn stream_of_call_outlives_its_token_by_default() {
    let gate = Gate::new();
    let served = served(&gate, false).await;
    for client in both_eras(&served, "short").await {
        let mut reply = client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await;
        reply.message().await.unwrap();
        gate.entered().await;
        expired(&served).await;
        gate.open();
        assert_eq!(text(&reply.messages().await[0]), "passed", "{}", client.version);
    }
}

#[tokio::test]
async fn json_response_and_task_outlive_the_token() {
    let gate = Gate::new();
    let served = served(&gate, true).await;
    for client in both_eras(&served, "short").await {
        let request = client.call_request(1, "wait", json!({})).without("Accept").header("Accept", "application/json");
        let client = with_token(Client::stateless(&served), "short");
        let call = tokio::spawn(async move { client.send(request).await.json().await });
        gate.entered().await;
        expired(&served).await;
        gate.open();
        assert_eq!(text(&call.await.unwrap()), "passed");
    }
    let tasks = json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
    let client = with_token(Client::stateless(&served), "short").capabilities(tasks.clone());
    let id = client.call("work", json!({})).await["taskId"].clone();
    gate.entered().await;
    expired(&served).await;
    let later = with_token(Client::stateless(&served), "long").capabilities(tasks);
    assert_eq!(later.result("tasks/get", json!({"taskId": id})).await["status"], "working");
    gate.open();
}
