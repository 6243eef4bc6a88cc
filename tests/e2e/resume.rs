//! Streams that were interrupted: nothing that was said is lost, wherever the connection broke.

use mcp_server::{CallError, Context, Inject, Limits, McpModule, McpOptions, items, protocol::LoggingLevel, tool};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Answer, Client, Request, serve, until};

use crate::items::{Gate, module, patient, served};

/// The ids and messages of a stream, to its end.
async fn events(answer: &mut Answer) -> Vec<(String, Option<Value>)> {
    let mut events = Vec::new();
    while let Some(event) = answer.event().await {
        let data = event.data.filter(|data| !data.is_empty()).map(|data| serde_json::from_str(&data).unwrap());
        events.push((event.id.unwrap(), data));
    }
    events
}

#[tokio::test]
async fn a_stream_goes_on_after_any_of_its_events() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling_with_progress(1, "count", json!({"to": 3}), "t")).await;
    let whole = events(&mut answer).await;
    assert_eq!(whole.len(), 5);
    let (last, earlier) = whole.split_last().unwrap();
    for (position, (id, _)) in earlier.iter().enumerate() {
        let mut again = client.send(client.resuming(id)).await;
        assert_eq!((again.status, again.is_stream()), (200, true));
        assert_eq!(events(&mut again).await, whole[position + 1..], "after {id}");
    }
    let mut over = client.send(client.resuming(&last.0)).await;
    assert_eq!((over.status, over.text().await.as_str()), (204, ""), "nothing to come back for");
}

#[tokio::test]
async fn a_call_that_was_withdrawn_has_no_answer_to_come_back_for() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling_with_progress(1, "talk", json!({}), "t")).await;
    answer.event().await.unwrap();
    let last = answer.event().await.unwrap().id.unwrap();
    drop(answer);
    client.cancel(1).await;
    gate.withdrawn().await;
    until(async || client.send(client.resuming(&last)).await.status == 204).await;
}

#[tokio::test]
async fn a_stream_keeps_the_latest_of_many_messages_and_always_the_answer() {
    let limits = Limits::default().max_stream_events(3).progress_interval(std::time::Duration::ZERO);
    let served = serve(module(&Gate::new(), patient(), limits)).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling_with_progress(1, "count", json!({"to": 50}), "t")).await;
    let id = answer.event().await.unwrap().id.unwrap();
    answer.messages().await;
    let messages = client.send(client.resuming(&id)).await.messages().await;
    let told: Vec<_> = messages.iter().filter_map(|message| message["params"]["progress"].as_f64()).collect();
    assert_eq!(told, [48.0, 49.0, 50.0]);
    assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "counted to 50");
}

#[tokio::test]
async fn of_streams_that_have_ended_the_latest_stay() {
    let served = serve(module(&Gate::new(), patient(), Limits::default().max_ended_streams_per_session(2))).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let mut answer = client.send(client.calling_with_progress(number, "count", json!({"to": 1}), "t")).await;
        ids.push(answer.event().await.unwrap().id.unwrap());
        answer.messages().await;
    }
    let mut statuses = Vec::new();
    for id in &ids {
        statuses.push(client.send(client.resuming(id)).await.status);
    }
    assert_eq!(statuses[0], 400);
    assert_eq!(statuses[3..], [200, 200]);
}

#[tokio::test]
async fn streams_that_have_ended_are_forgotten_after_a_while() {
    let limits = Limits::default()
        .ended_stream_lifetime(std::time::Duration::ZERO)
        .session_unconfirmed_timeout(std::time::Duration::from_millis(250));
    let served = serve(module(&Gate::new(), patient(), limits)).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling_with_progress(1, "count", json!({"to": 1}), "t")).await;
    let id = answer.event().await.unwrap().id.unwrap();
    drop(answer);
    until(async || client.send(client.resuming(&id)).await.status == 400).await;
}

#[tokio::test]
async fn the_answer_waits_for_a_client_that_went_away() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling_with_progress(1, "talk", json!({}), "t")).await;
    let id = answer.event().await.unwrap().id.unwrap();
    gate.entered().await;
    drop(answer);
    gate.open();
    let server = served.server.as_ref().unwrap();
    until(async || server.calls_in_flight() == 0).await;
    let messages = client.send(client.resuming(&id)).await.messages().await;
    let told: Vec<_> = messages.iter().map(|message| &message["params"]["progress"]).collect();
    assert_eq!(told, [&json!(1.0), &json!(2.0), &Value::Null]);
    assert_eq!(messages[2]["result"]["content"][0]["text"], "passed");
    assert_eq!(gate.withdrawn_so_far(), 0);
}

#[tokio::test]
async fn the_answer_outlives_the_sweeper() {
    let gate = Gate::new();
    let limits = Limits::default().session_unconfirmed_timeout(std::time::Duration::from_millis(250));
    let served = serve(module(&gate, patient(), limits)).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling_with_progress(1, "talk", json!({}), "t")).await;
    let id = answer.event().await.unwrap().id.unwrap();
    drop(answer);
    gate.entered().await;
    gate.open();
    let server = served.server.as_ref().unwrap();
    until(async || server.calls_in_flight() == 0).await;
    // A session that nobody confirms shows that the sweeper has been round.
    assert_eq!(served.send(Request::initialize("2025-11-25")).await.status, 200);
    until(async || server.open_sessions() == 1).await;
    let messages = client.send(client.resuming(&id)).await.messages().await;
    assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "passed");
}

#[tokio::test]
async fn a_stream_goes_on_while_its_call_still_runs() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling_with_progress(1, "talk", json!({}), "t")).await;
    answer.event().await.unwrap();
    let after = answer.event().await.unwrap().id.unwrap();
    drop(answer);
    let mut resumed = client.send(client.resuming(&after)).await;
    gate.open();
    let messages = resumed.messages().await;
    assert_eq!(messages.len(), 2, "the first report is not repeated");
    assert_eq!(messages[0]["params"]["progress"], 2.0);
    assert_eq!(messages[1]["result"]["content"][0]["text"], "passed");
}

#[tokio::test]
async fn whoever_comes_back_takes_the_stream_over() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut first = client.send(client.calling_with_progress(1, "talk", json!({}), "t")).await;
    let id = first.event().await.unwrap().id.unwrap();
    assert_eq!(first.message().await.unwrap()["params"]["progress"], 1.0);
    let mut second = client.send(client.resuming(&id)).await;
    assert_eq!(first.message().await, None, "each message goes to one stream only");
    gate.open();
    assert_eq!(second.messages().await.len(), 3);
}

#[tokio::test]
async fn a_second_get_takes_over_from_the_first() {
    let mut served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut first = client.send(client.listening()).await;
    assert_eq!((first.status, first.is_stream()), (200, true));
    let id = first.event().await.unwrap().id.unwrap();
    let mut second = client.send(client.listening()).await;
    assert_eq!(first.event().await, None);
    assert!(second.event().await.unwrap().id.is_some());
    let mut third = client.send(client.resuming(&id)).await;
    assert_eq!((third.status, second.event().await), (200, None));
    served.stop();
    assert_eq!(third.event().await, None);
}

#[tokio::test]
async fn an_event_of_no_stream_is_400() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for id in ["", "1", "99-1", "x-y", "1-1; drop", "18446744073709551616-0"] {
        client.send(client.resuming(id)).await.error(400, -32600).await;
    }
    // Ids are what the server gave out, letter by letter.
    let mut answer = client.send(client.calling_with_progress(1, "count", json!({"to": 1}), "t")).await;
    let id = answer.event().await.unwrap().id.unwrap();
    let (stream, sequence) = id.split_once('-').unwrap();
    assert_eq!(client.send(client.resuming(&id)).await.status, 200);
    for id in [format!("+{stream}-+{sequence}"), format!("0{stream}-{sequence}"), format!("{stream}-0{sequence}")] {
        client.send(client.resuming(&id)).await.error(400, -32600).await;
    }
}

#[tokio::test]
async fn an_event_that_is_still_to_come_is_400() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling_with_progress(1, "count", json!({"to": 1}), "t")).await;
    let id = answer.event().await.unwrap().id.unwrap();
    let stream = id.split('-').next().unwrap();
    client.send(client.resuming(&format!("{stream}-99"))).await.error(400, -32600).await;
    assert_eq!(client.send(client.resuming(&id)).await.status, 200);
}

#[tokio::test]
async fn streams_of_other_sessions_cannot_be_read() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling_with_progress(1, "count", json!({"to": 1}), "t")).await;
    let id = answer.event().await.unwrap().id.unwrap();
    let other = Client::in_session(&served, "2025-11-25").await;
    other.send(other.resuming(&id)).await.error(400, -32600).await;
}

#[tokio::test]
async fn a_get_must_take_streams() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    client.send(client.listening().with("Accept", "application/json")).await.error(406, -32600).await;
    for accept in ["*/*", "text/event-stream", "application/json, text/event-stream"] {
        assert!(client.send(client.listening().with("Accept", accept)).await.is_stream());
    }
    assert!(client.send(client.listening().without("Accept")).await.is_stream());
}

/// Lets its client go, and waits at the gate.
#[tool(server = "resume")]
async fn poll_me(gate: Inject<Gate>, ctx: Context) -> String {
    ctx.close_stream();
    gate.pass(&ctx).await
}

#[tokio::test]
async fn a_handler_may_let_its_client_go_and_the_client_comes_back_for_the_answer() {
    let gate = Gate::new();
    let module = McpModule::for_root(McpOptions::new("resume", "1")).only(items![poll_me]).provide_shared(gate.clone());
    let served = serve(module).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut answer = client.send(client.calling(1, "poll_me", json!({}))).await;
    let priming = answer.event().await.unwrap();
    assert!(priming.retry.is_some(), "{priming:?}");
    assert!(answer.event().await.is_none(), "the connection ends before the call");
    gate.open();
    let mut resumed = client.send(client.resuming(&priming.id.unwrap())).await;
    assert_eq!(resumed.message().await.unwrap()["result"]["content"][0]["text"], "passed");

    // Clients that cannot come back are not sent away.
    for client in [Client::in_session(&served, "2025-06-18").await, Client::stateless(&served)] {
        let call = tokio::spawn(served.connect().await.exchange(client.calling(1, "poll_me", json!({}))));
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

/// Asks, and says a lot meanwhile: at once, and between two gates.
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
async fn a_question_outlives_what_is_said_beside_it() {
    let gate = Gate::new();
    let options = McpOptions::new("resume", "1");
    let served = serve(McpModule::for_root(options).only(items![ask_and_talk]).provide_shared(gate.clone())).await;
    let client = Client::new(&served, "2025-11-25").capable(json!({"elicitation": {}})).begin().await;
    for (at_once, later) in [(2_000, 0), (0, 2_000)] {
        let call = client.calling(client.next_id(), "ask_and_talk", json!({"at_once": at_once, "later": later}));
        let mut answer = client.send(call).await;
        let priming = answer.event().await.unwrap().id.unwrap();
        gate.entered().await;
        drop(answer);
        gate.open();
        gate.entered().await;
        gate.open();
        let mut resumed = client.send(client.resuming(&priming)).await;
        let mut told = 0;
        let question = loop {
            let message = resumed.message().await.unwrap();
            match message["method"].as_str().unwrap() {
                "elicitation/create" => break message,
                _ => told += 1,
            }
        };
        assert_eq!(told, 0, "it keeps its place");
        client.respond(question["id"].clone(), json!({"action": "accept", "content": {"sure": true}})).await;
        let messages = resumed.messages().await;
        assert!(messages.len() > 100, "what the stream holds is there: {}", messages.len());
        assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "true");
    }
}

/// Calls `echo` with that many bytes, reads the answer as a stream to its end, and returns the id of the priming event.
async fn echoed(client: &Client, bytes: usize) -> String {
    let call = client.calling(client.next_id(), "echo", json!({"message": "x".repeat(bytes)}));
    let mut answer = client.send(call.with("Accept", "text/event-stream")).await;
    let id = answer.event().await.unwrap().id.unwrap();
    answer.messages().await;
    id
}

#[tokio::test]
async fn who_fills_the_room_for_streams_loses_its_own() {
    const LARGE: usize = 16 * 1024;
    let served = serve(module(&Gate::new(), patient(), Limits::default().max_buffered_bytes(4 * LARGE))).await;
    let greedy = Client::in_session(&served, "2025-11-25").await;
    let mut filled = Vec::new();
    for _ in 0..8 {
        filled.push(echoed(&greedy, LARGE).await);
    }
    let victim = Client::in_session(&served, "2025-11-25").await;
    let mine = echoed(&victim, LARGE).await;
    for _ in 0..8 {
        filled.push(echoed(&greedy, LARGE).await);
        let messages = victim.send(victim.resuming(&mine)).await.messages().await;
        assert_eq!(messages[0]["result"]["content"][0]["text"].as_str().unwrap().len(), LARGE);
    }
    let latest = filled.last().unwrap();
    assert_eq!(greedy.send(greedy.resuming(latest)).await.status, 200, "of its own the latest stays");
    until(async || greedy.send(greedy.resuming(&filled[8])).await.status == 400).await;
}

#[tokio::test]
async fn what_is_being_read_takes_no_room_from_who_is_away() {
    let gate = Gate::new();
    let options = McpOptions::new("resume", "1").limits(Limits::default().max_buffered_bytes(4 * 1024));
    let served =
        serve(McpModule::for_root(options).only(items![ask_and_talk, poll_me]).provide_shared(gate.clone())).await;
    let greedy = Client::new(&served, "2025-11-25").capable(json!({"elicitation": {}})).begin().await;
    let call = greedy.calling(greedy.next_id(), "ask_and_talk", json!({"at_once": 200, "later": 0}));
    let _connected = greedy.send(call).await;
    gate.entered().await;
    let victim = Client::in_session(&served, "2025-11-25").await;
    let mut answer = victim.send(victim.calling(1, "poll_me", json!({}))).await;
    let id = answer.event().await.unwrap().id.unwrap();
    assert!(answer.event().await.is_none());
    gate.entered().await;
    // One for the victim, whoever comes first, and two for the other, which still waits for its client then.
    (0..3).for_each(|_| gate.open());
    let messages = async || {
        let mut resumed = victim.send(victim.resuming(&id)).await;
        assert_eq!(resumed.status, 200);
        resumed.messages().await
    };
    for _ in 0..2 {
        assert_eq!(messages().await[0]["result"]["content"][0]["text"], "passed");
    }
}

#[tokio::test]
async fn a_stream_that_was_given_up_can_be_resumed_from_then_on() {
    let options =
        McpOptions::new("e2e", "1").limits(Limits::default().max_buffered_bytes(1)).streamable_http(patient());
    let served = serve(McpModule::for_root(options).provide_shared(Gate::new())).await;
    let changes = served.server.as_ref().unwrap().changes();
    let client = Client::in_session(&served, "2025-11-25").await;
    let first = client.send(client.listening()).await.event().await.unwrap().id.unwrap();
    // Nobody reads what is said now, and there is no room to keep it.
    until(async || {
        changes.tools_changed();
        client.send(client.resuming(&first)).await.status == 400
    })
    .await;
    // By the time it is told of the next change, it has been told of all before.
    let mut fresh = client.send(client.listening()).await;
    changes.prompts_changed();
    while fresh.message().await.unwrap()["method"] != "notifications/prompts/list_changed" {}
    drop(fresh);
    let mut id = client.send(client.listening()).await.event().await.unwrap().id.unwrap();
    for _ in 0..3 {
        let mut resumed = client.send(client.resuming(&id)).await;
        assert_eq!(resumed.status, 200, "after {id} nothing was given up");
        changes.prompts_changed();
        let told = resumed.event().await.unwrap();
        assert!(told.data.as_deref().unwrap().contains("prompts/list_changed"), "{told:?}");
        id = told.id.unwrap();
    }
}
