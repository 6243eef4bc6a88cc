#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello(#[arg] name: String, #[arg] name: String) {}

fn main() {}
