//! Checks of the function's signature and of the item's name.

use proc_macro2::Span;
use syn::{FnArg, LitStr, Safety, ext::IdentExt as _};

use crate::{
    diagnostics::Diagnostics,
    input::{AnnotatedFunction, Kind},
};

/// Maximum length of a tool name (specification 2025-11-25, tools, tool names).
const MAX_TOOL_NAME: usize = 128;

/// Checks that the server can call the function. Types are checked in [`types`](super::types).
pub(super) fn check(kind: Kind, function: &AnnotatedFunction, diagnostics: &mut Diagnostics) {
    qualifiers(kind, function, diagnostics);
    generics(kind, function, diagnostics);
    other_attributes(kind, function, diagnostics);
    if let Some(FnArg::Receiver(receiver)) = function.signature.inputs.first() {
        diagnostics.over(
            receiver,
            format_args!(
                "invalid parameter `self`: {kind} requires a free function, so move it out of the `impl` block and take its \
                 state as a parameter, as in `state: Inject<State>`"
            ),
        );
    }
    if let Some(variadic) = &function.signature.variadic {
        diagnostics
            .over(variadic, format_args!("invalid parameter `...`: {kind} requires a fixed number of parameters"));
    }
    if !function.has_body() {
        diagnostics.over(&function.body, format_args!("missing function body: {kind} requires a function with a body"));
    }
}

/// Checks that a function with the key `blocking` is not `async`.
pub(super) fn check_blocking(function: &AnnotatedFunction, blocking: Span, diagnostics: &mut Diagnostics) {
    if function.signature.asyncness.is_some() {
        diagnostics.at(
            blocking,
            "conflicting `blocking` and `async`: a blocking function cannot await, so remove `async` from the function, or \
             remove `blocking`",
        );
    }
}

fn qualifiers(kind: Kind, function: &AnnotatedFunction, diagnostics: &mut Diagnostics) {
    let signature = &function.signature;
    if let Some(keyword) = &signature.constness {
        diagnostics.over(
            keyword,
            format_args!("invalid qualifier `const`: {kind} functions run at run time only, so remove it"),
        );
    }
    if let Safety::Unsafe(keyword) = &signature.safety {
        diagnostics.over(
            keyword,
            format_args!("invalid qualifier `unsafe`: the server cannot uphold safety requirements of {kind} functions, so remove it"),
        );
    }
    if let Some(abi) = &signature.abi {
        diagnostics
            .over(abi, format_args!("invalid qualifier `extern`: {kind} functions are called from Rust, so remove it"));
    }
}

fn generics(kind: Kind, function: &AnnotatedFunction, diagnostics: &mut Diagnostics) {
    let generics = &function.signature.generics;
    if !generics.params.is_empty() {
        diagnostics.over(
            generics,
            format_args!(
                "invalid generic parameters: the server cannot choose them for {kind} functions, so write concrete types"
            ),
        );
    } else if let Some(clause) = &generics.where_clause {
        diagnostics
            .over(clause, format_args!("invalid `where` clause: {kind} functions cannot be generic, so remove it"));
    }
}

/// Rejects a second attribute for items, and `#[arg]` on the function itself.
fn other_attributes(kind: Kind, function: &AnnotatedFunction, diagnostics: &mut Diagnostics) {
    for attribute in &function.attributes {
        if let Some(other) = Kind::of(attribute) {
            let message = if other == kind {
                format!("duplicate attribute {kind}: remove one of them")
            } else {
                format!("conflicting attributes {kind} and {other}: write one function for each")
            };
            diagnostics.over(attribute, message);
        }
        if attribute.path().is_ident("arg") {
            diagnostics.over(attribute, "invalid attribute `#[arg]` on a function: expected it on a parameter");
        }
    }
}

/// Returns the name of the item: the given one, or the name of the function.
pub(super) fn name(
    kind: Kind,
    given: Option<LitStr>,
    function: &AnnotatedFunction,
    diagnostics: &mut Diagnostics,
) -> LitStr {
    let ident = &function.signature.ident;
    let is_given = given.is_some();
    let name = given.unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
    if let Err(reason) = check_name(kind, &name.value()) {
        let advice = if is_given { "" } else { "; set another name with `name = \"…\"`" };
        diagnostics.at(name.span(), format_args!("{reason}{advice}"));
    }
    name
}

fn check_name(kind: Kind, name: &str) -> Result<(), String> {
    if kind != Kind::Tool {
        return match name.chars().find(|letter| letter.is_control()) {
            Some(letter) => Err(format!("invalid name: expected no control characters, found `{letter:?}`")),
            None => Ok(()),
        };
    }
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    if let Some(letter) = name.chars().find(|letter| !is_allowed(*letter)) {
        return Err(format!("invalid tool name `{name}`: expected only `A-Z a-z 0-9 _ - .`, found `{letter:?}`"));
    }
    if name.len() > MAX_TOOL_NAME {
        return Err(format!("invalid tool name: expected at most {MAX_TOOL_NAME} characters, found {}", name.len()));
    }
    Ok(())
}
