#![allow(unused)]

use mcp_server::tool;

struct Opaque;

#[tool(meta(a = Opaque))]
fn hello() {}

fn main() {}
