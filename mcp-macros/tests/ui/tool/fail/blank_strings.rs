#![allow(unused)]

use mcp_server::tool;

#[tool(name = "", title = " ", description = "", server = "")]
fn hello() {}

fn main() {}
