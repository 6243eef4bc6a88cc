#![allow(unused)]

use mcp_server::resource;

#[resource]
fn first() -> String {
    String::new()
}

#[resource(mime_type = "text/plain")]
fn second() -> String {
    String::new()
}

fn main() {}
