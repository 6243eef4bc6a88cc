//! Cancelled calls: by a notification in sessions, by a disconnect in the stateless era.

use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, serve, until};

use crate::items::{Gate, http_options, module};

#[tokio::test]
async fn cancelled_call_sends_nothing_more() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    for version in tests::harness::SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        let mut cancelled = client.send(client.call_request_with_progress("a", "talk", json!({}), "t")).await;
        let mut other = client.send(client.call_request_with_progress("b", "talk", json!({}), "t")).await;
        gate.entered().await;
        gate.entered().await;
        assert_eq!(client.cancel("a").await.status, 202);
        gate.cancelled().await;
        let messages = cancelled.messages().await;
        assert!(messages.len() == 1 && messages[0]["params"]["progress"] == 1.0, "{messages:?}");
        gate.open();
        assert_eq!(other.messages().await.pop().unwrap()["result"]["content"][0]["text"], "passed");
        assert_eq!(gate.cancelled_count(), 0);
    }
}

#[tokio::test]
async fn silent_call_is_cancelled_with_empty_stream() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let call = tokio::spawn(served.connect().await.exchange(client.call_request(5, "wait", json!({}))));
    gate.entered().await;
    assert_eq!(client.cancel(5).await.status, 202);
    gate.cancelled().await;
    let mut reply = call.await.unwrap();
    assert!(
        reply.status == 200 && reply.is_stream(),
        "a request is answered with a stream or JSON, and never with 202"
    );
    assert!(reply.messages().await.is_empty(), "no response");
    let server = served.server.as_ref().unwrap();
    until(async || server.calls_in_flight() == 0).await;
    // The id can be used again.
    assert_eq!(client.send(client.call_request(5, "add", json!({"a": 1, "b": 1}))).await.status, 200);
}

#[tokio::test]
async fn cancelled_json_call_is_499() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let request = client.call_request("a", "wait", json!({})).without("Accept").header("Accept", "application/json");
    let call = tokio::spawn(served.connect().await.exchange(request));
    gate.entered().await;
    client.cancel("a").await;
    gate.cancelled().await;
    assert_eq!(call.await.unwrap().error(200, 499).await["id"], "a");
}

#[tokio::test]
async fn cancelling_unknown_request_is_ignored() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let other = Client::in_session(&served, "2025-11-25").await;
    let call = tokio::spawn(served.connect().await.exchange(client.call_request(1, "wait", json!({}))));
    gate.entered().await;
    // A string does not match a number, and a request of another session is out of reach.
    let no_id = client.notification("notifications/cancelled", json!({"requestId": {}})).unchecked();
    for reply in [client.cancel("1").await, client.cancel(99).await, client.send(no_id).await, other.cancel(1).await] {
        assert_eq!(reply.status, 202);
    }
    gate.open();
    assert_eq!(call.await.unwrap().json().await["result"]["content"][0]["text"], "passed");
    assert_eq!(gate.cancelled_count(), 0);
}

#[tokio::test]
async fn session_call_survives_disconnect() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let server = served.server.as_ref().unwrap();
    let mut silent = served.connect().await;
    silent.start(&client.call_request(1, "wait", json!({}))).await;
    gate.entered().await;
    drop(silent);
    let speaking = client.send(client.call_request_with_progress(2, "talk", json!({}), "t")).await;
    gate.entered().await;
    drop(speaking);
    assert_eq!(client.result("ping", json!({})).await, json!({}));
    assert_eq!(server.calls_in_flight(), 2);
    gate.open();
    gate.open();
    until(async || server.calls_in_flight() == 0).await;
    assert_eq!(gate.cancelled_count(), 0);
}

#[tokio::test]
async fn disconnect_cancels_stateless_call() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::stateless(&served);
    let server = served.server.as_ref().unwrap();
    let mut silent = served.connect().await;
    silent.start(&client.call_request(1, "wait", json!({}))).await;
    gate.entered().await;
    drop(silent);
    gate.cancelled().await;
    let mut speaking = client.send(client.call_request_with_progress(2, "talk", json!({}), "t")).await;
    assert_eq!(speaking.message().await.unwrap()["params"]["progress"], 1.0);
    gate.entered().await;
    drop(speaking);
    gate.cancelled().await;
    until(async || server.calls_in_flight() == 0).await;
}

#[tokio::test]
async fn stateless_clients_share_request_ids() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::stateless(&served);
    let mut calls = Vec::new();
    for _ in 0..3 {
        calls.push(tokio::spawn(served.connect().await.exchange(client.call_request(1, "wait", json!({})))));
        gate.entered().await;
    }
    // In the stateless era only a disconnect cancels a call over HTTP.
    assert_eq!(client.cancel(1).await.status, 202);
    for call in calls {
        gate.open();
        assert_eq!(call.await.unwrap().json().await["id"], 1);
    }
    assert_eq!(gate.cancelled_count(), 0);
}

#[tokio::test]
async fn handler_ignoring_cancellation_is_dropped_after_grace() {
    #[mcp_server::tool(server = "stubborn")]
    async fn stubborn(ctx: mcp_server::Context) {
        ctx.progress(1.0).send();
        std::future::pending::<()>().await;
    }
    let limits = Limits::default().cancellation_grace(std::time::Duration::from_millis(30));
    let module = crate::items::with_options(mcp_server::McpOptions::new("stubborn", "1").limits(limits), &Gate::new());
    let served = serve(module).await;
    let server = served.server.as_ref().unwrap();
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "stubborn", json!({}), "t")).await;
    assert_eq!(server.calls_in_flight(), 1);
    client.cancel(1).await;
    assert_eq!(reply.messages().await.len(), 1);
    until(async || server.calls_in_flight() == 0).await;
}
