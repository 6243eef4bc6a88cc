//! What a function with mistakes expands to.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote_spanned};
use syn::Ident;

use super::{entry, glue, private};
use crate::{input::AnnotatedFunction, kind::Kind};

/// The mistakes and the function as it was written, so that nothing that uses it is a mistake as well. A type stands in for it all
/// the same, for `items!`; in an `impl` block there cannot be one.
pub(crate) fn fallback(kind: Kind, function: &AnnotatedFunction, mistakes: &TokenStream) -> TokenStream {
    let written = function.to_token_stream();
    if function.is_associated() {
        return quote_spanned!(glue(function.signature.ident.span())=> #mistakes #written);
    }
    let span = glue(function.signature.ident.span());
    let private = private(span);
    let stand_in = entry::stand_in(function);
    let mut name = function.signature.ident.clone();
    name.set_span(span);
    let wire_name = name.to_string();
    let kind = Ident::new(entry::plain_kind(kind), span);
    quote_spanned! {span=>
        #mistakes
        #written
        #stand_in
        const _: () = {
            impl #private::ItemSource for #name {
                const ENTRY: #private::Entry = #private::Entry {
                    kind: #private::ItemKind::#kind,
                    name: #wire_name,
                    server: ::core::option::Option::None,
                    module: "",
                    place: #private::Place { file: "", line: 0 },
                    make: || ::core::unreachable!(),
                };
            }
        };
    }
}
