//! Batches, which exist in 2025-03-26 only.

use mcp_server::{Limits, ResponseMode, StreamableHttp};
use serde_json::{Value, json};
use tests::harness::{Client, SESSION_VERSIONS, STATELESS, StdioClient, serve};

use crate::items::{Gate, http_options, module, served};

const VERSION: &str = "2025-03-26";

fn request(id: impl Into<Value>, method: &str, params: Value) -> Value {
    let mut message = notification(method, params);
    message["id"] = id.into();
    message
}

fn calling(id: impl Into<Value>, tool: &str, arguments: Value) -> Value {
    let mut params = json!({"name": tool, "_meta": {"progressToken": "t"}});
    params["arguments"] = arguments;
    request(id, "tools/call", params)
}

fn notification(method: &str, params: Value) -> Value {
    let mut message = json!({"jsonrpc": "2.0", "method": method});
    message["params"] = params;
    message
}

fn by_id<'a>(responses: &'a Value, id: &Value) -> &'a Value {
    let all: Vec<_> = responses.as_array().unwrap().iter().filter(|reply| reply["id"] == *id).collect();
    assert_eq!(all.len(), 1, "{id}: {responses}");
    all[0]
}

#[tokio::test]
async fn batch_responses_are_one_array() {
    let served = served().await;
    let client = Client::in_session(&served, VERSION).await;
    let batch = json!([
        request(1, "ping", json!({})),
        calling("two", "add", json!({"a": 1, "b": 2})),
        notification("notifications/initialized", json!({})),
        request(3, "no/such/method", json!({})),
        calling(4, "no-such-tool", json!({})),
        {"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": 5},
        {"jsonrpc": "2.0", "id": 99, "result": {}},
    ]);
    let mut reply = client.send(client.raw(batch.to_string())).await;
    assert_eq!(reply.status, 200);
    let responses = reply.json().await;
    assert_eq!(responses.as_array().unwrap().len(), 5, "{responses}");
    assert_eq!(by_id(&responses, &json!(1))["result"], json!({}));
    assert_eq!(by_id(&responses, &json!("two"))["result"]["content"][0]["text"], "3");
    assert_eq!(by_id(&responses, &json!(3))["error"]["code"], -32601);
    for id in [4, 5] {
        assert_eq!(by_id(&responses, &json!(id))["error"]["code"], -32602);
    }
}

#[tokio::test]
async fn batch_without_requests_is_202() {
    let served = served().await;
    let client = Client::in_session(&served, VERSION).await;
    let cancelled = notification("notifications/cancelled", json!({"requestId": 77}));
    for batch in [json!([cancelled]), json!([{"jsonrpc": "2.0", "id": 1, "result": {}}, cancelled])] {
        let mut reply = client.send(client.raw(batch.to_string())).await;
        assert_eq!((reply.status, reply.text().await.as_str()), (202, ""));
    }
}

#[tokio::test]
async fn batch_with_progress_is_streamed() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, VERSION).await;
    let batch = json!([calling(1, "talk", json!({})), calling(2, "wait", json!({})), request(3, "ping", json!({}))]);
    let mut reply = client.send(client.raw(batch.to_string())).await;
    assert!(reply.is_stream());
    assert_eq!(reply.message().await.unwrap()["params"]["progress"], 1.0);
    for _ in 0..2 {
        gate.entered().await;
        gate.open();
    }
    let rest = reply.messages().await;
    assert_eq!(rest[0]["params"]["progress"], 2.0);
    assert_eq!(rest.len(), 4, "{rest:?}");
    for id in 1..=3 {
        assert!(by_id(&json!(rest[1..]), &json!(id)).get("result").is_some());
    }
}

#[tokio::test]
async fn batch_in_stream_mode_has_event_per_response() {
    let http = StreamableHttp::default().response_mode(ResponseMode::Stream);
    let served = serve(module(&Gate::new(), http, Limits::default())).await;
    let client = Client::in_session(&served, VERSION).await;
    let batch = json!([request(1, "tools/list", json!({})), calling(2, "add", json!({"a": 1, "b": 2}))]);
    let mut reply = client.send(client.raw(batch.to_string())).await;
    assert!(reply.is_stream());
    let responses = json!(reply.messages().await);
    assert!(by_id(&responses, &json!(1))["result"]["tools"].is_array());
    assert_eq!(by_id(&responses, &json!(2))["result"]["content"][0]["text"], "3");
}

#[tokio::test]
async fn batch_call_can_be_cancelled() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, VERSION).await;
    let batch = json!([calling(1, "wait", json!({})), request(2, "ping", json!({}))]);
    let call = tokio::spawn(served.connect().await.exchange(client.raw(batch.to_string())));
    gate.entered().await;
    assert_eq!(client.cancel(1).await.status, 202);
    gate.cancelled().await;
    assert_eq!(call.await.unwrap().json().await, json!([{"jsonrpc": "2.0", "id": 2, "result": {}}]));
}

#[tokio::test]
async fn ended_session_fails_every_call_of_batch() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, VERSION).await;
    let batch = json!([calling(50, "wait", json!({})), request(51, "ping", json!({}))]);
    let call = tokio::spawn(served.connect().await.exchange(client.raw(batch.to_string())));
    gate.entered().await;
    assert_eq!(client.send(client.delete_request()).await.status, 204);
    gate.cancelled().await;
    let responses = call.await.unwrap().json().await;
    assert_eq!(by_id(&responses, &json!(50))["error"]["code"], -32001);
    assert_eq!(by_id(&responses, &json!(51))["result"], json!({}));
}

#[tokio::test]
async fn cancelled_batch_reply_follows_accept_header() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, VERSION).await;
    let batch =
        json!([calling(1, "wait", json!({})), notification("notifications/initialized", json!({}))]).to_string();
    for only_json in [false, true] {
        let request = client.raw(batch.clone());
        let request = if only_json { request.without("Accept").header("Accept", "application/json") } else { request };
        let call = tokio::spawn(served.connect().await.exchange(request));
        gate.entered().await;
        client.cancel(1).await;
        gate.cancelled().await;
        let mut reply = call.await.unwrap();
        assert_eq!((reply.status, reply.is_stream()), (200, !only_json));
        if only_json {
            assert_eq!(by_id(&reply.json().await, &json!(1))["error"]["code"], 499);
        } else {
            assert!(reply.messages().await.is_empty());
        }
    }
}

#[tokio::test]
async fn invalid_batch_is_rejected_before_any_call_runs() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default().max_batch_messages(3))).await;
    let client = Client::in_session(&served, VERSION).await;
    let ping = |id: i64| request(id, "ping", json!({}));
    let wait = calling(9, "wait", json!({}));
    for batch in [
        json!([]),
        json!([wait, ping(1), ping(2), ping(3)]),
        json!([wait, ping(9)]),
        json!([wait, request(2, "initialize", json!({"protocolVersion": VERSION}))]),
        json!([wait, 1]),
        json!([wait, [ping(1)]]),
        json!([wait, {}]),
    ] {
        let mut reply = client.send(client.raw(batch.to_string())).await;
        assert_eq!(reply.error(400, -32600).await.get("id"), None, "{batch}");
    }
    client.send(client.raw("[")).await.error(400, -32700).await;
    assert_eq!(served.server.as_ref().unwrap().calls_in_flight(), 0);
}

#[tokio::test]
async fn batch_in_other_revision_is_rejected() {
    let served = served().await;
    let batch = json!([request(1, "ping", json!({}))]).to_string();
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        let mut reply = client.send(client.raw(batch.clone())).await;
        if version == VERSION {
            assert_eq!(reply.status, 200);
        } else {
            reply.error(400, -32600).await;
        }
    }
    let stateless = Client::new(&served, STATELESS);
    stateless.send(stateless.raw(batch.clone())).await.error(400, -32600).await;
    let uninitialized = Client::new(&served, VERSION);
    uninitialized.send(uninitialized.raw(batch)).await.error(400, -32600).await;
}

#[tokio::test]
async fn stateless_mode_accepts_batch_without_version_header() {
    let served = serve(module(&Gate::new(), http_options().stateless_mode(true), Limits::default())).await;
    let batch = json!([request(1, "ping", json!({})), calling(2, "add", json!({"a": 1, "b": 2}))]).to_string();
    let client = Client::new(&served, VERSION);
    let responses = client.send(client.raw(batch.clone())).await.json().await;
    assert_eq!(responses.as_array().unwrap().len(), 2);
    let later = Client::new(&served, "2025-06-18");
    later.send(later.raw(batch)).await.error(400, -32600).await;
}

#[tokio::test]
async fn stdio_batch_is_answered_on_one_line() {
    let gate = Gate::new();
    let (mut client, _serving) = StdioClient::connect(module(&gate, http_options(), Limits::default())).await;
    client.initialize(VERSION).await;
    client.send(&json!([calling(1, "talk", json!({})), request(2, "ping", json!({}))])).await;
    assert_eq!(client.next().await.unwrap()["params"]["progress"], 1.0);
    gate.entered().await;
    gate.open();
    assert_eq!(client.next().await.unwrap()["params"]["progress"], 2.0);
    let responses = client.next().await.unwrap();
    assert!(
        by_id(&responses, &json!(1)).get("result").is_some() && by_id(&responses, &json!(2)).get("result").is_some()
    );
    client.send(&json!([notification("notifications/cancelled", json!({"requestId": 5}))])).await;
    client.request(3, "ping", json!({})).await;
    assert_eq!(client.next().await.unwrap()["id"], 3, "notifications have no reply");
}
