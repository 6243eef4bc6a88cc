#![allow(unused)]

use mcp_server::tool;

#[tool(readOnlyHint, discription = "Says hello", whatever(1))]
fn hello() {}

fn main() {}
