//! Compares the variables of a URI template with the arguments of the function.

use proc_macro2::Span;
use syn::Signature;

use super::parameter::Parameter;
use crate::{
    attributes::resource::Address,
    diagnostics::{Diagnostics, unknown},
};

/// Checks that each variable has an argument of its name, and each argument a variable.
pub(super) fn check(address: &Address, signature: &Signature, parameters: &[Parameter], diagnostics: &mut Diagnostics) {
    let arguments: Vec<(String, Span)> = parameters
        .iter()
        .filter_map(Parameter::argument)
        .map(|argument| (argument.name.value(), argument.name.span()))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    match address {
        Address::Uri(_) => {
            for (name, span) in arguments {
                diagnostics.at(
                    span,
                    format_args!(
                        "invalid argument `{name}`: a fixed `uri` has no variables, so write `uri_template = \"…/{{{name}}}\"` or \
                         remove `#[arg]`"
                    ),
                );
            }
        }
        Address::Template { text, variables } => {
            for (name, span) in &arguments {
                if !variables.contains(name) {
                    let known: Vec<&str> = variables.iter().map(String::as_str).collect();
                    let problem = format_args!("unknown template variable `{name}`");
                    diagnostics.at(*span, unknown(problem, name, &known));
                }
            }
            // An extractor may be an `Args<T>`, which takes all variables. The generated code
            // checks that, because it depends on the type.
            if arguments.is_empty() && parameters.iter().any(|parameter| parameter.argument().is_none()) {
                return;
            }
            for variable in variables {
                if !arguments.iter().any(|(name, _)| name == variable) {
                    let function = &signature.ident;
                    diagnostics.at(
                        text.span(),
                        format_args!(
                            "missing parameter for the template variable `{variable}`: add `#[arg] {variable}: String` to `{function}`"
                        ),
                    );
                }
            }
        }
    }
}
