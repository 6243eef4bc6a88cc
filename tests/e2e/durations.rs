//! Durations in options: the maximum means never, and an unusable zero is an error.

use std::{sync::Arc, time::Duration};

use mcp_server::{Caching, CallError, Context, Inject, Limits, McpModule, McpOptions, StreamableHttp, items, tool};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tests::harness::{Client, StdioClient, serve};

use crate::items::{Gate, talk};

#[derive(Deserialize, JsonSchema)]
struct Consent {
    ok: bool,
}

/// Asks the caller.
#[tool(server = "times")]
async fn confirm(ctx: Context) -> Result<bool, CallError> {
    Ok(ctx.elicit::<Consent>("Sure?").await?.accepted()?.ok)
}

/// Becomes a task that waits at the gate.
#[tool(server = "times", task)]
async fn later(gate: Inject<Gate>, ctx: Context) -> String {
    gate.pass(&ctx).await
}

/// Module with this duration in every option.
fn module(time: Duration, gate: &Arc<Gate>) -> McpModule {
    let limits = Limits::default()
        .body_timeout(time)
        .call_timeout(Some(time))
        .cancellation_grace(time)
        .question_timeout(time)
        .request_state_lifetime(time)
        .task_lifetime(time)
        .session_idle_timeout(time)
        .session_unconfirmed_timeout(time)
        .ended_stream_lifetime(time)
        .progress_interval(time)
        .send_timeout(time)
        .header_timeout(time)
        .idle_timeout(time)
        .drain_timeout(time);
    let http = StreamableHttp::default().stream_after(time).keep_alive(time).retry(time);
    let options = McpOptions::new("times", "1")
        .limits(limits)
        .streamable_http(http)
        .caching(Caching::lists(time).reading(time))
        .task_poll_interval(time);
    McpModule::for_root(options).only(items![talk, confirm, later]).provide_shared(gate.clone())
}

/// Returns `true` for numbers that floating point represents exactly.
fn is_exact(time: &serde_json::Value) -> bool {
    time.as_u64().is_some_and(|time| time < 1 << 53)
}

#[tokio::test]
async fn maximum_durations_never_expire() {
    let gate = Gate::new();
    let served = serve(module(Duration::MAX, &gate)).await;
    let able = json!({"elicitation": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}});
    let session = Client::new(&served, "2025-11-25").capabilities(able.clone()).initialize().await;
    let stateless = Client::stateless(&served).capabilities(able);
    for client in [&session, &stateless] {
        // The stream is silent for a while.
        let mut reply = client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await;
        gate.entered().await;
        assert_eq!(reply.message().await.unwrap()["params"]["progress"], 1.0);
        gate.open();
        assert_eq!(reply.messages().await.last().unwrap()["result"]["content"][0]["text"], "passed");
        let (result, asked) = client
            .call_with_answers("confirm", json!({}), |_| json!({"action": "accept", "content": {"ok": true}}))
            .await;
        assert_eq!((&result["content"][0]["text"], asked.len()), (&json!("true"), 1), "{result}");
    }
    assert_eq!(session.send(session.stream_request()).await.status, 200);
    let list = stateless.result("tools/list", json!({})).await;
    assert!(is_exact(&list["ttlMs"]), "{}", list["ttlMs"]);
    let task = stateless.result("tools/call", json!({"name": "later"})).await;
    assert!(is_exact(&task["ttlMs"]) && is_exact(&task["pollIntervalMs"]), "{task}");
}

#[tokio::test]
async fn maximum_durations_never_expire_on_stdio() {
    let gate = Gate::new();
    let (mut client, serving) = StdioClient::connect(module(Duration::MAX, &gate)).await;
    client
        .unchecked()
        .request(
            1,
            "tools/call",
            json!({"name": "talk", "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}}),
        )
        .await;
    gate.entered().await;
    client.close();
    gate.open();
    assert_eq!(client.next().await.unwrap()["result"]["content"][0]["text"], "passed");
    serving.ended().await;
}

#[tokio::test]
async fn zero_durations_fail_build() {
    let messages = module(Duration::ZERO, &Gate::new()).build().await.unwrap_err().to_string();
    for option in [
        "StreamableHttp::keep_alive",
        "McpOptions::task_poll_interval",
        "Limits::body_timeout",
        "Limits::call_timeout",
        "Limits::question_timeout",
        "Limits::request_state_lifetime",
        "Limits::task_lifetime",
        "Limits::session_idle_timeout",
        "Limits::session_unconfirmed_timeout",
        "Limits::send_timeout",
        "Limits::header_timeout",
        "Limits::idle_timeout",
    ] {
        assert!(messages.contains(&format!("invalid `{option}` 0")), "{option}: {messages}");
    }
    // For these options zero means at once, or without a pause.
    for option in
        ["stream_after", "retry", "cancellation_grace", "ended_stream_lifetime", "progress_interval", "drain_timeout"]
    {
        assert!(!messages.contains(option), "{messages}");
    }
}
