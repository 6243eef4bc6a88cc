//! Spans, paths and identifiers that the parts of an expansion share.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::input::AnnotatedFunction;

/// Returns a span at the place of the user's tokens, with the hygiene of the macro.
pub(super) fn glue(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}

/// Returns the span of the function's name, with the hygiene of the macro.
pub(super) fn function_span(function: &AnnotatedFunction) -> Span {
    glue(function.signature.ident.span())
}

/// Returns the name of the function, for the type that represents it.
///
/// Editors can navigate from it to the function, and lints ignore it.
pub(super) fn function_name(function: &AnnotatedFunction) -> Ident {
    let mut name = function.signature.ident.clone();
    name.set_span(glue(name.span()));
    name
}

/// Returns the path to the items that macro output may name.
pub(super) fn private(span: Span) -> TokenStream {
    quote_spanned!(span=> ::mcp_server::__private)
}

/// Returns an identifier for something that belongs to the parameter at `index`.
pub(super) fn numbered(prefix: &str, index: usize, span: Span) -> Ident {
    Ident::new(&format!("{prefix}{index}"), span)
}
