//! The server of the load benchmark, with the tools `add` and `echo` of all its peers.

use std::net::SocketAddr;

use clap::Parser;
use mcp_server::{
    CallError, Context, McpModule, McpOptions, ResponseMode, ServeError, StreamableHttp, ToolResult,
    handler::{CallResult, HandlerFuture},
    registry::ToolBuilder,
    tool,
};

/// Serves `add` and `echo` at /mcp.
#[derive(Parser)]
struct Arguments {
    /// Address to listen on
    #[arg(long, env = "ADDR", default_value = "127.0.0.1:9600")]
    listen: SocketAddr,
    /// Answer session requests as streams
    #[arg(long)]
    stream: bool,
    /// Additional tools, to measure the cost of their number
    #[arg(long, default_value_t = 0)]
    more_tools: usize,
}

/// Add two integers
#[tool]
async fn add(#[arg] a: i64, #[arg] b: i64) -> i64 {
    a + b
}

/// Echo a message
#[tool]
async fn echo(#[arg] message: String) -> String {
    message
}

#[tokio::main]
async fn main() -> Result<(), ServeError> {
    let arguments = Arguments::parse();
    let mode = if arguments.stream { ResponseMode::Stream } else { ResponseMode::Adaptive };
    let options =
        McpOptions::new("bench-server", "0.1.0").streamable_http(StreamableHttp::default().response_mode(mode));
    let mut module = McpModule::for_root(options);
    for number in 0..arguments.more_tools {
        module = module.item(
            ToolBuilder::new(format!("tool-{number}")).description("Does nothing, and is one of many.").handler(
                |_: Context| -> Result<HandlerFuture, CallError> {
                    Ok(Box::pin(std::future::ready(Ok(CallResult::Tool(ToolResult::text("done"))))))
                },
            ),
        );
    }
    module.build().await?.serve(arguments.listen).await
}
