#![allow(unused)]

use mcp_server::tool;

#[tool(name = , title = "Hello")]
fn hello() {}

fn main() {}
