//! The Tasks extension: calls that are answered with a handle, looked after, answered in the middle and withdrawn.

use std::{sync::Arc, time::Duration};

use mcp_server::{
    CallError, CallInfo, Context, Denial, Guard, Inject, McpModule, McpOptions, ResponseMode, ToolResult, items,
    protocol::{CreateMessage, ErrorCode, ErrorObject, TaskSupport},
    registry::ToolBuilder,
    tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, Served, serve, until};
use tokio::sync::Notify;

/// What tests wait for, and what they let happen.
#[derive(Default)]
pub(crate) struct Gate {
    pub(crate) reached: Notify,
    pub(crate) open: Notify,
    pub(crate) tidied: Notify,
}

#[derive(Deserialize, JsonSchema)]
struct Name {
    name: String,
}

#[derive(Deserialize, JsonSchema)]
struct Consent {
    confirm: bool,
}

/// Never a task.
#[tool(server = "tasks")]
fn greet(#[arg] name: String) -> String {
    format!("Hello, {name}!")
}

/// A task at once, which ends when it may.
#[tool(server = "tasks", task)]
pub(crate) async fn wait(gate: Inject<Gate>, ctx: Context) -> String {
    gate.reached.notify_one();
    tokio::select! {
        () = gate.open.notified() => format!("waited, {}", ctx.task_id().is_some()),
        () = ctx.cancellation().cancelled() => {
            gate.tidied.notify_one();
            "too late".to_owned()
        }
    }
}

/// A task that is done as soon as it begins.
#[tool(server = "tasks", task = "optional")]
fn add(#[arg] a: i64, #[arg(range(max = 100))] b: i64) -> i64 {
    a + b
}

/// Nothing but a task.
#[tool(server = "tasks", task = "required")]
async fn failing() -> Result<String, CallError> {
    tokio::task::yield_now().await;
    Err(CallError::client("it did not work"))
}

#[tool(server = "tasks", task)]
async fn broken(#[arg] how: String) -> Result<ToolResult, CallError> {
    match how.as_str() {
        "protocol" => Err(ErrorObject::new(ErrorCode(-32050), "no such luck").data(json!({"more": 1})).into()),
        "scope" => Err(CallError::insufficient_scope(["luck"])),
        _ => panic!("on purpose"),
    }
}

#[tool(server = "tasks", task)]
async fn report(gate: Inject<Gate>, ctx: Context) -> &'static str {
    ctx.progress(1.0).total(4.0).send();
    gate.reached.notify_one();
    gate.open.notified().await;
    ctx.progress(2.0).message("halfway").send();
    gate.reached.notify_one();
    gate.open.notified().await;
    "reported"
}

/// Asks in the middle.
#[tool(server = "tasks", task)]
async fn confirm_delete(#[arg] filename: String, ctx: Context) -> Result<String, CallError> {
    let consent = ctx.elicit::<Consent>(format!("Delete {filename}?")).key("confirm").await?.accepted()?;
    Ok(format!("{filename}: {}", consent.confirm))
}

/// Asks two things at once, and then a third under a name that was there before.
#[tool(server = "tasks", task)]
async fn multi_input(ctx: Context) -> Result<String, CallError> {
    let (name, praise) = tokio::join!(async { ctx.elicit::<Name>("Who?").key("name").await }, async {
        ctx.sample(CreateMessage::new(10).user("Praise them.")).await
    },);
    let (name, praise) = (name?.accepted()?.name, praise?.text());
    let again = ctx.elicit::<Name>("Sure?").key("name").await?.accepted()?.name;
    Ok(format!("{name} {praise} {again}"))
}

#[derive(Deserialize, JsonSchema)]
struct Seat {
    #[schemars(range(min = 1, max = 40))]
    row: u8,
    window: Option<bool>,
}

/// Asks what types alone do not check.
#[tool(server = "tasks", task)]
async fn choose_seat(ctx: Context) -> Result<String, CallError> {
    let seat = ctx.elicit::<Seat>("Where?").key("seat").await?.accepted()?;
    Ok(format!("{} {}", seat.row, seat.window.unwrap_or_default()))
}

/// What panics where it is read.
#[derive(JsonSchema)]
struct Fragile {
    #[expect(dead_code, reason = "it is never read")]
    text: String,
}

impl<'de> Deserialize<'de> for Fragile {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("on purpose")
    }
}

#[tool(server = "tasks", task)]
async fn ask_fragile(ctx: Context) -> Result<(), CallError> {
    ctx.elicit::<Fragile>("What?").key("what").await?.accepted().map(drop)
}

/// Asks, becomes a task, and asks again.
#[tool(server = "tasks", task, detaches)]
async fn ask_first(gate: Inject<Gate>, ctx: Context) -> Result<String, CallError> {
    let name = ctx.elicit::<Name>("Who?").key("user_name").await?.accepted()?.name;
    ctx.progress(1.0).message("before").send();
    ctx.detach().await?;
    ctx.detach().await?;
    gate.reached.notify_one();
    let consent = ctx.elicit::<Consent>("Sure?").key("user_name").await?.accepted()?;
    Ok(format!("{name} {} {}", consent.confirm, ctx.step("late", async { Ok::<_, CallError>(1) }).await?))
}

/// Says nothing about becoming a task.
#[tool(server = "tasks", task, detaches)]
fn stays() -> &'static str {
    "stayed"
}

struct Closed;

impl Guard for Closed {
    async fn check(&self, _: &CallInfo<'_>) -> Result<(), Denial> {
        Err(Denial::forbidden("closed"))
    }
}

#[tool(server = "tasks", task, guards(Closed))]
fn guarded() -> &'static str {
    "open"
}

pub(crate) fn module(options: McpOptions, gate: &Arc<Gate>) -> McpModule {
    let by_hand = ToolBuilder::new("by_hand").task(TaskSupport::Optional).handler(|context: Context| {
        Ok(Box::pin(async move {
            let text = format!("task {}", context.task_id().is_some());
            Ok(mcp_server::CallResult::Tool(ToolResult::text(text)))
        }) as mcp_server::handler::HandlerFuture)
    });
    McpModule::for_root(options)
        .only(items![greet, wait, add, failing, broken, report, confirm_delete, multi_input, ask_first, stays, guarded])
        .only(items![choose_seat, ask_fragile])
        .item(by_hand)
        .provide_shared(gate.clone())
}

pub(crate) fn options() -> McpOptions {
    McpOptions::new("tasks", "1").task_poll_interval(Duration::from_millis(20))
}

pub(crate) async fn server() -> (Served, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    (serve(module(options(), &gate)).await, gate)
}

/// A client with the extension that can be asked everything.
pub(crate) fn client(served: &Served) -> Client {
    Client::stateless(served).capable(json!({
        "elicitation": {}, "sampling": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}
    }))
}

/// Calls a tool, and returns the id of the task that its call has become.
pub(crate) async fn begin(client: &Client, tool: &str, arguments: Value) -> Value {
    let result = client.call(tool, arguments).await;
    assert_eq!(result["resultType"], "task", "{result}");
    result["taskId"].clone()
}

pub(crate) async fn get(client: &Client, id: &Value) -> Value {
    client.result("tasks/get", json!({"taskId": id})).await
}

/// The task, as soon as it is so.
pub(crate) async fn reaches(client: &Client, id: &Value, status: &str) -> Value {
    let mut task = Value::Null;
    until(async || {
        task = get(client, id).await;
        task["status"] == status
    })
    .await;
    task
}

pub(crate) async fn update(client: &Client, id: &Value, responses: Value) -> Value {
    client.result("tasks/update", json!({"taskId": id, "inputResponses": responses})).await
}

pub(crate) async fn cancel(client: &Client, id: &Value) -> Value {
    client.result("tasks/cancel", json!({"taskId": id})).await
}

pub(crate) fn members(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

pub(crate) fn confirm(yes: bool) -> Value {
    json!({"action": "accept", "content": {"confirm": yes}})
}

#[tokio::test]
async fn a_task_is_created_found_at_once_and_completed() {
    let (served, gate) = server().await;
    let client = client(&served);
    let handle = client.call("wait", json!({})).await;
    assert_eq!(
        members(&handle),
        ["_meta", "createdAt", "lastUpdatedAt", "pollIntervalMs", "resultType", "status", "taskId", "ttlMs"]
    );
    assert_eq!((&handle["resultType"], &handle["status"]), (&json!("task"), &json!("working")));
    assert_eq!((&handle["ttlMs"], &handle["pollIntervalMs"]), (&json!(3_600_000), &json!(20)));
    for time in ["createdAt", "lastUpdatedAt"] {
        let text = handle[time].as_str().unwrap();
        assert!(text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T', "{text}");
    }
    let id = handle["taskId"].clone();
    assert_eq!(id.as_str().unwrap().len(), 32, "128 bits in hexadecimal");
    let task = get(&client, &id).await;
    assert_eq!(
        members(&task),
        ["_meta", "createdAt", "lastUpdatedAt", "pollIntervalMs", "resultType", "status", "taskId", "ttlMs"]
    );
    assert_eq!((&task["resultType"], &task["status"]), (&json!("complete"), &json!("working")));
    gate.open.notify_one();
    let task = reaches(&client, &id, "completed").await;
    assert_eq!(task["result"]["content"][0]["text"], "waited, true");
    assert_eq!(task["result"]["resultType"], "complete");
    assert!(task.get("error").is_none() && task.get("inputRequests").is_none(), "{task}");
    assert_eq!(get(&client, &id).await, task, "and stays");
    assert_ne!(begin(&client, "wait", json!({})).await, id);
}

#[tokio::test]
async fn a_client_without_the_extension_waits_for_the_result() {
    let (served, gate) = server().await;
    gate.open.notify_one();
    let plain = Client::stateless(&served).capable(json!({"extensions": {"com.example/other": {}}}));
    assert_eq!(plain.call_text("wait", json!({})).await, "waited, false");
    for client in Client::of_both_eras(&served).await {
        let result = client
            .result("tools/call", json!({"name": "add", "arguments": {"a": 1, "b": 2}, "task": {"ttl": 1}}))
            .await;
        assert_eq!(result["content"][0]["text"], "3");
        assert_eq!(client.call_text("by_hand", json!({})).await, "task false");
    }
    // What the client said before does not count, only what it says with the request.
    assert_eq!(client(&served).call("add", json!({"a": 1, "b": 2})).await["resultType"], "task");
    assert_eq!(plain.call_text("add", json!({"a": 1, "b": 2})).await, "3");
}

#[tokio::test]
async fn a_tool_that_is_no_task_answers_at_once() {
    let (served, _) = server().await;
    let client = client(&served);
    let result = client.result("tools/call", json!({"name": "greet", "arguments": {"name": "Ada"}, "task": {}})).await;
    assert_eq!((&result["resultType"], &result["content"][0]["text"]), (&json!("complete"), &json!("Hello, Ada!")));
    assert_eq!(client.call_text("stays", json!({})).await, "stayed");
    let id = begin(&client, "by_hand", json!({})).await;
    assert_eq!(reaches(&client, &id, "completed").await["result"]["content"][0]["text"], "task true");
}

#[tokio::test]
async fn what_must_be_a_task_needs_the_extension() {
    let (served, _) = server().await;
    let plain = Client::stateless(&served);
    let message = plain.send(plain.calling(1, "failing", json!({}))).await.error(400, -32021).await;
    assert_eq!(
        message["error"]["data"],
        json!({"requiredCapabilities": {"extensions": {"io.modelcontextprotocol/tasks": {}}}})
    );
    let session = Client::in_session(&served, "2025-11-25").await;
    assert_eq!(session.call("failing", json!({})).await["isError"], true);
}

#[tokio::test]
async fn a_result_that_is_an_error_completes_the_task() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "failing", json!({})).await;
    let task = reaches(&client, &id, "completed").await;
    assert_eq!(task["result"]["isError"], true);
    assert_eq!(task["result"]["content"][0]["text"], "it did not work");
}

#[tokio::test]
async fn a_json_rpc_error_fails_the_task() {
    let (served, _) = server().await;
    let client = client(&served);
    for (how, code) in [("protocol", -32050), ("scope", 403), ("panic", -32603)] {
        let id = begin(&client, "broken", json!({"how": how})).await;
        let task = reaches(&client, &id, "failed").await;
        assert_eq!(task["error"]["code"], code, "{task}");
        assert_eq!(task["statusMessage"], task["error"]["message"]);
        assert!(task.get("result").is_none(), "{task}");
    }
    let id = begin(&client, "broken", json!({"how": "protocol"})).await;
    assert_eq!(reaches(&client, &id, "failed").await["error"]["data"]["more"], 1);
}

#[tokio::test]
async fn what_is_refused_becomes_no_task() {
    let (served, _) = server().await;
    let client = client(&served);
    for arguments in [json!({"a": 1}), json!({"a": 1, "b": 101})] {
        let result = client.call("add", arguments).await;
        assert_eq!((&result["resultType"], &result["isError"]), (&json!("complete"), &json!(true)), "{result}");
    }
    assert_eq!(client.ask("tools/call", json!({"name": "guarded"})).await["error"]["code"], 403);
}

#[tokio::test]
async fn progress_is_the_message_of_the_status() {
    let (served, gate) = server().await;
    let client = client(&served);
    let id = begin(&client, "report", json!({})).await;
    gate.reached.notified().await;
    assert_eq!(get(&client, &id).await["statusMessage"], "1 of 4");
    gate.open.notify_one();
    gate.reached.notified().await;
    let task = get(&client, &id).await;
    assert_eq!((&task["statusMessage"], &task["status"]), (&json!("halfway"), &json!("working")));
    gate.open.notify_one();
    assert_eq!(reaches(&client, &id, "completed").await["result"]["content"][0]["text"], "reported");
}

#[tokio::test]
async fn what_has_ended_takes_everything_and_changes_no_more() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "add", json!({"a": 1, "b": 2})).await;
    let task = reaches(&client, &id, "completed").await;
    for _ in 0..2 {
        assert_eq!(cancel(&client, &id).await["resultType"], "complete");
        assert_eq!(update(&client, &id, json!({"confirm": confirm(true)})).await["resultType"], "complete");
    }
    assert_eq!(get(&client, &id).await, task);
}

#[tokio::test]
async fn the_id_of_no_task_is_invalid_params() {
    let (served, _) = server().await;
    let client = client(&served);
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        for params in [json!({"taskId": "no-such", "inputResponses": {}}), json!({"inputResponses": {}})] {
            client.send(client.request(1, method, params)).await.error(200, -32602).await;
        }
    }
    let id = begin(&client, "wait", json!({})).await;
    for responses in [Value::Null, json!({})] {
        let mut params = json!({"taskId": id});
        let code = if responses.is_null() { json!(-32602) } else { Value::Null };
        params["inputResponses"] = responses;
        assert_eq!(client.ask("tasks/update", params).await["error"]["code"], code);
    }
}

#[tokio::test]
async fn methods_of_tasks_need_the_extension() {
    let (served, _) = server().await;
    let id = begin(&client(&served), "wait", json!({})).await;
    let plain = Client::stateless(&served);
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let request = plain.request(1, method, json!({"taskId": id, "inputResponses": {}}));
        let message = plain.send(request).await.error(400, -32021).await;
        let required = &message["error"]["data"]["requiredCapabilities"];
        assert_eq!(*required, json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
    }
    assert_eq!(get(&client(&served), &id).await["status"], "working");
    let listening = json!({"notifications": {"taskIds": [id]}});
    let message = plain.send(plain.request(1, "subscriptions/listen", listening)).await.error(400, -32021).await;
    let required = &message["error"]["data"]["requiredCapabilities"];
    assert_eq!(*required, json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
}

#[tokio::test]
async fn methods_that_the_extension_does_not_have_are_unknown() {
    let (served, _) = server().await;
    let client = client(&served);
    for method in ["tasks/list", "tasks/result"] {
        client.send(client.request(1, method, json!({"taskId": "x"}))).await.error(404, -32601).await;
    }
    let session = Client::in_session(&served, "2025-11-25").await;
    for method in ["tasks/get", "tasks/list", "tasks/cancel", "tasks/result"] {
        assert_eq!(session.ask(method, json!({"taskId": "x"})).await["error"]["code"], -32601);
    }
}

#[tokio::test]
async fn the_name_of_a_request_about_a_task_is_its_id() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "wait", json!({})).await;
    let request = client.request(1, "tasks/get", json!({"taskId": id}));
    client.send(request.clone().without("Mcp-Name")).await.error(400, -32020).await;
    client.send(request.clone().with("Mcp-Name", "other")).await.error(400, -32020).await;
    assert_eq!(client.send(request).await.status, 200);
}

#[tokio::test]
async fn the_extension_is_declared_where_there_are_tasks() {
    let (served, _) = server().await;
    let capabilities = client(&served).result("server/discover", json!({})).await["capabilities"].take();
    assert_eq!(capabilities["extensions"], json!({"io.modelcontextprotocol/tasks": {}}));
    assert!(capabilities.get("tasks").is_none(), "{capabilities}");
    let introduction = &Client::in_session(&served, "2025-11-25").await.introduction["capabilities"];
    assert!(introduction.get("extensions").is_none() && introduction.get("tasks").is_none(), "{introduction}");
    let tools = client(&served).result("tools/list", json!({})).await;
    assert!(!tools.to_string().contains("askSupport"), "{tools}");

    let served = serve(McpModule::for_root(McpOptions::new("tasks", "1")).only(items![greet])).await;
    let client = client(&served);
    let capabilities = client.result("server/discover", json!({})).await["capabilities"].take();
    assert!(capabilities.get("extensions").is_none(), "{capabilities}");
    client.send(client.request(1, "tasks/get", json!({"taskId": "x"}))).await.error(404, -32601).await;
}

#[tokio::test]
async fn in_every_mode_the_handle_comes_as_answers_do() {
    for mode in [ResponseMode::Adaptive, ResponseMode::Json, ResponseMode::Stream] {
        let gate = Arc::new(Gate::default());
        let http = mcp_server::StreamableHttp::default().response_mode(mode);
        let served = serve(module(options().streamable_http(http), &gate)).await;
        let client = client(&served);
        let mut answer = client.send(client.calling(7, "wait", json!({}))).await;
        assert_eq!(answer.is_stream(), mode == ResponseMode::Stream);
        let handle = answer.messages().await.pop().unwrap();
        assert_eq!((&handle["id"], &handle["result"]["resultType"]), (&json!(7), &json!("task")));
        // A client that closes its connection takes nothing with it.
        drop(answer);
        gate.open.notify_one();
        reaches(&client, &handle["result"]["taskId"], "completed").await;
    }
}
