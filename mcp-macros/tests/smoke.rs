//! smoke
#![forbid(unsafe_code)]
#![warn(clippy::pedantic, missing_docs, unused_qualifications, unreachable_pub, missing_debug_implementations, unused, rust_2018_idioms, clippy::use_self, single_use_lifetimes, elided_lifetimes_in_paths)]

use mcp_server::{Args, CallError, Context, HeaderMap, Json, Inject, Principal, items, prompt, resource, tool};

/// Greets someone and tells them what they are calling with.
///
/// More.
#[tool(name = "hello-world", title = "Hello", read_only, icon = "https://a/b.png", meta(a = 1, "com.example/b" = ["x", "y"], c = -1.5), scopes("a:b"))]
async fn hello_world(
    /// Who to greet.
    #[arg(default = "World", length(min = 1, max = 10))]
    name: String,
    #[arg] tags: Option<Vec<String>>,
    #[arg(default, range(min = 0, exclusive_max = 100))] count: u32,
    #[arg(default = vec![1, 2])] list: Vec<u8>,
    headers: HeaderMap,
    ctx: Context,
) -> String {
    ctx.progress(50.0).total(100.0).message("thinking").send().await;
    format!("{name} {tags:?} {count} {list:?} {}", headers.len())
}

#[derive(serde::Deserialize, schemars::JsonSchema, Debug)]
struct Booking { city: String }

/// Books
#[tool]
fn book(Args(booking): Args<Booking>, who: Option<Principal>) -> Result<Json<u32>, CallError> {
    let _ = who;
    Ok(Json(u32::try_from(booking.city.len())?))
}

mod inner {
    //! Inner.
    /// A.
    #[super::resource(uri = "mcp://hello", mime_type = "text/plain", audience(user), priority = 1)]
    pub(super) async fn plain() -> &'static str { "x" }

    /// B.
    #[super::resource(uri_template = "mcp://users/{id}{?page}")]
    pub(super) fn user(#[arg] id: u64, #[arg(default = 1)] page: u32, _store: super::Inject<String>) -> String { format!("{id}{page}") }
}

/// P.
#[prompt]
async fn ask(#[arg] topic: String, #[arg] r#type: Option<String>) -> String { format!("{topic}{type:?}", type = r#type) }

#[test]
fn works() {
    /// In.
    #[tool]
    fn inside() -> u8 { 1 }
    assert_eq!(inside(), 1);
    let all = items![hello_world, book, inner::plain, inner::user, ask, inside];
    for entry in all { println!("{entry:?} {:?}", (entry.make)()); }
    let none = items![];
    assert!(none.is_empty());
    assert_eq!(mcp_server::__private::inventory::iter::<mcp_server::registry::Entry>().count(), 6);
}
