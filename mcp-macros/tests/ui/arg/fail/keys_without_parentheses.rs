#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello(#[arg = "name"] name: String) {}

fn main() {}
