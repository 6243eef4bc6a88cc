//! Schema options of one argument, beyond the schema of its type.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};
use syn::Expr;

use super::{arguments::default_marker, tokens::private};
use crate::{
    attributes::argument::DefaultValue,
    model::parameter::{Argument, Parameter},
    values::as_json_literal,
};

/// Returns an expression of type `ArgumentOptions`.
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

/// Returns an expression for the JSON value of `value`.
pub(super) fn json(value: &Expr) -> TokenStream {
    let private = private(Span::mixed_site());
    let value = as_json_literal(value).unwrap_or_else(|| value.clone());
    quote_spanned!(Span::mixed_site()=> #private::json_value(#value))
}

/// Returns an expression for the default in the schema, of type `Option<Value>`.
///
/// Literals are published as written. Other values are published if their type is `Serialize`.
fn default_json(index: usize, parameter: &Parameter, default: &DefaultValue) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    if let DefaultValue::Value(value) = default
        && as_json_literal(value).is_some()
    {
        let value = json(value);
        return quote_spanned!(span=> ::core::option::Option::Some(#value));
    }
    let marker = default_marker(index);
    let value_type = &parameter.value_type;
    quote_spanned! {span=>
        {
            // Method resolution prefers the trait that needs fewer references, which requires
            // `Serialize`.
            use #private::{SerializedDefault as _, SilentDefault as _};
            (&#private::ShownDefault(<#marker as #private::DefaultArgument<#value_type>>::value())).shown()
        }
    }
}
