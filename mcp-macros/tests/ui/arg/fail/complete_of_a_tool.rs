//! Clients complete arguments of prompts and variables of templates.

use mcp_server::{Typed, tool};

/// Finds a city.
#[tool]
fn find(#[arg(complete = cities)] city: String) -> String {
    city
}

fn cities(typed: Typed) -> Vec<String> {
    typed.matching(["Rome"])
}

fn main() {}
