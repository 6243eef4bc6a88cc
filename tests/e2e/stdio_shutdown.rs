//! The end of stdio connections: running calls, pending questions, and tasks.

use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use mcp_server::{CallError, Context, Inject, Limits, McpModule, McpOptions, tool};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tests::harness::{StdioClient, within};
use tokio::{
    io::AsyncReadExt as _,
    process::{Child, Command},
    sync::Notify,
};

use crate::{
    items::Gate,
    stdio::{PROGRAM, calling, open, text},
    task_items,
};

/// A program that reports the end of its tasks and handlers on standard error.
const ENDING: &str = env!("CARGO_BIN_EXE_stdio-ending");

#[derive(Deserialize, JsonSchema)]
struct Consent {
    yes: bool,
}

/// Asks, and returns the answer.
#[tool(server = "stdio-ending")]
async fn ask(ctx: Context) -> Result<String, CallError> {
    Ok(format!("{}", ctx.elicit::<Consent>("Yes?").await?.accepted()?.yes))
}

/// Ignores its cancellation, and records that it is dropped.
#[tool(server = "stdio-ending")]
async fn stubborn(run: Inject<Run>) {
    let _dropping = Dropping(&run);
    run.entered.notify_one();
    std::future::pending::<()>().await;
}

/// State of the handler above.
#[derive(Debug, Default)]
struct Run {
    entered: Notify,
    dropped: AtomicBool,
}

struct Dropping<'a>(&'a Run);

impl Drop for Dropping<'_> {
    fn drop(&mut self) {
        self.0.dropped.store(true, Ordering::SeqCst);
    }
}

fn module(limits: Limits, run: &Arc<Run>) -> McpModule {
    McpModule::for_root(McpOptions::new("stdio-ending", "1").limits(limits)).provide_shared(run.clone())
}

#[tokio::test]
async fn end_of_input_lets_calls_finish() {
    let gate = Gate::new();
    let (mut client, serving) = open(&gate, Limits::default()).await;
    client.stateless_request(1, "tools/call", calling("wait", json!({}))).await;
    // The last line has no line feed.
    client.write(b"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}").await;
    client.close();
    assert_eq!(client.next().await.unwrap()["id"], 2);
    gate.entered().await;
    gate.open();
    assert_eq!(text(&client.next().await.unwrap()), "passed");
    assert_eq!(client.next().await, None);
    serving.ended().await;
}

#[tokio::test]
async fn calls_are_cancelled_after_drain_timeout() {
    let gate = Gate::new();
    let limits = Limits::default().drain_timeout(Duration::from_millis(50));
    for by_server in [false, true] {
        let (mut client, mut serving) = open(&gate, limits).await;
        client.initialize("2025-11-25").await;
        client.request(1, "tools/call", calling("wait", json!({}))).await;
        gate.entered().await;
        if by_server {
            serving.shut_down();
        } else {
            client.close();
        }
        gate.cancelled().await;
        serving.ended().await;
        assert_eq!(client.next().await, None);
    }
}

#[tokio::test]
async fn disconnect_cancels_calls() {
    let gate = Gate::new();
    let (mut client, serving) = open(&gate, Limits::default()).await;
    client.stateless_request(1, "tools/call", calling("wait", json!({}))).await;
    gate.entered().await;
    client.stateless_request(2, "ping", json!({})).await;
    drop(client);
    // The next write notices the disconnect.
    gate.cancelled().await;
    serving.ended().await;
}

#[tokio::test]
async fn server_ends_within_a_second_of_client() {
    for stateless in [false, true] {
        let (mut client, mut child) = StdioClient::start(PROGRAM);
        client.initialize("2025-11-25").await;
        let mut params = calling("wait", json!({"label": "kill"}));
        params["_meta"]["progressToken"] = json!("t");
        if stateless {
            client.stateless_request(1, "tools/call", params).await;
        } else {
            client.request(1, "tools/call", params).await;
        }
        assert_eq!(client.next().await.unwrap()["params"]["progress"], 1.0, "the call is in flight");
        let killed = Instant::now();
        // Closes the pipes, as the system does for a killed process.
        drop(client);
        let ended = tokio::time::timeout(Duration::from_secs(1), child.wait()).await;
        assert!(ended.is_ok_and(|status| status.is_ok()), "{:?}", killed.elapsed());
    }
}

#[tokio::test]
async fn signal_ends_server_after_calls() {
    let (mut client, mut child) = StdioClient::start(PROGRAM);
    client.initialize("2025-11-25").await;
    let mut params = calling("count", json!({}));
    params["_meta"]["progressToken"] = json!("t");
    client.request(1, "tools/call", params).await;
    assert_eq!(client.next().await.unwrap()["params"]["progress"], 1.0);
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    for step in 2..=6 {
        assert_eq!(client.next().await.unwrap()["params"]["progress"], f64::from(step));
    }
    assert_eq!(text(&client.next().await.unwrap()), "counted to 6");
    // Its input is still open. The reader must not keep the process alive.
    assert!(within(child.wait()).await.unwrap().success());
}

#[tokio::test]
async fn call_cancelled_before_shutdown_gets_its_grace() {
    let limits = Limits::default().cancellation_grace(Duration::from_millis(50));
    for by_server in [false, true] {
        let run = Arc::new(Run::default());
        let (mut client, mut serving) = StdioClient::connect(module(limits, &run)).await;
        client.stateless_request(1, "tools/call", calling("stubborn", json!({}))).await;
        within(run.entered.notified()).await;
        client.notify("notifications/cancelled", json!({"requestId": 1})).await;
        client.stateless_request(2, "server/discover", json!({})).await;
        assert_eq!(client.next().await.unwrap()["id"], 2, "the cancellation has arrived");
        if by_server {
            serving.shut_down();
        } else {
            client.close();
        }
        serving.ended().await;
        assert!(run.dropped.load(Ordering::SeqCst), "by_server: {by_server}");
    }
}

#[tokio::test]
async fn pending_question_fails_at_shutdown() {
    let limits = Limits::default().drain_timeout(Duration::from_hours(1));
    for by_server in [false, true] {
        let (mut client, mut serving) = StdioClient::connect(module(limits, &Arc::default())).await;
        client.initialize_as("2025-11-25", json!({"elicitation": {}})).await;
        client.request(1, "tools/call", calling("ask", json!({}))).await;
        let question = client.next().await.unwrap();
        assert_eq!(question["method"], "elicitation/create");
        if by_server {
            serving.shut_down();
        } else {
            client.close();
        }
        let cancelled = client.next().await.unwrap();
        assert_eq!(
            (&cancelled["method"], &cancelled["params"]["requestId"]),
            (&json!("notifications/cancelled"), &question["id"])
        );
        let answer = client.next().await.unwrap();
        assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!(1), &json!(true)), "{answer}");
        assert!(text(&answer).contains("can no longer be asked"), "{answer}");
        assert_eq!(client.next().await, None);
        serving.ended().await;
    }
}

/// Starts the program, and connects to it.
fn start() -> (StdioClient, Child) {
    let mut command = Command::new(ENDING);
    command.stderr(Stdio::piped());
    StdioClient::spawn(command)
}

fn terminate(child: &Child) {
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
}

/// Waits for the end of the program, and returns its report.
async fn stderr_of(child: &mut Child) -> String {
    let mut output = String::new();
    within(child.stderr.take().unwrap().read_to_string(&mut output)).await.unwrap();
    assert!(within(child.wait()).await.unwrap().success());
    output
}

/// Calls a tool as a client that supports tasks.
async fn begin_task(client: &mut StdioClient, tool: &str) {
    let mut params = calling(tool, json!({}));
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {"extensions": {"io.modelcontextprotocol/tasks": {}}},
    });
    client.request("task", "tools/call", params).await;
    let handle = client.next().await.unwrap();
    assert_eq!(handle["result"]["resultType"], "task", "{handle}");
}

#[tokio::test]
async fn signal_ends_server_after_tasks() {
    let (mut client, mut child) = start();
    begin_task(&mut client, "until_signal").await;
    terminate(&child);
    let output = stderr_of(&mut child).await;
    assert!(output.contains("\"completed\"") && !output.contains("\"cancelled\""), "{output}");
}

#[tokio::test]
async fn end_of_input_cancels_tasks() {
    let (mut client, mut child) = start();
    begin_task(&mut client, "until_cancelled").await;
    client.close();
    assert_eq!(client.next().await, None);
    let output = stderr_of(&mut child).await;
    assert!(output.contains("\"cancelled\"") && output.contains("tidied up"), "{output}");
}

#[tokio::test]
async fn signal_after_end_of_input_cancels_calls() {
    let (mut client, mut child) = start();
    client.initialize_as("2025-11-25", json!({"elicitation": {}})).await;
    client.request("wait", "tools/call", calling("until_cancelled", json!({}))).await;
    client.request("ask", "tools/call", calling("ask", json!({}))).await;
    assert_eq!(client.next().await.unwrap()["method"], "elicitation/create");
    client.close();
    // The server has noticed the end of its input.
    assert_eq!(client.next().await.unwrap()["method"], "notifications/cancelled");
    assert_eq!(client.next().await.unwrap()["id"], "ask");
    terminate(&child);
    assert_eq!(client.next().await, None);
    let output = stderr_of(&mut child).await;
    assert!(output.contains("tidied up"), "{output}");
}

#[tokio::test]
async fn task_survives_connection_until_server_ends() {
    let gate = Arc::new(task_items::Gate::default());
    let limits = Limits::default().drain_timeout(Duration::from_millis(50));
    let server = task_items::module(task_items::options().limits(limits), &gate).build().await.unwrap();
    let (mut client, serving) = StdioClient::connect_to(server.clone());
    begin_task(&mut client, "wait").await;
    within(gate.reached.notified()).await;
    client.close();
    assert_eq!(client.next().await, None);
    serving.ended().await;
    assert_eq!(server.calls_in_flight(), 1);
    assert!(!within(server.shut_down()).await, "the task outlasts the drain timeout");
    within(gate.tidied.notified()).await;
    assert_eq!(server.calls_in_flight(), 0);
}
