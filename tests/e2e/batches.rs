//! Batches: in 2025-03-26, and nowhere else.

use mcp_server::{Limits, ResponseMode, StreamableHttp};
use serde_json::{Value, json};
use tests::harness::{Client, Lines, SESSION_VERSIONS, STATELESS, serve};

use crate::items::{Gate, module, patient, served};

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

fn by_id<'a>(answers: &'a Value, id: &Value) -> &'a Value {
    let all: Vec<_> = answers.as_array().unwrap().iter().filter(|answer| answer["id"] == *id).collect();
    assert_eq!(all.len(), 1, "{id}: {answers}");
    all[0]
}

#[tokio::test]
async fn the_answers_to_a_batch_are_one_array() {
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
    let mut answer = client.send(client.raw(batch.to_string())).await;
    assert_eq!(answer.status, 200);
    let answers = answer.json().await;
    assert_eq!(answers.as_array().unwrap().len(), 5, "{answers}");
    assert_eq!(by_id(&answers, &json!(1))["result"], json!({}));
    assert_eq!(by_id(&answers, &json!("two"))["result"]["content"][0]["text"], "3");
    assert_eq!(by_id(&answers, &json!(3))["error"]["code"], -32601);
    for id in [4, 5] {
        assert_eq!(by_id(&answers, &json!(id))["error"]["code"], -32602);
    }
}

#[tokio::test]
async fn a_batch_without_requests_is_accepted() {
    let served = served().await;
    let client = Client::in_session(&served, VERSION).await;
    let cancelled = notification("notifications/cancelled", json!({"requestId": 77}));
    for batch in [json!([cancelled]), json!([{"jsonrpc": "2.0", "id": 1, "result": {}}, cancelled])] {
        let mut answer = client.send(client.raw(batch.to_string())).await;
        assert_eq!((answer.status, answer.text().await.as_str()), (202, ""));
    }
}

#[tokio::test]
async fn what_calls_of_a_batch_say_makes_its_answers_a_stream() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, VERSION).await;
    let batch = json!([calling(1, "talk", json!({})), calling(2, "wait", json!({})), request(3, "ping", json!({}))]);
    let mut answer = client.send(client.raw(batch.to_string())).await;
    assert!(answer.is_stream());
    assert_eq!(answer.message().await.unwrap()["params"]["progress"], 1.0);
    for _ in 0..2 {
        gate.entered().await;
        gate.open();
    }
    let rest = answer.messages().await;
    assert_eq!(rest[0]["params"]["progress"], 2.0);
    assert_eq!(rest.len(), 4, "{rest:?}");
    for id in 1..=3 {
        assert!(by_id(&json!(rest[1..]), &json!(id)).get("result").is_some());
    }
}

#[tokio::test]
async fn a_stream_that_was_asked_for_has_an_event_for_each_answer() {
    let http = StreamableHttp::default().response_mode(ResponseMode::Stream);
    let served = serve(module(&Gate::new(), http, Limits::default())).await;
    let client = Client::in_session(&served, VERSION).await;
    let batch = json!([request(1, "tools/list", json!({})), calling(2, "add", json!({"a": 1, "b": 2}))]);
    let mut answer = client.send(client.raw(batch.to_string())).await;
    assert!(answer.is_stream());
    let answers = json!(answer.messages().await);
    assert!(by_id(&answers, &json!(1))["result"]["tools"].is_array());
    assert_eq!(by_id(&answers, &json!(2))["result"]["content"][0]["text"], "3");
}

#[tokio::test]
async fn a_call_of_a_batch_can_be_withdrawn() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, VERSION).await;
    let batch = json!([calling(1, "wait", json!({})), request(2, "ping", json!({}))]);
    let call = tokio::spawn(served.connect().await.exchange(client.raw(batch.to_string())));
    gate.entered().await;
    assert_eq!(client.cancel(1).await.status, 202);
    gate.withdrawn().await;
    assert_eq!(call.await.unwrap().json().await, json!([{"jsonrpc": "2.0", "id": 2, "result": {}}]));
}

#[tokio::test]
async fn the_end_of_the_session_is_the_answer_to_every_call_of_a_batch() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, VERSION).await;
    let batch = json!([calling(50, "wait", json!({})), request(51, "ping", json!({}))]);
    let call = tokio::spawn(served.connect().await.exchange(client.raw(batch.to_string())));
    gate.entered().await;
    assert_eq!(client.send(client.ending()).await.status, 204);
    gate.withdrawn().await;
    let answers = call.await.unwrap().json().await;
    assert_eq!(by_id(&answers, &json!(50))["error"]["code"], 404);
    assert_eq!(by_id(&answers, &json!(51))["result"], json!({}));
}

#[tokio::test]
async fn a_batch_of_withdrawn_calls_is_answered_without_answers_in_a_form_that_its_client_takes() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, VERSION).await;
    let batch =
        json!([calling(1, "wait", json!({})), notification("notifications/initialized", json!({}))]).to_string();
    for only_json in [false, true] {
        let request = client.raw(batch.clone());
        let request = if only_json { request.without("Accept").header("Accept", "application/json") } else { request };
        let call = tokio::spawn(served.connect().await.exchange(request));
        gate.entered().await;
        client.cancel(1).await;
        gate.withdrawn().await;
        let mut answer = call.await.unwrap();
        assert_eq!((answer.status, answer.is_stream()), (200, !only_json));
        if only_json {
            assert_eq!(by_id(&answer.json().await, &json!(1))["error"]["code"], 499);
        } else {
            assert!(answer.messages().await.is_empty());
        }
    }
}

#[tokio::test]
async fn a_batch_that_is_wrong_is_refused_before_anything_of_it_runs() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default().max_batch_messages(3))).await;
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
        let mut answer = client.send(client.raw(batch.to_string())).await;
        assert_eq!(answer.error(400, -32600).await.get("id"), None, "{batch}");
    }
    client.send(client.raw("[")).await.error(400, -32700).await;
    assert_eq!(served.server.as_ref().unwrap().calls_in_flight(), 0);
}

#[tokio::test]
async fn other_revisions_have_no_batches() {
    let served = served().await;
    let batch = json!([request(1, "ping", json!({}))]).to_string();
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        let mut answer = client.send(client.raw(batch.clone())).await;
        if version == VERSION {
            assert_eq!(answer.status, 200);
        } else {
            answer.error(400, -32600).await;
        }
    }
    let stateless = Client::new(&served, STATELESS);
    stateless.send(stateless.raw(batch.clone())).await.error(400, -32600).await;
    let nobody = Client::new(&served, VERSION);
    nobody.send(nobody.raw(batch)).await.error(400, -32600).await;
}

#[tokio::test]
async fn a_server_without_sessions_takes_a_client_without_a_header_at_its_word() {
    let served = serve(module(&Gate::new(), patient().stateless_mode(true), Limits::default())).await;
    let batch = json!([request(1, "ping", json!({})), calling(2, "add", json!({"a": 1, "b": 2}))]).to_string();
    let client = Client::new(&served, VERSION);
    let answers = client.send(client.raw(batch.clone())).await.json().await;
    assert_eq!(answers.as_array().unwrap().len(), 2);
    let later = Client::new(&served, "2025-06-18");
    later.send(later.raw(batch)).await.error(400, -32600).await;
}

#[tokio::test]
async fn a_batch_on_a_line_is_answered_on_one_line() {
    let gate = Gate::new();
    let (mut client, _serving) = Lines::to(module(&gate, patient(), Limits::default())).await;
    client.begin(VERSION).await;
    client.send(&json!([calling(1, "talk", json!({})), request(2, "ping", json!({}))])).await;
    assert_eq!(client.next().await.unwrap()["params"]["progress"], 1.0);
    gate.entered().await;
    gate.open();
    assert_eq!(client.next().await.unwrap()["params"]["progress"], 2.0);
    let answers = client.next().await.unwrap();
    assert!(by_id(&answers, &json!(1)).get("result").is_some() && by_id(&answers, &json!(2)).get("result").is_some());
    client.send(&json!([notification("notifications/cancelled", json!({"requestId": 5}))])).await;
    client.request(3, "ping", json!({})).await;
    assert_eq!(client.next().await.unwrap()["id"], 3, "notifications have no answer");
}
