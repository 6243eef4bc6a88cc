//! Blocking handlers: they leave the thread of the server free, and hold their permits until they
//! return.

use std::{sync::Arc, time::Duration};

use mcp_server::{
    Args, CallError, CallInfo, Context, Inject, Interceptor, Limits, LoggingLevel, McpModule, McpOptions, McpServer,
    Next, Outcome, prompt,
    registry::{PromptBuilder, ResourceBuilder, ToolBuilder},
    resource, tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tests::harness::{Client, RunningServer, StdioClient, serve, until, within};
use tokio::{runtime::Handle, sync::Semaphore};
use tracing::Instrument as _;

use crate::{
    failures::{line, log, reference},
    items::http_options,
};

/// Signals between tests and blocking handlers.
#[derive(Debug)]
struct Gate {
    entered: Semaphore,
    open: Semaphore,
    ended: Semaphore,
}

impl Gate {
    fn new() -> Arc<Self> {
        Arc::new(Self { entered: Semaphore::new(0), open: Semaphore::new(0), ended: Semaphore::new(0) })
    }

    /// Blocks the thread until the test opens the gate. Panics on a thread of the runtime.
    fn pass(&self) -> &'static str {
        self.entered.add_permits(1);
        Handle::current().block_on(within(self.open.acquire())).unwrap().forget();
        self.ended.add_permits(1);
        "passed"
    }

    async fn entered(&self) {
        within(self.entered.acquire()).await.unwrap().forget();
    }

    fn open(&self) {
        self.open.add_permits(1);
    }

    async fn ended(&self) {
        within(self.ended.acquire()).await.unwrap().forget();
    }
}

/// Blocks, whatever happens to its call.
#[tool(server = "blocking", blocking, task)]
fn occupy(gate: Inject<Gate>) -> &'static str {
    gate.pass()
}

/// Returns once its call is cancelled.
#[tool(server = "blocking", blocking)]
fn watch(gate: Inject<Gate>, ctx: Context) {
    gate.entered.add_permits(1);
    while !ctx.is_cancelled() {
        std::thread::yield_now();
    }
    gate.ended.add_permits(1);
}

/// Sends notifications, and blocks in between.
#[tool(server = "blocking", blocking)]
fn talk(#[arg] times: u32, gate: Inject<Gate>, ctx: Context) -> String {
    ctx.progress(1.0).total(2.0).send();
    ctx.log(LoggingLevel::Error, "between").send();
    gate.pass();
    ctx.progress(2.0).send();
    format!("talked {times}")
}

/// Panics.
#[tool(server = "blocking", blocking)]
fn rage() -> String {
    panic!("the secret reason");
}

/// Fails.
#[tool(server = "blocking", blocking)]
fn read_missing() -> Result<String, std::io::Error> {
    Err(std::io::Error::other("the secret reason"))
}

/// Asks its user.
#[tool(server = "blocking", blocking)]
fn ask(ctx: Context) -> Result<bool, CallError> {
    Handle::current().block_on(async { ctx.confirm("Really?").await })
}

struct Spanned;

impl Interceptor for Spanned {
    async fn intercept(&self, _: &CallInfo<'_>, next: Next<'_>) -> Outcome {
        next.run().instrument(tracing::error_span!("spanned")).await
    }
}

/// Returns the name of the current span.
#[tool(server = "blocking", blocking, interceptors(Spanned))]
fn span() -> Option<&'static str> {
    tracing::Span::current().metadata().map(tracing::Metadata::name)
}

/// Runs on the thread of the server.
#[tool(server = "blocking", blocking = false)]
async fn quick() -> &'static str {
    "quick"
}

#[resource(server = "blocking", uri_template = "blocking://{name}", blocking)]
fn file(#[arg] name: String, gate: Inject<Gate>) -> String {
    format!("{name} {}", gate.pass())
}

#[prompt(server = "blocking", blocking)]
fn review(#[arg] code: String, gate: Inject<Gate>) -> String {
    format!("{code} {}", gate.pass())
}

#[derive(Deserialize, JsonSchema)]
struct Name {
    name: String,
}

fn module(gate: &Arc<Gate>, limits: Limits) -> McpModule {
    let options = McpOptions::new("blocking", "1").streamable_http(http_options()).limits(limits);
    let built = |Args(Name { name }): Args<Name>, gate: Inject<Gate>| format!("{name} {}", gate.pass());
    McpModule::for_root(options)
        .provide_shared(gate.clone())
        .item(ToolBuilder::new("built").run_blocking(built))
        .item(ResourceBuilder::template("built://{name}", "built").run_blocking(built))
        .item(PromptBuilder::new("built").run_blocking(built))
}

async fn served(limits: Limits) -> (RunningServer, Arc<Gate>) {
    let gate = Gate::new();
    (serve(module(&gate, limits)).await, gate)
}

/// Limits that admit one call, and let a cancelled one continue for a moment only.
fn one_call() -> Limits {
    Limits::default().max_calls(1).cancellation_grace(Duration::from_millis(20))
}

/// Checks that a blocking handler still holds the only permit, and lets it return.
async fn holds_its_permit(server: &McpServer, client: &Client, gate: &Gate) {
    assert_eq!(server.calls_in_flight(), 1, "the handler is running");
    let rejected = client.send(client.call_request("beyond the limit", "quick", json!({}))).await;
    assert_eq!(rejected.status, 503);
    assert_eq!(gate.ended.available_permits(), 0, "the handler is still running");
    gate.open();
    gate.ended().await;
    until(async || server.calls_in_flight() == 0).await;
    assert_eq!(client.call_text("quick", json!({})).await, "quick");
}

#[tokio::test]
async fn blocking_handler_leaves_thread_free() {
    let (served, gate) = served(Limits::default()).await;
    for client in Client::both_eras(&served).await {
        for (method, params, expected) in [
            ("tools/call", json!({"name": "occupy"}), "passed"),
            ("tools/call", json!({"name": "built", "arguments": {"name": "a"}}), "a passed"),
            ("resources/read", json!({"uri": "blocking://a"}), "a passed"),
            ("resources/read", json!({"uri": "built://a"}), "a passed"),
            ("prompts/get", json!({"name": "review", "arguments": {"code": "a"}}), "a passed"),
            ("prompts/get", json!({"name": "built", "arguments": {"name": "a"}}), "a passed"),
        ] {
            let call = tokio::spawn(served.connect().await.exchange(client.request(client.next_id(), method, params)));
            gate.entered().await;
            // The test has one thread, which a handler on it would block.
            assert_eq!(client.call_text("quick", json!({})).await, "quick");
            gate.open();
            let result = call.await.unwrap().json().await["result"].take();
            let text = result.pointer("/content/0/text").or_else(|| result.pointer("/contents/0/text"));
            let text = text.or_else(|| result.pointer("/messages/0/content/text"));
            assert_eq!(text, Some(&json!(expected)), "{result}");
        }
    }
}

#[tokio::test]
async fn panic_and_error_of_blocking_handler_are_masked() {
    let log = log();
    let (served, _gate) = served(Limits::default()).await;
    for client in Client::both_eras(&served).await {
        let reply = client.response("tools/call", json!({"name": "rage"})).await;
        assert_eq!(reply["error"]["code"], -32603);
        assert!(line(log, &reference(&reply["error"]["message"])).contains("the secret reason"));
        let result = client.call("read_missing", json!({})).await;
        assert!(line(log, &reference(&result["content"][0]["text"])).contains("the secret reason"));
        let result = client.call("talk", json!({"times": "x"})).await;
        assert_eq!(result["isError"], true, "arguments are read before the handler runs");
    }
    assert_eq!(served.server.as_ref().unwrap().calls_in_flight(), 0);
}

#[tokio::test]
async fn notifications_of_blocking_handler_arrive_while_it_runs() {
    let (served, gate) = served(Limits::default()).await;
    for client in Client::both_eras(&served).await {
        let mut call = client.send(client.call_request_with_progress(1, "talk", json!({"times": 2}), "t")).await;
        assert_eq!(call.message().await.unwrap()["params"]["progress"], 1.0);
        gate.entered().await;
        gate.open();
        let messages = call.messages().await;
        assert_eq!(messages.last().unwrap()["result"]["content"][0]["text"], "talked 2", "{messages:?}");
        assert!(messages.iter().any(|message| message["params"]["progress"] == 2.0), "{messages:?}");
    }
}

#[tokio::test]
async fn blocking_handler_runs_in_span_and_asks() {
    log();
    let (served, _gate) = served(Limits::default()).await;
    for version in ["2025-11-25", "2026-07-28"] {
        let client = Client::new(&served, version).capabilities(json!({"elicitation": {}}));
        let client = if client.is_stateless() { client } else { client.initialize().await };
        assert_eq!(client.call_text("span", json!({})).await, "spanned");
        let (result, asked) =
            client.call_with_answers("ask", json!({}), |_| json!({"action": "accept", "content": {}})).await;
        assert_eq!((asked.len(), &result["content"][0]["text"]), (1, &json!("true")));
    }
    // The thread of the first round has ended, too.
    let server = served.server.as_ref().unwrap();
    until(async || server.calls_in_flight() == 0).await;
}

#[tokio::test]
async fn blocking_handler_sees_cancellation() {
    let (served, gate) = served(Limits::default()).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let call = tokio::spawn(served.connect().await.exchange(client.call_request(5, "watch", json!({}))));
    gate.entered().await;
    assert_eq!(client.cancel(5).await.status, 202);
    gate.ended().await;
    assert!(call.await.unwrap().messages().await.is_empty(), "no response");
    let mut connection = served.connect().await;
    connection.start(&Client::stateless(&served).call_request(1, "watch", json!({}))).await;
    gate.entered().await;
    drop(connection);
    gate.ended().await;
}

#[tokio::test]
async fn cancelled_blocking_call_holds_its_permit() {
    let (served, gate) = served(one_call()).await;
    let server = served.server.as_ref().unwrap();
    let client = Client::in_session(&served, "2025-11-25").await;
    let call = tokio::spawn(served.connect().await.exchange(client.call_request(5, "occupy", json!({}))));
    gate.entered().await;
    assert_eq!(client.cancel(5).await.status, 202);
    assert!(call.await.unwrap().messages().await.is_empty(), "the call has ended for the client");
    holds_its_permit(server, &client, &gate).await;
}

#[tokio::test]
async fn cancelled_blocking_call_holds_its_place_in_the_session() {
    let limits = Limits::default().max_calls_per_session(1).cancellation_grace(Duration::ZERO);
    let (served, gate) = served(limits).await;
    let server = served.server.as_ref().unwrap();
    let client = Client::in_session(&served, "2025-11-25").await;
    let call = tokio::spawn(served.connect().await.exchange(client.call_request(5, "occupy", json!({}))));
    gate.entered().await;
    assert_eq!(client.cancel(5).await.status, 202);
    call.await.unwrap().messages().await;
    holds_its_permit(server, &client, &gate).await;
}

#[tokio::test]
async fn disconnected_blocking_call_holds_its_permit() {
    let (served, gate) = served(one_call()).await;
    let server = served.server.as_ref().unwrap();
    let client = Client::stateless(&served);
    let mut connection = served.connect().await;
    connection.start(&client.call_request(1, "occupy", json!({}))).await;
    gate.entered().await;
    drop(connection);
    holds_its_permit(server, &client, &gate).await;
}

#[tokio::test]
async fn blocking_call_beyond_its_timeout_holds_its_permit() {
    let (served, gate) = served(one_call().call_timeout(Some(Duration::from_millis(50)))).await;
    let server = served.server.as_ref().unwrap();
    for client in Client::both_eras(&served).await {
        let reply = client.response("tools/call", json!({"name": "occupy"})).await;
        assert_eq!(reply["error"]["code"], -32603, "{reply}");
        gate.entered().await;
        holds_its_permit(server, &client, &gate).await;
    }
}

#[tokio::test]
async fn cancelled_blocking_task_holds_its_permit() {
    let (served, gate) = served(one_call()).await;
    let server = served.server.as_ref().unwrap();
    let client = Client::stateless(&served);
    let tasks = Client::stateless(&served).capabilities(json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
    let id = tasks.call("occupy", json!({})).await["taskId"].clone();
    gate.entered().await;
    tasks.result("tasks/cancel", json!({"taskId": id})).await;
    until(async || tasks.result("tasks/get", json!({"taskId": id})).await["status"] == "cancelled").await;
    holds_its_permit(server, &client, &gate).await;
}

#[tokio::test]
async fn cancelled_blocking_call_on_stdio_holds_its_permit() {
    let gate = Gate::new();
    let server = module(&gate, one_call()).build().await.unwrap();
    let (mut client, _served) = StdioClient::connect_to(server.clone());
    client.initialize("2025-11-25").await;
    client.request(1, "tools/call", json!({"name": "occupy"})).await;
    gate.entered().await;
    client.notify("notifications/cancelled", json!({"requestId": 1})).await;
    client.request(2, "tools/call", json!({"name": "quick"})).await;
    assert_eq!(client.error(503).await["id"], 2);
    assert_eq!(server.calls_in_flight(), 1);
    gate.open();
    until(async || server.calls_in_flight() == 0).await;
    client.request(3, "tools/call", json!({"name": "quick"})).await;
    assert_eq!(client.next().await.unwrap()["result"]["content"][0]["text"], "quick");
}

#[test]
fn cancelled_call_that_waits_for_a_thread_does_not_run() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let (served, gate) = served(Limits::default().cancellation_grace(Duration::ZERO)).await;
        let server = served.server.as_ref().unwrap();
        let client = Client::in_session(&served, "2025-11-25").await;
        let first = tokio::spawn(served.connect().await.exchange(client.call_request(1, "occupy", json!({}))));
        gate.entered().await;
        let second = tokio::spawn(served.connect().await.exchange(client.call_request(2, "occupy", json!({}))));
        until(async || server.calls_in_flight() == 2).await;
        assert_eq!(client.cancel(2).await.status, 202);
        assert!(second.await.unwrap().messages().await.is_empty());
        gate.open();
        assert_eq!(first.await.unwrap().json().await["result"]["content"][0]["text"], "passed");
        until(async || server.calls_in_flight() == 0).await;
        assert_eq!(gate.entered.available_permits(), 0, "the second call did not run");
    });
}

#[tokio::test]
async fn shutdown_waits_for_blocking_handler_up_to_the_drain_timeout() {
    let (mut waiting, gate) = served(Limits::default()).await;
    let client = Client::stateless(&waiting);
    let call = tokio::spawn(waiting.connect().await.exchange(client.call_request(1, "occupy", json!({}))));
    gate.entered().await;
    waiting.stop();
    gate.open();
    assert_eq!(call.await.unwrap().json().await["result"]["content"][0]["text"], "passed");
    waiting.ended().await;

    let limits =
        Limits::default().drain_timeout(Duration::from_millis(20)).cancellation_grace(Duration::from_millis(20));
    let (mut impatient, gate) = served(limits).await;
    let client = Client::stateless(&impatient);
    let call = tokio::spawn(impatient.connect().await.exchange(client.call_request(1, "occupy", json!({}))));
    gate.entered().await;
    impatient.stop();
    impatient.ended().await;
    assert_eq!(gate.ended.available_permits(), 0, "the handler is still running");
    gate.open();
    drop(call);
}
