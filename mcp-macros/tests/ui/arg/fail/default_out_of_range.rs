#![allow(unused)]

use mcp_server::tool;

#[tool]
async fn above(#[arg(default = 500, range(max = 100))] n: u32) {}

#[tool]
async fn excluded(#[arg(range(exclusive_min = -1), default = -1.0)] n: f64) {}

#[tool]
async fn fits(#[arg(default = 100, range(max = 100))] n: u32) {}

fn main() {}
