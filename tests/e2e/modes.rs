//! The three modes of answers, and what a stream looks like to each revision.

use std::time::Duration;

use mcp_server::{Limits, ResponseMode, StreamableHttp};
use serde_json::json;
use tests::harness::{Client, Event, SESSION_VERSIONS, serve};

use crate::items::{Gate, module, patient, served};

#[tokio::test]
async fn a_quick_call_that_says_nothing_is_one_json_body() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let mut answer = client.send(client.calling(1, "add", json!({"a": 2, "b": 3}))).await;
        assert!(answer.header("content-length").is_some() && answer.header("mcp-session-id").is_none());
        assert_eq!(answer.json().await["result"]["content"][0]["text"], "5");
    }
}

#[tokio::test]
async fn a_call_that_speaks_becomes_a_stream_that_ends_with_its_answer() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let mut answer = client.send(client.calling_with_progress("x", "count", json!({"to": 3}), "t")).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-cache")));
        assert_eq!(answer.header("x-accel-buffering"), Some("no"));
        let messages = answer.messages().await;
        let (response, notifications) = messages.split_last().unwrap();
        let steps: Vec<_> =
            notifications.iter().map(|message| message["params"]["progress"].as_f64().unwrap()).collect();
        assert_eq!(steps, [1.0, 2.0, 3.0]);
        assert_eq!((&response["id"], &response["result"]["content"][0]["text"]), (&json!("x"), &json!("counted to 3")));
    }
}

#[tokio::test]
async fn a_slow_call_becomes_a_stream_after_a_while() {
    let gate = Gate::new();
    let http = StreamableHttp::default().stream_after(Duration::from_millis(20));
    let served = serve(module(&gate, http, Limits::default())).await;
    for client in Client::of_both_eras(&served).await {
        // The head is there although the handler still waits.
        let mut answer = client.send(client.calling(1, "wait", json!({}))).await;
        assert!(answer.is_stream());
        gate.entered().await;
        gate.open();
        assert_eq!(answer.messages().await.pop().unwrap()["result"]["content"][0]["text"], "passed");
    }
}

#[tokio::test]
async fn json_mode_is_always_one_body() {
    let served = serve(module(&Gate::new(), patient().enable_json_response(true), Limits::default())).await;
    for client in Client::of_both_eras(&served).await {
        for accept in ["application/json, text/event-stream", "*/*"] {
            let request = client.calling_with_progress(1, "count", json!({"to": 3}), "t").with("Accept", accept);
            assert_eq!(client.send(request).await.json().await["result"]["content"][0]["text"], "counted to 3");
        }
    }
}

#[tokio::test]
async fn adaptive_is_what_no_json_response_means() {
    let served = serve(module(&Gate::new(), patient().enable_json_response(false), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    assert!(!client.send(client.calling(1, "add", json!({"a": 1, "b": 1}))).await.is_stream());
    assert!(client.send(client.calling_with_progress(2, "count", json!({"to": 1}), "t")).await.is_stream());
}

#[tokio::test]
async fn stream_mode_is_always_a_stream() {
    let served = serve(module(&Gate::new(), patient().response_mode(ResponseMode::Stream), Limits::default())).await;
    for client in Client::of_both_eras(&served).await {
        for (method, params) in
            [("tools/list", json!({})), ("tools/call", json!({"name": "add", "arguments": {"a": 1, "b": 1}}))]
        {
            let mut answer = client.send(client.request(1, method, params.clone())).await;
            assert!(answer.is_stream(), "{method}");
            assert!(answer.messages().await.pop().unwrap()["result"].is_object());
            let request = client.request(2, method, params).with("Accept", "application/json");
            assert!(!client.send(request).await.is_stream(), "{method}");
        }
    }
}

#[tokio::test]
async fn a_stream_of_a_session_begins_with_its_id_and_when_to_come_back() {
    let served = serve(module(&Gate::new(), patient().retry(Duration::from_millis(1_234)), Limits::default())).await;
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        let mut answer = client.send(client.calling_with_progress(1, "count", json!({"to": 2}), "t")).await;
        let first = answer.event().await.unwrap();
        assert!(first.id.is_some());
        assert_eq!(first.retry.as_deref(), Some("1234"));
        // Clients of earlier revisions would take empty data for a message.
        assert_eq!(first.data.as_deref(), (version == "2025-11-25").then_some(""), "{version}");
        let mut ids = vec![first.id];
        while let Some(event) = answer.event().await {
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
async fn a_stream_without_a_session_has_no_ids() {
    let served = served().await;
    let client = Client::stateless(&served);
    let mut answer = client.send(client.calling_with_progress(1, "count", json!({"to": 2}), "t")).await;
    let mut count = 0;
    while let Some(event) = answer.event().await {
        assert_eq!(event, Event { data: event.data.clone(), ..Event::default() });
        count += 1;
    }
    assert_eq!(count, 3);
}

#[tokio::test]
async fn a_silent_stream_is_kept_alive_by_comments() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient().keep_alive(Duration::from_millis(20)), Limits::default())).await;
    for client in Client::of_both_eras(&served).await {
        let mut answer = client.send(client.calling_with_progress(1, "talk", json!({}), "t")).await;
        let mut comments = 0;
        while comments < 3 {
            comments += usize::from(answer.event().await.unwrap().comment);
        }
        gate.open();
        assert_eq!(answer.messages().await.pop().unwrap()["result"]["content"][0]["text"], "passed");
    }
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut listening = client.send(client.listening()).await;
    assert!(!listening.event().await.unwrap().comment);
    assert!(listening.event().await.unwrap().comment);
}
