//! The handler, which reads the arguments, runs the extractors, and converts the function's result.
//!
//! The handler is generic over all parameter types and the result type. A bound that a user's type
//! does not satisfy is therefore missing in one place only: where the handler is instantiated. The
//! return type is named for the same reason: an opaque type would be inferred for types that do not
//! satisfy the bounds.
//!
//! The handler is compiled once for each function, so it contains only what differs between
//! functions, and calls the library for the rest.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use super::{
    arguments,
    tokens::{numbered, private},
};
use crate::{
    input::{AnnotatedFunction, Kind},
    model::{
        Model,
        parameter::{Parameter, Role},
    },
};

/// Returns the definition of the generic handler.
pub(super) fn definition(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let name = handler_name();
    let is_async = function.signature.asyncness.is_some();
    let types: Vec<Ident> = (0..model.parameters.len()).map(|index| numbered("P", index, span)).collect();
    let bounds = model.parameters.iter().zip(&types).map(|(parameter, parameter_type)| match parameter.role {
        Role::Argument(_) => quote_spanned!(span=> #parameter_type: #private::Argument + 'static,),
        Role::Extractor => quote_spanned!(span=> #parameter_type: #private::FromContext + 'static,),
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

/// Returns the body of the handler.
///
/// Its synchronous part can reject the call; the future that it returns runs the function.
fn body(model: &Model, is_async: bool, span: Span) -> TokenStream {
    let private = private(span);
    let read = arguments::read(model, |index| variable(index, span), span);
    let variables: Vec<Ident> = (0..model.parameters.len()).map(|index| variable(index, span)).collect();
    let extractors: Vec<(Ident, Ident)> =
        model.extractors().map(|(index, _)| (variable(index, span), numbered("P", index, span))).collect();
    let early = extractors.iter().map(|(variable, parameter_type)| {
        quote_spanned!(span=> let #variable = #private::early::<#parameter_type>(&context)?;)
    });
    let extracted = extractors.iter().map(|(variable, parameter_type)| {
        quote_spanned!(span=> let #variable = #private::extract::<#parameter_type>(#variable, &context).await?;)
    });
    let wait = is_async.then(|| quote_spanned!(span=> .await));
    let outcome = match model.kind {
        Kind::Tool => quote_spanned!(span=> #private::tool_outcome(returned)),
        Kind::Resource if model.common.blocking.is_some() => {
            quote_spanned!(span=> #private::resource_outcome(returned, context))
        }
        Kind::Resource => quote_spanned!(span=> #private::resource_outcome(returned, &context)),
        Kind::Prompt => quote_spanned!(span=> #private::prompt_outcome(returned)),
    };
    let call = quote_spanned! {span=>
        let returned = function(#(#variables),*)#wait;
        #outcome
    };
    let call = match model.common.blocking {
        Some(_) => quote_spanned!(span=> #private::run_blocking(context, move |context| { #call }).await),
        None => call,
    };
    quote_spanned! {span=>
        #read
        #(#early)*
        ::core::result::Result::Ok(#private::Box::pin(async move {
            #(#extracted)*
            #call
        }))
    }
}

/// Returns the handler for the user's function and types.
///
/// It is a closure without captures, so it coerces to a function pointer.
pub(super) fn handler(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let definition = handler_name();
    let types = model.parameters.iter().map(|Parameter { value_type, .. }| value_type);
    let returns = &model.returns;
    // The compiler reports a future that is not `Send` here. Editors ignore `_`.
    let place = span.located_at(function.signature.ident.span());
    let future = function.signature.asyncness.is_some().then(|| quote_spanned!(place=> _,));
    let function = &function.signature.ident;
    quote_spanned! {span=>
        {
            let call: #private::HandlerFn = |context| #definition::<#(#types,)* #returns, #future _>(context, #function);
            call
        }
    }
}

fn handler_name() -> Ident {
    Ident::new("__mcp_call", Span::mixed_site())
}

fn variable(index: usize, span: Span) -> Ident {
    numbered("parameter", index, span)
}
