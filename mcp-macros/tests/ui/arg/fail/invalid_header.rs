#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello(#[arg(header = "Mcp-Param-Region")] a: String, #[arg(header = "two words")] b: String) {}

fn main() {}
