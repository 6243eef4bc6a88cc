//! Checks of the function's signature and of the item's name.

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
                "{kind} goes on a free function, which has no `self`: move it out of the `impl` block and take what it needs as a \
                 parameter, such as `state: Inject<State>`"
            ),
        );
    }
    if let Some(variadic) = &function.signature.variadic {
        diagnostics.over(variadic, format_args!("{kind} functions have a fixed number of parameters"));
    }
    if !function.has_body() {
        diagnostics.over(&function.body, format_args!("{kind} goes on a function with a body"));
    }
}

fn qualifiers(kind: Kind, function: &AnnotatedFunction, diagnostics: &mut Diagnostics) {
    let signature = &function.signature;
    if let Some(keyword) = &signature.constness {
        diagnostics.over(keyword, format_args!("{kind} functions are called at run time only; remove `const`"));
    }
    if let Safety::Unsafe(keyword) = &signature.safety {
        diagnostics.over(
            keyword,
            format_args!("{kind} functions are called by the server, which cannot promise anything; remove `unsafe`"),
        );
    }
    if let Some(abi) = &signature.abi {
        diagnostics.over(abi, format_args!("{kind} functions are called from Rust; remove `extern`"));
    }
}

fn generics(kind: Kind, function: &AnnotatedFunction, diagnostics: &mut Diagnostics) {
    let generics = &function.signature.generics;
    if !generics.params.is_empty() {
        diagnostics.over(
            generics,
            format_args!(
                "{kind} functions cannot be generic: nobody would choose the types or lifetimes; write them out"
            ),
        );
    } else if let Some(clause) = &generics.where_clause {
        diagnostics.over(clause, format_args!("{kind} functions cannot be generic; remove the `where` clause"));
    }
}

/// Rejects a second attribute for items, and `#[arg]` on the function itself.
fn other_attributes(kind: Kind, function: &AnnotatedFunction, diagnostics: &mut Diagnostics) {
    for attribute in &function.attributes {
        if let Some(other) = Kind::of(attribute) {
            let advice = if other == kind { "it is there twice; remove one" } else { "write a function for each" };
            diagnostics.over(attribute, format_args!("a function is one item, here {kind}: {advice}"));
        }
        if attribute.path().is_ident("arg") {
            diagnostics.over(attribute, "`#[arg]` goes on a parameter of the function");
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
        let advice = if is_given { "" } else { "; give the function another one: `name = \"…\"`" };
        diagnostics.at(name.span(), format_args!("{reason}{advice}"));
    }
    name
}

fn check_name(kind: Kind, name: &str) -> Result<(), String> {
    if kind != Kind::Tool {
        return match name.chars().find(|letter| letter.is_control()) {
            Some(letter) => Err(format!("a name cannot have {letter:?} in it")),
            None => Ok(()),
        };
    }
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    if let Some(letter) = name.chars().find(|letter| !is_allowed(*letter)) {
        return Err(format!("`{name}` cannot be the name of a tool: {letter:?} is none of `A-Z a-z 0-9 _ - .`"));
    }
    if name.len() > MAX_TOOL_NAME {
        return Err(format!("the name of a tool has at most {MAX_TOOL_NAME} characters, and this has {}", name.len()));
    }
    Ok(())
}
