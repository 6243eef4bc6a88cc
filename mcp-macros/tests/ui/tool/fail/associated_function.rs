#![allow(unused)]

use mcp_server::tool;

struct Greeter;

impl Greeter {
    #[tool]
    fn hello() -> String {
        String::new()
    }
}

fn main() {
    Greeter::hello();
}
