//! Items that many themes use, and a gate that lets a test and a handler wait for each other.

use std::{sync::Arc, time::Duration};

use mcp_server::{Context, Inject, Limits, LoggingLevel, McpModule, McpOptions, StreamableHttp, items, tool};
use serde_json::json;
use tests::harness::{Client, Served, serve, within};
use tokio::sync::Semaphore;

/// Adds two numbers.
#[tool(server = "e2e")]
pub(crate) fn add(#[arg] a: i64, #[arg] b: i64) -> i64 {
    a + b
}

/// Says what it was told.
#[tool(server = "e2e")]
pub(crate) fn echo(#[arg] message: String) -> String {
    message
}

/// Waits until the test opens the gate, or withdraws the call.
#[tool(server = "e2e")]
pub(crate) async fn wait(gate: Inject<Gate>, ctx: Context) -> String {
    gate.pass(&ctx).await
}

/// Says something, waits at the gate, and says something again.
#[tool(server = "e2e")]
pub(crate) async fn talk(gate: Inject<Gate>, ctx: Context) -> String {
    ctx.progress(1.0).total(2.0).message("before").send();
    let end = gate.pass(&ctx).await;
    ctx.progress(2.0).send();
    end
}

/// Reports each step, and does not wait for anything.
#[tool(server = "e2e")]
pub(crate) async fn count(#[arg] to: u32, ctx: Context) -> String {
    for step in 1..=to {
        ctx.progress(f64::from(step)).total(f64::from(to)).send();
    }
    format!("counted to {to}")
}

/// Writes a line of each level to the log of its client.
#[tool(server = "e2e")]
pub(crate) async fn chat(ctx: Context) -> &'static str {
    for level in LoggingLevel::ALL {
        ctx.log(level, level.as_str()).logger("chat").send();
    }
    "said it all"
}

/// Where handlers stop until a test lets them go on.
#[derive(Debug)]
pub(crate) struct Gate {
    entered: Semaphore,
    open: Semaphore,
    withdrawn: Semaphore,
}

impl Gate {
    /// A closed gate.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { entered: Semaphore::new(0), open: Semaphore::new(0), withdrawn: Semaphore::new(0) })
    }

    /// What a handler does: waits until it may go on, or has been withdrawn.
    pub(crate) async fn pass(&self, ctx: &Context) -> String {
        self.entered.add_permits(1);
        tokio::select! {
            permit = self.open.acquire() => {
                permit.unwrap().forget();
                "passed".to_owned()
            }
            () = ctx.cancellation().cancelled() => {
                self.withdrawn.add_permits(1);
                "withdrawn".to_owned()
            }
        }
    }

    /// Waits until one more handler stands at the gate.
    pub(crate) async fn entered(&self) {
        within(self.entered.acquire()).await.unwrap().forget();
    }

    /// Lets one handler pass.
    pub(crate) fn open(&self) {
        self.open.add_permits(1);
    }

    /// Waits until one more handler has been withdrawn.
    pub(crate) async fn withdrawn(&self) {
        within(self.withdrawn.acquire()).await.unwrap().forget();
    }

    /// Forgets what nobody has waited for.
    pub(crate) fn reset(&self) {
        for semaphore in [&self.entered, &self.open, &self.withdrawn] {
            semaphore.forget_permits(usize::MAX);
        }
    }

    /// How many handlers have been withdrawn and not been waited for.
    pub(crate) fn withdrawn_so_far(&self) -> usize {
        self.withdrawn.available_permits()
    }
}

/// Streams begin only when a handler speaks, however slow the machine is.
pub(crate) fn patient() -> StreamableHttp {
    StreamableHttp::default().stream_after(Duration::from_mins(1))
}

/// The items above, with a gate, and the options.
pub(crate) fn module(gate: &Arc<Gate>, http: StreamableHttp, limits: Limits) -> McpModule {
    with_options(McpOptions::new("e2e", "1.2.3").streamable_http(http).limits(limits), gate)
}

/// The items above, with a gate, and the options.
pub(crate) fn with_options(options: McpOptions, gate: &Arc<Gate>) -> McpModule {
    McpModule::for_root(options).provide_shared(gate.clone())
}

/// A server with the items above, with options that suit most tests.
pub(crate) async fn served() -> Served {
    serve(module(&Gate::new(), patient(), Limits::default())).await
}

/// A module that offers what is bound to a server of that name.
pub(crate) fn named(name: &str) -> McpModule {
    McpModule::for_root(McpOptions::new(name, "1.2.3").streamable_http(patient()))
}

#[tokio::test]
async fn a_list_of_items_serves_the_same_as_what_the_linker_collected() {
    let listed = named("listed").only(items![add, echo, wait, talk, count, chat]).provide_shared(Gate::new());
    let (listed, collected) = (serve(listed).await, served().await);
    let tools = Client::stateless(&collected).result("tools/list", json!({})).await["tools"].take();
    assert_eq!(tools, Client::stateless(&listed).result("tools/list", json!({})).await["tools"]);
    let names: Vec<_> = tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["add", "echo", "wait", "talk", "count", "chat"], "in the order of the source");
}
