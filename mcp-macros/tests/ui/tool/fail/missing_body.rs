#![allow(unused)]

use mcp_server::tool;

trait Greeter {
    #[tool]
    fn hello();
}

fn main() {}
