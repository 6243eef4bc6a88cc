//! The variables of a template and the arguments of the function: the same names, on both sides.

use proc_macro2::Span;
use syn::Signature;

use super::{Parameter, Role};
use crate::{attributes::Address, diagnostics::Diagnostics, nearest::nearest};

/// Notes variables that nobody takes and arguments that nothing fills.
pub(super) fn check(address: &Address, signature: &Signature, parameters: &[Parameter], diagnostics: &mut Diagnostics) {
    let arguments: Vec<(String, Span)> = parameters
        .iter()
        .filter_map(|parameter| match &parameter.role {
            Role::Argument(argument) => Some((argument.name.value(), argument.name.span())),
            Role::Extractor => None,
        })
        .filter(|(name, _)| !name.is_empty())
        .collect();
    match address {
        Address::Uri(_) => {
            for (name, span) in arguments {
                diagnostics.at(
                    span,
                    format_args!(
                        "a resource at a fixed `uri` has no arguments: write `uri_template = \"…/{{{name}}}\"`, or remove `#[arg]`"
                    ),
                );
            }
        }
        Address::Template { text, variables } => {
            for (name, span) in &arguments {
                if !variables.contains(name) {
                    let guess = nearest(name, variables.iter().map(String::as_str))
                        .map(|name| format!(", did you mean `{name}`?"));
                    diagnostics.at(
                        *span,
                        format_args!("the template has no variable `{{{name}}}`{}", guess.unwrap_or_default()),
                    );
                }
            }
            // Without arguments the variables may be taken by an `Args<T>`, which only the compiler can tell.
            if arguments.is_empty() && parameters.iter().any(|parameter| matches!(parameter.role, Role::Extractor)) {
                return;
            }
            for variable in variables {
                if !arguments.iter().any(|(name, _)| name == variable) {
                    let function = &signature.ident;
                    diagnostics.at(
                        text.span(),
                        format_args!("`{function}` has no parameter for the variable `{{{variable}}}`: add `#[arg] {variable}: String`"),
                    );
                }
            }
        }
    }
}
