//! Tools that become tasks, and helpers for clients of tasks.

use std::{sync::Arc, time::Duration};

use mcp_server::{
    CallError, CallInfo, Context, Denial, Guard, Inject, McpModule, McpOptions, ToolResult, items,
    protocol::{CreateMessage, ErrorCode, ErrorObject, TaskSupport},
    registry::ToolBuilder,
    tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve, until};
use tokio::sync::Notify;

/// Signals between tests and handlers.
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

/// Has no task support.
#[tool(server = "tasks")]
pub(crate) fn greet(#[arg] name: String) -> String {
    format!("Hello, {name}!")
}

/// Becomes a task, and waits until the test lets it end.
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

/// Becomes a task that ends at once.
#[tool(server = "tasks", task = "optional")]
fn add(#[arg] a: i64, #[arg(range(max = 100))] b: i64) -> i64 {
    a + b
}

/// Must be a task.
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

/// Asks within its task.
#[tool(server = "tasks", task)]
async fn confirm_delete(#[arg] filename: String, ctx: Context) -> Result<String, CallError> {
    let consent = ctx.elicit::<Consent>(format!("Delete {filename}?")).key("confirm").await?.accepted()?;
    Ok(format!("{filename}: {}", consent.confirm))
}

/// Asks two questions concurrently, and then a third with a key that was used before.
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

/// Asks with a schema that has keywords.
#[tool(server = "tasks", task)]
async fn choose_seat(ctx: Context) -> Result<String, CallError> {
    let seat = ctx.elicit::<Seat>("Where?").key("seat").await?.accepted()?;
    Ok(format!("{} {}", seat.row, seat.window.unwrap_or_default()))
}

/// A type that panics while it is deserialized.
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

/// May detach, but does not.
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

pub(crate) async fn server() -> (RunningServer, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    (serve(module(options(), &gate)).await, gate)
}

/// Creates a client with the extension and all capabilities.
pub(crate) fn client(served: &RunningServer) -> Client {
    Client::stateless(served).capabilities(json!({
        "elicitation": {}, "sampling": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}
    }))
}

/// Calls a tool that becomes a task, and returns the id of the task.
pub(crate) async fn begin(client: &Client, tool: &str, arguments: Value) -> Value {
    let result = client.call(tool, arguments).await;
    assert_eq!(result["resultType"], "task", "{result}");
    result["taskId"].clone()
}

pub(crate) async fn get(client: &Client, id: &Value) -> Value {
    client.result("tasks/get", json!({"taskId": id})).await
}

/// Polls a task until it has this status.
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
