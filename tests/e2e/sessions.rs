//! Sessions: unknown, deleted and idle ones, and activity that keeps them alive.

use std::time::Duration;

use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, serve, until};

use crate::items::{Gate, http_options, module, served};

/// Limits with which idle sessions expire soon.
fn short() -> Limits {
    Limits::default().session_idle_timeout(Duration::from_millis(300))
}

#[tokio::test]
async fn request_without_session_is_400() {
    let served = served().await;
    let client = Client::new(&served, "2025-11-25");
    client.send(client.request(3, "tools/list", json!({}))).await.error(400, -32600).await;
    client.send(client.stream_request()).await.error(400, -32600).await;
    client.send(client.delete_request()).await.error(400, -32600).await;
    client.notify("notifications/initialized", json!({})).await.error(400, -32600).await;
}

#[tokio::test]
async fn unknown_session_is_404() {
    let served = served().await;
    let client = Client::new(&served, "2025-11-25").claim_session("no-such");
    let error = client.send(client.request(3, "tools/list", json!({}))).await.error(404, -32001).await;
    assert_eq!(error["id"], 3);
    client.send(client.stream_request()).await.error(404, -32001).await;
    client.send(client.delete_request()).await.error(404, -32001).await;
    client.notify("notifications/initialized", json!({})).await.error(404, -32001).await;
}

#[tokio::test]
async fn delete_ends_session_at_once() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let other = Client::in_session(&served, "2025-11-25").await;
    let mut stream = client.send(client.stream_request()).await;
    let mut call = client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await;
    gate.entered().await;
    let mut reply = client.send(client.delete_request()).await;
    assert_eq!((reply.status, reply.text().await.as_str()), (204, ""));
    gate.cancelled().await;
    assert_eq!(stream.message().await, None);
    assert_eq!(call.messages().await.len(), 1, "earlier messages, and no response");
    client.send(client.request(2, "ping", json!({}))).await.error(404, -32001).await;
    client.send(client.delete_request()).await.error(404, -32001).await;
    assert_eq!(other.result("ping", json!({})).await, json!({}));
}

#[tokio::test]
async fn idle_session_expires() {
    let served = serve(module(&Gate::new(), http_options(), short())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let server = served.server.as_ref().unwrap();
    until(async || server.open_sessions() == 0).await;
    client.send(client.request(2, "ping", json!({}))).await.error(404, -32001).await;
}

#[tokio::test]
async fn unconfirmed_session_expires_sooner() {
    let limits = Limits::default().session_unconfirmed_timeout(Duration::from_millis(300));
    let served = serve(module(&Gate::new(), http_options(), limits)).await;
    let confirmed = Client::in_session(&served, "2025-11-25").await;
    assert_eq!(served.send(tests::harness::Request::initialize("2025-11-25")).await.status, 200);
    let server = served.server.as_ref().unwrap();
    assert_eq!(server.open_sessions(), 2);
    until(async || server.open_sessions() == 1).await;
    assert_eq!(confirmed.result("ping", json!({})).await, json!({}));
}

#[tokio::test]
async fn call_in_flight_keeps_session_alive() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), short())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let idle = Client::in_session(&served, "2025-11-25").await;
    let call = tokio::spawn(async move { (client.call_text("wait", json!({})).await, client) });
    gate.entered().await;
    let server = served.server.as_ref().unwrap();
    // Another session was idle for the same time, and expires.
    until(async || server.open_sessions() == 1).await;
    gate.open();
    let (text, client) = call.await.unwrap();
    assert_eq!(text, "passed");
    assert_eq!(client.result("ping", json!({})).await, json!({}));
    drop(idle);
}

#[tokio::test]
async fn open_stream_keeps_session_alive() {
    let served = serve(module(&Gate::new(), http_options(), short())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let stream = client.send(client.stream_request()).await;
    let _idle = Client::in_session(&served, "2025-11-25").await;
    let server = served.server.as_ref().unwrap();
    until(async || server.open_sessions() == 1).await;
    assert_eq!(client.result("ping", json!({})).await, json!({}));
    drop(stream);
    until(async || server.open_sessions() == 0).await;
}

#[tokio::test]
async fn requests_keep_session_alive() {
    let limits = Limits::default().session_idle_timeout(Duration::from_millis(600));
    let served = serve(module(&Gate::new(), http_options(), limits)).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let _idle = Client::in_session(&served, "2025-11-25").await;
    let server = served.server.as_ref().unwrap();
    until(async || {
        assert_eq!(client.result("ping", json!({})).await, json!({}));
        server.open_sessions() == 1
    })
    .await;
}

#[tokio::test]
async fn sessions_have_separate_request_ids() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let clients = [Client::in_session(&served, "2025-11-25").await, Client::in_session(&served, "2025-06-18").await];
    let calls = clients.map(|client| {
        tokio::spawn(async move { client.send(client.call_request(1, "wait", json!({}))).await.messages().await })
    });
    gate.entered().await;
    gate.entered().await;
    gate.open();
    gate.open();
    for call in calls {
        assert_eq!(call.await.unwrap().pop().unwrap()["result"]["content"][0]["text"], "passed");
    }
}
