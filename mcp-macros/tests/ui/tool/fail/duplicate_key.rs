#![allow(unused)]

use mcp_server::tool;

#[tool(name = "a", read_only, name = "b")]
fn hello() {}

fn main() {}
