#![allow(unused)]

use mcp_server::tool;

struct OfficeHours;

#[tool(guards(OfficeHours))]
fn hello() {}

#[tool(interceptors(OfficeHours))]
fn other() {}

fn main() {}
