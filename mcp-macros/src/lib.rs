//! The macros of `mcp-server`: [`#[tool]`](macro@tool), [`#[resource]`](macro@resource), [`#[prompt]`](macro@prompt) and
//! [`items!`]. Use them from there; their output names that crate.
//!
//! An attribute goes through four phases, one folder or file each: `input` (the function, its body unread), `attributes` (what
//! the keys say), `model` (both together, checked) and `expand`. Every mistake on the way is noted in one `Diagnostics`, and all
//! of them are reported together, beside the function as it was written.

mod attributes;
mod diagnostics;
mod doc_text;
mod expand;
mod input;
mod model;
mod settings;
#[cfg(test)]
mod tests;
mod uri;
mod values;

use proc_macro::TokenStream;

use crate::{expand::annotate, input::Kind};

/// Makes a function a tool: something that a language model can do.
///
/// ```
/// use mcp_server::{Context, tool};
///
/// /// Greets someone.
/// #[tool(name = "hello-world", title = "Hello", read_only)]
/// async fn hello_world(
///     /// Who to greet.
///     #[arg(default = "World")]
///     name: String,
///     ctx: Context,
/// ) -> String {
///     ctx.progress(1.0).send().await;
///     format!("Hello, {name}!")
/// }
/// ```
///
/// The function is free (no `self`, no generics), async or not, and stays as it is written: it can be called and tested like any
/// other. It belongs to every module that does not choose its items, or to the one that is named by `server`.
///
/// # Parameters
///
/// What is marked `#[arg]` comes from the client. Every other parameter is an *extractor*, made from its type by `FromContext`:
/// `Context`, `HeaderMap`, `Principal`, `Option<Principal>`, `Inject<T>`, and types of your own. `Args<T>` takes all arguments as
/// one struct in place of `#[arg]`. Parameters are owned (`String`, not `&str`).
///
/// The type of an argument is anything with `Deserialize` and `JsonSchema`. An `Option` may be left out.
///
/// | key of `#[arg(..)]` | meaning | default |
/// |---|---|---|
/// | `rename = "userName"` | name on the wire | the parameter's name |
/// | `description = ".."` | what it is, for the language model | the doc comment |
/// | `title = ".."` | name for humans | – |
/// | `default`, `default = ..` | value when it is left out: that of the type, or this one; a text is converted with `From<&str>` | it must be sent |
/// | `range(min = 1, max = 10)` | bounds of a number; also `exclusive_min`, `exclusive_max` | – |
/// | `multiple_of = 5` | what a number is a multiple of | – |
/// | `length(min = 1, max = 10)` | characters of a text, or items of a list | – |
/// | `pattern = "^[a-z]+$"` | regular expression for a text | – |
/// | `format = "email"` | format of a text | that of the type |
/// | `example = ..` | an example; may be repeated | – |
/// | `header = "Region"` | the HTTP header `Mcp-Param-Region` repeats it | – |
///
/// # Keys
///
/// | key | meaning | default |
/// |---|---|---|
/// | `name = ".."` | name for programs, 1 to 128 of `A-Z a-z 0-9 _ - .` | the function's name |
/// | `title = ".."` | name for humans | – |
/// | `description = ".."` | what it does, for the language model; also `include_str!(..)` or a constant | the doc comment |
/// | `server = ".."` | the module it belongs to, by the server's name | every module |
/// | `read_only` | it changes nothing; like all flags also `read_only = false` | unsaid |
/// | `destructive` | what it changes may be lost | unsaid |
/// | `idempotent` | a second call with the same arguments changes nothing more | unsaid |
/// | `open_world` | it reaches out to things beyond the server | unsaid |
/// | `icon = "https://.."` | a picture; may be repeated | – |
/// | `icons(icon(src = "..", mime_type = "..", sizes("48x48"), theme = "light"), ..)` | pictures, with all there is to say | – |
/// | `meta(key = .., "com.example/key" = ..)` | members of `_meta`: literals and whatever converts into a `serde_json::Value` | – |
/// | `scopes("..", ..)` | scopes that the caller's token needs, all of them | – |
/// | `any_scopes("..", ..)` | scopes of which it needs one; repeated, one of each | – |
/// | `roles("..", ..)`, `any_roles("..", ..)` | the same for roles | – |
/// | `public` | anyone may call it, without a token too | a known caller |
/// | `hidden` | never listed | – |
/// | `listing = ".."` | who sees it in lists: `"auto"`, `"always"`, `"when_allowed"`, `"never"` | `"auto"` |
/// | `guards(First, Second::new(..))` | checks of your own before a call is accepted | – |
/// | `interceptors(First, Second::new(..))` | code of your own around accepted calls | – |
///
/// # Return types
///
/// Text, numbers, `bool` and `()`; `Json<T>` for structured content, which also publishes the output schema; `Content`,
/// `Vec<Content>` and `ToolResult`; `Option` of these, and `Result` whose error is `CallError` or any `std::error::Error`.
///
/// ```
/// use mcp_server::{Args, CallError, Inject, Json, tool};
/// # use schemars::JsonSchema;
/// # use serde::{Deserialize, Serialize};
/// # struct Rooms;
/// # impl Rooms { fn book(&self, _: &str, _: u8) -> Option<u32> { None } }
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Booking {
///     /// Where to.
///     city: String,
///     nights: u8,
/// }
///
/// #[derive(Serialize, JsonSchema)]
/// struct Booked {
///     room: u32,
/// }
///
/// /// Books a room.
/// #[tool(scopes("rooms:book"), destructive = false)]
/// fn book(Args(booking): Args<Booking>, rooms: Inject<Rooms>) -> Result<Json<Booked>, CallError> {
///     let room = rooms.book(&booking.city, booking.nights);
///     room.map(|room| Json(Booked { room })).ok_or_else(|| CallError::client("there is no free room"))
/// }
/// ```
#[proc_macro_attribute]
pub fn tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    annotate(Kind::Tool, attribute.into(), item.into()).into()
}

/// Makes a function a resource, or with a template a family of resources: something that can be read.
///
/// ```
/// use mcp_server::resource;
///
/// /// How to use this server.
/// #[resource(uri = "mcp://readme", mime_type = "text/markdown", audience(user), priority = 0.8)]
/// async fn readme() -> &'static str {
///     "# Read me"
/// }
///
/// /// A page of a book.
/// #[resource(uri_template = "mcp://books/{book}{?page}")]
/// fn page(#[arg] book: u64, #[arg(default = 1)] page: u32) -> Option<String> {
///     (book == 1).then(|| format!("This is page {page}."))
/// }
/// ```
///
/// The variables of a template are the `#[arg]` parameters, by name; the compiler checks that both sides have the same ones. A
/// template knows `{name}` (one segment), `{+name}` (anything, slashes included), `{name*}` (one or more segments) and at its end
/// `{?name,name}` (parameters of the query, which may be missing: an `Option`, or with a `default`). Text becomes whatever type the
/// parameter has. All other parameters are extractors, as those of [`#[tool]`](macro@tool).
///
/// | key | meaning | default |
/// |---|---|---|
/// | `uri = "mcp://.."` | where it is | this or a template must be there |
/// | `uri_template = "mcp://../{id}"` | where they are, with variables (RFC 6570) | |
/// | `mime_type = ".."` | media type | that of the contents |
/// | `size = 1024` | bytes; not with a template | – |
/// | `audience(user, assistant)` | whom it is meant for | – |
/// | `priority = 0.8` | from 0 (optional) to 1 (required) | – |
/// | `last_modified = "2026-01-31T12:00:00Z"` | when it was last changed | – |
///
/// `name`, `title`, `description`, `server`, `icon`, `icons`, `meta`, `guards`, `interceptors` and the keys of access are those of
/// [`#[tool]`](macro@tool); a name may have any characters. `#[arg(..)]` takes `rename`, `default`, `title` and `description`.
///
/// A resource returns text, bytes, `Json<T>`, `ResourceContents`, `Vec<ResourceContents>` or `ResourceResult`; `Option` of these,
/// where `None` says that there is no such resource; or a `Result`.
#[proc_macro_attribute]
pub fn resource(attribute: TokenStream, item: TokenStream) -> TokenStream {
    annotate(Kind::Resource, attribute.into(), item.into()).into()
}

/// Makes a function a prompt: messages that a user can choose to begin with.
///
/// ```
/// use mcp_server::{PromptMessage, prompt};
///
/// /// Reviews code.
/// #[prompt(title = "Code review")]
/// fn review(
///     /// The code.
///     #[arg]
///     code: String,
///     /// How strict to be, from 1 to 3.
///     #[arg(default = 2)]
///     strictness: u8,
/// ) -> Vec<PromptMessage> {
///     vec![PromptMessage::user(format!("Review this with strictness {strictness}: {code}"))]
/// }
/// ```
///
/// The arguments of a prompt are text on the wire, and become whatever type the parameter has. `#[arg(..)]` takes `rename`,
/// `default`, `title` and `description`. The keys of the attribute are those that [`#[tool]`](macro@tool) has too: `name`, `title`,
/// `description`, `server`, `icon`, `icons`, `meta`, `guards`, `interceptors` and the keys of access; a name may have any
/// characters.
///
/// A prompt returns text or `Content` (one message of the user), `PromptMessage`, `Vec<PromptMessage>`, `PromptResult`, or a
/// `Result` of these.
#[proc_macro_attribute]
pub fn prompt(attribute: TokenStream, item: TokenStream) -> TokenStream {
    annotate(Kind::Prompt, attribute.into(), item.into()).into()
}

/// Names annotated functions: an array with the `Entry` of each.
///
/// For modules that say what they offer, instead of offering what the linker has collected.
///
/// ```
/// use mcp_server::{items, tool};
///
/// mod math {
///     /// Doubles a number.
///     #[mcp_server::tool]
///     pub fn double(#[arg] number: i64) -> i64 {
///         number * 2
///     }
/// }
///
/// /// Does nothing.
/// #[tool]
/// fn nothing() {}
///
/// let [double, nothing] = items![math::double, nothing];
/// assert_eq!((double.name, nothing.name), ("double", "nothing"));
/// ```
#[proc_macro]
pub fn items(paths: TokenStream) -> TokenStream {
    expand::items(paths.into()).into()
}
