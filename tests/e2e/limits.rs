//! Limits of sessions, calls and connections, and the effect of slow readers.

use std::time::Duration;

use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, Request, serve, until};

use crate::items::{Gate, http_options, module};

#[tokio::test]
async fn initialize_over_session_limit_is_503() {
    let served = serve(module(&Gate::new(), http_options(), Limits::default().max_sessions(5))).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut opened = 0;
    for _ in 0..50 {
        let mut reply = served.send(Request::initialize("2025-11-25")).await;
        if reply.status == 200 {
            opened += 1;
            continue;
        }
        let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!(wait > 0);
        assert_eq!(reply.header("mcp-session-id"), None);
        assert_eq!(reply.error(503, 503).await["id"], 0);
    }
    let server = served.server.as_ref().unwrap();
    assert_eq!((opened, server.open_sessions()), (4, 5));
    assert_eq!(client.call_text("add", json!({"a": 1, "b": 2})).await, "3");
    // Stateless clients are not affected.
    assert_eq!(Client::stateless(&served).call_text("add", json!({"a": 1, "b": 2})).await, "3");
    assert_eq!(client.send(client.delete_request()).await.status, 204);
    assert_eq!(served.send(Request::initialize("2025-11-25")).await.status, 200);
}

#[tokio::test]
async fn duplicate_id_in_flight_is_rejected() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for id in [json!(7), json!("seven")] {
        let first = client.call_request(id.clone(), "wait", json!({}));
        let connection = served.connect().await;
        let first = tokio::spawn(connection.exchange(first.at(&served.path)));
        gate.entered().await;
        let second = client.call_request(id.clone(), "echo", json!({"message": "second"}));
        client.send(second.clone()).await.error(400, -32600).await;
        gate.open();
        let reply = first.await.unwrap().json().await;
        assert_eq!((&reply["id"], &reply["result"]["content"][0]["text"]), (&id, &json!("passed")));
        // The id can be used again.
        assert_eq!(client.send(second).await.json().await["result"]["content"][0]["text"], "second");
    }
}

#[tokio::test]
async fn call_over_session_limit_is_503() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default().max_calls_per_session(1))).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let first = tokio::spawn(served.connect().await.exchange(client.call_request(1, "wait", json!({}))));
    gate.entered().await;
    let mut reply = client.send(client.call_request(2, "wait", json!({}))).await;
    assert!(reply.header("retry-after").is_some());
    reply.error(503, 503).await;
    assert_eq!(client.result("ping", json!({})).await, json!({}), "only calls need permits");
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
}

#[tokio::test]
async fn call_over_server_limits_is_503() {
    let large = json!({"padding": "x".repeat(5_000)});
    for (limits, arguments) in
        [(Limits::default().max_calls(1), json!({})), (Limits::default().max_call_bytes(6_000), large)]
    {
        let gate = Gate::new();
        let served = serve(module(&gate, http_options(), limits)).await;
        let first = Client::in_session(&served, "2025-11-25").await;
        let request = first.call_request(1, "wait", arguments.clone());
        // The call survives the disconnect in its session.
        let mut connection = served.connect().await;
        connection.start(&request).await;
        gate.entered().await;
        drop(connection);
        for client in Client::both_eras(&served).await {
            let mut reply = client.send(client.call_request(2, "wait", arguments.clone())).await;
            assert!(reply.header("retry-after").is_some());
            reply.error(503, 503).await;
            assert!(client.result("tools/list", json!({})).await["tools"].is_array(), "only calls need permits");
        }
        gate.open();
        let client = Client::stateless(&served);
        until(async || client.send(client.call_request(3, "add", json!({"a": 1, "b": 2}))).await.status == 200).await;
    }
}

#[tokio::test]
async fn stalled_reader_delays_no_other_request() {
    let limits = Limits::default().progress_interval(Duration::ZERO);
    let served = serve(module(&Gate::new(), http_options(), limits)).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    // More data than all the buffers between both sides hold.
    let mut stalled = served.connect().await;
    let flood = client.call_request_with_progress(1, "count", json!({"to": 200_000}), "t");
    stalled.start(&flood).await;
    let mut listening = served.connect().await;
    listening.start(&client.stream_request()).await;
    for number in 0..20 {
        assert_eq!(client.call_text("add", json!({"a": number, "b": 1})).await, (number + 1).to_string());
    }
    // The reader finds the end of the flood, and the response.
    let messages = stalled.response().await.messages().await;
    assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "counted to 200000");
    assert!(messages.len() < 200_000, "{}", messages.len());
}

#[tokio::test]
async fn timed_out_call_is_cancelled_with_error() {
    let gate = Gate::new();
    let limits = Limits::default().call_timeout(Some(Duration::from_millis(50)));
    let served = serve(module(&gate, http_options(), limits)).await;
    for client in Client::both_eras(&served).await {
        for tool in ["wait", "talk"] {
            let request = client.call_request_with_progress(1, tool, json!({}), "t");
            let messages = client.send(request).await.messages().await;
            let response = messages.last().unwrap();
            assert_eq!((&response["id"], &response["error"]["code"]), (&json!(1), &json!(-32603)), "{response}");
            gate.entered().await;
            gate.cancelled().await;
        }
    }
}
