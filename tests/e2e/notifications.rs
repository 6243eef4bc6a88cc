//! Notifications of a call: progress and log messages.

use std::time::Duration;

use mcp_server::{Context, Inject, Limits, LoggingLevel, McpModule, McpOptions, tool};
use serde_json::{Value, json};
use tests::harness::{Client, SESSION_VERSIONS, serve};

use crate::items::{Gate, http_options, named, served};

const LEVELS: [&str; 8] = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

/// Calls `chat`, and returns the levels of its log messages.
async fn logged(client: &Client, meta: Value) -> Vec<String> {
    let messages = client.exchange("tools/call", json!({"name": "chat", "_meta": meta})).await;
    let (response, notifications) = messages.split_last().unwrap();
    assert_eq!(response["result"]["content"][0]["text"], "said it all");
    notifications
        .iter()
        .map(|message| {
            assert_eq!(
                (&message["method"], &message["params"]["logger"]),
                (&json!("notifications/message"), &json!("chat"))
            );
            assert_eq!(message["params"]["level"], message["params"]["data"]);
            assert!(message.get("id").is_none());
            message["params"]["level"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn progress_is_sent_only_with_token() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for token in [json!("token"), json!(""), json!(0), json!(-3), json!("ä \"quoted\"")] {
            let params = json!({"name": "count", "arguments": {"to": 2}, "_meta": {"progressToken": token}});
            let messages = client.exchange("tools/call", params).await;
            assert_eq!(messages.len(), 3);
            let expected = json!({"progressToken": token, "progress": 1.0, "total": 2.0});
            assert_eq!((&messages[0]["method"], &messages[0]["params"]), (&json!("notifications/progress"), &expected));
        }
        for meta in [json!({}), json!({"progressToken": null}), json!({"progressToken": {}})] {
            let params = json!({"name": "count", "arguments": {"to": 2}, "_meta": meta});
            let request = client.request(1, "tools/call", params);
            let mut reply = client.send(request.unchecked()).await;
            assert!(!reply.is_stream(), "no token, no progress: {meta}");
            assert_eq!(reply.json().await["result"]["content"][0]["text"], "counted to 2");
        }
    }
}

#[tokio::test]
async fn session_receives_its_log_level_and_above() {
    let served = served().await;
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        for (number, level) in LEVELS.into_iter().enumerate() {
            assert_eq!(client.result("logging/setLevel", json!({"level": level})).await, json!({}));
            assert_eq!(logged(&client, json!({})).await, LEVELS[number..]);
        }
    }
}

#[tokio::test]
async fn invalid_log_level_is_invalid_params() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    client.result("logging/setLevel", json!({"level": "alert"})).await;
    for params in [json!({"level": "loud"}), json!({"level": "ALERT"}), json!({"level": 3}), json!({})] {
        let reply = client.response_to_invalid("logging/setLevel", params.clone()).await;
        assert_eq!(reply["error"]["code"], -32602, "{params}");
    }
    assert_eq!(logged(&client, json!({})).await, ["alert", "emergency"]);
}

#[tokio::test]
async fn stateless_request_selects_log_level() {
    let served = served().await;
    let client = Client::stateless(&served);
    assert!(logged(&client, json!({})).await.is_empty());
    for (number, level) in LEVELS.into_iter().enumerate() {
        let meta = json!({"io.modelcontextprotocol/logLevel": level});
        assert_eq!(logged(&client, meta).await, LEVELS[number..]);
    }
    let meta = json!({"io.modelcontextprotocol/logLevel": "loud"});
    let request = client.request(1, "tools/call", json!({"name": "chat", "_meta": meta}));
    client.send(request.unchecked()).await.error(400, -32602).await;
}

#[tokio::test]
async fn log_data_is_any_json_and_nan_progress_is_dropped() {
    #[tool(server = "odd notifications")]
    async fn odd(ctx: Context) {
        ctx.log(LoggingLevel::Error, json!({"rows": [1, 2], "text": "a\nb"})).send();
        ctx.progress(f64::NAN).send();
        ctx.progress(f64::INFINITY).total(1.0).send();
    }
    let served = serve(named("odd notifications")).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let messages = client.exchange("tools/call", json!({"name": "odd", "_meta": {"progressToken": 1}})).await;
    assert_eq!(messages.len(), 2);
    let expected = json!({"level": "error", "data": {"rows": [1, 2], "text": "a\nb"}});
    assert_eq!(messages[0]["params"], expected);
}

#[tokio::test]
async fn no_notification_follows_response() {
    #[tool(server = "late notifications")]
    async fn late(ctx: Context) -> &'static str {
        ctx.progress(1.0).send();
        tokio::spawn(async move {
            for step in 2..1_000 {
                ctx.progress(f64::from(step)).send();
                tokio::task::yield_now().await;
            }
        });
        "answered"
    }
    let served = serve(named("late notifications")).await;
    for client in Client::both_eras(&served).await {
        let request = client.call_request_with_progress(1, "late", json!({}), "t");
        let messages = client.send(request).await.messages().await;
        assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "answered");
    }
}

/// Calls a tool, and returns its progress values.
async fn reported(client: &Client, tool: &str) -> Vec<f64> {
    let messages = client.send(client.call_request_with_progress(1, tool, json!({}), "t")).await.messages().await;
    let (response, reports) = messages.split_last().unwrap();
    assert!(response["result"].is_object(), "{response}");
    reports.iter().map(|report| report["params"]["progress"].as_f64().unwrap()).collect()
}

#[tokio::test]
async fn progress_is_strictly_increasing() {
    #[tool(server = "growing progress")]
    async fn wander(ctx: Context) {
        for step in [1.0, 3.0, 2.0, 3.0, -5.0, 3.5] {
            ctx.progress(step).send();
        }
    }
    let served = serve(named("growing progress")).await;
    for client in Client::both_eras(&served).await {
        assert_eq!(reported(&client, "wander").await, [1.0, 3.0, 3.5]);
    }
}

#[tokio::test]
async fn frequent_progress_is_thinned_to_latest() {
    #[tool(server = "thin progress")]
    async fn hurry(ctx: Context) {
        for step in 0..1_000 {
            ctx.progress(f64::from(step)).send();
        }
    }
    for (interval, fewest, most) in [(Duration::from_hours(1), 17, 17), (Duration::ZERO, 1_000, 1_000)] {
        let limits = Limits::default().progress_interval(interval).max_stream_events(2_000);
        let options = McpOptions::new("thin progress", "1").streamable_http(http_options()).limits(limits);
        let served = serve(McpModule::for_root(options)).await;
        for client in Client::both_eras(&served).await {
            let received = reported(&client, "hurry").await;
            assert!((fewest..=most).contains(&received.len()), "{received:?}");
            assert_eq!((received[0], received[received.len() - 1]), (0.0, 999.0));
        }
    }
}

#[tokio::test]
async fn delayed_progress_is_sent_while_call_waits() {
    #[tool(server = "held progress")]
    async fn hold(ctx: Context, gate: Inject<Gate>) -> String {
        for step in 0..20 {
            ctx.progress(f64::from(step)).send();
        }
        gate.pass(&ctx).await
    }
    let gate = Gate::new();
    let limits = Limits::default().progress_interval(Duration::from_millis(20));
    let options = McpOptions::new("held progress", "1").streamable_http(http_options()).limits(limits);
    let served = serve(McpModule::for_root(options).provide_shared(gate.clone())).await;
    for client in Client::both_eras(&served).await {
        let mut reply = client.send(client.call_request_with_progress(1, "hold", json!({}), "t")).await;
        while reply.message().await.unwrap()["params"]["progress"] != 19.0 {}
        // The progress arrived before the gate was opened.
        gate.entered().await;
        gate.open();
        assert_eq!(reply.message().await.unwrap()["result"]["content"][0]["text"], "passed");
    }
}

#[tokio::test]
async fn log_level_applies_to_calls_in_flight() {
    #[tool(server = "levels in flight")]
    async fn narrate(ctx: Context, gate: Inject<Gate>) {
        for _ in 0..3 {
            ctx.log(LoggingLevel::Info, "info").send();
            ctx.log(LoggingLevel::Error, "error").send();
            gate.pass(&ctx).await;
        }
    }
    let gate = Gate::new();
    let served = serve(named("levels in flight").provide_shared(gate.clone())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request("narration", "narrate", json!({}))).await;
    for level in ["error", "debug", "emergency"] {
        gate.entered().await;
        client.result("logging/setLevel", json!({"level": level})).await;
        gate.open();
    }
    let mut received = Vec::new();
    while let Some(message) = reply.message().await.filter(|message| message.get("result").is_none()) {
        received.push(message["params"]["data"].as_str().unwrap().to_owned());
    }
    assert_eq!(received, ["info", "error", "error", "info", "error"]);
}
