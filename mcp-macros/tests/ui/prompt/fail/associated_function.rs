#![allow(unused)]

use mcp_server::prompt;

trait Greeter {
    #[prompt]
    fn hello(#[arg] name: String) -> String {
        name
    }
}

fn main() {}
