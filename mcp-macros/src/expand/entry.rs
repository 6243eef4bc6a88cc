//! The constant entry of an item, and the hidden type that gives access to it.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use super::{
    checks::checks,
    make::make,
    tokens::{function_name, function_span, private},
};
use crate::{
    attributes::resource::Address,
    input::AnnotatedFunction,
    model::{Item, Model},
};

/// Returns the hidden type with the function's name and visibility.
///
/// A macro of `mcp-server` defines it. Types are not allowed in `impl` blocks, and the compiler's
/// error there shows the name of that macro, which tells the user what to do.
pub(super) fn item_type(function: &AnnotatedFunction) -> TokenStream {
    let span = function_span(function);
    let (private, visibility, name) = (private(span), &function.visibility, function_name(function));
    quote_spanned!(span=> #private::move_this_function_out_of_the_impl_block! { #visibility #name })
}

/// Returns the implementation of `ItemSource` for the hidden type.
pub(super) fn source(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let span = function_span(function);
    let private = private(span);
    let name = function_name(function);
    let checks = checks(function, model);
    let make = make(function, model);
    let kind = match &model.item {
        Item::Resource(_, Address::Template { .. }) => "ResourceTemplate",
        _ => model.kind.item_kind(),
    };
    let kind = Ident::new(kind, span);
    let wire_name = &model.name;
    let server = model.common.server.as_ref().map_or_else(
        || quote_spanned!(span=> ::core::option::Option::None),
        |server| quote_spanned!(span=> ::core::option::Option::Some(#server)),
    );
    quote_spanned! {span=>
        impl #private::ItemSource for #name {
            const ENTRY: #private::Entry = {
                #checks
                #private::Entry {
                    kind: #private::ItemKind::#kind,
                    name: #wire_name,
                    server: #server,
                    module: ::core::module_path!(),
                    place: #private::Place { file: ::core::file!(), line: ::core::line!() },
                    make: #make,
                }
            };
        }
    }
}

/// Returns the statement that registers the entry with `inventory`.
pub(super) fn submission(function: &AnnotatedFunction) -> TokenStream {
    let span = function_span(function);
    let (private, name) = (private(span), function_name(function));
    quote_spanned!(span=> #private::inventory::submit! { <#name as #private::ItemSource>::ENTRY })
}
