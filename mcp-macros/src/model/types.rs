//! Syntactic checks of parameter and return types.
//!
//! The compiler checks if a type is an extractor, an argument or a result. This file rejects what
//! would otherwise produce an incomprehensible error: borrows, `impl Trait` and `Self`.

use quote::ToTokens as _;
use syn::{
    GenericArgument, Lifetime, Pat, PatType, PathArguments, ReturnType, Signature, Type, TypeTuple,
    punctuated::Punctuated, token,
};

use crate::{diagnostics::Diagnostics, input::Kind};

/// Checks the type of a parameter. `is_argument` is `true` if the client sends its value.
pub(super) fn check_parameter(kind: Kind, parameter: &PatType, is_argument: bool, diagnostics: &mut Diagnostics) {
    walk(&parameter.ty, &mut |part| match part {
        Part::Type(Type::Reference(reference)) if is_argument || !is_static(reference.lifetime.as_ref()) => {
            let owned = owned(&reference.elem);
            let other = if is_argument { String::new() } else { other_corrections(&parameter.pat, &owned) };
            diagnostics
                .over(reference, format_args!("invalid borrowed type: expected an owned type, as in `{owned}`{other}"));
            false
        }
        Part::Lifetime(lifetime) if !is_static(Some(lifetime)) => {
            diagnostics.over(lifetime, "invalid lifetime: expected an owned type or `'static`");
            false
        }
        part => check_any(kind, part, diagnostics),
    });
}

/// Checks and returns the return type. Its place is the function's name if it is not written.
pub(super) fn returned(kind: Kind, signature: &Signature, diagnostics: &mut Diagnostics) -> Type {
    let ReturnType::Type(_, returned) = &signature.output else {
        let paren_token = token::Paren(signature.ident.span());
        return Type::Tuple(TypeTuple { attrs: Vec::new(), paren_token, elems: Punctuated::new() });
    };
    walk(returned, &mut |part| check_any(kind, part, diagnostics));
    (**returned).clone()
}

fn check_any(kind: Kind, part: Part<'_>, diagnostics: &mut Diagnostics) -> bool {
    match part {
        Part::Type(Type::ImplTrait(hidden)) => {
            diagnostics
                .over(hidden, format_args!("invalid type `impl …`: {kind} functions require the name of a type"));
            false
        }
        Part::Type(Type::Path(path)) if path.qself.is_none() && path.path.is_ident("Self") => {
            diagnostics.over(
                path,
                format_args!("invalid type `Self`: {kind} requires a free function, so write the name of the type"),
            );
            false
        }
        _ => true,
    }
}

fn is_static(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// Returns the owned type that replaces a reference.
fn owned(referenced: &Type) -> String {
    match referenced {
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", written(&slice.elem)),
        other => written(other),
    }
}

/// Returns the other corrections of a borrowed parameter without `#[arg]`, for the message.
fn other_corrections(pattern: &Pat, owned: &str) -> String {
    const EXTRACTORS: [&str; 4] = ["Context", "Principal", "HeaderMap", "Cancellation"];
    let name = owned.rsplit("::").next().unwrap_or(owned);
    let Pat::Ident(parameter) = pattern else { return String::new() };
    if EXTRACTORS.contains(&name) || owned.contains('<') {
        return String::new();
    }
    let parameter = &parameter.ident;
    format!("; write `#[arg] {parameter}: {owned}` for an argument, or `{parameter}: Inject<{owned}>` for a provider")
}

fn written(part: &Type) -> String {
    part.to_token_stream().to_string().replace(" < ", "<").replace(" >", ">").replace(" :: ", "::").replace(" ,", ",")
}

/// A part of a type.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    Type(&'a Type),
    Lifetime(&'a Lifetime),
}

/// Visits a type and its parts, from the outside in. `visit` returns `true` to descend further.
///
/// Function pointers and the parentheses of `dyn Fn(&str)` are not entered: the value does not hold
/// borrows of these types.
pub(super) fn walk<'a>(whole: &'a Type, visit: &mut impl FnMut(Part<'a>) -> bool) {
    if !visit(Part::Type(whole)) {
        return;
    }
    match whole {
        Type::Array(array) => walk(&array.elem, visit),
        Type::Group(group) => walk(&group.elem, visit),
        Type::Paren(paren) => walk(&paren.elem, visit),
        Type::Ptr(pointer) => walk(&pointer.elem, visit),
        Type::Reference(reference) => walk(&reference.elem, visit),
        Type::Slice(slice) => walk(&slice.elem, visit),
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|element| walk(element, visit)),
        Type::Path(path) => {
            for segment in &path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                    continue;
                };
                for argument in &arguments.args {
                    match argument {
                        GenericArgument::Type(inner) => walk(inner, visit),
                        GenericArgument::Lifetime(lifetime) => _ = visit(Part::Lifetime(lifetime)),
                        _ => {}
                    }
                }
            }
        }
        _ => {}
    }
}
