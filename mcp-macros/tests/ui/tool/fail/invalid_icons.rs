#![allow(unused)]

use mcp_server::tool;

#[tool(icon = "a.png", icons("https://example.com/a.png"))]
fn first() {}

#[tool(icons(icon(sizes("big"), theme = "blue"), icon(src = "ftp://example.com", sizes("48x48"))))]
fn second() {}

fn main() {}
