//! The constant entry of an item, and the hidden type that gives access to it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use super::{
    checks::checks,
    make::make,
    tokens::{item_type, module_name, private, type_name},
};
use crate::{
    attributes::resource::Address,
    input::AnnotatedFunction,
    model::{Item, Model},
};

/// Returns the hidden type with the function's name and visibility, for `items!`.
///
/// It is imported by a glob, so that a module or a type of that name takes precedence and compiles.
pub(super) fn hidden_type(function: &AnnotatedFunction) -> TokenStream {
    let (module, mut name, visibility) = (module_name(function), type_name(function), &function.visibility);
    // Editors go from a path in `items!` to the keyword.
    name.set_span(name.span().located_at(function.signature.fn_token.span));
    quote_spanned! {Span::mixed_site()=>
        #[doc(hidden)]
        mod #module {
            pub struct #name {}
        }
        #[doc(hidden)]
        #visibility use #module::*;
    }
}

/// Returns items that are valid beside a free function, and one error beside a method.
///
/// The compiler's error in an `impl` block shows the name of this macro, which is the advice.
pub(super) fn beside_a_free_function(items: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    quote_spanned!(span=> #private::move_this_function_out_of_the_impl_block! { #items })
}

/// Returns the implementation of `ItemSource` for the hidden type.
pub(super) fn source(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let item_type = item_type(function);
    let checks = checks(model);
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
        impl #private::ItemSource for #item_type {
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
    let span = Span::mixed_site();
    let (private, item_type) = (private(span), item_type(function));
    quote_spanned!(span=> #private::inventory::submit! { <#item_type as #private::ItemSource>::ENTRY })
}
