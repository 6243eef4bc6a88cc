#![allow(unused)]

use mcp_server::tool;

#[tool("hello")]
fn hello() {}

fn main() {}
