#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello(#[arg(name = "a")] a: String, #[arg(min = 1)] b: u8, #[arg(optional)] c: u8) {}

fn main() {}
