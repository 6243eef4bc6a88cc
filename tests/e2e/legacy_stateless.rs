//! `stateless_mode`: clients of the era of sessions, served without any.

use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, SESSION_VERSIONS, Served, serve, until};

use crate::items::{Gate, module, patient};

async fn stateless() -> Served {
    serve(module(&Gate::new(), patient().stateless_mode(true), Limits::default())).await
}

#[tokio::test]
async fn there_is_no_session_and_none_is_needed() {
    let served = stateless().await;
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        assert_eq!((client.session.as_deref(), &client.introduction["protocolVersion"]), (None, &json!(version)));
        assert_eq!(client.result("ping", json!({})).await, json!({}));
        assert_eq!(client.call_text("add", json!({"a": 1, "b": 2})).await, "3");
        assert_eq!(client.result("logging/setLevel", json!({"level": "error"})).await, json!({}));
        assert_eq!(client.ask_wrongly("logging/setLevel", json!({"level": "loud"})).await["error"]["code"], -32602);
        client.send(client.request(1, "no/such", json!({}))).await.error(200, -32601).await;
    }
    assert_eq!(served.server.as_ref().unwrap().open_sessions(), 0);
}

#[tokio::test]
async fn a_session_that_somebody_else_made_does_not_matter() {
    let served = stateless().await;
    let client = Client::new(&served, "2025-11-25").claiming("of-another-replica");
    assert_eq!(client.call_text("add", json!({"a": 1, "b": 2})).await, "3");
}

#[tokio::test]
async fn there_is_no_stream_to_open_and_no_session_to_end() {
    let served = stateless().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for request in [client.listening(), client.resuming("1-1"), client.ending()] {
        let mut answer = client.send(request).await;
        assert_eq!(answer.header("allow"), Some("POST, OPTIONS"));
        answer.error(405, -32600).await;
    }
}

#[tokio::test]
async fn progress_comes_on_a_stream_that_cannot_be_resumed() {
    let served = stateless().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling_with_progress(1, "count", json!({"to": 2}), "t")).await;
    let mut messages = Vec::new();
    while let Some(event) = answer.event().await {
        assert_eq!((event.id, event.retry), (None, None));
        messages.push(event.data.unwrap());
    }
    assert_eq!(messages.len(), 3);
}

#[tokio::test]
async fn answers_are_those_of_the_revision() {
    let served = stateless().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for (method, params) in
        [("tools/list", json!({})), ("tools/call", json!({"name": "add", "arguments": {"a": 1, "b": 1}}))]
    {
        let result = client.result(method, params).await;
        for member in ["resultType", "ttlMs", "cacheScope", "_meta"] {
            assert!(result.get(member).is_none(), "{method} {member}");
        }
    }
}

#[tokio::test]
async fn going_away_withdraws_a_call() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient().stateless_mode(true), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let server = served.server.as_ref().unwrap();
    let answer = client.send(client.calling_with_progress(1, "talk", json!({}), "t")).await;
    gate.entered().await;
    drop(answer);
    gate.withdrawn().await;
    until(async || server.calls_in_flight() == 0).await;
}

#[tokio::test]
async fn both_eras_are_served_side_by_side() {
    let served = stateless().await;
    for client in Client::of_both_eras(&served).await {
        assert_eq!(client.call_text("echo", json!({"message": client.version})).await, client.version);
    }
}
