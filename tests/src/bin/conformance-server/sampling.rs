//! A question to the language model of the client.

use mcp_server::{CallError, Context, protocol::CreateMessage, tool};

/// Asks the language model.
#[tool(public)]
async fn test_sampling(#[arg] prompt: String, ctx: Context) -> Result<String, CallError> {
    Ok(format!("LLM response: {}", ctx.sample(CreateMessage::new(100).user(prompt)).await?.text()))
}
