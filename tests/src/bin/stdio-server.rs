//! The server of the client tests on stdio. It prints nothing on standard error.

use std::time::Duration;

use mcp_server::{McpModule, McpOptions, ServeError};
use playground as _;

#[path = "../../clients/fixture.rs"]
mod fixture;
#[path = "../../clients/questions.rs"]
mod questions;

#[tokio::main]
async fn main() -> Result<(), ServeError> {
    let options = McpOptions::new("clients-fixture", "0.0.1").task_poll_interval(Duration::from_millis(20));
    McpModule::for_root(options).provide(fixture::Journal::default()).build().await?.serve_stdio().await
}
