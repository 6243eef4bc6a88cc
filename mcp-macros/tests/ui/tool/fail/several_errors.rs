#![allow(unused)]

use mcp_server::tool;

#[tool(nam = "hello", scopes())]
unsafe fn hello(#[arg(rang(min = 1))] name: &str, context: &mcp_server::Context) -> impl std::fmt::Display {
    name.to_owned()
}

fn main() {
    // The function and its entry for `items!` can still be used.
    let _ = mcp_server::items![hello];
}
