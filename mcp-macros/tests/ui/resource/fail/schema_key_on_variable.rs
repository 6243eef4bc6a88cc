#![allow(unused)]

use mcp_server::resource;

#[resource(uri_template = "mcp://{a}")]
fn hello(#[arg(range(min = 1))] a: u8) -> String {
    a.to_string()
}

fn main() {}
