//! The arguments of one function: a slot for each, which the library fills, and the defaults for those that stay empty.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{glue, numbered, private};
use crate::{
    attributes::DefaultValue,
    model::{Argument, Model, Parameter},
    values::as_text,
};

/// The types that know the defaults; nothing for a function without any.
pub(super) fn defaults(model: &Model) -> TokenStream {
    model.arguments().filter_map(|(index, parameter, argument)| default(index, parameter, argument)).collect()
}

/// Statements that read the arguments into the variables of their parameters, whose types are called `P0` and so on.
pub(super) fn read(model: &Model, variable: impl Fn(usize) -> Ident, span: Span) -> Option<TokenStream> {
    let private = private(span);
    let (mut empty, mut slots, mut filled) = (Vec::new(), Vec::new(), Vec::new());
    for (index, _, argument) in model.arguments() {
        let (variable, of, name) = (variable(index), numbered("P", index, span), &argument.name);
        empty.push(quote_spanned!(span=> let mut #variable = ::core::option::Option::None::<#of>;));
        if argument.default.is_none() {
            slots.push(quote_spanned!(span=> #private::ArgumentSlot::required(#name, &mut #variable)));
            filled.push(quote_spanned!(span=> let #variable = #private::filled(#variable)?;));
        } else {
            let marker = marker(index);
            slots.push(quote_spanned!(span=> #private::ArgumentSlot::with_default(#name, &mut #variable)));
            filled.push(quote_spanned! {span=>
                let #variable = #private::filled_or(#variable, <#marker as #private::DefaultArgument<#of>>::value);
            });
        }
    }
    (!slots.is_empty()).then(|| {
        quote_spanned! {span=>
            #(#empty)*
            #private::read_arguments(&context, &mut [#(#slots),*])?;
            #(#filled)*
        }
    })
}

/// That the defaults are of the types of the parameters, where these are generic.
pub(super) fn default_bounds(model: &Model) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let with_default = model.arguments().filter(|(.., argument)| argument.default.is_some());
    let bounds = with_default.map(|(index, ..)| {
        let (marker, of) = (marker(index), numbered("P", index, span));
        quote_spanned!(span=> #marker: #private::DefaultArgument<#of>,)
    });
    bounds.collect()
}

/// The type that knows the default of the parameter of that index.
pub(super) fn marker(index: usize) -> Ident {
    numbered("__McpDefault", index, Span::mixed_site())
}

/// The type that knows a default: inside of the handler the types are generic, and a default is of the user's type.
fn default(index: usize, parameter: &Parameter, argument: &Argument) -> Option<TokenStream> {
    let value = match argument.default.as_ref()? {
        DefaultValue::OfType(place) => quote_spanned!(glue(*place)=> ::core::default::Default::default()),
        DefaultValue::Value(value) => {
            let text = as_text(value).map(|text| {
                let span = glue(text.span());
                let private = private(span);
                quote_spanned!(span=> #private::DefaultText::of_text(#text))
            });
            text.unwrap_or_else(|| quote!(#value))
        }
    };
    let private = private(Span::mixed_site());
    let marker = marker(index);
    let of = &parameter.of_type;
    Some(quote_spanned! {Span::mixed_site()=>
        struct #marker;

        impl #private::DefaultArgument<#of> for #marker {
            fn value() -> #of {
                #value
            }
        }
    })
}
