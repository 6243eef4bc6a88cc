#![allow(unused)]

use mcp_server::tool;

#[tool]
fn types<T>(#[arg] name: T) -> String {
    String::new()
}

#[tool]
fn lifetimes<'a>(#[arg] name: String) -> &'a str {
    ""
}

#[tool]
fn clause() where String: Clone {}

fn main() {}
