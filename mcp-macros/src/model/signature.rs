//! What the function itself may look like. The rules are the same for all three attributes.

use syn::{FnArg, Safety};

use crate::{diagnostics::Diagnostics, input::AnnotatedFunction, kind::Kind};

/// Notes everything about the function that keeps it from being called for a client. Types are looked at elsewhere.
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

/// One function is one item, and `#[arg]` is for its parameters.
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
