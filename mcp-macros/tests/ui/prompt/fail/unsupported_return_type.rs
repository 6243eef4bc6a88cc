#![allow(unused)]

use mcp_server::prompt;

#[prompt]
async fn hello() -> Option<u8> {
    None
}

fn main() {}
