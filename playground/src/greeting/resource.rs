//! A greeting to read, and one for each user.

use mcp_server::{Json, resource};
use serde::Serialize;

/// A simple greeting.
#[resource(uri = "mcp://hello-world", mime_type = "text/plain")]
pub fn hello_world() -> &'static str {
    "Hello, world!"
}

/// Who a user is.
#[derive(Debug, Serialize)]
pub struct Profile {
    id: u32,
    greeting: String,
}

/// The greeting of one user.
#[resource(uri_template = "mcp://users/{id}", mime_type = "application/json")]
pub fn user(
    /// The number of the user.
    #[arg]
    id: u32,
) -> Json<Profile> {
    Json(Profile { id, greeting: format!("Hello, user {id}!") })
}
