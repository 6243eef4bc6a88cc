//! Completion functions may be async, fallible, or closures.

use mcp_server::{CallError, Chosen, Completion, Context, Inject, Principal, Typed, prompt, resource};

/// Plans a journey.
#[prompt]
fn journey(
    #[arg(complete = plain)] a: String,
    #[arg(complete = inner::of_all)] b: String,
    #[arg(complete = fallible)] c: String,
    #[arg(complete = |typed: Typed| typed.matching(["x"]))] d: Option<String>,
) -> String {
    format!("{a} {b} {c} {d:?}")
}

/// A city.
#[resource(uri_template = "mcp://{city}", ttl = std::time::Duration::from_secs(1), cache_scope = "public")]
fn city(#[arg(complete = plain)] city: String) -> String {
    city
}

fn plain() -> [&'static str; 1] {
    ["Rome"]
}

mod inner {
    use super::*;

    pub async fn of_all(
        typed: Typed,
        chosen: Chosen,
        _: Context,
        _: Option<Principal>,
        names: Inject<Vec<String>>,
    ) -> Vec<String> {
        typed.matching(names.iter().filter(|name| chosen.get("a") != Some(name)).cloned())
    }
}

async fn fallible() -> Result<Completion, CallError> {
    Ok(Completion::new(["a"]).total(7))
}

fn main() {}
