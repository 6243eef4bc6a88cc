//! The attribute macros of `mcp-server`.

mod attributes;
mod diagnostics;
mod doc_text;
mod expand;
mod input;
mod kind;
mod model;
mod nearest;
mod pipeline;
mod settings;
#[cfg(test)]
mod tests;
mod uri;
mod values;

use proc_macro::TokenStream;

use crate::kind::Kind;

/// Makes a function a tool.
#[proc_macro_attribute]
pub fn tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::annotate(Kind::Tool, attribute.into(), item.into()).into()
}

/// Makes a function a resource.
#[proc_macro_attribute]
pub fn resource(attribute: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::annotate(Kind::Resource, attribute.into(), item.into()).into()
}

/// Makes a function a prompt.
#[proc_macro_attribute]
pub fn prompt(attribute: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::annotate(Kind::Prompt, attribute.into(), item.into()).into()
}

/// The entries of annotated functions.
#[proc_macro]
pub fn items(paths: TokenStream) -> TokenStream {
    expand::items(paths.into()).into()
}
