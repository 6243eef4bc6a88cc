#![allow(unused)]

use mcp_server::{Context, prompt, resource, tool};

struct Greeter;

trait Greets {
    fn greet();
}

impl Greets for Greeter {
    #[tool]
    fn greet() {}
}

impl Greeter {
    /// Greets.
    #[tool(title = "Hello")]
    pub async fn with_arguments(#[arg(default = "x")] name: String, context: Context) -> String {
        name
    }

    #[prompt]
    fn prompt(#[arg] name: String) -> String {
        name
    }

    #[resource(uri = "a://b")]
    fn resource() -> String {
        String::new()
    }
}

fn main() {}
