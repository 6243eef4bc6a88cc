#![allow(unused)]

use mcp_server::tool;

#[tool]
#[arg]
fn hello() {}

fn main() {}
