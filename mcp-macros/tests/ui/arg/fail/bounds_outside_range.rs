#![allow(unused)]

use mcp_server::{prompt, tool};

#[tool]
async fn number(#[arg(min = 1, max = 10)] n: u32) {}

#[tool]
async fn text(#[arg(title = "Text", max_length = 10)] text: String) {}

#[prompt]
fn prompt(#[arg(min = 1)] n: u32) -> String {
    String::new()
}

fn main() {}
