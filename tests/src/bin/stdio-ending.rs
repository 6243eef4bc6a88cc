//! A server on stdio that says on standard error what becomes of its tasks, and of its handlers, when it ends.

use std::time::Duration;

use mcp_server::{
    CallError, Context, Limits, McpModule, McpOptions, ServeError,
    store::{Stored, TaskMessage, TaskRecord, TaskRoom, TaskStore, TasksInMemory},
    tool,
};
use playground as _;
use schemars::JsonSchema;
use serde::Deserialize;

/// Tells whatever is written down.
#[derive(Default)]
struct Told(TasksInMemory);

impl TaskStore for Told {
    fn create(&self, task: TaskRecord, room: TaskRoom) -> Stored<'_, bool> {
        self.0.create(task, room)
    }

    fn get<'a>(&'a self, id: &'a str) -> Stored<'a, Option<TaskRecord>> {
        self.0.get(id)
    }

    fn put(&self, task: TaskRecord) -> Stored<'_, bool> {
        let state = task.state.clone();
        let put = self.0.put(task);
        Box::pin(async move {
            let is_kept = put.await?;
            say(&state);
            Ok(is_kept)
        })
    }

    fn remove<'a>(&'a self, id: &'a str) -> Stored<'a, ()> {
        self.0.remove(id)
    }

    fn send<'a>(&'a self, id: &'a str, message: TaskMessage) -> Stored<'a, ()> {
        self.0.send(id, message)
    }

    fn receive<'a>(&'a self, id: &'a str) -> Stored<'a, TaskMessage> {
        self.0.receive(id)
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
