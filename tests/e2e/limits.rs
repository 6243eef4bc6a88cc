//! What clients cannot make a server do: hold more sessions or calls than it may, mix up two requests, wait for a slow reader.

use std::time::Duration;

use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, Request, serve, until};

use crate::items::{Gate, module, patient};

#[tokio::test]
async fn a_flood_of_initialize_ends_at_the_cap_and_the_living_go_on() {
    let served = serve(module(&Gate::new(), patient(), Limits::default().max_sessions(5))).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut opened = 0;
    for _ in 0..50 {
        let mut answer = served.send(Request::initialize("2025-11-25")).await;
        if answer.status == 200 {
            opened += 1;
            continue;
        }
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!(wait > 0);
        assert_eq!(answer.header("mcp-session-id"), None);
        assert_eq!(answer.error(503, 503).await["id"], 0);
    }
    let server = served.server.as_ref().unwrap();
    assert_eq!((opened, server.open_sessions()), (4, 5));
    assert_eq!(client.call_text("add", json!({"a": 1, "b": 2})).await, "3");
    // Clients without sessions are not concerned.
    assert_eq!(Client::stateless(&served).call_text("add", json!({"a": 1, "b": 2})).await, "3");
    assert_eq!(client.send(client.ending()).await.status, 204);
    assert_eq!(served.send(Request::initialize("2025-11-25")).await.status, 200);
}

#[tokio::test]
async fn two_requests_in_flight_under_one_id_are_one_too_many() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for id in [json!(7), json!("seven")] {
        let first = client.calling(id.clone(), "wait", json!({}));
        let connection = served.connect().await;
        let first = tokio::spawn(connection.exchange(first.at(&served.path)));
        gate.entered().await;
        let second = client.calling(id.clone(), "echo", json!({"message": "second"}));
        client.send(second.clone()).await.error(400, -32600).await;
        gate.open();
        let answer = first.await.unwrap().json().await;
        assert_eq!((&answer["id"], &answer["result"]["content"][0]["text"]), (&id, &json!("passed")));
        // The id is free again.
        assert_eq!(client.send(second).await.json().await["result"]["content"][0]["text"], "second");
    }
}

#[tokio::test]
async fn a_session_has_so_many_calls_in_flight_and_no_more() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default().max_calls_per_session(1))).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let first = tokio::spawn(served.connect().await.exchange(client.calling(1, "wait", json!({}))));
    gate.entered().await;
    let mut answer = client.send(client.calling(2, "wait", json!({}))).await;
    assert!(answer.header("retry-after").is_some());
    answer.error(503, 503).await;
    assert_eq!(client.result("ping", json!({})).await, json!({}), "what is no call needs no place");
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
}

#[tokio::test]
async fn all_clients_together_have_so_many_calls_in_flight_and_so_many_bytes_of_them() {
    let large = json!({"padding": "x".repeat(5_000)});
    for (limits, arguments) in
        [(Limits::default().max_calls(1), json!({})), (Limits::default().max_call_bytes(6_000), large)]
    {
        let gate = Gate::new();
        let served = serve(module(&gate, patient(), limits)).await;
        let first = Client::in_session(&served, "2025-11-25").await;
        let request = first.calling(1, "wait", arguments.clone());
        // Its connection is lost, and its session goes on with it.
        let mut connection = served.connect().await;
        connection.begin(&request).await;
        gate.entered().await;
        drop(connection);
        for client in Client::of_both_eras(&served).await {
            let mut answer = client.send(client.calling(2, "wait", arguments.clone())).await;
            assert!(answer.header("retry-after").is_some());
            answer.error(503, 503).await;
            assert!(client.result("tools/list", json!({})).await["tools"].is_array(), "what is no call needs no place");
        }
        gate.open();
        let client = Client::stateless(&served);
        until(async || client.send(client.calling(3, "add", json!({"a": 1, "b": 2}))).await.status == 200).await;
    }
}

#[tokio::test]
async fn a_client_that_stops_reading_delays_nothing_else_of_its_session() {
    let limits = Limits::default().progress_interval(Duration::ZERO);
    let served = serve(module(&Gate::new(), patient(), limits)).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    // Far more than all the buffers between the two sides hold.
    let mut stalled = served.connect().await;
    let flood = client.calling_with_progress(1, "count", json!({"to": 200_000}), "t");
    stalled.begin(&flood).await;
    let mut listening = served.connect().await;
    listening.begin(&client.listening()).await;
    for number in 0..20 {
        assert_eq!(client.call_text("add", json!({"a": number, "b": 1})).await, (number + 1).to_string());
    }
    // What the reader comes back to is the end of the flood, and the response.
    let messages = stalled.answer().await.messages().await;
    assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "counted to 200000");
    assert!(messages.len() < 200_000, "{}", messages.len());
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_withdrawn_and_answered() {
    let gate = Gate::new();
    let limits = Limits::default().call_timeout(Some(Duration::from_millis(50)));
    let served = serve(module(&gate, patient(), limits)).await;
    for client in Client::of_both_eras(&served).await {
        for tool in ["wait", "talk"] {
            let request = client.calling_with_progress(1, tool, json!({}), "t");
            let messages = client.send(request).await.messages().await;
            let response = messages.last().unwrap();
            assert_eq!((&response["id"], &response["error"]["code"]), (&json!(1), &json!(-32603)), "{response}");
            gate.entered().await;
            gate.withdrawn().await;
        }
    }
}

#[tokio::test]
async fn more_connections_than_there_may_be_wait_for_their_turn() {
    let served = serve(module(&Gate::new(), patient(), Limits::default().max_connections(1))).await;
    let client = Client::stateless(&served);
    let first = served.connect().await.exchange(client.request(1, "tools/list", json!({}))).await;
    let mut waiting = served.connect().await;
    waiting.begin(&client.request(2, "tools/list", json!({}))).await;
    let first = first.into_connection().await.exchange(client.request(3, "tools/list", json!({}))).await;
    drop(first);
    assert_eq!(waiting.answer().await.json().await["id"], 2);
}
