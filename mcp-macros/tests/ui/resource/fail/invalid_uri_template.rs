#![allow(unused)]

use mcp_server::resource;

#[resource(uri_template = "mcp://{a")]
fn open(#[arg] a: String) -> String {
    a
}

#[resource(uri_template = "mcp://a}")]
fn close(#[arg] a: String) -> String {
    a
}

#[resource(uri_template = "mcp://{a}{b}")]
fn together(#[arg] a: String, #[arg] b: String) -> String {
    a + &b
}

#[resource(uri_template = "mcp://{a}/{a}")]
fn twice(#[arg] a: String) -> String {
    a
}

#[resource(uri_template = "mcp://{/a}")]
fn operator(#[arg] a: String) -> String {
    a
}

#[resource(uri_template = "mcp://{?a}/b")]
fn query(#[arg] a: String) -> String {
    a
}

#[resource(uri_template = "mcp://a")]
fn no_variables() -> String {
    String::new()
}

#[resource(uri_template = "/users/{a}")]
fn no_scheme(#[arg] a: String) -> String {
    a
}

fn main() {}
