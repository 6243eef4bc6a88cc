//! Tools have no completions.

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
