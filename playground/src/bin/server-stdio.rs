//! A server on a stdio connection to the client that starts it.

use clap::Parser;
use mcp_server::{McpModule, McpOptions, ServeError};
use playground::log_to_stderr;

/// Serves the greetings over standard input and output. Logs go to standard error.
#[derive(Parser)]
#[command(version)]
struct Arguments;

#[tokio::main]
async fn main() -> Result<(), ServeError> {
    Arguments::parse();
    log_to_stderr();
    McpModule::for_root(McpOptions::new("playground-mcp-server", "0.0.1")).build().await?.serve_stdio().await
}
