//! Spans, paths and identifiers that the parts of an expansion share.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::ext::IdentExt as _;

use crate::input::AnnotatedFunction;

/// Returns the path of the type that represents the function.
pub(super) fn item_type(function: &AnnotatedFunction) -> TokenStream {
    let (module, name) = (module_name(function), type_name(function));
    quote_spanned!(Span::mixed_site()=> #module::#name)
}

/// Returns the name of that type, which is the name of the function.
pub(super) fn type_name(function: &AnnotatedFunction) -> Ident {
    let mut name = function.signature.ident.clone();
    name.set_span(Span::mixed_site());
    name
}

/// Returns the name of the module with that type. It differs for two functions of one name, so that
/// the compiler reports the functions only.
pub(super) fn module_name(function: &AnnotatedFunction) -> Ident {
    let name = function.signature.ident.unraw();
    let place = proc_macro::is_available().then(|| name.span().unwrap());
    let place = place.map(|place| format!("_{}_{}", place.line(), place.column())).unwrap_or_default();
    format_ident!("__mcp_{name}{place}", span = Span::mixed_site())
}

/// Returns the path to the items that macro output may name.
pub(super) fn private(span: Span) -> TokenStream {
    quote_spanned!(span=> ::mcp_server::__private)
}

/// Returns an identifier for something that belongs to the parameter at `index`.
pub(super) fn numbered(prefix: &str, index: usize, span: Span) -> Ident {
    Ident::new(&format!("{prefix}{index}"), span)
}
