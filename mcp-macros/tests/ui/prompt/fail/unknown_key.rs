#![allow(unused)]

use mcp_server::prompt;

#[prompt(read_only)]
fn hello() -> String {
    String::new()
}

fn main() {}
