#![allow(unused)]

use mcp_server::tool;

#[tool(scopes("notes:read notes:write", "sch\\on", "ü", "a", "a", ""))]
fn hello() {}

fn main() {}
