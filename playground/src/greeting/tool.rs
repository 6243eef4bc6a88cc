//! `hello-world`: greets, with progress on the way.

use std::time::Duration;

use mcp_server::{Context, HeaderMap, tool};

/// Greets someone, and tells them what they are calling with.
#[tool(name = "hello-world", title = "Hello", read_only)]
pub async fn hello_world(
    /// Who to greet.
    #[arg(default = "World")]
    name: String,
    headers: HeaderMap,
    ctx: Context,
) -> String {
    for step in 1..=4_u8 {
        ctx.progress(f64::from(step) * 25.0).total(100.0).message("thinking").send().await;
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let agent = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or("unknown");
    format!("Hello, {name}! Your user agent is: {agent}")
}
