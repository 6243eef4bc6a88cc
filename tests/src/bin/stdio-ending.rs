//! A server on stdio that says on standard error what becomes of its tasks, and of its handlers, when it ends.

use std::time::Duration;

use mcp_server::{
    CallError, Context, Limits, McpModule, McpOptions, ServeError,
    store::{InMemoryTaskStore, StoreError, TaskLimits, TaskMessage, TaskRecord, TaskStore},
    tool,
};
use playground as _;
use schemars::JsonSchema;
use serde::Deserialize;

/// Tells whatever is written down.
#[derive(Default)]
struct Told(InMemoryTaskStore);

impl TaskStore for Told {
    async fn create(&self, task: TaskRecord, limits: TaskLimits) -> Result<bool, StoreError> {
        self.0.create(task, limits).await
    }

    async fn get(&self, id: &str) -> Result<Option<TaskRecord>, StoreError> {
        self.0.get(id).await
    }

    async fn put(&self, task: TaskRecord) -> Result<bool, StoreError> {
        let state = task.state.clone();
        let is_kept = self.0.put(task).await?;
        say(&state);
        Ok(is_kept)
    }

    async fn remove(&self, id: &str) -> Result<(), StoreError> {
        self.0.remove(id).await
    }

    async fn send(&self, id: &str, message: TaskMessage) -> Result<(), StoreError> {
        self.0.send(id, message).await
    }

    async fn receive(&self, id: &str) -> Result<TaskMessage, StoreError> {
        self.0.receive(id).await
    }
}

#[allow(clippy::print_stderr, reason = "whoever started the program reads it there")]
fn say(what: &str) {
    eprintln!("{what}");
}

/// Ends some time after the process was told to.
#[tool(task)]
async fn until_signal() -> Result<&'static str, CallError> {
    #[cfg(unix)]
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?.recv().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    Ok("done")
}

/// Ends some time after it was withdrawn.
#[tool(task)]
async fn until_withdrawn(ctx: Context) {
    ctx.cancellation().cancelled().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    say("tidied up");
}

#[derive(Deserialize, JsonSchema)]
struct Consent {
    yes: bool,
}

/// Asks.
#[tool]
async fn ask(ctx: Context) -> Result<String, CallError> {
    Ok(format!("{}", ctx.elicit::<Consent>("Yes?").await?.accepted()?.yes))
}

#[tokio::main]
async fn main() -> Result<(), ServeError> {
    let limits = Limits::default().drain_timeout(Duration::from_hours(1));
    let options = McpOptions::new("stdio-ending", "1").limits(limits).task_store(Told::default());
    McpModule::for_root(options).build().await?.serve_stdio().await
}
