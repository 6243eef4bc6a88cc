//! Lints of the user's crate ignore the output.

#![forbid(unsafe_code, missing_docs, dead_code, non_camel_case_types, unreachable_pub, unused_qualifications, unused_imports)]
#![forbid(missing_debug_implementations, missing_copy_implementations, unnameable_types, single_use_lifetimes)]
#![deny(warnings, rust_2018_idioms, trivial_casts, unused_results, let_underscore_drop)]

use mcp_server::{Context, HeaderMap, prompt, resource, tool};

/// Greets.
#[tool(name = "hello-world", title = "Hello", read_only, scopes("a:b"), meta(a = -1, b = [1, 2]), icon = "https://a.b/c")]
async fn hello_world(
    /// Name of the person.
    #[arg(default = "World", length(min = 1, max = 10), example = "x")]
    name: String,
    #[arg(default = vec![1, 2])] list: Vec<u8>,
    #[arg(default)] count: u32,
    headers: HeaderMap,
    context: Context,
) -> String {
    format!("{name} {list:?} {count} {} {context:?}", headers.len())
}

/// Waits.
#[tool]
#[deprecated]
async fn waits(context: Context) {
    context.progress(1.0).send();
}

/// Reads.
#[resource(uri_template = "mcp://{id}", audience(user), priority = 1)]
fn read(#[arg] id: String) -> String {
    id
}

mod inner {
    //! Nested.

    /// Asks.
    #[mcp_server::prompt]
    pub(crate) fn ask(#[arg] name: String) -> String {
        name
    }
}

/// Asks.
#[prompt]
fn ask(#[arg] name: String) -> String {
    inner::ask(name)
}

fn main() {
    let _ = mcp_server::items![hello_world, read, inner::ask, ask];
}
