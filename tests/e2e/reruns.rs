//! Interceptors that run a call again, or with other arguments.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use mcp_server::{
    CallError, CallErrorKind, CallInfo, CallResult, Content, Context, Denial, Guard, Inject, Interceptor, McpModule,
    McpOptions, Next, Outcome, prompt, protocol::ToolResult, resource, tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, Question, RunningServer, serve};

/// Counters of guards, runs and steps.
#[derive(Default)]
struct Counts {
    guards: AtomicU32,
    runs: AtomicU32,
    reserved: AtomicU32,
    /// Number of failures to come.
    failures: AtomicU32,
    /// Arguments that the inner interceptor saw.
    seen: Mutex<Vec<String>>,
}

impl Counts {
    fn fails(&self) -> bool {
        self.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    /// Returns the numbers of guards, runs and reservations, and starts again.
    fn take(&self) -> [u32; 3] {
        [&self.guards, &self.runs, &self.reserved].map(|count| count.swap(0, Ordering::Relaxed))
    }

    fn take_seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

struct CountGuard;

impl Guard for CountGuard {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        call.provider::<Counts>().unwrap().guards.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Runs a call again as long as it fails inside the server.
struct Retry;

impl Interceptor for Retry {
    async fn intercept(&self, _: &CallInfo<'_>, next: Next<'_>) -> Outcome {
        for _ in 0..3 {
            match next.clone().run().await {
                Err(error) if error.kind() == CallErrorKind::Internal => {}
                outcome => return outcome,
            }
        }
        next.run().await
    }
}

/// Runs a call once for each of the values in `cities`.
struct ForEachCity;

impl Interceptor for ForEachCity {
    async fn intercept(&self, call: &CallInfo<'_>, next: Next<'_>) -> Outcome {
        let arguments: Value = serde_json::from_str(&call.arguments())?;
        let mut content: Vec<Content> = Vec::new();
        for city in arguments["city"].as_str().unwrap_or_default().split(' ') {
            match next.clone().run_with(json!({"city": city})).await? {
                CallResult::Tool(result) if result.is_error => return Ok(result.into()),
                CallResult::Tool(result) => content.extend(result.content),
                other => return Ok(other),
            }
        }
        Ok(ToolResult::content(content).into())
    }
}

/// Runs a call twice at the same time.
struct Twice;

impl Interceptor for Twice {
    async fn intercept(&self, _: &CallInfo<'_>, next: Next<'_>) -> Outcome {
        let (one, other) = tokio::join!(next.clone().run(), next.run());
        one.and(other)
    }
}

/// Replaces the arguments by the JSON text of a header.
struct Replace;

impl Interceptor for Replace {
    async fn intercept(&self, call: &CallInfo<'_>, next: Next<'_>) -> Outcome {
        let arguments: Value = serde_json::from_str(call.headers()["x-arguments"].to_str()?)?;
        next.run_with(arguments).await
    }
}

/// Notes the arguments of each run.
struct See;

impl Interceptor for See {
    async fn intercept(&self, call: &CallInfo<'_>, next: Next<'_>) -> Outcome {
        call.provider::<Counts>().unwrap().seen.lock().unwrap().push(call.arguments().into_owned());
        next.run().await
    }
}

#[derive(Deserialize, JsonSchema)]
struct Consent {
    ok: bool,
}

async fn book(city: String, question: String, counts: Inject<Counts>, ctx: Context) -> Result<String, CallError> {
    counts.runs.fetch_add(1, Ordering::Relaxed);
    let seat =
        ctx.step("reserve", async { Ok::<_, CallError>(counts.reserved.fetch_add(1, Ordering::Relaxed)) }).await?;
    if !ctx.elicit::<Consent>(question).await?.accepted()?.ok {
        return Err(CallError::client("not booked"));
    }
    if counts.fails() {
        return Err(std::io::Error::other("broken").into());
    }
    Ok(format!("{city} {seat}"))
}

#[tool(server = "reruns", guards(CountGuard), interceptors(Retry, See), task)]
async fn flaky(#[arg] city: String, counts: Inject<Counts>, ctx: Context) -> Result<String, CallError> {
    let question = format!("Fly to {city}?");
    book(city, question, counts, ctx).await
}

#[tool(server = "reruns", guards(CountGuard), interceptors(ForEachCity, Retry, See))]
async fn tour(
    #[arg(length(max = 20))] city: String,
    counts: Inject<Counts>,
    ctx: Context,
) -> Result<String, CallError> {
    book(city, "Sure?".to_owned(), counts, ctx).await
}

#[tool(server = "reruns", interceptors(Twice))]
async fn hedged(counts: Inject<Counts>, ctx: Context) -> Result<String, CallError> {
    counts.runs.fetch_add(1, Ordering::Relaxed);
    ctx.step("pause", async {
        tokio::task::yield_now().await;
        Ok::<_, CallError>(())
    })
    .await?;
    Ok("done".to_owned())
}

#[tool(server = "reruns", guards(CountGuard), interceptors(Replace, See))]
fn replaced(#[arg(range(max = 5))] number: u8, ctx: Context) -> String {
    format!("{number} {}", ctx.arguments())
}

#[prompt(server = "reruns", interceptors(Replace))]
fn replaced_prompt(#[arg] number: u8) -> String {
    number.to_string()
}

#[resource(server = "reruns", uri_template = "test://replaced/{number}", interceptors(Replace))]
fn replaced_resource(#[arg] number: u8, ctx: Context) -> String {
    format!("{number} at {}", ctx.uri().unwrap())
}

async fn served() -> (RunningServer, Arc<Counts>) {
    let counts = Arc::new(Counts::default());
    (serve(McpModule::for_root(McpOptions::new("reruns", "1")).provide_shared(counts.clone())).await, counts)
}

/// Clients of both eras that answer questions.
async fn clients(served: &RunningServer) -> [Client; 2] {
    let able = |client: Client| client.capabilities(json!({"elicitation": {}}));
    [able(Client::new(served, "2025-11-25")).initialize().await, able(Client::stateless(served))]
}

fn yes(_: &Question) -> Value {
    json!({"action": "accept", "content": {"ok": true}})
}

fn texts(result: &Value) -> Vec<&str> {
    result["content"].as_array().unwrap().iter().filter_map(|content| content["text"].as_str()).collect()
}

#[tokio::test]
async fn retry_repeats_neither_steps_nor_questions() {
    let (served, counts) = served().await;
    for client in clients(&served).await {
        counts.failures.store(2, Ordering::Relaxed);
        let (result, asked) = client.call_with_answers("flaky", json!({"city": "Rome"}), yes).await;
        assert_eq!(texts(&result), ["Rome 0"]);
        assert_eq!(asked.len(), 1, "{asked:?}");
        // The stateless era runs guards and handler once more, for the round that asks.
        let rounds = 1 + u32::from(client.is_stateless());
        assert_eq!(counts.take(), [rounds, 2 + rounds, 1]);
        let seen = counts.take_seen();
        assert!(seen.iter().all(|arguments| arguments == r#"{"city":"Rome"}"#), "{seen:?}");
    }
}

#[tokio::test]
async fn failed_retries_end_with_error_of_last_run() {
    let (served, counts) = served().await;
    for client in clients(&served).await {
        counts.failures.store(100, Ordering::Relaxed);
        let (result, asked) = client.call_with_answers("flaky", json!({"city": "Rome"}), yes).await;
        assert_eq!((&result["isError"], asked.len()), (&json!(true), 1));
        assert!(texts(&result)[0].starts_with("internal error"), "{result}");
        assert_eq!(counts.take()[1..], [4 + u32::from(client.is_stateless()), 1]);
    }
}

#[tokio::test]
async fn retry_in_task_repeats_neither_steps_nor_questions() {
    let (served, counts) = served().await;
    counts.failures.store(1, Ordering::Relaxed);
    let client = crate::task_items::client(&served);
    let id = crate::task_items::begin(&client, "flaky", json!({"city": "Rome"})).await;
    let task = crate::task_items::reaches(&client, &id, "input_required").await;
    let keys = crate::task_items::members(&task["inputRequests"]);
    assert_eq!(keys, ["elicitation-1"]);
    let answers = json!({"elicitation-1": {"action": "accept", "content": {"ok": true}}});
    crate::task_items::update(&client, &id, answers).await;
    let task = crate::task_items::reaches(&client, &id, "completed").await;
    assert_eq!(texts(&task["result"]), ["Rome 0"]);
    assert_eq!(counts.take(), [1, 2, 1]);
}

#[tokio::test]
async fn other_arguments_take_own_steps_and_ask_own_questions() {
    let (served, counts) = served().await;
    for client in clients(&served).await {
        // The second city fails once: its retry repeats what was done for this city, and not for
        // the first.
        counts.failures.store(0, Ordering::Relaxed);
        let (result, asked) = client
            .call_with_answers("tour", json!({"city": "Rome Oslo"}), |asked| {
                counts.failures.store(u32::from(counts.reserved.load(Ordering::Relaxed) == 2), Ordering::Relaxed);
                yes(asked)
            })
            .await;
        assert_eq!(texts(&result), ["Rome 0", "Oslo 1"]);
        assert_eq!(asked.len(), 2, "one question per city, although their texts are equal: {asked:?}");
        let [guards, runs, reserved] = counts.take();
        assert_eq!((guards, reserved), (1 + 2 * u32::from(client.is_stateless()), 2));
        assert!(runs >= 3, "{runs}");
    }
}

#[tokio::test]
async fn refused_question_is_not_asked_again_by_retry() {
    let (served, counts) = served().await;
    for client in clients(&served).await {
        let decline = |_: &Question| json!({"action": "decline"});
        let (result, asked) = client.call_with_answers("flaky", json!({"city": "Rome"}), decline).await;
        assert_eq!((&result["isError"], texts(&result), asked.len()), (&json!(true), vec!["the user declined"], 1));
        counts.take();
    }
}

#[tokio::test]
async fn overlapping_runs_do_not_collide() {
    let (served, counts) = served().await;
    for client in clients(&served).await {
        assert_eq!(client.call_text("hedged", json!({})).await, "done");
        assert_eq!(counts.take()[1], 2);
    }
}

#[tokio::test]
async fn replaced_arguments_are_validated_without_asking_guards_again() {
    let (served, counts) = served().await;
    for client in clients(&served).await {
        let call =
            |arguments: &str| client.call_request(1, "replaced", json!({"number": 1})).header("X-Arguments", arguments);
        let result = client.send(call(r#"{"number": 3}"#)).await.json().await["result"].take();
        assert_eq!(texts(&result), [r#"3 {"number":3}"#]);
        assert_eq!((counts.take()[0], counts.take_seen()), (1, vec![r#"{"number":3}"#.to_owned()]));
        for (arguments, reason) in [
            (r#"{"number": 9}"#, "Invalid arguments"),
            (r#"{"number": "x"}"#, "Invalid arguments"),
            ("{}", "Invalid arguments"),
            ("[3]", "internal error"),
            ("null", "internal error"),
        ] {
            let result = client.send(call(arguments)).await.json().await["result"].take();
            assert_eq!(result["isError"], true, "{arguments}");
            assert!(texts(&result)[0].starts_with(reason), "{result}");
            assert_eq!((counts.take()[0], counts.take_seen().len()), (1, 0), "inner interceptors see accepted calls");
        }
    }
}

#[tokio::test]
async fn replaced_arguments_of_prompts_and_resources_are_text() {
    let (served, _) = served().await;
    for client in clients(&served).await {
        let get = json!({"name": "replaced_prompt", "arguments": {"number": "1"}});
        let get = client.request(1, "prompts/get", get).header("X-Arguments", r#"{"number": "3"}"#);
        let result = client.send(get).await.json().await["result"].take();
        assert_eq!(result["messages"][0]["content"]["text"], "3");
        let read = |arguments: &str| {
            let read = json!({"uri": "test://replaced/1"});
            client.request(2, "resources/read", read).header("X-Arguments", arguments)
        };
        let result = client.send(read(r#"{"number": "3"}"#)).await.json().await["result"].take();
        assert_eq!(result["contents"][0]["text"], "3 at test://replaced/1");
        assert_eq!(client.send(read(r#"{"number": 3}"#)).await.json().await["error"]["code"], -32603);
    }
}
