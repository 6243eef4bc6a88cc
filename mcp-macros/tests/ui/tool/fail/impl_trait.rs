#![allow(unused)]

use mcp_server::tool;

#[tool]
fn parameter(#[arg] name: impl Into<String>) -> String {
    name.into()
}

#[tool]
fn returned() -> impl std::fmt::Display {
    1
}

#[tool]
fn inside() -> Option<impl std::fmt::Display> {
    Some(1)
}

fn main() {}
