#![allow(unused)]

use mcp_server::resource;

#[resource(uri = "hello")]
fn no_scheme() -> String {
    String::new()
}

#[resource(uri = "mcp://users/{id}")]
fn braces(#[arg] id: String) -> String {
    id
}

#[resource(uri = "mcp://two words")]
fn space() -> String {
    String::new()
}

fn main() {}
