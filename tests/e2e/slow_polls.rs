//! Warnings about handlers that block the thread of the server.

use std::{sync::PoisonError, thread, time::Duration};

use mcp_server::{CallInfo, Completion, Context, Denial, Guard, Limits, McpModule, McpOptions, prompt, resource, tool};
use serde_json::json;
use tests::harness::{Client, StdioClient, serve};

use crate::{failures::log, items::http_options};

/// Blocks for longer than the limit of the tests.
fn block() {
    thread::sleep(Duration::from_millis(60));
}

/// Blocks in its first poll.
#[tool(server = "slow_polls")]
fn slow_at_once() -> &'static str {
    block();
    "done"
}

/// Blocks in a later poll.
#[tool(server = "slow_polls")]
async fn slow_later(ctx: Context) -> &'static str {
    ctx.progress(1.0).send();
    tokio::task::yield_now().await;
    block();
    "done"
}

/// Blocks after its cancellation.
#[tool(server = "slow_polls")]
async fn slow_cleanup(ctx: Context) {
    ctx.progress(1.0).send();
    ctx.cancellation().cancelled().await;
    block();
}

/// Blocks in a task.
#[tool(server = "slow_polls", task)]
async fn slow_task() -> &'static str {
    block();
    "done"
}

/// Blocks on stdio.
#[tool(server = "slow_polls")]
fn slow_stdio() -> &'static str {
    block();
    "done"
}

struct Blocks;

impl Guard for Blocks {
    async fn check(&self, _: &CallInfo<'_>) -> Result<(), Denial> {
        block();
        Ok(())
    }
}

/// Has a guard that blocks.
#[tool(server = "slow_polls", guards(Blocks))]
fn slow_guard() -> &'static str {
    "done"
}

/// Blocks on a thread for blocking work.
#[tool(server = "slow_polls", blocking)]
fn slow_but_blocking() -> &'static str {
    block();
    "done"
}

/// Waits without blocking.
#[tool(server = "slow_polls")]
async fn slow_but_awaits() -> &'static str {
    tokio::time::sleep(Duration::from_millis(60)).await;
    "done"
}

#[resource(server = "slow_polls", uri = "slow://resource")]
fn slow_resource() -> &'static str {
    block();
    "done"
}

fn slow_completion() -> Completion {
    block();
    Completion::new(["done"])
}

#[prompt(server = "slow_polls", name = "slow_prompt")]
fn slow_prompt(#[arg(complete = slow_completion)] blocks: String) -> String {
    if blocks == "yes" {
        block();
    }
    blocks
}

#[prompt(server = "slow_polls")]
fn slow_completed(#[arg(complete = slow_completion)] name: String) -> String {
    name
}

/// Is measured by no test.
#[tool(server = "unmeasured")]
fn slow_but_unmeasured() -> &'static str {
    block();
    "done"
}

fn module() -> McpModule {
    let limits = Limits::default().slow_poll_warning(Some(Duration::from_millis(30)));
    McpModule::for_root(McpOptions::new("slow_polls", "1").streamable_http(http_options()).limits(limits))
}

/// Returns the warnings about this item.
fn warnings(item: &str) -> Vec<String> {
    let log = String::from_utf8(log().lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap();
    let name = format!("item=\"{item}\"");
    log.lines().filter(|line| line.contains("blocked its thread") && line.contains(&name)).map(str::to_owned).collect()
}

fn assert_warned(item: &str, kind: &str) {
    let warnings = warnings(item);
    assert_eq!(warnings.len(), 1, "{item}: {warnings:?}");
    let expected = ["WARN", "a handler blocked its thread for ", "ms: use `blocking` or `.await`", kind];
    assert!(expected.iter().all(|text| warnings[0].contains(text)), "{warnings:?}");
}

#[tokio::test]
async fn slow_poll_names_the_item_once() {
    log();
    let served = serve(module()).await;
    for client in Client::both_eras(&served).await {
        for tool in ["slow_at_once", "slow_later", "slow_guard", "slow_but_blocking", "slow_but_awaits"] {
            assert_eq!(client.call_text(tool, json!({})).await, "done");
        }
        client.result("resources/read", json!({"uri": "slow://resource"})).await;
        client.result("prompts/get", json!({"name": "slow_prompt", "arguments": {"blocks": "yes"}})).await;
        let argument = json!({"name": "name", "value": ""});
        let complete = json!({"ref": {"type": "ref/prompt", "name": "slow_completed"}, "argument": argument});
        client.result("completion/complete", complete).await;
    }
    for tool in ["slow_at_once", "slow_later", "slow_guard"] {
        assert_warned(tool, "kind=\"tool\"");
    }
    assert_warned("slow_resource", "kind=\"resource\"");
    assert_warned("slow_prompt", "kind=\"prompt\"");
    assert_warned("slow_completed", "kind=\"prompt\"");
    for tool in ["slow_but_blocking", "slow_but_awaits"] {
        assert_eq!(warnings(tool), Vec::<String>::new());
    }
}

#[tokio::test]
async fn slow_poll_in_task_and_after_cancellation_is_logged() {
    log();
    let served = serve(module()).await;
    let client = Client::stateless(&served).capabilities(json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
    let id = client.call("slow_task", json!({})).await["taskId"].clone();
    tests::harness::until(async || client.result("tasks/get", json!({"taskId": id})).await["status"] == "completed")
        .await;
    assert_warned("slow_task", "kind=\"tool\"");

    let client = Client::in_session(&served, "2025-11-25").await;
    let mut call = client.send(client.call_request_with_progress(1, "slow_cleanup", json!({}), "t")).await;
    assert_eq!(call.message().await.unwrap()["params"]["progress"], 1.0);
    client.cancel(1).await;
    let server = served.server.as_ref().unwrap();
    tests::harness::until(async || server.calls_in_flight() == 0).await;
    assert_warned("slow_cleanup", "kind=\"tool\"");
}

#[tokio::test]
async fn slow_poll_on_stdio_is_logged() {
    log();
    let (mut client, _served) = StdioClient::connect(module()).await;
    client.initialize("2025-11-25").await;
    client.request(1, "tools/call", json!({"name": "slow_stdio"})).await;
    assert_eq!(client.next().await.unwrap()["result"]["content"][0]["text"], "done");
    assert_warned("slow_stdio", "kind=\"tool\"");
}

#[tokio::test]
async fn slow_poll_is_not_logged_without_a_limit() {
    log();
    for limit in [None, Some(Duration::ZERO)] {
        let limits = Limits::default().slow_poll_warning(limit);
        let served = serve(McpModule::for_root(McpOptions::new("unmeasured", "1").limits(limits))).await;
        assert_eq!(Client::stateless(&served).call_text("slow_but_unmeasured", json!({})).await, "done");
    }
    assert_eq!(warnings("slow_but_unmeasured"), Vec::<String>::new());
}
