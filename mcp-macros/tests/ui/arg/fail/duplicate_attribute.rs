#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello(#[arg] #[arg(title = "Name")] name: String) {}

fn main() {}
