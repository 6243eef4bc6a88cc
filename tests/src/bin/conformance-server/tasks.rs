//! Tools that become tasks for clients with the extension, and one that does not.

use std::time::Duration;

use mcp_server::{
    CallError, Context,
    protocol::{ErrorCode, ErrorObject},
    tool,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::elicitation::Name;

#[derive(Deserialize, JsonSchema)]
struct Confirmation {
    /// True to delete it
    confirm: bool,
}

/// Greets someone.
#[tool(public)]
fn greet(#[arg] name: String) -> String {
    format!("Hello, {name}!")
}

/// Computes for a while.
#[tool(public, task)]
async fn slow_compute(#[arg] seconds: f64, #[arg(default)] label: String) -> Result<String, CallError> {
    let time =
        Duration::try_from_secs_f64(seconds).map_err(|_| CallError::invalid_arguments("`seconds` is no time"))?;
    tokio::time::sleep(time).await;
    Ok(format!("Computed {label} for {seconds} s."))
}

/// Works for a while, and fails.
#[tool(public, task = "required")]
async fn failing_job() -> Result<(), CallError> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    Err(CallError::client("The job failed."))
}

/// Fails with a JSON-RPC error.
#[tool(public, task)]
async fn protocol_error_job() -> Result<(), CallError> {
    tokio::time::sleep(Duration::from_millis(100)).await;
    Err(ErrorObject::new(ErrorCode::INTERNAL_ERROR, "The job broke.").into())
}

/// Asks within its task.
#[tool(public, task)]
async fn confirm_delete(#[arg] filename: String, ctx: Context) -> Result<String, CallError> {
    let question = format!("Delete {filename}?");
    let deletes = ctx.elicit::<Confirmation>(question).key("confirm").await?.accepted()?.confirm;
    Ok(format!("{filename} {}.", if deletes { "is deleted" } else { "stays" }))
}

/// Asks two questions concurrently within its task.
#[tool(public, task)]
async fn multi_input(ctx: Context) -> Result<String, CallError> {
    let (name, confirmation) =
        tokio::join!(async { ctx.elicit::<Name>("What is your name?").key("name").await }, async {
            ctx.elicit::<Confirmation>("Shall it go on?").key("confirm").await
        },);
    Ok(format!("{}: {}", name?.accepted()?.name, confirmation?.accepted()?.confirm))
}

/// Asks first, and then becomes a task.
#[tool(public, task, detaches)]
async fn test_tool_with_task(ctx: Context) -> Result<String, CallError> {
    let name = ctx.elicit::<Name>("What is your name?").key("user_name").await?.accepted()?.name;
    ctx.detach().await?;
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(format!("Hello, {name}!"))
}
