//! What the schema says about one argument beyond its type.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};
use syn::Expr;

use super::{arguments::marker, private};
use crate::{
    attributes::DefaultValue,
    model::{Argument, Parameter},
    values::as_json_literal,
};

/// An expression of type `ArgumentOptions`.
pub(super) fn options(index: usize, parameter: &Parameter, argument: &Argument) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let mut settings = Vec::new();
    let title = argument.title.as_ref().map(Expr::to_token_stream);
    let header = argument.header.as_ref().map(syn::LitStr::to_token_stream);
    for (field, value) in [("description", argument.description.clone()), ("title", title), ("header", header)] {
        let field = syn::Ident::new(field, span);
        settings
            .extend(value.map(|value| quote_spanned!(span=> options.#field = ::core::option::Option::Some(#value);)));
    }
    if let Some(default) = &argument.default {
        let value = default_json(index, parameter, default);
        settings.push(quote_spanned!(span=> options.optional = true; options.default = #value;));
    }
    for keyword in &argument.keywords {
        let (name, value) = (keyword.name, json(&keyword.value));
        settings.push(quote_spanned!(span=> options.keywords.push((#name, #value));));
    }
    if !argument.examples.is_empty() {
        let values = argument.examples.iter().map(json);
        settings
            .push(quote_spanned!(span=> options.keywords.push(("examples", #private::Value::from([#(#values),*])));));
    }
    if settings.is_empty() {
        return quote_spanned!(span=> <#private::ArgumentOptions as ::core::default::Default>::default());
    }
    quote_spanned! {span=>
        {
            let mut options = <#private::ArgumentOptions as ::core::default::Default>::default();
            #(#settings)*
            options
        }
    }
}

/// The JSON value that an expression stands for.
pub(super) fn json(value: &Expr) -> TokenStream {
    let private = private(Span::mixed_site());
    let value = as_json_literal(value).unwrap_or_else(|| value.clone());
    quote_spanned!(Span::mixed_site()=> #private::json_value(#value))
}

/// The default as the schema shows it: a literal is shown as it was written; what an expression evaluates to is shown when it can
/// be written as JSON.
fn default_json(index: usize, parameter: &Parameter, default: &DefaultValue) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    if let DefaultValue::Value(value) = default
        && as_json_literal(value).is_some()
    {
        let value = json(value);
        return quote_spanned!(span=> ::core::option::Option::Some(#value));
    }
    let marker = marker(index);
    let of = &parameter.of_type;
    quote_spanned! {span=>
        {
            // With both traits at hand the compiler takes the one that needs fewer references: that of types with `Serialize`.
            use #private::{SerializedDefault as _, SilentDefault as _};
            (&#private::ShownDefault(<#marker as #private::DefaultArgument<#of>>::value())).shown()
        }
    }
}
