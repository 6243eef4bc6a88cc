//! The compiler reports an unknown path at the path.

use mcp_server::prompt;

/// Plans a journey.
#[prompt]
fn journey(#[arg(complete = elsewhere::cities)] city: String, #[arg(complete = citeis)] other: String) -> String {
    city + &other
}

fn cities() -> Vec<String> {
    Vec::new()
}

fn main() {}
