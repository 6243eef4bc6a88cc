#![allow(unused)]

use mcp_server::tool;

struct Greeter;

impl Greeter {
    #[tool]
    fn hello(other: Self) -> Self {
        other
    }
}

fn main() {}
