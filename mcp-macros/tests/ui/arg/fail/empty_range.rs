#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello(
    #[arg(range(min = 10, max = 1))] a: u8,
    #[arg(range(min = -1, max = -1.5))] b: f64,
    #[arg(range(exclusive_min = 1, max = 1))] c: u8,
    #[arg(range(min = 1, exclusive_min = 0))] d: u8,
    #[arg(length(min = 2, max = 1))] e: String,
    #[arg(multiple_of = 0)] f: u8,
    #[arg(range())] g: u8,
    #[arg(range(1..=3))] h: u8,
    #[arg(range(0.5..2.0))] i: f64,
    #[arg(length(..=3))] j: String,
) {
}

fn main() {}
