#![allow(unused)]

use mcp_server::{Context, prompt, resource, tool};

#[tool(blocking)]
async fn waits() -> String {
    String::new()
}

#[resource(uri = "mcp://file", blocking)]
async fn file() -> String {
    String::new()
}

#[prompt(title = "Review", blocking = true)]
async fn review(#[arg] code: String) -> String {
    code
}

#[tool(task, detaches, blocking)]
fn detaches(ctx: Context) -> String {
    String::new()
}

#[tool(blocking = "yes")]
fn answers() -> String {
    String::new()
}

fn main() {}
