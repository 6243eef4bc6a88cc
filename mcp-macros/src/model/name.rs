//! The name of an item: given, or that of the function.

use syn::{LitStr, ext::IdentExt as _};

use crate::{diagnostics::Diagnostics, input::AnnotatedFunction, kind::Kind};

/// The most that the specification allows (2025-11-25, tools, tool names).
const LONGEST: usize = 128;

pub(super) fn read(
    kind: Kind,
    given: Option<LitStr>,
    function: &AnnotatedFunction,
    diagnostics: &mut Diagnostics,
) -> LitStr {
    let ident = &function.signature.ident;
    let is_given = given.is_some();
    let name = given.unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
    if let Err(reason) = check(kind, &name.value()) {
        let advice = if is_given { "" } else { "; give the function another one: `name = \"…\"`" };
        diagnostics.at(name.span(), format_args!("{reason}{advice}"));
    }
    name
}

fn check(kind: Kind, name: &str) -> Result<(), String> {
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
    if name.len() > LONGEST {
        return Err(format!("the name of a tool has at most {LONGEST} characters, and this has {}", name.len()));
    }
    Ok(())
}
