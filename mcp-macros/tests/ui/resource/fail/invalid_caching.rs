//! `ttl` is a `Duration`, and `cache_scope` has two values.

use mcp_server::resource;

/// A.
#[resource(uri = "mcp://a", ttl = 60)]
fn a() -> &'static str {
    "a"
}

/// B.
#[resource(uri = "mcp://b", cache_scope = "everyone")]
fn b() -> &'static str {
    "b"
}

/// C.
#[resource(uri = "mcp://c", ttl, cache_scope)]
fn c() -> &'static str {
    "c"
}

fn main() {}
