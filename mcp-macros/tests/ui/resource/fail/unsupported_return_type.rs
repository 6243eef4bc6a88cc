#![allow(unused)]

use mcp_server::resource;

#[resource(uri = "mcp://a")]
async fn number() -> u8 {
    1
}

#[resource(uri = "mcp://b")]
async fn nothing() {}

fn main() {}
