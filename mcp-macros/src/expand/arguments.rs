//! The set of the arguments of one function: an `ArgumentSet` written out, without serde's derive.
//!
//! It is generic over the types of the arguments. A type that cannot be an argument is then refused where the set is used, once,
//! and not in every function of it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use super::{glue, numbered, private};
use crate::{
    attributes::DefaultValue,
    model::{Argument, Model, Parameter},
    values::as_text,
};

/// The set, and the defaults it fills gaps with; nothing for a function without arguments.
pub(super) fn arguments(model: &Model) -> Option<TokenStream> {
    let arguments: Vec<_> = model.arguments().collect();
    if arguments.is_empty() {
        return None;
    }
    let span = Span::mixed_site();
    let private = private(span);
    let set = set(span);
    let defaults = arguments.iter().filter_map(|(index, parameter, argument)| default(*index, parameter, argument));
    let fields: Vec<Ident> = arguments.iter().map(|(index, ..)| numbered("value", *index, span)).collect();
    let types: Vec<Ident> = arguments.iter().map(|(index, ..)| numbered("A", *index, span)).collect();
    let names = arguments.iter().map(|(.., argument)| &argument.name);
    let texts = arguments.iter().map(|(.., argument)| &argument.name);
    let positions: Vec<usize> = (0..fields.len()).collect();
    let filled: Vec<TokenStream> = arguments.iter().map(|(index, _, argument)| filled(*index, argument)).collect();
    let bounds = default_bounds(model, "A");
    Some(quote_spanned! {span=>
        #(#defaults)*

        struct #set<#(#types),*> {
            #(#fields: ::core::option::Option<#types>,)*
        }

        impl<#(#types),*> ::core::default::Default for #set<#(#types),*> {
            fn default() -> Self {
                Self { #(#fields: ::core::option::Option::None,)* }
            }
        }

        impl<#(#types: #private::Argument),*> #private::ArgumentSet for #set<#(#types),*>
        where
            #bounds
        {
            type Values = (#(#types,)*);

            const NAMES: &'static [&'static str] = &[#(#names),*];

            fn read<'de, M: #private::MapAccess<'de>>(
                &mut self,
                index: ::core::primitive::usize,
                map: &mut M,
            ) -> ::core::result::Result<(), M::Error> {
                match index {
                    #(#positions => self.#fields = ::core::option::Option::Some(#private::argument::<#types, M>(map)?),)*
                    _ => {}
                }
                ::core::result::Result::Ok(())
            }

            fn has(&self, index: ::core::primitive::usize) -> ::core::primitive::bool {
                match index {
                    #(#positions => self.#fields.is_some(),)*
                    _ => false,
                }
            }

            fn explain(
                index: ::core::primitive::usize,
                raw: &::core::primitive::str,
            ) -> ::core::option::Option<#private::String> {
                match index {
                    #(#positions => #private::explain_argument::<#types>(#texts, raw),)*
                    _ => ::core::option::Option::None,
                }
            }

            fn finish(self, slots: &mut #private::Slots) -> ::core::option::Option<Self::Values> {
                #(let #fields = #filled;)*
                ::core::option::Option::Some((#(#fields?,)*))
            }
        }
    })
}

/// The name of the set. It shares the scope with whatever the types of the user are called, so no user would choose it.
pub(super) fn set(span: Span) -> Ident {
    Ident::new("__McpArguments", span)
}

/// Where the types of the parameters are generic, and called `prefix0` and so on: that the defaults are of these types.
pub(super) fn default_bounds(model: &Model, prefix: &str) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let with_default = model.arguments().filter(|(.., argument)| argument.default.is_some());
    let bounds = with_default.map(|(index, ..)| {
        let (marker, of) = (marker(index), numbered(prefix, index, span));
        quote_spanned!(span=> #marker: #private::DefaultArgument<#of>,)
    });
    bounds.collect()
}

/// The type that knows the default of the parameter of that index.
pub(super) fn marker(index: usize) -> Ident {
    numbered("__McpDefault", index, Span::mixed_site())
}

/// What a gap is filled with. The order of the `let`s makes every missing argument known before one of them ends it.
fn filled(index: usize, argument: &Argument) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let field = numbered("value", index, span);
    let of = numbered("A", index, span);
    if argument.default.is_none() {
        let name = &argument.name;
        return quote_spanned!(span=> slots.required::<#of>(#name, self.#field));
    }
    let marker = marker(index);
    quote_spanned! {span=>
        ::core::option::Option::Some(match self.#field {
            ::core::option::Option::Some(value) => value,
            ::core::option::Option::None => <#marker as #private::DefaultArgument<#of>>::value(),
        })
    }
}

/// The type that knows a default: inside of the set the types are generic, and a default is of the user's type.
fn default(index: usize, parameter: &Parameter, argument: &Argument) -> Option<TokenStream> {
    let value = match argument.default.as_ref()? {
        DefaultValue::OfType(place) => quote_spanned!(glue(*place)=> ::core::default::Default::default()),
        DefaultValue::Value(text) if as_text(text).is_some() => {
            quote_spanned!(Span::mixed_site()=> ::core::convert::From::from(#text))
        }
        DefaultValue::Value(value) => quote_spanned!(Span::mixed_site()=> #value),
    };
    let span = Span::mixed_site();
    let private = private(span);
    let marker = marker(index);
    let of = &parameter.of_type;
    Some(quote_spanned! {span=>
        struct #marker;

        impl #private::DefaultArgument<#of> for #marker {
            fn value() -> #of {
                #value
            }
        }
    })
}
