//! The handler: reads what the client sent, asks for the rest, calls the function, and makes its result an outcome.
//!
//! It is written for any types of parameters and result that have the bounds. A bound that a type of the user lacks is then missing
//! in one place only: where the handler is made for the user's types. For the same reason it returns a type with a name; a type
//! that the compiler works out would have to be worked out for types without the bounds.
//!
//! It is compiled once for each function. So it holds only what differs between functions, and calls the library for the rest.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Type;

use super::{arguments, entry, glue, numbered, private};
use crate::{
    input::AnnotatedFunction,
    kind::Kind,
    model::{Model, Parameter, Role},
};

/// The generic function that the handler is, once the types are known.
pub(super) fn definition(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let span = glue(function.signature.ident.span());
    let private = private(span);
    let name = name();
    let is_async = function.signature.asyncness.is_some();
    let types: Vec<Ident> = (0..model.parameters.len()).map(|index| numbered("P", index, span)).collect();
    let bounds = model.parameters.iter().zip(&types).map(|(parameter, of)| match parameter.role {
        Role::Argument(_) => quote_spanned!(span=> #of: #private::Argument + 'static,),
        Role::Extractor => quote_spanned!(span=> #of: #private::FromContext + 'static,),
    });
    let defaults = arguments::default_bounds(model);
    let result = match model.kind {
        Kind::Tool => "IntoToolResult",
        Kind::Resource => "IntoResourceResult",
        Kind::Prompt => "IntoPromptResult",
    };
    let result = Ident::new(result, span);
    let future = is_async.then(|| quote_spanned!(span=> U,));
    let future_bound = is_async
        .then(|| quote_spanned!(span=> U: ::core::future::Future<Output = R> + ::core::marker::Send + 'static,));
    let returned = if is_async { quote_spanned!(span=> U) } else { quote_spanned!(span=> R) };
    let body = body(model, is_async, span);
    quote_spanned! {span=>
        fn #name<#(#types,)* R, #future F>(
            context: #private::Context,
            function: F,
        ) -> ::core::result::Result<#private::HandlerFuture, #private::CallError>
        where
            #(#bounds)*
            #defaults
            R: #private::#result + 'static,
            #future_bound
            F: ::core::ops::Fn(#(#types),*) -> #returned + ::core::marker::Send + 'static,
        {
            #body
        }
    }
}

/// Two halves: the first can refuse the call, the future it returns does the work.
fn body(model: &Model, is_async: bool, span: Span) -> TokenStream {
    let private = private(span);
    let read = arguments::read(model, |index| variable(index, span), span);
    let variables: Vec<Ident> = (0..model.parameters.len()).map(|index| variable(index, span)).collect();
    let extractors: Vec<(Ident, Ident)> =
        model.extractors().map(|(index, _)| (variable(index, span), numbered("P", index, span))).collect();
    let early = extractors
        .iter()
        .map(|(variable, of)| quote_spanned!(span=> let #variable = #private::early::<#of>(&context)?;));
    let extracted = extractors.iter().map(
        |(variable, of)| quote_spanned!(span=> let #variable = #private::extract::<#of>(#variable, &context).await?;),
    );
    let wait = is_async.then(|| quote_spanned!(span=> .await));
    let outcome = match model.kind {
        Kind::Tool => quote_spanned!(span=> #private::tool_outcome(returned)),
        Kind::Resource => quote_spanned!(span=> #private::resource_outcome(returned, &context)),
        Kind::Prompt => quote_spanned!(span=> #private::prompt_outcome(returned)),
    };
    quote_spanned! {span=>
        #read
        #(#early)*
        ::core::result::Result::Ok(#private::Box::pin(async move {
            #(#extracted)*
            let returned = function(#(#variables),*)#wait;
            #outcome
        }))
    }
}

/// The handler of the user's function, for the types as the user wrote them: a closure without captures, and so a plain pointer.
pub(super) fn handler(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let span = glue(function.signature.ident.span());
    let private = private(span);
    let definition = name();
    let types = model.parameters.iter().map(|Parameter { of_type, .. }| of_type);
    let returned = returned(function, model);
    let future = function.signature.asyncness.is_some().then(|| quote_spanned!(span=> _,));
    let function = entry::name(function);
    // A variable with the name of the function would hide it.
    quote_spanned! {span=>
        {
            let call: #private::HandlerFn = |__mcp_context| #definition::<#(#types,)* #returned, #future _>(__mcp_context, #function);
            call
        }
    }
}

/// The type that the function returns.
pub(super) fn returned(function: &AnnotatedFunction, model: &Model) -> Type {
    model.returns.clone().unwrap_or_else(|| {
        let paren_token = syn::token::Paren(function.signature.ident.span());
        Type::Tuple(syn::TypeTuple { attrs: Vec::new(), paren_token, elems: syn::punctuated::Punctuated::new() })
    })
}

fn name() -> Ident {
    Ident::new("__mcp_call", Span::mixed_site())
}

fn variable(index: usize, span: Span) -> Ident {
    numbered("parameter", index, span)
}
