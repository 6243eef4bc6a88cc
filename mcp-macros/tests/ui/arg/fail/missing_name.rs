#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello(#[arg] (x, y): (u8, u8), #[arg] _: String) {}

fn main() {}
