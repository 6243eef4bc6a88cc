//! The server of the official conformance suite, in both eras at one URL.

mod content;
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
use mcp_server::{McpModule, McpOptions};
use tokio::net::TcpListener;

/// Serves the fixture of the conformance suite at /mcp.
#[derive(Parser)]
struct Arguments {
    /// Address to listen on
    #[arg(long, env = "ADDR", default_value = "127.0.0.1:9700")]
    listen: SocketAddr,
}

#[expect(clippy::print_stdout, reason = "the parent process reads the address")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let listener = TcpListener::bind(arguments.listen).await?;
    let address = listener.local_addr()?;
    let options = McpOptions::new("conformance-server", "1.0.0").authorization(scopes::authorization(address));
    let server = McpModule::for_root(options).item(schemas::json_schema_2020_12_tool()).build().await?;
    println!("{address}");
    server.serve_listener(listener, std::future::pending()).await;
    Ok(())
}
