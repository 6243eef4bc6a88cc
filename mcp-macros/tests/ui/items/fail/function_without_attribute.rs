#![allow(unused)]

use mcp_server::items;

fn hello() {}

fn main() {
    let _ = items![hello];
}
