#![allow(unused)]

use mcp_server::{Context, tool};

#[tool]
async fn half(#[arg(default = 1)] x: u32, ctx: ) -> String {
    String::new()
}

fn main() {}
