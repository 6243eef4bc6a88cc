#![allow(unused)]

use mcp_server::resource;

#[resource(uri = "mcp://a", priority = 1.5, audience(human, user, user), last_modified = "yesterday", mime_type = "text")]
fn first() -> String {
    String::new()
}

#[resource(uri_template = "mcp://{a}", size = 5, priority = "high")]
fn second(#[arg] a: String) -> String {
    a
}

#[resource(uri = "mcp://a", size = -1, audience("user"), read_only)]
fn third() -> String {
    String::new()
}

fn main() {}
