#![allow(unused)]

use mcp_server::tool;

#[tool(read_only, destructive)]
fn hello() {}

#[tool(read_only = false, destructive)]
fn fine() {}

fn main() {}
