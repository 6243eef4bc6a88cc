//! `stateless_mode`: clients of the session era, served without sessions.

use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, RunningServer, SESSION_VERSIONS, serve, until};

use crate::items::{Gate, http_options, module};

async fn stateless() -> RunningServer {
    serve(module(&Gate::new(), http_options().stateless_mode(true), Limits::default())).await
}

#[tokio::test]
async fn session_revisions_work_without_session() {
    let served = stateless().await;
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        assert_eq!((client.session.as_deref(), &client.initialize_result["protocolVersion"]), (None, &json!(version)));
        assert_eq!(client.result("ping", json!({})).await, json!({}));
        assert_eq!(client.call_text("add", json!({"a": 1, "b": 2})).await, "3");
        assert_eq!(client.result("logging/setLevel", json!({"level": "error"})).await, json!({}));
        assert_eq!(
            client.response_to_invalid("logging/setLevel", json!({"level": "loud"})).await["error"]["code"],
            -32602
        );
        client.send(client.request(1, "no/such", json!({}))).await.error(200, -32601).await;
    }
    assert_eq!(served.server.as_ref().unwrap().open_sessions(), 0);
}

#[tokio::test]
async fn foreign_session_id_is_ignored() {
    let served = stateless().await;
    let client = Client::new(&served, "2025-11-25").claim_session("of-another-replica");
    assert_eq!(client.call_text("add", json!({"a": 1, "b": 2})).await, "3");
}

#[tokio::test]
async fn get_and_delete_are_405() {
    let served = stateless().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for request in [client.stream_request(), client.resume_request("1-1"), client.delete_request()] {
        let mut reply = client.send(request).await;
        assert_eq!(reply.header("allow"), Some("POST, OPTIONS"));
        reply.error(405, -32600).await;
    }
}

#[tokio::test]
async fn progress_stream_has_no_event_ids() {
    let served = stateless().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 2}), "t")).await;
    let mut messages = Vec::new();
    while let Some(event) = reply.event().await {
        assert_eq!((event.id, event.retry), (None, None));
        messages.push(event.data.unwrap());
    }
    assert_eq!(messages.len(), 3);
}

#[tokio::test]
async fn results_have_no_stateless_members() {
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
async fn disconnect_cancels_call() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options().stateless_mode(true), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let server = served.server.as_ref().unwrap();
    let reply = client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await;
    gate.entered().await;
    drop(reply);
    gate.cancelled().await;
    until(async || server.calls_in_flight() == 0).await;
}

#[tokio::test]
async fn both_eras_are_served() {
    let served = stateless().await;
    for client in Client::both_eras(&served).await {
        assert_eq!(client.call_text("echo", json!({"message": client.version})).await, client.version);
    }
}
