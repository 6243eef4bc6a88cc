//! What shows how the stateless era is kept: capabilities asked for, streams, and lists that change.

use mcp_server::{
    CallError, Context, LoggingLevel,
    protocol::{ClientCapabilities, SamplingCapability},
    tool,
};

use crate::elicitation::Name;

/// Needs a client that has a language model.
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

/// Logs, for those who want to read it.
#[tool(public)]
async fn test_logging_tool(ctx: Context) -> &'static str {
    ctx.log(LoggingLevel::Info, "Logged on request").send();
    "Logged."
}

/// Tells clients that the tools may have changed.
#[tool(public)]
fn test_trigger_tool_change(ctx: Context) -> &'static str {
    ctx.tools_changed();
    "Told."
}

/// Tells clients that the prompts may have changed.
#[tool(public)]
fn test_trigger_prompt_change(ctx: Context) -> &'static str {
    ctx.prompts_changed();
    "Told."
}
