//! Interrupted streams, which resume without loss after any event.

use mcp_server::{CallError, Context, Inject, Limits, McpModule, McpOptions, items, protocol::LoggingLevel, tool};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, Request, Response, serve, until};

use crate::items::{Gate, http_options, module, served};

/// Reads ids and messages of a stream until its end.
async fn events(reply: &mut Response) -> Vec<(String, Option<Value>)> {
    let mut events = Vec::new();
    while let Some(event) = reply.event().await {
        let data = event.data.filter(|data| !data.is_empty()).map(|data| serde_json::from_str(&data).unwrap());
        events.push((event.id.unwrap(), data));
    }
    events
}

#[tokio::test]
async fn stream_resumes_after_any_event() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 3}), "t")).await;
    let whole = events(&mut reply).await;
    assert_eq!(whole.len(), 5);
    let (last, earlier) = whole.split_last().unwrap();
    for (position, (id, _)) in earlier.iter().enumerate() {
        let mut again = client.send(client.resume_request(id)).await;
        assert_eq!((again.status, again.is_stream()), (200, true));
        assert_eq!(events(&mut again).await, whole[position + 1..], "after {id}");
    }
    let mut over = client.send(client.resume_request(&last.0)).await;
    assert_eq!((over.status, over.text().await.as_str()), (204, ""), "nothing remains to be sent");
}

#[tokio::test]
async fn resuming_stream_of_cancelled_call_is_204() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await;
    reply.event().await.unwrap();
    let last = reply.event().await.unwrap().id.unwrap();
    drop(reply);
    client.cancel(1).await;
    gate.cancelled().await;
    until(async || client.send(client.resume_request(&last)).await.status == 204).await;
}

#[tokio::test]
async fn full_stream_keeps_latest_messages_and_response() {
    let limits = Limits::default().max_stream_events(3).progress_interval(std::time::Duration::ZERO);
    let served = serve(module(&Gate::new(), http_options(), limits)).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 50}), "t")).await;
    let id = reply.event().await.unwrap().id.unwrap();
    reply.messages().await;
    let messages = client.send(client.resume_request(&id)).await.messages().await;
    let told: Vec<_> = messages.iter().filter_map(|message| message["params"]["progress"].as_f64()).collect();
    assert_eq!(told, [48.0, 49.0, 50.0]);
    assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "counted to 50");
}

#[tokio::test]
async fn latest_ended_streams_are_kept() {
    let served = serve(module(&Gate::new(), http_options(), Limits::default().max_ended_streams_per_session(2))).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let mut reply = client.send(client.call_request_with_progress(number, "count", json!({"to": 1}), "t")).await;
        ids.push(reply.event().await.unwrap().id.unwrap());
        reply.messages().await;
    }
    let mut statuses = Vec::new();
    for id in &ids {
        statuses.push(client.send(client.resume_request(id)).await.status);
    }
    assert_eq!(statuses[0], 400);
    assert_eq!(statuses[3..], [200, 200]);
}

#[tokio::test]
async fn ended_streams_expire() {
    let limits = Limits::default()
        .ended_stream_lifetime(std::time::Duration::ZERO)
        .session_unconfirmed_timeout(std::time::Duration::from_millis(250));
    let served = serve(module(&Gate::new(), http_options(), limits)).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 1}), "t")).await;
    let id = reply.event().await.unwrap().id.unwrap();
    drop(reply);
    until(async || client.send(client.resume_request(&id)).await.status == 400).await;
}

#[tokio::test]
async fn response_is_kept_for_disconnected_client() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await;
    let id = reply.event().await.unwrap().id.unwrap();
    gate.entered().await;
    drop(reply);
    gate.open();
    let server = served.server.as_ref().unwrap();
    until(async || server.calls_in_flight() == 0).await;
    let messages = client.send(client.resume_request(&id)).await.messages().await;
    let told: Vec<_> = messages.iter().map(|message| &message["params"]["progress"]).collect();
    assert_eq!(told, [&json!(1.0), &json!(2.0), &Value::Null]);
    assert_eq!(messages[2]["result"]["content"][0]["text"], "passed");
    assert_eq!(gate.cancelled_count(), 0);
}

#[tokio::test]
async fn kept_response_survives_sweeper() {
    let gate = Gate::new();
    let limits = Limits::default().session_unconfirmed_timeout(std::time::Duration::from_millis(250));
    let served = serve(module(&gate, http_options(), limits)).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await;
    let id = reply.event().await.unwrap().id.unwrap();
    drop(reply);
    gate.entered().await;
    gate.open();
    let server = served.server.as_ref().unwrap();
    until(async || server.calls_in_flight() == 0).await;
    // The end of an unconfirmed session shows that the sweeper has run.
    assert_eq!(served.send(Request::initialize("2025-11-25")).await.status, 200);
    until(async || server.open_sessions() == 1).await;
    let messages = client.send(client.resume_request(&id)).await.messages().await;
    assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "passed");
}

#[tokio::test]
async fn stream_resumes_while_call_runs() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await;
    reply.event().await.unwrap();
    let after = reply.event().await.unwrap().id.unwrap();
    drop(reply);
    let mut resumed = client.send(client.resume_request(&after)).await;
    gate.open();
    let messages = resumed.messages().await;
    assert_eq!(messages.len(), 2, "the first report is not repeated");
    assert_eq!(messages[0]["params"]["progress"], 2.0);
    assert_eq!(messages[1]["result"]["content"][0]["text"], "passed");
}

#[tokio::test]
async fn resumed_connection_replaces_previous() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut first = client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await;
    let id = first.event().await.unwrap().id.unwrap();
    assert_eq!(first.message().await.unwrap()["params"]["progress"], 1.0);
    let mut second = client.send(client.resume_request(&id)).await;
    assert_eq!(first.message().await, None, "each message goes to one stream only");
    gate.open();
    assert_eq!(second.messages().await.len(), 3);
}

#[tokio::test]
async fn second_get_replaces_first() {
    let mut served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut first = client.send(client.stream_request()).await;
    assert_eq!((first.status, first.is_stream()), (200, true));
    let id = first.event().await.unwrap().id.unwrap();
    let mut second = client.send(client.stream_request()).await;
    assert_eq!(first.event().await, None);
    assert!(second.event().await.unwrap().id.is_some());
    let mut third = client.send(client.resume_request(&id)).await;
    assert_eq!((third.status, second.event().await), (200, None));
    served.stop();
    assert_eq!(third.event().await, None);
}

#[tokio::test]
async fn unknown_event_id_is_400() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for id in ["", "1", "99-1", "x-y", "1-1; drop", "18446744073709551616-0"] {
        client.send(client.resume_request(id)).await.error(400, -32600).await;
    }
    // Ids are compared literally.
    let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 1}), "t")).await;
    let id = reply.event().await.unwrap().id.unwrap();
    let (stream, sequence) = id.split_once('-').unwrap();
    assert_eq!(client.send(client.resume_request(&id)).await.status, 200);
    for id in [format!("+{stream}-+{sequence}"), format!("0{stream}-{sequence}"), format!("{stream}-0{sequence}")] {
        client.send(client.resume_request(&id)).await.error(400, -32600).await;
    }
}

#[tokio::test]
async fn future_event_id_is_400() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 1}), "t")).await;
    let id = reply.event().await.unwrap().id.unwrap();
    let stream = id.split('-').next().unwrap();
    client.send(client.resume_request(&format!("{stream}-99"))).await.error(400, -32600).await;
    assert_eq!(client.send(client.resume_request(&id)).await.status, 200);
}

#[tokio::test]
async fn stream_of_other_session_is_400() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 1}), "t")).await;
    let id = reply.event().await.unwrap().id.unwrap();
    let other = Client::in_session(&served, "2025-11-25").await;
    other.send(other.resume_request(&id)).await.error(400, -32600).await;
}

#[tokio::test]
async fn get_without_stream_in_accept_is_406() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    client.send(client.stream_request().with("Accept", "application/json")).await.error(406, -32600).await;
    for accept in ["*/*", "text/event-stream", "application/json, text/event-stream"] {
        assert!(client.send(client.stream_request().with("Accept", accept)).await.is_stream());
    }
    assert!(client.send(client.stream_request().without("Accept")).await.is_stream());
}

/// Closes its stream, and waits at the gate.
#[tool(server = "resume")]
async fn poll_me(gate: Inject<Gate>, ctx: Context) -> String {
    ctx.close_stream();
    gate.pass(&ctx).await
}

#[tokio::test]
async fn closed_stream_is_resumed_for_response() {
    let gate = Gate::new();
    let module = McpModule::for_root(McpOptions::new("resume", "1")).only(items![poll_me]).provide_shared(gate.clone());
    let served = serve(module).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut reply = client.send(client.call_request(1, "poll_me", json!({}))).await;
    let priming = reply.event().await.unwrap();
    assert!(priming.retry.is_some(), "{priming:?}");
    assert!(reply.event().await.is_none(), "the connection ends before the call");
    gate.open();
    let mut resumed = client.send(client.resume_request(&priming.id.unwrap())).await;
    assert_eq!(resumed.message().await.unwrap()["result"]["content"][0]["text"], "passed");

    // The stream of a client that cannot resume stays open.
    for client in [Client::in_session(&served, "2025-06-18").await, Client::stateless(&served)] {
        let call = tokio::spawn(served.connect().await.exchange(client.call_request(1, "poll_me", json!({}))));
        gate.entered().await;
        gate.open();
        let messages = call.await.unwrap().messages().await;
        assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "passed");
    }
}

#[derive(Deserialize, JsonSchema)]
struct Consent {
    sure: bool,
}

/// Asks, and logs many messages meanwhile: at once, and between two gates.
#[tool(server = "resume")]
async fn ask_and_talk(
    #[arg] at_once: u32,
    #[arg] later: u32,
    gate: Inject<Gate>,
    ctx: Context,
) -> Result<String, CallError> {
    let say = async |times| {
        for number in 0..times {
            ctx.log(LoggingLevel::Error, number).send();
        }
    };
    let talk = async {
        say(at_once).await;
        gate.pass(&ctx).await;
        say(later).await;
        gate.pass(&ctx).await;
    };
    let (consent, ()) = tokio::join!(async { ctx.elicit::<Consent>("Sure?").await }, talk);
    Ok(consent?.accepted()?.sure.to_string())
}

#[tokio::test]
async fn question_survives_flood_of_log_messages() {
    let gate = Gate::new();
    let options = McpOptions::new("resume", "1");
    let served = serve(McpModule::for_root(options).only(items![ask_and_talk]).provide_shared(gate.clone())).await;
    let client = Client::new(&served, "2025-11-25").capabilities(json!({"elicitation": {}})).initialize().await;
    for (at_once, later) in [(2_000, 0), (0, 2_000)] {
        let call = client.call_request(client.next_id(), "ask_and_talk", json!({"at_once": at_once, "later": later}));
        let mut reply = client.send(call).await;
        let priming = reply.event().await.unwrap().id.unwrap();
        gate.entered().await;
        drop(reply);
        gate.open();
        gate.entered().await;
        gate.open();
        let mut resumed = client.send(client.resume_request(&priming)).await;
        let mut told = 0;
        let question = loop {
            let message = resumed.message().await.unwrap();
            match message["method"].as_str().unwrap() {
                "elicitation/create" => break message,
                _ => told += 1,
            }
        };
        assert_eq!(told, 0, "no notification precedes the question");
        client.respond(question["id"].clone(), json!({"action": "accept", "content": {"sure": true}})).await;
        let messages = resumed.messages().await;
        assert!(messages.len() > 100, "what the stream holds is there: {}", messages.len());
        assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "true");
    }
}

/// Calls `echo` with this many bytes, reads the stream, and returns the id of its first event.
async fn echoed(client: &Client, bytes: usize) -> String {
    let call = client.call_request(client.next_id(), "echo", json!({"message": "x".repeat(bytes)}));
    let mut reply = client.send(call.with("Accept", "text/event-stream")).await;
    let id = reply.event().await.unwrap().id.unwrap();
    reply.messages().await;
    id
}

#[tokio::test]
async fn kept_bytes_limit_evicts_streams_of_largest_session() {
    const LARGE: usize = 16 * 1024;
    let served = serve(module(&Gate::new(), http_options(), Limits::default().max_buffered_bytes(4 * LARGE))).await;
    let greedy = Client::in_session(&served, "2025-11-25").await;
    let mut filled = Vec::new();
    for _ in 0..8 {
        filled.push(echoed(&greedy, LARGE).await);
    }
    let victim = Client::in_session(&served, "2025-11-25").await;
    let mine = echoed(&victim, LARGE).await;
    for _ in 0..8 {
        filled.push(echoed(&greedy, LARGE).await);
        let messages = victim.send(victim.resume_request(&mine)).await.messages().await;
        assert_eq!(messages[0]["result"]["content"][0]["text"].as_str().unwrap().len(), LARGE);
    }
    let latest = filled.last().unwrap();
    assert_eq!(greedy.send(greedy.resume_request(latest)).await.status, 200, "its own latest response is kept");
    until(async || greedy.send(greedy.resume_request(&filled[8])).await.status == 400).await;
}

#[tokio::test]
async fn connected_stream_does_not_evict_kept_ones() {
    let gate = Gate::new();
    let options = McpOptions::new("resume", "1").limits(Limits::default().max_buffered_bytes(4 * 1024));
    let served =
        serve(McpModule::for_root(options).only(items![ask_and_talk, poll_me]).provide_shared(gate.clone())).await;
    let greedy = Client::new(&served, "2025-11-25").capabilities(json!({"elicitation": {}})).initialize().await;
    let call = greedy.call_request(greedy.next_id(), "ask_and_talk", json!({"at_once": 200, "later": 0}));
    let _connected = greedy.send(call).await;
    gate.entered().await;
    let victim = Client::in_session(&served, "2025-11-25").await;
    let mut reply = victim.send(victim.call_request(1, "poll_me", json!({}))).await;
    let id = reply.event().await.unwrap().id.unwrap();
    assert!(reply.event().await.is_none());
    gate.entered().await;
    // One permit for the victim, and two for the other call, which then still waits for its client.
    (0..3).for_each(|_| gate.open());
    let messages = async || {
        let mut resumed = victim.send(victim.resume_request(&id)).await;
        assert_eq!(resumed.status, 200);
        resumed.messages().await
    };
    for _ in 0..2 {
        assert_eq!(messages().await[0]["result"]["content"][0]["text"], "passed");
    }
}

#[tokio::test]
async fn evicted_stream_can_be_resumed_afterwards() {
    let options =
        McpOptions::new("e2e", "1").limits(Limits::default().max_buffered_bytes(1)).streamable_http(http_options());
    let served = serve(McpModule::for_root(options).provide_shared(Gate::new())).await;
    let changes = served.server.as_ref().unwrap().changes();
    let client = Client::in_session(&served, "2025-11-25").await;
    let first = client.send(client.stream_request()).await.event().await.unwrap().id.unwrap();
    // These changes are not read, and exceed the kept bytes.
    until(async || {
        changes.tools_changed();
        client.send(client.resume_request(&first)).await.status == 400
    })
    .await;
    // Changes are delivered in order, so all earlier ones have been read.
    let mut fresh = client.send(client.stream_request()).await;
    changes.prompts_changed();
    while fresh.message().await.unwrap()["method"] != "notifications/prompts/list_changed" {}
    drop(fresh);
    let mut id = client.send(client.stream_request()).await.event().await.unwrap().id.unwrap();
    for _ in 0..3 {
        let mut resumed = client.send(client.resume_request(&id)).await;
        assert_eq!(resumed.status, 200, "nothing after {id} was evicted");
        changes.prompts_changed();
        let told = resumed.event().await.unwrap();
        assert!(told.data.as_deref().unwrap().contains("prompts/list_changed"), "{told:?}");
        id = told.id.unwrap();
    }
}
