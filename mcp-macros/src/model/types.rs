//! The types of parameters and of what is returned, as far as their text decides.
//!
//! Whether a type is an extractor, an argument or a result is asked of the type, by the compiler. Here is only what must be told
//! apart before there are types: borrows, `impl Trait`, `Self`.

use quote::ToTokens as _;
use syn::{GenericArgument, Lifetime, PathArguments, ReturnType, Type};

use crate::{diagnostics::Diagnostics, kind::Kind};

/// Notes what keeps a type from being that of a parameter. `is_argument`: the client sends it.
pub(super) fn check_parameter(kind: Kind, of_type: &Type, is_argument: bool, diagnostics: &mut Diagnostics) {
    walk(of_type, &mut |part| match part {
        Part::Type(Type::Reference(reference)) if is_argument || !is_static(reference.lifetime.as_ref()) => {
            let owned = owned(&reference.elem);
            diagnostics.over(
                reference,
                format_args!("a call outlives what it could borrow from, so parameters are owned: write `{owned}`"),
            );
            false
        }
        Part::Lifetime(lifetime) if !is_static(Some(lifetime)) => {
            diagnostics.over(
                lifetime,
                "a call outlives what it could borrow from, so parameters are owned: write `'static` or another type",
            );
            false
        }
        part => check_any(kind, part, diagnostics),
    });
}

/// The type that is returned, `None` for `()`, without those that nothing can be said about.
pub(super) fn returned(kind: Kind, output: &ReturnType, diagnostics: &mut Diagnostics) -> Option<Type> {
    let ReturnType::Type(_, returned) = output else {
        return None;
    };
    walk(returned, &mut |part| check_any(kind, part, diagnostics));
    Some((**returned).clone())
}

fn check_any(kind: Kind, part: Part<'_>, diagnostics: &mut Diagnostics) -> bool {
    match part {
        Part::Type(Type::ImplTrait(hidden)) => {
            diagnostics.over(
                hidden,
                format_args!("{kind} functions name their types: write the type itself in place of `impl …`"),
            );
            false
        }
        Part::Type(Type::Path(path)) if path.qself.is_none() && path.path.is_ident("Self") => {
            diagnostics.over(
                path,
                format_args!("{kind} goes on a free function, where there is no `Self`; write the type's name"),
            );
            false
        }
        _ => true,
    }
}

fn is_static(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// What to write in place of a reference.
fn owned(referenced: &Type) -> String {
    match referenced {
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", written(&slice.elem)),
        other => written(other),
    }
}

fn written(part: &Type) -> String {
    part.to_token_stream().to_string().replace(" < ", "<").replace(" >", ">").replace(" :: ", "::").replace(" ,", ",")
}

/// What a type is made of.
#[derive(Clone, Copy)]
enum Part<'a> {
    Type(&'a Type),
    Lifetime(&'a Lifetime),
}

/// Shows a type and all that is in it, but not what is behind a function pointer, or in the parentheses of `dyn Fn(&str)`:
/// borrows there are not held by the value. `visit` says whether to go on inwards.
fn walk<'a>(whole: &'a Type, visit: &mut impl FnMut(Part<'a>) -> bool) {
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
