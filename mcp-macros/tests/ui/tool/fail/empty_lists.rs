#![allow(unused)]

use mcp_server::tool;

#[tool(scopes(), any_scopes(), roles(), guards(), interceptors(), icons(), meta())]
fn hello() {}

fn main() {}
