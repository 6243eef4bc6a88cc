#![allow(unused)]

use mcp_server::resource;

#[resource("notes://all")]
fn notes() -> String {
    String::new()
}

#[resource("notes://all/{id}")]
fn note(#[arg] id: String) -> String {
    id
}

#[resource("notes")]
fn named() -> String {
    String::new()
}

fn main() {}
