//! Notifications of tools: log messages, progress, changed lists; and questions that need a stream.

use std::time::Duration;

use mcp_server::{
    CallError, Context, LoggingLevel,
    protocol::{ClientCapabilities, SamplingCapability},
    tool,
};
use tokio::time::sleep;

use crate::elicitation::Name;

const PAUSE: Duration = Duration::from_millis(50);

/// Logs while it works.
#[tool(public)]
async fn test_tool_with_logging(ctx: Context) -> &'static str {
    ctx.log(LoggingLevel::Info, "Tool execution started").send();
    sleep(PAUSE).await;
    ctx.log(LoggingLevel::Info, "Tool processing data").send();
    sleep(PAUSE).await;
    ctx.log(LoggingLevel::Info, "Tool execution completed").send();
    "Logged what happened."
}

/// Closes the stream, and keeps the response for the client to resume (SEP-1699).
#[tool(public)]
async fn test_reconnection(ctx: Context) -> &'static str {
    ctx.close_stream();
    sleep(2 * PAUSE).await;
    "The answer came on another connection."
}

/// Reports progress.
#[tool(public)]
async fn test_tool_with_progress(ctx: Context) -> &'static str {
    ctx.progress(0.0).total(100.0).send();
    sleep(PAUSE).await;
    ctx.progress(50.0).total(100.0).send();
    sleep(PAUSE).await;
    ctx.progress(100.0).total(100.0).send();
    "Done."
}

/// Requires a client with sampling.
#[tool(public)]
fn test_missing_capability(ctx: Context) -> Result<&'static str, CallError> {
    if ctx.client().capabilities().sampling.is_none() {
        let required = ClientCapabilities::default().sampling(SamplingCapability::default());
        return Err(CallError::missing_capabilities(required));
    }
    Ok("The client declared sampling.")
}

/// Asks the user.
#[tool(public)]
async fn test_streaming_elicitation(ctx: Context) -> Result<String, CallError> {
    let name = ctx.elicit::<Name>("What is your name?").await?.accepted()?;
    Ok(format!("Hello, {}!", name.name))
}

/// Logs for clients that request it.
#[tool(public)]
async fn test_logging_tool(ctx: Context) -> &'static str {
    ctx.log(LoggingLevel::Info, "Logged on request").send();
    "Logged."
}

/// Announces a change of the tools.
#[tool(public)]
fn test_trigger_tool_change(ctx: Context) -> &'static str {
    ctx.tools_changed();
    "Told."
}

/// Announces a change of the prompts.
#[tool(public)]
fn test_trigger_prompt_change(ctx: Context) -> &'static str {
    ctx.prompts_changed();
    "Told."
}
