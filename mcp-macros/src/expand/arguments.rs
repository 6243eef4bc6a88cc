//! The arguments of one function: slots that the library fills, and defaults for empty slots.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::tokens::{self, numbered, private};
use crate::{
    attributes::argument::DefaultValue,
    model::{
        Model,
        parameter::{Argument, Parameter},
    },
    values::as_text,
};

/// Returns the marker types of all defaults, which implement `DefaultArgument`.
pub(super) fn defaults(model: &Model) -> TokenStream {
    model.arguments().filter_map(|(index, parameter, argument)| default(index, parameter, argument)).collect()
}

/// Returns statements that read the arguments into variables of the generic types `P0`, `P1`, ….
pub(super) fn read(model: &Model, variable: impl Fn(usize) -> Ident, span: Span) -> Option<TokenStream> {
    let private = private(span);
    let (mut empty, mut slots, mut filled) = (Vec::new(), Vec::new(), Vec::new());
    for (index, _, argument) in model.arguments() {
        let (variable, parameter_type, name) = (variable(index), numbered("P", index, span), &argument.name);
        empty.push(quote_spanned!(span=> let mut #variable = ::core::option::Option::None::<#parameter_type>;));
        if argument.default.is_none() {
            slots.push(quote_spanned!(span=> #private::ArgumentSlot::required(#name, &mut #variable)));
            filled.push(quote_spanned!(span=> let #variable = #private::filled(#variable)?;));
        } else {
            let marker = default_marker(index);
            slots.push(quote_spanned!(span=> #private::ArgumentSlot::with_default(#name, &mut #variable)));
            filled.push(quote_spanned! {span=>
                let #variable = #private::filled_or(#variable, <#marker as #private::DefaultArgument<#parameter_type>>::value);
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

/// Returns the bounds of the generic handler that tie the markers to the parameter types.
pub(super) fn default_bounds(model: &Model) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let with_default = model.arguments().filter(|(.., argument)| argument.default.is_some());
    let bounds = with_default.map(|(index, ..)| {
        let (marker, parameter_type) = (default_marker(index), numbered("P", index, span));
        quote_spanned!(span=> #marker: #private::DefaultArgument<#parameter_type>,)
    });
    bounds.collect()
}

/// Returns the name of the marker type for the default of the parameter at `index`.
pub(super) fn default_marker(index: usize) -> Ident {
    numbered("__McpDefault", index, Span::mixed_site())
}

/// Returns the marker type of one default.
///
/// The handler is generic, and the default has the user's type: the marker connects the two.
fn default(index: usize, parameter: &Parameter, argument: &Argument) -> Option<TokenStream> {
    let span = Span::mixed_site();
    let (private, marker, value_type) = (private(span), default_marker(index), &parameter.value_type);
    let value = match argument.default.as_ref()? {
        DefaultValue::OfType => quote_spanned!(span=> <#value_type as ::core::default::Default>::default()),
        DefaultValue::Value(value) => {
            // The compiler reports a type without such a conversion at the text.
            let text = as_text(value).map(|text| {
                let span = span.located_at(text.span());
                let private = tokens::private(span);
                quote_spanned!(span=> #private::DefaultText::of_text(#text))
            });
            text.unwrap_or_else(|| quote!(#value))
        }
    };
    Some(quote_spanned! {span=>
        struct #marker;

        impl #private::DefaultArgument<#value_type> for #marker {
            fn value() -> #value_type {
                #value
            }
        }
    })
}
