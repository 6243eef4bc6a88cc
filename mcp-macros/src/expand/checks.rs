//! Checks that need types, and so are left to the compiler: first what each type must be, then who takes the arguments.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Type, spanned::Spanned as _};

use super::{call, glue, private};
use crate::{
    attributes::Address,
    input::AnnotatedFunction,
    kind::Kind,
    model::{Item, Model, Role},
};

/// Statements for the constant of the item.
pub(super) fn checks(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let types = types(function, model);
    let takers = takers(model);
    let variables = variables(model);
    quote_spanned!(glue(function.signature.ident.span())=> #types #takers #variables)
}

/// One call for each type, before anything else asks for the same bound: the compiler says once what is missing, and with the
/// names of these functions.
fn types(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let parameters = model.parameters.iter().map(|parameter| {
        let of = &parameter.of_type;
        let span = glue(of.span());
        let private = private(span);
        match parameter.role {
            Role::Argument(_) => quote_spanned!(span=> #private::argument_type::<#of>();),
            Role::Extractor => quote_spanned!(span=> #private::parameter_type::<#of>();),
        }
    });
    let returned = call::returned(function, model);
    let span = glue(returned.span());
    let private = private(span);
    let result = match model.kind {
        Kind::Tool => quote_spanned!(span=> #private::tool_type::<#returned>();),
        Kind::Resource => quote_spanned!(span=> #private::resource_type::<#returned>();),
        Kind::Prompt => quote_spanned!(span=> #private::prompt_type::<#returned>();),
    };
    quote_spanned!(span=> #(#parameters)* #result)
}

/// `Args<T>` is recognized by its type. There is room for one, and beside `#[arg]` for none.
fn takers(model: &Model) -> TokenStream {
    let extractors: Vec<&Type> = model.extractors().map(|(_, parameter)| &parameter.of_type).collect();
    let has_arguments = model.arguments().next().is_some();
    let is_fixed = matches!(&model.item, Item::Resource(_, Address::Uri(_)));
    let each = extractors.iter().enumerate().filter_map(|(index, own)| {
        let taken = takes(own);
        let (condition, message) = if is_fixed {
            (
                taken,
                "a resource at a fixed `uri` has no arguments: remove the `Args<…>`, or write `uri_template = \"…\"`",
            )
        } else if has_arguments {
            (taken, "`Args<…>` takes all arguments at once: use it, or parameters marked `#[arg]`, not both")
        } else if index > 0 {
            let earlier = extractors[..index].iter().map(|earlier| takes(earlier));
            let condition = quote_spanned!(glue(own.span())=> #taken && (#(#earlier)||*));
            (condition, "`Args<…>` takes all arguments at once, so one is enough: put both into one struct")
        } else {
            return None;
        };
        Some(quote_spanned!(glue(own.span())=> if #condition { ::core::panic!(#message) }))
    });
    each.collect()
}

/// The variables of a template that no `#[arg]` takes must be taken by an `Args<T>`.
fn variables(model: &Model) -> Option<TokenStream> {
    let Item::Resource(_, Address::Template { text, variables }) = &model.item else {
        return None;
    };
    if model.arguments().next().is_some() {
        return None;
    }
    let first = variables.first()?;
    let taken = model.extractors().map(|(_, parameter)| takes(&parameter.of_type));
    let message = format!("there is no parameter for the variable `{{{first}}}`: add `#[arg] {first}: String`");
    // The message has braces, so it is an argument.
    Some(quote_spanned!(glue(text.span())=> if !(#(#taken)||*) { ::core::panic!("{}", #message) }))
}

fn takes(extractor: &Type) -> TokenStream {
    let span = glue(extractor.span());
    let private = private(span);
    quote_spanned!(span=> #private::takes_arguments::<#extractor>())
}
