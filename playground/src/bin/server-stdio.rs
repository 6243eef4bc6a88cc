//! A server for the program that starts it, over standard input and output. Prints nothing of its own to standard output.

use clap::Parser;
use mcp_server::{McpModule, McpOptions, ServeError};
use playground::listen;

/// Serves the greeting module over standard input and output, to clients of every revision. Logs go to standard error.
#[derive(Parser)]
#[command(version)]
struct Arguments {}

#[tokio::main]
async fn main() -> Result<(), ServeError> {
    let Arguments {} = Arguments::parse();
    listen::log_to_stderr();
    McpModule::for_root(McpOptions::new("playground-mcp-server", "0.0.1")).build().await?.serve_stdio().await
}
