#![allow(unused)]

use mcp_server::tool;

#[tool(listing = "alway")]
fn first() {}

#[tool(hidden, listing = "always")]
fn second() {}

fn main() {}
