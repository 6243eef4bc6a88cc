//! What the attributes expand to: the function as it was written, a type of the same name for `items!`, and one `const _` that
//! holds the glue and hands the item to the linker.
//!
//! Rules for everything in here:
//!
//! - Paths are absolute, into `::mcp_server::__private` or `::core`.
//! - Tokens that are not the user's are spanned with [`glue`]: the place is the user's, so that errors point there; the hygiene is
//!   the macro's, so that our variables and theirs cannot meet, and lints of the user's crate do not look at our code.
//! - A type of the user stands as it was written in the turbofish of one generic function for each bound. The compiler then blames
//!   a missing bound on those very tokens, and says it once.

mod arguments;
mod call;
mod checks;
mod entry;
mod fallback;
mod items;
mod make;
mod options;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};

pub(crate) use self::{fallback::fallback, items::items};
use crate::{input::AnnotatedFunction, model::Model};

/// The whole output for a function without mistakes.
pub(crate) fn expand(function: &AnnotatedFunction, model: &Model) -> TokenStream {
    let allowed = allowed(function, model);
    let stand_in = entry::stand_in(function);
    let glue = {
        let defaults = arguments::defaults(model);
        let handler = call::definition(function, model);
        let source = entry::source(function, model);
        let submission = entry::submission(function);
        let span = glue(function.signature.ident.span());
        // Whoever marks a handler as deprecated does not want to be told that the server calls it.
        let allowed = function
            .has_attribute("deprecated")
            .then(|| quote_spanned!(span=> #[allow(deprecated, reason = "the function is registered all the same")]));
        quote_spanned!(span=> #allowed const _: () = { #defaults #handler #source #submission };)
    };
    let function = function.to_token_stream();
    quote_spanned!(Span::mixed_site()=> #allowed #function #stand_in #glue)
}

/// A span at the place of the user's tokens, with the hygiene of the macro.
pub(crate) fn glue(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}

/// The path to what our output may name.
fn private(span: Span) -> TokenStream {
    quote_spanned!(span=> ::mcp_server::__private)
}

/// The variable, field or type that stands for something of the parameter of that index.
fn numbered(what: &str, index: usize, span: Span) -> Ident {
    Ident::new(&format!("{what}{index}"), span)
}

/// Lints that would blame the author for what the attribute asks for: parameters that are owned, functions that are not `const`, and the
/// liberty to be async.
fn allowed(function: &AnnotatedFunction, model: &Model) -> Option<TokenStream> {
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
