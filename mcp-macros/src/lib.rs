//! Macros of `mcp-server`: [`#[tool]`](macro@tool), [`#[resource]`](macro@resource),
//! [`#[prompt]`](macro@prompt), [`items!`] and
//! [`#[derive(ClientFacing)]`](macro@ClientFacing).
//!
//! Use them through `mcp-server`, which documents all keys. Their output refers to that crate.
//!
//! An attribute is expanded in four phases, each in its own file or folder. `input` parses the
//! signature of the function, `attributes` reads the keys, `model` checks both together, and
//! `expand` generates the output. All phases record errors in one `Diagnostics`, so that all
//! errors are reported together, beside the function as it was written.

mod attributes;
mod client_facing;
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

#[cfg_attr(
    doc,
    doc = "Turns a function into a tool, which a language model can call. `mcp_server::tool` documents the keys.\n"
)]
/// # Example of a tool
///
/// ```
/// use mcp_server::tool;
///
/// /// Greets a person.
/// #[tool(title = "Hello", read_only)]
/// async fn hello(
///     /// Name of the person.
///     #[arg(default = "World", length(max = 100))]
///     name: String,
/// ) -> String {
///     format!("Hello, {name}!")
/// }
/// ```
#[proc_macro_attribute]
pub fn tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    annotate(Kind::Tool, attribute.into(), item.into()).into()
}

#[cfg_attr(
    doc,
    doc = "Turns a function into a resource, or into a resource template if its URI contains variables. `mcp_server::resource` documents the keys.\n"
)]
/// # Example of a resource
///
/// ```
/// use mcp_server::resource;
///
/// /// Instructions for this server.
/// #[resource(uri = "mcp://readme", mime_type = "text/markdown")]
/// async fn readme() -> &'static str {
///     "# Read me"
/// }
/// ```
#[proc_macro_attribute]
pub fn resource(attribute: TokenStream, item: TokenStream) -> TokenStream {
    annotate(Kind::Resource, attribute.into(), item.into()).into()
}

#[cfg_attr(
    doc,
    doc = "Turns a function into a prompt: a template of messages that a user can select. `mcp_server::prompt` documents the keys.\n"
)]
/// # Example of a prompt
///
/// ```
/// use mcp_server::prompt;
///
/// /// Requests a summary.
/// #[prompt(title = "Summary")]
/// fn summarize(#[arg] text: String) -> String {
///     format!("Summarize this text:\n{text}")
/// }
/// ```
#[proc_macro_attribute]
pub fn prompt(attribute: TokenStream, item: TokenStream) -> TokenStream {
    annotate(Kind::Prompt, attribute.into(), item.into()).into()
}

/// Replaces a module with its contents. Not public API: macro output is such a module.
///
/// In an `impl` block the compiler rejects the module before it expands the attribute. The contents
/// then add no errors.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn contents(_: TokenStream, module: TokenStream) -> TokenStream {
    expand::contents(module.into()).into()
}

#[cfg_attr(doc, doc = "Names annotated functions, for `McpModule::only` and `Registry::add` of `mcp-server`.\n")]
/// # Example of a list
///
/// ```
/// use mcp_server::{items, tool};
///
/// /// Responds with `pong`.
/// #[tool]
/// fn ping() -> &'static str {
///     "pong"
/// }
///
/// let [entry] = items![ping];
/// assert_eq!(entry.name, "ping");
/// ```
#[proc_macro]
pub fn items(paths: TokenStream) -> TokenStream {
    expand::items(paths.into()).into()
}

#[cfg_attr(
    doc,
    doc = "Decides at the definition of an error type which of its values clients read. `mcp_server::ClientFacing` documents the attribute.\n"
)]
/// # Example of an error type
///
/// ```
/// use std::fmt;
///
/// use mcp_server::ClientFacing;
///
/// #[derive(Debug, ClientFacing)]
/// enum NotesError {
///     #[client]
///     Taken,
///     Locked,
/// }
///
/// impl fmt::Display for NotesError {
///     fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
///         formatter.write_str(match self {
///             Self::Taken => "the title is taken",
///             Self::Locked => "the database is locked",
///         })
///     }
/// }
///
/// impl std::error::Error for NotesError {}
/// ```
#[proc_macro_derive(ClientFacing, attributes(client))]
pub fn client_facing(item: TokenStream) -> TokenStream {
    client_facing::derive(item.into()).into()
}
