#![allow(unused)]

use mcp_server::tool;

#[tool(name = "hello world")]
fn hello() {}

#[tool]
fn größe() {}

fn main() {}
