//! Items that many tests share, and a gate that synchronizes a test with its handlers.

use std::{sync::Arc, time::Duration};

use mcp_server::{Context, Inject, Limits, LoggingLevel, McpModule, McpOptions, StreamableHttp, items, tool};
use serde_json::json;
use tests::harness::{Client, RunningServer, serve, within};
use tokio::sync::Semaphore;

/// Adds two numbers.
#[tool(server = "e2e")]
pub(crate) fn add(#[arg] a: i64, #[arg] b: i64) -> i64 {
    a + b
}

/// Returns its argument.
#[tool(server = "e2e")]
pub(crate) fn echo(#[arg] message: String) -> String {
    message
}

/// Waits until the test opens the gate or cancels the call.
#[tool(server = "e2e")]
pub(crate) async fn wait(gate: Inject<Gate>, ctx: Context) -> String {
    gate.pass(&ctx).await
}

/// Reports progress, waits at the gate, and reports progress again.
#[tool(server = "e2e")]
pub(crate) async fn talk(gate: Inject<Gate>, ctx: Context) -> String {
    ctx.progress(1.0).total(2.0).message("before").send();
    let end = gate.pass(&ctx).await;
    ctx.progress(2.0).send();
    end
}

/// Reports progress for each step without waiting.
#[tool(server = "e2e")]
pub(crate) async fn count(#[arg] to: u32, ctx: Context) -> String {
    for step in 1..=to {
        ctx.progress(f64::from(step)).total(f64::from(to)).send();
    }
    format!("counted to {to}")
}

/// Logs one message of each level.
#[tool(server = "e2e")]
pub(crate) async fn chat(ctx: Context) -> &'static str {
    for level in LoggingLevel::ALL {
        ctx.log(level, level.as_str()).logger("chat").send();
    }
    "said it all"
}

/// A gate at which handlers wait until the test lets them pass.
#[derive(Debug)]
pub(crate) struct Gate {
    entered: Semaphore,
    open: Semaphore,
    cancelled: Semaphore,
}

impl Gate {
    /// Creates a closed gate.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { entered: Semaphore::new(0), open: Semaphore::new(0), cancelled: Semaphore::new(0) })
    }

    /// Waits in a handler until the gate is opened or the call is cancelled.
    pub(crate) async fn pass(&self, ctx: &Context) -> String {
        self.entered.add_permits(1);
        tokio::select! {
            permit = self.open.acquire() => {
                permit.unwrap().forget();
                "passed".to_owned()
            }
            () = ctx.cancellation().cancelled() => {
                self.cancelled.add_permits(1);
                "cancelled".to_owned()
            }
        }
    }

    /// Waits until one more handler has reached the gate.
    pub(crate) async fn entered(&self) {
        within(self.entered.acquire()).await.unwrap().forget();
    }

    /// Lets one handler pass.
    pub(crate) fn open(&self) {
        self.open.add_permits(1);
    }

    /// Waits until one more handler has been cancelled.
    pub(crate) async fn cancelled(&self) {
        within(self.cancelled.acquire()).await.unwrap().forget();
    }

    /// Resets all counters.
    pub(crate) fn reset(&self) {
        for semaphore in [&self.entered, &self.open, &self.cancelled] {
            semaphore.forget_permits(usize::MAX);
        }
    }

    /// Number of cancelled handlers that no test has waited for.
    pub(crate) fn cancelled_count(&self) -> usize {
        self.cancelled.available_permits()
    }
}

/// Options with which a stream starts at the first message, and never because a call is slow.
pub(crate) fn http_options() -> StreamableHttp {
    StreamableHttp::default().stream_after(Duration::from_mins(1))
}

/// Module of the items above.
pub(crate) fn module(gate: &Arc<Gate>, http: StreamableHttp, limits: Limits) -> McpModule {
    with_options(McpOptions::new("e2e", "1.2.3").streamable_http(http).limits(limits), gate)
}

/// Module of the items above.
pub(crate) fn with_options(options: McpOptions, gate: &Arc<Gate>) -> McpModule {
    McpModule::for_root(options).provide_shared(gate.clone())
}

/// Serves the items above with options that suit most tests.
pub(crate) async fn served() -> RunningServer {
    serve(module(&Gate::new(), http_options(), Limits::default())).await
}

/// Module of the items that are bound to a server of this name.
pub(crate) fn named(name: &str) -> McpModule {
    McpModule::for_root(McpOptions::new(name, "1.2.3").streamable_http(http_options()))
}

#[tokio::test]
async fn listed_items_equal_collected_items() {
    let listed = named("listed").only(items![add, echo, wait, talk, count, chat]).provide_shared(Gate::new());
    let (listed, collected) = (serve(listed).await, served().await);
    let tools = Client::stateless(&collected).result("tools/list", json!({})).await["tools"].take();
    assert_eq!(tools, Client::stateless(&listed).result("tools/list", json!({})).await["tools"]);
    let names: Vec<_> = tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["add", "echo", "wait", "talk", "count", "chat"], "in the order of the source");
}
