//! Example items: a tool, a resource, a resource template and a prompt.

use std::time::Duration;

use mcp_server::{Context, HeaderMap, Json, prompt, resource, tool};
use serde::Serialize;

/// Greets a person and names the client's user agent.
#[tool(name = "hello-world", title = "Hello", read_only)]
pub async fn hello_world(
    /// Name of the person to greet.
    #[arg(default = "World")]
    name: String,
    headers: HeaderMap,
    ctx: Context,
) -> String {
    for step in 1..=4_u8 {
        ctx.progress(f64::from(step) * 25.0).total(100.0).message("thinking").send();
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let agent = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or("unknown");
    format!("Hello, {name}! Your user agent is: {agent}")
}

/// A simple greeting.
#[resource(name = "hello_world", uri = "mcp://hello-world", mime_type = "text/plain")]
pub fn hello() -> &'static str {
    "Hello, world!"
}

/// A user and their greeting.
#[derive(Debug, Serialize)]
pub struct Profile {
    id: u32,
    greeting: String,
}

/// The profile of one user.
#[resource(uri_template = "mcp://users/{id}", mime_type = "application/json")]
pub fn user(
    /// Number of the user.
    #[arg]
    id: u32,
) -> Json<Profile> {
    Json(Profile { id, greeting: format!("Hello, user {id}!") })
}

/// Asks the language model to greet someone.
#[prompt(name = "greet", title = "Greet")]
pub fn greet(
    /// Name of the person to greet.
    #[arg]
    name: String,
    /// Language of the greeting.
    #[arg(default = "English")]
    language: String,
) -> String {
    format!("Greet {name} warmly in {language}.")
}
