#![allow(unused)]

use mcp_server::tool;

#[tool(name = "hello" title = "Hello", read_only)]
fn hello() {}

fn main() {}
