#![allow(unused)]

use mcp_server::tool;

#[tool(public, scopes("a"))]
fn first() {}

#[tool(any_roles("a", "b"), public)]
fn second() {}

#[tool(public = false, scopes("a"))]
fn fine() {}

fn main() {}
