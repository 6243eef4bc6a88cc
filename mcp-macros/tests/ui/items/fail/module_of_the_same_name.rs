#![allow(unused)]

use mcp_server::{items, tool};

mod hello {}

struct Other {}

#[tool]
fn hello() {}

fn main() {
    let _ = items![hello];
    let _ = items![Other];
}
