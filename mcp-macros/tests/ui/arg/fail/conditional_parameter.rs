#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello(#[cfg(unix)] #[arg] name: String) {}

fn main() {}
