#![allow(unused)]

use mcp_server::tool;

#[tool(name = 5, title, description = true, read_only = "yes", server("a"), scopes = "a", guards)]
fn hello() {}

fn main() {}
