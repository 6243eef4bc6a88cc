#![allow(unused)]

use mcp_server::resource;

#[resource(uri = "mcp://a", uri_template = "mcp://{a}")]
fn hello(#[arg] a: String) -> String {
    a
}

fn main() {}
