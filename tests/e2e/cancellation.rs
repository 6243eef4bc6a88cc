//! Calls that are withdrawn: by a notification in sessions, by going away in the era without them.

use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, serve, until};

use crate::items::{Gate, module, patient};

#[tokio::test]
async fn a_notification_withdraws_a_call_and_nothing_is_sent_afterwards() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    for version in tests::harness::SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        let mut withdrawn = client.send(client.calling_with_progress("a", "talk", json!({}), "t")).await;
        let mut other = client.send(client.calling_with_progress("b", "talk", json!({}), "t")).await;
        gate.entered().await;
        gate.entered().await;
        assert_eq!(client.cancel("a").await.status, 202);
        gate.withdrawn().await;
        let messages = withdrawn.messages().await;
        assert!(messages.len() == 1 && messages[0]["params"]["progress"] == 1.0, "{messages:?}");
        gate.open();
        assert_eq!(other.messages().await.pop().unwrap()["result"]["content"][0]["text"], "passed");
        assert_eq!(gate.withdrawn_so_far(), 0);
    }
}

#[tokio::test]
async fn a_call_that_has_said_nothing_can_be_withdrawn_too() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let call = tokio::spawn(served.connect().await.exchange(client.calling(5, "wait", json!({}))));
    gate.entered().await;
    assert_eq!(client.cancel(5).await.status, 202);
    gate.withdrawn().await;
    let mut answer = call.await.unwrap();
    assert!(
        answer.status == 200 && answer.is_stream(),
        "a request is answered with a stream or JSON, and never with 202"
    );
    assert!(answer.messages().await.is_empty(), "no response");
    let server = served.server.as_ref().unwrap();
    until(async || server.calls_in_flight() == 0).await;
    // Its id is free again.
    assert_eq!(client.send(client.calling(5, "add", json!({"a": 1, "b": 1}))).await.status, 200);
}

#[tokio::test]
async fn a_withdrawn_call_is_answered_with_an_error_where_the_client_takes_no_streams() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let request = client.calling("a", "wait", json!({})).without("Accept").header("Accept", "application/json");
    let call = tokio::spawn(served.connect().await.exchange(request));
    gate.entered().await;
    client.cancel("a").await;
    gate.withdrawn().await;
    assert_eq!(call.await.unwrap().error(200, 499).await["id"], "a");
}

#[tokio::test]
async fn withdrawing_what_is_not_there_is_no_mistake() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let other = Client::in_session(&served, "2025-11-25").await;
    let call = tokio::spawn(served.connect().await.exchange(client.calling(1, "wait", json!({}))));
    gate.entered().await;
    // Neither a number that looks the same as text, nor the request of another session.
    let no_id = client.notification("notifications/cancelled", json!({"requestId": {}})).unchecked();
    for answer in [client.cancel("1").await, client.cancel(99).await, client.send(no_id).await, other.cancel(1).await] {
        assert_eq!(answer.status, 202);
    }
    gate.open();
    assert_eq!(call.await.unwrap().json().await["result"]["content"][0]["text"], "passed");
    assert_eq!(gate.withdrawn_so_far(), 0);
}

#[tokio::test]
async fn a_call_of_a_session_goes_on_without_its_connection() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let server = served.server.as_ref().unwrap();
    let mut silent = served.connect().await;
    silent.begin(&client.calling(1, "wait", json!({}))).await;
    gate.entered().await;
    drop(silent);
    let speaking = client.send(client.calling_with_progress(2, "talk", json!({}), "t")).await;
    gate.entered().await;
    drop(speaking);
    assert_eq!(client.result("ping", json!({})).await, json!({}));
    assert_eq!(server.calls_in_flight(), 2);
    gate.open();
    gate.open();
    until(async || server.calls_in_flight() == 0).await;
    assert_eq!(gate.withdrawn_so_far(), 0);
}

#[tokio::test]
async fn going_away_withdraws_a_call_without_a_session() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::stateless(&served);
    let server = served.server.as_ref().unwrap();
    let mut silent = served.connect().await;
    silent.begin(&client.calling(1, "wait", json!({}))).await;
    gate.entered().await;
    drop(silent);
    gate.withdrawn().await;
    let mut speaking = client.send(client.calling_with_progress(2, "talk", json!({}), "t")).await;
    assert_eq!(speaking.message().await.unwrap()["params"]["progress"], 1.0);
    gate.entered().await;
    drop(speaking);
    gate.withdrawn().await;
    until(async || server.calls_in_flight() == 0).await;
}

#[tokio::test]
async fn the_same_id_belongs_to_many_clients_without_sessions() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::stateless(&served);
    let mut calls = Vec::new();
    for _ in 0..3 {
        calls.push(tokio::spawn(served.connect().await.exchange(client.calling(1, "wait", json!({})))));
        gate.entered().await;
    }
    // A notification withdraws nothing here: over HTTP, going away does.
    assert_eq!(client.cancel(1).await.status, 202);
    for call in calls {
        gate.open();
        assert_eq!(call.await.unwrap().json().await["id"], 1);
    }
    assert_eq!(gate.withdrawn_so_far(), 0);
}

#[tokio::test]
async fn a_handler_that_ignores_its_withdrawal_is_dropped_after_a_while() {
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
    let mut answer = client.send(client.calling_with_progress(1, "stubborn", json!({}), "t")).await;
    assert_eq!(server.calls_in_flight(), 1);
    client.cancel(1).await;
    assert_eq!(answer.messages().await.len(), 1);
    until(async || server.calls_in_flight() == 0).await;
}
