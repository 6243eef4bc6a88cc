#![allow(unused)]

use mcp_server::tool;

#[tool(meta(kind, a = 1))]
fn first() {}

#[tool(meta("two words" = 1, "io.modelcontextprotocol/a" = 1, b = 1, b = 2))]
fn second() {}

fn main() {}
