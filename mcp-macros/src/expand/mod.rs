//! Expands annotated functions.
//!
//! The output is the function as it was written, a hidden type of the same name for `items!`, and
//! a `const _` that holds the glue and registers the item. Rules for everything in this folder:
//!
//! - Paths are absolute, into `::mcp_server::__private` or `::core`.
//! - Generated tokens use `Span::mixed_site`. Their place is the attribute, so that editors find
//!   one definition at each word of the user. Their hygiene is the macro's: names cannot collide,
//!   and lints of the user's crate ignore generated code.
//! - Each type of the user is the type argument of one generic function for each bound, with its
//!   original tokens. The compiler then reports a missing bound once, on those tokens.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{Path, Token, parse::Parser as _, punctuated::Punctuated};

use self::tokens::{item_type, private};
use crate::{
    diagnostics::Diagnostics,
    input::{AnnotatedFunction, Kind, without_arg_attributes},
    model::Model,
};

mod arguments;
mod call;
mod checks;
mod entry;
mod make;
mod options;
mod tokens;

/// Expands `#[kind(attribute)] item`.
pub(crate) fn annotate(kind: Kind, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(function) = AnnotatedFunction::read(kind, item.clone(), &mut diagnostics) else {
        let errors = diagnostics.finish::<()>(None).err();
        return errors.into_iter().chain([without_arg_attributes(item)]).collect();
    };
    let model = Model::read(kind, attribute, &function, &mut diagnostics);
    match diagnostics.finish(model) {
        Ok(model) => registered(&function, &model),
        Err(errors) => unregistered(kind, &function, &errors),
    }
}

/// Expands `items![first, module::second]` to an array of the entries of these functions.
pub(crate) fn items(paths: TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let mut diagnostics = Diagnostics::default();
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(paths).map_err(|error| {
        let message =
            "invalid argument of `items!`: expected paths of functions, as in `items![hello, weather::forecast]`";
        syn::Error::new(error.span(), message)
    });
    let paths = diagnostics.take(paths);
    let private = private(span);
    let paths = match diagnostics.finish(paths) {
        Ok(paths) => paths,
        Err(errors) => return quote_spanned!(span=> { #errors [] as [#private::Entry; 0] }),
    };
    let count = paths.len();
    let entries = paths.iter().map(|path| quote_spanned!(span=> <#path as #private::ItemSource>::ENTRY));
    // The type is written out, so that an empty list has one.
    quote_spanned! {span=>
        {
            const ENTRIES: [#private::Entry; #count] = [#(#entries),*];
            ENTRIES
        }
    }
}

/// Returns the items in the braces of a module.
pub(crate) fn contents(module: TokenStream) -> TokenStream {
    let braces = module.into_iter().find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    braces.unwrap_or_default()
}

/// Returns the output for a function without errors: it is registered as an item.
fn registered(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let span = Span::mixed_site();
    let allowed = allowed_lints(function, model);
    let hidden_type = entry::hidden_type(function);
    let defaults = arguments::defaults(model);
    let handler = call::definition(function, model);
    let source = entry::source(function, model);
    let submission = entry::submission(function);
    // Registering a deprecated handler is not a use of it.
    let deprecated = function
        .has_attribute("deprecated")
        .then(|| quote_spanned!(span=> #[allow(deprecated, reason = "deprecated functions are registered too")]));
    let registration = entry::beside_a_free_function(&quote_spanned! {span=>
        #hidden_type
        #deprecated
        const _: () = { #defaults #handler #source #submission };
    });
    quote_spanned!(span=> #allowed #function #registration)
}

/// Returns the output for a function with errors: the errors, and the function as it was written.
///
/// Uses of the function and of its entry still compile, so they add no errors of their own.
/// An `impl` block cannot contain the type for `items!`; there it is omitted.
fn unregistered(kind: Kind, function: &AnnotatedFunction, errors: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    if function.is_associated() {
        return quote_spanned!(span=> #errors #function);
    }
    let private = private(span);
    let (hidden_type, item_type) = (entry::hidden_type(function), item_type(function));
    let wire_name = function.signature.ident.to_string();
    let kind = Ident::new(kind.item_kind(), span);
    let placeholder = entry::beside_a_free_function(&quote_spanned! {span=>
        #hidden_type
        const _: () = {
            impl #private::ItemSource for #item_type {
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
    });
    quote_spanned!(span=> #errors #function #placeholder)
}

/// Returns attributes that allow lints about properties that every handler has.
///
/// Handlers own their parameters, are never `const`, and may be async without awaiting anything.
fn allowed_lints(function: &AnnotatedFunction, model: &Model) -> Option<TokenStream> {
    let span = Span::mixed_site();
    if function.signature.asyncness.is_some() {
        let is_needed = !function.awaits();
        return is_needed.then(
            || quote_spanned!(span=> #[allow(clippy::unused_async, reason = "handlers may be async without need")]),
        );
    }
    let by_value = (!model.parameters.is_empty()).then(|| quote_spanned!(span=> clippy::needless_pass_by_value,));
    let reason = "handlers own their parameters, and are called at run time only";
    Some(quote_spanned!(span=> #[allow(#by_value clippy::missing_const_for_fn, reason = #reason)]))
}
