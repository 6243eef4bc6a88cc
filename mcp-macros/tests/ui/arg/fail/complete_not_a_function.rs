//! `complete` requires the path of a function.

use mcp_server::prompt;

/// Plans a journey.
#[prompt]
fn journey(
    #[arg(complete = "cities")] city: String,
    #[arg(complete = countries())] country: String,
    #[arg(complete)] region: String,
) -> String {
    format!("{city} {country} {region}")
}

fn countries() -> Vec<String> {
    Vec::new()
}

fn main() {}
