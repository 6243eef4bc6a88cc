//! Response modes, and the events of a stream in each revision.

use std::time::Duration;

use mcp_server::{Limits, ResponseMode, StreamableHttp};
use serde_json::json;
use tests::harness::{Client, Event, SESSION_VERSIONS, serve};

use crate::items::{Gate, http_options, module, served};

#[tokio::test]
async fn quick_silent_call_is_json() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let mut reply = client.send(client.call_request(1, "add", json!({"a": 2, "b": 3}))).await;
        assert!(reply.header("content-length").is_some() && reply.header("mcp-session-id").is_none());
        assert_eq!(reply.json().await["result"]["content"][0]["text"], "5");
    }
}

#[tokio::test]
async fn call_with_progress_is_streamed() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let mut reply = client.send(client.call_request_with_progress("x", "count", json!({"to": 3}), "t")).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-cache")));
        assert_eq!(reply.header("x-accel-buffering"), Some("no"));
        let messages = reply.messages().await;
        let (response, notifications) = messages.split_last().unwrap();
        let steps: Vec<_> =
            notifications.iter().map(|message| message["params"]["progress"].as_f64().unwrap()).collect();
        assert_eq!(steps, [1.0, 2.0, 3.0]);
        assert_eq!((&response["id"], &response["result"]["content"][0]["text"]), (&json!("x"), &json!("counted to 3")));
    }
}

#[tokio::test]
async fn slow_call_becomes_stream() {
    let gate = Gate::new();
    let http = StreamableHttp::default().stream_after(Duration::from_millis(20));
    let served = serve(module(&gate, http, Limits::default())).await;
    for client in Client::both_eras(&served).await {
        // The head has arrived although the handler still waits.
        let mut reply = client.send(client.call_request(1, "wait", json!({}))).await;
        assert!(reply.is_stream());
        gate.entered().await;
        gate.open();
        assert_eq!(reply.messages().await.pop().unwrap()["result"]["content"][0]["text"], "passed");
    }
}

#[tokio::test]
async fn json_mode_is_always_json() {
    let served = serve(module(&Gate::new(), http_options().enable_json_response(true), Limits::default())).await;
    for client in Client::both_eras(&served).await {
        for accept in ["application/json, text/event-stream", "*/*"] {
            let request = client.call_request_with_progress(1, "count", json!({"to": 3}), "t").with("Accept", accept);
            assert_eq!(client.send(request).await.json().await["result"]["content"][0]["text"], "counted to 3");
        }
    }
}

#[tokio::test]
async fn disabled_json_response_is_adaptive() {
    let served = serve(module(&Gate::new(), http_options().enable_json_response(false), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    assert!(!client.send(client.call_request(1, "add", json!({"a": 1, "b": 1}))).await.is_stream());
    assert!(client.send(client.call_request_with_progress(2, "count", json!({"to": 1}), "t")).await.is_stream());
}

#[tokio::test]
async fn stream_mode_is_always_streamed() {
    let served =
        serve(module(&Gate::new(), http_options().response_mode(ResponseMode::Stream), Limits::default())).await;
    for client in Client::both_eras(&served).await {
        for (method, params) in
            [("tools/list", json!({})), ("tools/call", json!({"name": "add", "arguments": {"a": 1, "b": 1}}))]
        {
            let mut reply = client.send(client.request(1, method, params.clone())).await;
            assert!(reply.is_stream(), "{method}");
            assert!(reply.messages().await.pop().unwrap()["result"].is_object());
            let request = client.request(2, method, params).with("Accept", "application/json");
            assert!(!client.send(request).await.is_stream(), "{method}");
        }
    }
}

#[tokio::test]
async fn session_stream_starts_with_id_and_retry() {
    let served =
        serve(module(&Gate::new(), http_options().retry(Duration::from_millis(1_234)), Limits::default())).await;
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 2}), "t")).await;
        let first = reply.event().await.unwrap();
        assert!(first.id.is_some());
        assert_eq!(first.retry.as_deref(), Some("1234"));
        // Clients of earlier revisions would parse empty data as a message.
        assert_eq!(first.data.as_deref(), (version == "2025-11-25").then_some(""), "{version}");
        let mut ids = vec![first.id];
        while let Some(event) = reply.event().await {
            assert!(event.data.is_some() && event.retry.is_none());
            ids.push(event.id);
        }
        assert_eq!(ids.len(), 4);
        assert!(ids.iter().all(Option::is_some));
        ids.dedup();
        assert_eq!(ids.len(), 4);
    }
}

#[tokio::test]
async fn stateless_stream_has_no_event_ids() {
    let served = served().await;
    let client = Client::stateless(&served);
    let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 2}), "t")).await;
    let mut count = 0;
    while let Some(event) = reply.event().await {
        assert_eq!(event, Event { data: event.data.clone(), ..Event::default() });
        count += 1;
    }
    assert_eq!(count, 3);
}

#[tokio::test]
async fn silent_stream_gets_keep_alive_comments() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options().keep_alive(Duration::from_millis(20)), Limits::default())).await;
    for client in Client::both_eras(&served).await {
        let mut reply = client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await;
        let mut comments = 0;
        while comments < 3 {
            comments += usize::from(reply.event().await.unwrap().comment);
        }
        gate.open();
        assert_eq!(reply.messages().await.pop().unwrap()["result"]["content"][0]["text"], "passed");
    }
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut listening = client.send(client.stream_request()).await;
    assert!(!listening.event().await.unwrap().comment);
    assert!(listening.event().await.unwrap().comment);
}
