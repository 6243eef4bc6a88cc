//! A server without sessions: any process behind a load balancer can answer any request.

use clap::Parser;
use mcp_server::{McpModule, McpOptions, ServeError, StreamableHttp};
use playground::{Listen, log_to_stderr};

/// Serves the greetings at <http://127.0.0.1:3030/mcp>, without sessions.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    listen: Listen,
}

#[tokio::main]
async fn main() -> Result<(), ServeError> {
    let arguments = Arguments::parse();
    log_to_stderr();
    McpModule::for_root(
        McpOptions::new("playground-mcp-server", "0.0.1")
            .streamable_http(StreamableHttp::default().stateless_mode(true).enable_json_response(true)),
    )
    .build()
    .await?
    .serve(arguments.listen.listen)
    .await
}
