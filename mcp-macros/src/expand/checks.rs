//! Checks that depend on types, and are therefore evaluated by the compiler.
//!
//! Bounds are checked first. Constant expressions then check which parameter takes the arguments.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Type, spanned::Spanned as _};

use super::tokens::{function_span, glue, private};
use crate::{
    attributes::resource::Address,
    input::{AnnotatedFunction, Kind},
    model::{Item, Model, parameter::Role},
};

/// Returns the statements that check an item in its constant.
pub(super) fn checks(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let bounds = bounds(model);
    let arguments = arguments(model);
    let variables = variables(model);
    quote_spanned!(function_span(function)=> #bounds #arguments #variables)
}

/// Calls one generic function for each type, before other code requires the same bound.
///
/// The compiler then reports a missing bound once, with the names of these functions.
fn bounds(model: &Model) -> TokenStream {
    let parameters = model.parameters.iter().map(|parameter| {
        let value_type = &parameter.value_type;
        let span = glue(value_type.span());
        let private = private(span);
        match parameter.role {
            Role::Argument(_) => quote_spanned!(span=> #private::argument_type::<#value_type>();),
            Role::Extractor => quote_spanned!(span=> #private::parameter_type::<#value_type>();),
        }
    });
    let returns = &model.returns;
    let span = glue(returns.span());
    let private = private(span);
    let result = match model.kind {
        Kind::Tool => quote_spanned!(span=> #private::tool_type::<#returns>();),
        Kind::Resource => quote_spanned!(span=> #private::resource_type::<#returns>();),
        Kind::Prompt => quote_spanned!(span=> #private::prompt_type::<#returns>();),
    };
    quote_spanned!(span=> #(#parameters)* #result)
}

/// Checks that at most one parameter is an `Args<T>`, and that none is combined with `#[arg]`.
fn arguments(model: &Model) -> TokenStream {
    let extractors: Vec<&Type> = model.extractors().map(|(_, parameter)| &parameter.value_type).collect();
    let has_arguments = model.arguments().next().is_some();
    let has_fixed_uri = matches!(&model.item, Item::Resource(_, Address::Uri(_)));
    let each = extractors.iter().enumerate().filter_map(|(index, extractor)| {
        let takes_all = takes_arguments(extractor);
        let (condition, message) = if has_fixed_uri {
            (
                takes_all,
                "invalid parameter `Args<…>`: a fixed `uri` has no variables, so write `uri_template = \"…\"` or remove the parameter",
            )
        } else if has_arguments {
            (takes_all, "conflicting parameters `Args<…>` and `#[arg]`: `Args<…>` takes all arguments, so use one or the other")
        } else if index > 0 {
            let earlier = extractors[..index].iter().map(|earlier| takes_arguments(earlier));
            let condition = quote_spanned!(glue(extractor.span())=> #takes_all && (#(#earlier)||*));
            (condition, "duplicate parameter `Args<…>`: it takes all arguments, so merge both structs into one")
        } else {
            return None;
        };
        Some(quote_spanned!(glue(extractor.span())=> if #condition { ::core::panic!(#message) }))
    });
    each.collect()
}

/// Checks that a template whose function has no `#[arg]` has an `Args<T>` for its variables.
fn variables(model: &Model) -> Option<TokenStream> {
    let Item::Resource(_, Address::Template { text, variables }) = &model.item else {
        return None;
    };
    if model.arguments().next().is_some() {
        return None;
    }
    let first = variables.first()?;
    let is_taken = model.extractors().map(|(_, parameter)| takes_arguments(&parameter.value_type));
    let message = format!("missing parameter for the template variable `{first}`: add `#[arg] {first}: String`");
    Some(quote_spanned!(glue(text.span())=> if !(#(#is_taken)||*) { ::core::panic!(#message) }))
}

fn takes_arguments(extractor: &Type) -> TokenStream {
    let span = glue(extractor.span());
    let private = private(span);
    quote_spanned!(span=> #private::takes_arguments::<#extractor>())
}
