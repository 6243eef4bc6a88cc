//! The table of connections: those that make room when it is full, and those that stay open.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use mcp_server::{Inject, Limits, McpModule, McpOptions, items, tool};
use serde_json::json;
use tests::harness::{Client, Connection, Request, Response, RunningServer, serve, serve_program_with_files, within};

use crate::items::{Gate, add, echo, http_options, module, talk, wait};

/// Counts its calls.
#[tool(server = "connections")]
fn count_calls(calls: Inject<AtomicUsize>) -> String {
    (calls.fetch_add(1, Ordering::SeqCst) + 1).to_string()
}

/// Returns a text of that many bytes.
#[tool(server = "connections")]
fn repeat(#[arg] bytes: usize) -> String {
    "x".repeat(bytes)
}

/// Serves at most that many connections.
async fn limited(max_connections: usize, gate: &Arc<Gate>) -> RunningServer {
    let limits = Limits::default().max_connections(max_connections);
    let items = items![add, echo, wait, talk, repeat].to_vec();
    serve(module(gate, http_options(), limits).only(items)).await
}

fn addition(client: &Client) -> Request {
    client.call_request(1, "add", json!({"a": 1, "b": 2}))
}

/// Checks the result of [`addition`], which a test may have sent in pieces.
async fn assert_added(mut response: Response) -> Response {
    let answer = response.text().await;
    assert!(answer.contains(r#""text":"3""#), "{} {answer}", response.status);
    response
}

/// Sends a call on a connection of its own, which ends with it.
async fn newcomer_is_answered(client: &Client) {
    assert_added(client.send(addition(client)).await).await;
}

/// Calls on a connection, which is idle afterwards.
async fn call_on(connection: Connection, client: &Client) -> Connection {
    assert_added(connection.exchange(addition(client)).await).await.into_connection().await
}

async fn is_closed(mut connection: Connection) {
    assert!(within(connection.read_to_end()).await.is_empty());
}

/// A way in which a connection waits for a request.
#[derive(Clone, Copy, Debug)]
enum Waits {
    /// Nothing has been sent.
    Silent,
    /// A request has been answered.
    Idle,
    /// The head of the first request is incomplete.
    FirstHead,
    /// The head of the second request is incomplete.
    SecondHead,
}

/// A connection that waits, and the rest of its next request.
async fn waiting(served: &RunningServer, client: &Client, kind: Waits) -> (Connection, Vec<u8>) {
    let mut connection = served.connect().await;
    if matches!(kind, Waits::Idle | Waits::SecondHead) {
        connection = call_on(connection, client).await;
    }
    let mut request = addition(client).to_bytes();
    if matches!(kind, Waits::FirstHead | Waits::SecondHead) {
        let rest = request.split_off(30);
        connection.write(&request).await;
        request = rest;
    }
    (connection, request)
}

#[tokio::test]
async fn longest_waiting_connection_makes_room() {
    use Waits::{FirstHead, Idle, SecondHead, Silent};
    for kinds in [
        [Silent; 4],
        [Idle; 4],
        [FirstHead; 4],
        [SecondHead; 4],
        [Silent, Idle, FirstHead, SecondHead],
        [SecondHead, FirstHead, Idle, Silent],
        [FirstHead, Silent, SecondHead, Idle],
    ] {
        let served = limited(4, &Gate::new()).await;
        let client = Client::stateless(&served);
        let mut connections = Vec::new();
        for kind in kinds {
            connections.push(waiting(&served, &client, kind).await);
        }
        newcomer_is_answered(&client).await;
        let (first, _) = connections.remove(0);
        is_closed(first).await;
        for (mut connection, rest) in connections {
            connection.write(&rest).await;
            assert_added(connection.response().await).await;
        }
        // The client of the closed connection comes back.
        newcomer_is_answered(&client).await;
    }
}

#[tokio::test]
async fn request_renews_the_place_of_its_connection() {
    let served = limited(3, &Gate::new()).await;
    let client = Client::stateless(&served);
    let mut connections = Vec::new();
    for _ in 0..3 {
        connections.push(waiting(&served, &client, Waits::Silent).await.0);
    }
    for _ in 0..10 {
        // The first one is used, so the second one has waited longest.
        let first = call_on(connections.remove(0), &client).await;
        connections.push(first);
        let newcomer = call_on(served.connect().await, &client).await;
        is_closed(connections.remove(0)).await;
        connections.push(newcomer);
    }
}

#[tokio::test]
async fn rejected_requests_renew_no_less_than_answered_ones() {
    let served = limited(2, &Gate::new()).await;
    let client = Client::stateless(&served);
    let (first, _) = waiting(&served, &client, Waits::Silent).await;
    let (second, _) = waiting(&served, &client, Waits::Silent).await;
    let first = first.exchange(addition(&client).with("Host", "evil.example")).await;
    assert_eq!(first.status, 403);
    newcomer_is_answered(&client).await;
    is_closed(second).await;
    call_on(first.into_connection().await, &client).await;
}

#[tokio::test]
async fn busy_connections_stay_open() {
    let gate = Gate::new();
    let served = limited(9, &gate).await;
    let client = Client::stateless(&served);
    let session = Client::in_session(&served, "2025-11-25").await;

    let calling = tokio::spawn(served.connect().await.exchange(client.call_request(1, "wait", json!({}))));
    gate.entered().await;
    let talk = client.call_request_with_progress(2, "talk", json!({}), "t");
    let mut talking = served.connect().await.exchange(talk).await;
    gate.entered().await;
    assert!(talking.message().await.is_some());
    let mut stream = served.connect().await.exchange(session.stream_request()).await;
    assert!(stream.event().await.is_some());
    let listen = client.request(3, "subscriptions/listen", json!({"notifications": {"toolsListChanged": true}}));
    let mut listening = served.connect().await.exchange(listen).await;
    assert!(listening.message().await.is_some());
    let message = "x".repeat(100_000);
    let upload = client.call_request(4, "echo", json!({"message": message})).to_bytes();
    let mut uploading = served.connect().await;
    uploading.write(&upload[..50_000]).await;
    let mut chunking = served.connect().await;
    let chunked = client.call_request(5, "echo", json!({"message": message})).chunked().to_bytes();
    chunking.write(&chunked[..50_000]).await;
    // More data than all the buffers between both sides hold, as JSON and as an event.
    let mut slow = Vec::new();
    for accept in ["application/json", "text/event-stream"] {
        let mut connection = served.connect().await;
        let request = client.call_request(6, "repeat", json!({"bytes": 30_000_000})).with("Accept", accept);
        connection.start(&request).await;
        slow.push(connection);
    }

    for _ in 0..20 {
        // One connection is left, for which all newcomers compete.
        let idle = call_on(served.connect().await, &client).await;
        newcomer_is_answered(&client).await;
        is_closed(idle).await;
    }

    gate.open();
    gate.open();
    let text = async |mut response: Response| response.last_message().await["result"]["content"][0]["text"].take();
    assert_eq!(text(calling.await.unwrap()).await, "passed");
    assert_eq!(text(talking).await, "passed");
    uploading.write(&upload[50_000..]).await;
    chunking.write(&chunked[50_000..]).await;
    for connection in [uploading, chunking] {
        assert!(connection.response().await.text().await.contains(&message));
    }
    for connection in slow {
        assert_eq!(text(connection.response().await).await.as_str().map(str::len), Some(30_000_000));
    }
    assert_eq!(session.send(session.delete_request()).await.status, 204);
    assert!(stream.message().await.is_none(), "the end of the session ends its stream");
    drop(listening);
}

#[tokio::test]
async fn connections_wait_while_all_are_busy() {
    let gate = Gate::new();
    let served = limited(2, &gate).await;
    let client = Client::stateless(&served);
    let mut calls = Vec::new();
    for id in [1, 2] {
        calls.push(tokio::spawn(served.connect().await.exchange(client.call_request(id, "wait", json!({})))));
        gate.entered().await;
    }
    let mut newcomers = Vec::new();
    for _ in 0..5 {
        let mut newcomer = served.connect().await;
        newcomer.start(&addition(&client)).await;
        newcomers.push(newcomer);
    }
    gate.open();
    // The connection of the first call makes room once its response is complete. Each newcomer
    // makes room for the next.
    for newcomer in newcomers {
        assert_added(newcomer.response().await).await;
    }
    gate.open();
    for call in calls {
        assert_eq!(call.await.unwrap().last_message().await["result"]["content"][0]["text"], "passed");
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_before_eviction() {
    let gate = Gate::new();
    let served = limited(1, &gate).await;
    let client = Client::stateless(&served);
    let mut connection = served.connect().await;
    connection.start(&client.call_request(1, "wait", json!({}))).await;
    gate.entered().await;
    connection.start(&addition(&client)).await;
    let mut newcomer = served.connect().await;
    newcomer.start(&addition(&client)).await;
    gate.open();
    let first = connection.response().await;
    assert_eq!(first.status, 200);
    let connection = assert_added(first.into_connection().await.response().await).await.into_connection().await;
    assert_added(newcomer.response().await).await;
    is_closed(connection).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn request_that_meets_its_eviction_is_answered_or_unread() {
    let calls = Arc::new(AtomicUsize::new(0));
    let limits = Limits::default().max_connections(1);
    let options = McpOptions::new("connections", "1").streamable_http(http_options()).limits(limits);
    let served = serve(McpModule::for_root(options).provide_shared(calls.clone())).await;
    let client = Client::stateless(&served);
    let call = || client.call_request(1, "count_calls", json!({}));
    let mut answered = 0;
    for _ in 0..100 {
        let first = served.connect().await.exchange(call()).await;
        assert_eq!(first.status, 200);
        let mut connection = first.into_connection().await;
        let call = call();
        let (newcomer, ()) = tokio::join!(served.connect(), connection.start(&call));
        let response = within(connection.read_to_end()).await;
        assert!(response.is_empty() || response.ends_with(b"}"), "a whole response");
        answered += 1 + usize::from(!response.is_empty());
        drop(newcomer);
        assert_eq!(calls.load(Ordering::SeqCst), answered, "no call is run whose answer is lost");
    }
}

#[tokio::test]
async fn upload_that_is_rejected_after_admission_keeps_its_connection() {
    let served = limited(1, &Gate::new()).await;
    let client = Client::stateless(&served);
    let rejected = Request::post("x".repeat(100_000)).with("Content-Type", "text/plain").to_bytes();
    let mut connection = served.connect().await;
    connection.write(&rejected[..50_000]).await;
    let response = connection.response().await;
    assert_eq!(response.status, 415);
    let mut connection = response.into_connection().await;
    let mut newcomer = served.connect().await;
    newcomer.start(&addition(&client)).await;
    connection.write(&[&rejected[50_000..], &addition(&client).to_bytes()].concat()).await;
    let connection = assert_added(connection.response().await).await.into_connection().await;
    assert_added(newcomer.response().await).await;
    is_closed(connection).await;
}

#[tokio::test]
async fn full_table_drains_at_shutdown() {
    let gate = Gate::new();
    let mut served = limited(3, &gate).await;
    let client = Client::stateless(&served);
    let call = tokio::spawn(served.connect().await.exchange(client.call_request(1, "wait", json!({}))));
    gate.entered().await;
    let idle = call_on(served.connect().await, &client).await;
    let silent = served.connect().await;
    let newcomer = call_on(served.connect().await, &client).await;
    is_closed(idle).await;
    served.stop();
    is_closed(silent).await;
    is_closed(newcomer).await;
    assert!(!served.has_ended(), "a call is in flight");
    gate.open();
    assert_eq!(call.await.unwrap().status, 200);
    served.ended().await;
}

#[tokio::test]
async fn many_newcomers_displace_each_other() {
    let gate = Gate::new();
    let served = limited(2, &gate).await;
    let client = Client::stateless(&served);
    let call = tokio::spawn(served.connect().await.exchange(client.call_request(1, "wait", json!({}))));
    gate.entered().await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(served.connect().await);
    }
    newcomer_is_answered(&client).await;
    for connection in silent {
        is_closed(connection).await;
    }
    gate.open();
    assert_eq!(call.await.unwrap().status, 200);
}

#[tokio::test]
async fn too_few_open_files_shut_out_no_newcomer() {
    let served = serve_program_with_files(env!("CARGO_BIN_EXE_conformance-server"), 40).await;
    let client = Client::stateless(&served);
    let mut silent = Vec::new();
    for _ in 0..60 {
        silent.push(served.connect().await);
    }
    let tools = client.result("tools/list", json!({})).await;
    assert!(tools["tools"].is_array(), "{tools}");
    is_closed(silent.remove(0)).await;
}
