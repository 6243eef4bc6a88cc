#![allow(unused)]

use mcp_server::tool;

struct Greeter;

impl Greeter {
    #[tool]
    async fn hello(&self, #[arg] name: String) -> String {
        name
    }
}

fn main() {
    let _ = Greeter.hello(String::new());
}
