//! Checks that depend on types, and are therefore evaluated by the compiler.
//!
//! Each check is a bound on a generic function, with the type of the user as its argument. The
//! compiler reports an unsatisfied bound on the tokens of that type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Type;

use super::tokens::{numbered, private};
use crate::{
    attributes::resource::Address,
    input::Kind,
    model::{Item, Model, foreign, parameter::Role},
};

/// Returns the statements that check an item in its constant.
pub(super) fn checks(model: &Model) -> TokenStream {
    let bounds = bounds(model);
    let arguments = arguments(model);
    let variables = variables(model);
    quote_spanned!(Span::mixed_site()=> #bounds #arguments #variables)
}

/// Checks each type, before other code requires the same bound.
///
/// The compiler then reports a missing bound once, with the names of these functions.
fn bounds(model: &Model) -> TokenStream {
    let parameters = model.parameters.iter().map(|parameter| {
        let value_type = &parameter.value_type;
        match parameter.role {
            Role::Argument(_) => ARGUMENT.of(value_type, &foreign::in_argument(value_type)),
            Role::Extractor => EXTRACTOR.of(value_type, &foreign::inside("Args", value_type)),
        }
    });
    let returns = &model.returns;
    let result = match model.kind {
        Kind::Tool => TOOL_RESULT.of(returns, &foreign::inside("Json", returns)),
        Kind::Resource => RESOURCE_RESULT.of(returns, &[]),
        Kind::Prompt => PROMPT_RESULT.of(returns, &[]),
    };
    parameters.chain([result]).collect()
}

/// The check of a type in one position, by names of `mcp-server`.
struct Check {
    function: &'static str,
    /// The bound of that function.
    bound: &'static str,
    /// The end of the names of traits for foreign types in this position.
    foreign: &'static str,
}

const ARGUMENT: Check = Check { function: "argument_type", bound: "Argument", foreign: "Argument" };
const EXTRACTOR: Check = Check { function: "parameter_type", bound: "FromContext", foreign: "Argument" };
const TOOL_RESULT: Check = Check { function: "tool_type", bound: "IntoToolResult", foreign: "Output" };
const RESOURCE_RESULT: Check = Check { function: "resource_type", bound: "IntoResourceResult", foreign: "" };
const PROMPT_RESULT: Check = Check { function: "prompt_type", bound: "IntoPromptResult", foreign: "" };

impl Check {
    /// Returns the check of a type and of its parts with the names of foreign types.
    ///
    /// All bounds are on the whole type. The compiler reports an unsupported part first, with its
    /// note, and then nothing else about this type.
    fn of(&self, whole: &Type, parts: &[(&Type, &str)]) -> TokenStream {
        let span = Span::mixed_site();
        let name = |text: &str| Ident::new(text, span);
        let (private, function, whole_bound) = (private(span), name(self.function), name(self.bound));
        if parts.is_empty() {
            return quote_spanned!(span=> #private::#function::<#whole>(););
        }
        let parameters: Vec<Ident> = (0..parts.len()).map(|index| numbered("P", index, span)).collect();
        let bounds = parts.iter().map(|(_, prefix)| name(&format!("{prefix}{}", self.foreign)));
        let types = parts.iter().map(|(part, _)| part);
        quote_spanned! {span=>
            {
                const fn #function<T, #(#parameters,)*>()
                where
                    #(T: #private::foreign::#bounds<#parameters>,)*
                    T: #private::#whole_bound,
                {
                }
                #function::<#whole, #(#types,)*>();
            }
        }
    }
}

/// Checks that at most one parameter is an `Args<T>`, and that none is combined with `#[arg]`.
fn arguments(model: &Model) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    let extractors: Vec<&Type> = model.extractors().map(|(_, parameter)| &parameter.value_type).collect();
    let has_arguments = model.arguments().next().is_some();
    let has_fixed_uri = matches!(&model.item, Item::Resource(_, Address::Uri(_)));
    let each = extractors.iter().enumerate().filter_map(|(index, extractor)| {
        let takes_all = takes_arguments(extractor);
        let (check, is_rejected) = if has_fixed_uri {
            ("with_fixed_uri", takes_all)
        } else if has_arguments {
            ("beside_arguments", takes_all)
        } else if index > 0 {
            let earlier = extractors[..index].iter().map(|earlier| takes_arguments(earlier));
            ("the_only_args", quote_spanned!(span=> #takes_all && (#(#earlier)||*)))
        } else {
            return None;
        };
        let check = Ident::new(check, span);
        Some(quote_spanned!(span=> #private::#check::<#extractor, { #is_rejected }>();))
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
    // The text is no identifier, so editors do not look for its definition.
    let place = Span::mixed_site().located_at(text.span());
    Some(quote_spanned!(place=> if !(#(#is_taken)||*) { ::core::panic!(#message) }))
}

fn takes_arguments(extractor: &Type) -> TokenStream {
    let span = Span::mixed_site();
    let private = private(span);
    quote_spanned!(span=> #private::parameter_type::<#extractor>())
}
