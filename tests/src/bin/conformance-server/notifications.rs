//! What a tool says while it works: log messages, progress, and a connection that it does without.

use std::time::Duration;

use mcp_server::{Context, LoggingLevel, tool};
use tokio::time::sleep;

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

/// Lets go of the connection, and answers whoever comes back for it (SEP-1699).
#[tool(public)]
async fn test_reconnection(ctx: Context) -> &'static str {
    ctx.close_stream();
    sleep(2 * PAUSE).await;
    "The answer came on another connection."
}

/// Says how far it is.
#[tool(public)]
async fn test_tool_with_progress(ctx: Context) -> &'static str {
    ctx.progress(0.0).total(100.0).send();
    sleep(PAUSE).await;
    ctx.progress(50.0).total(100.0).send();
    sleep(PAUSE).await;
    ctx.progress(100.0).total(100.0).send();
    "Done."
}
