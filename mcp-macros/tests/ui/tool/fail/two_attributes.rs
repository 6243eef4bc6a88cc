#![allow(unused)]

use mcp_server::{prompt, tool};

#[tool]
#[prompt]
fn hello() -> String {
    String::new()
}

#[tool]
#[tool]
fn twice() {}

fn main() {}
