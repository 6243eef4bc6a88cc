#![allow(unused)]

use mcp_server::items;

fn main() {
    let _ = items!["hello"];
}
