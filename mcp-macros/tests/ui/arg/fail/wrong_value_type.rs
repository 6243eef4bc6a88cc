#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello(
    #[arg(default())] a: u8,
    #[arg(rename)] b: u8,
    #[arg(range = 5)] c: u8,
    #[arg(length(min = -1, max = "a"))] d: String,
    #[arg(range(min = "a", least = 5))] e: u8,
    #[arg(pattern = 5)] f: String,
    #[arg(example)] g: String,
) {
}

fn main() {}
