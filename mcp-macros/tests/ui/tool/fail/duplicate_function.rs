#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello() {}

#[tool]
fn hello() {}

fn main() {}
