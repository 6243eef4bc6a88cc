#![allow(unused)]

use mcp_server::tool;

#[tool]
struct Hello;

#[tool]
mod hello {}

#[tool]
impl Hello {
    fn hello() {}
}

fn main() {}
