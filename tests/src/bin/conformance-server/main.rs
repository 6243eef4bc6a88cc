//! The server that the official conformance suite asks for, in both eras at one URL: its tools, resources and prompts, a file a theme.

mod content;
mod diagnostics;
mod elicitation;
mod input_required;
mod notifications;
mod prompts;
mod resources;
mod sampling;
mod schemas;
mod scopes;
mod tasks;

use std::net::SocketAddr;

use clap::Parser;
use mcp_server::{McpModule, McpOptions, ServeError};

/// Serves the fixture of the conformance suite at /mcp.
#[derive(Parser)]
struct Arguments {
    /// Address to listen on
    #[arg(long, env = "ADDR", default_value = "127.0.0.1:9700")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> Result<(), ServeError> {
    let arguments = Arguments::parse();
    let options = McpOptions::new("conformance-server", "1.0.0").authorization(scopes::authorization(arguments.listen));
    McpModule::for_root(options).build().await?.serve(arguments.listen).await
}
