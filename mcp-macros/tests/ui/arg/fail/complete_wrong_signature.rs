//! Completion functions take `Typed`, `Chosen` and extractors, and return strings.

use mcp_server::{Typed, prompt};

/// Plans a journey.
#[prompt]
fn journey(#[arg(complete = cities)] city: String, #[arg(complete = count)] country: String) -> String {
    city + &country
}

fn cities(typed: String) -> Vec<String> {
    vec![typed]
}

fn count(typed: Typed) -> usize {
    typed.len()
}

fn main() {}
