#![allow(unused)]

use mcp_server::prompt;

#[prompt]
fn hello(#[arg(length(max = 10), header = "Name")] name: String) -> String {
    name
}

fn main() {}
