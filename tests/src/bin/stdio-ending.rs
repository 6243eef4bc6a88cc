//! A server on stdio that reports the end of its tasks and handlers on standard error.

use std::time::Duration;

use mcp_server::{
    CallError, Context, Limits, McpModule, McpOptions, ServeError,
    store::{InMemoryTaskStore, StoreError, TaskLimits, TaskMessage, TaskRecord, TaskStore},
    tool,
};
use playground as _;
use schemars::JsonSchema;
use serde::Deserialize;

/// Prints every stored state.
#[derive(Default)]
struct Printing(InMemoryTaskStore);

impl TaskStore for Printing {
    async fn create(&self, task: TaskRecord, limits: TaskLimits) -> Result<bool, StoreError> {
        self.0.create(task, limits).await
    }

    async fn get(&self, id: &str) -> Result<Option<TaskRecord>, StoreError> {
        self.0.get(id).await
    }

    async fn put(&self, task: TaskRecord) -> Result<bool, StoreError> {
        let state = task.state.clone();
        let is_kept = self.0.put(task).await?;
        print(&state);
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

#[allow(clippy::print_stderr, reason = "the test reads standard error")]
fn print(text: &str) {
    eprintln!("{text}");
}

/// Ends some time after the termination signal.
#[tool(task)]
async fn until_signal() -> Result<&'static str, CallError> {
    #[cfg(unix)]
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?.recv().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    Ok("done")
}

/// Ends some time after its cancellation.
#[tool(task)]
async fn until_cancelled(ctx: Context) {
    ctx.cancellation().cancelled().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    print("tidied up");
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
    let options = McpOptions::new("stdio-ending", "1").limits(limits).task_store(Printing::default());
    McpModule::for_root(options).build().await?.serve_stdio().await
}
