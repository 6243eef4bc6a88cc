//! The constant that the linker collects, and the type that gives it a name.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use super::{checks, glue, make, private};
use crate::{
    attributes::Address,
    input::AnnotatedFunction,
    kind::Kind,
    model::{Item, Model},
};

/// A type of the function's name and visibility. It is made by a macro for the name of that macro: in an `impl` block, which has no
/// room for types, the compiler says that name.
pub(super) fn stand_in(function: &AnnotatedFunction) -> TokenStream {
    let visibility = &function.visibility;
    let name = name(function);
    let span = glue(name.span());
    let private = private(span);
    quote_spanned!(span=> #private::move_this_function_out_of_the_impl_block! { #visibility #name })
}

/// The implementation of `ItemSource` for that type.
pub(super) fn source(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let span = glue(function.signature.ident.span());
    let private = private(span);
    let name = name(function);
    let checks = checks::checks(function, model);
    let make = make::make(function, model);
    let kind = Ident::new(item_kind(model), span);
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

/// Hands the constant to the linker.
pub(super) fn submission(function: &AnnotatedFunction) -> TokenStream {
    let span = glue(function.signature.ident.span());
    let private = private(span);
    let name = name(function);
    quote_spanned!(span=> #private::inventory::submit! { <#name as #private::ItemSource>::ENTRY })
}

/// The name of the function for a type of ours: an editor may go there from it, lints may not look at it.
pub(super) fn name(function: &AnnotatedFunction) -> Ident {
    let ident = &function.signature.ident;
    let mut name = ident.clone();
    name.set_span(glue(ident.span()));
    name
}

fn item_kind(model: &Model) -> &'static str {
    match &model.item {
        Item::Tool(_) => "Tool",
        Item::Resource(_, Address::Uri(_)) => "Resource",
        Item::Resource(_, Address::Template { .. }) => "ResourceTemplate",
        Item::Prompt => "Prompt",
    }
}

/// The kind that an attribute stands for when nothing more is known.
pub(super) const fn plain_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Tool => "Tool",
        Kind::Resource => "Resource",
        Kind::Prompt => "Prompt",
    }
}
