#![allow(unused)]

use mcp_server::tool;

#[tool]
fn hello(#[arg] a: String, #[arg(rename = "a")] b: String) {}

#[tool]
fn headers(#[arg(header = "Region")] a: String, #[arg(header = "region")] b: String) {}

fn main() {}
