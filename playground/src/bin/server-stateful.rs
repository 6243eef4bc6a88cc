//! A server with sessions, for clients of every revision.

use clap::Parser;
use mcp_server::{McpModule, McpOptions, ServeError, StreamableHttp};
use playground::{Listen, log_to_stderr};
use uuid::Uuid;

/// Serves the greetings at <http://127.0.0.1:3030/mcp>, with sessions for clients that open one.
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
        McpOptions::new("playground-mcp-server", "0.0.1").streamable_http(
            StreamableHttp::default()
                .stateless_mode(false)
                .enable_json_response(false)
                .session_id_generator(|| Uuid::new_v4().to_string()),
        ),
    )
    .build()
    .await?
    .serve(arguments.listen.listen)
    .await
}
