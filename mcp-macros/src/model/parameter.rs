//! The parameters of the function: arguments (with `#[arg]`) and extractors.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{Attribute, Expr, FnArg, LitStr, Pat, PatType, Signature, Type, ext::IdentExt as _};

use super::types;
use crate::{
    attributes::argument::{ArgumentAttribute, DefaultValue, Keyword},
    diagnostics::Diagnostics,
    doc_text::doc_text,
    input::{FIELD_ATTRIBUTES, Kind},
};

/// A parameter of the function.
pub(crate) struct Parameter {
    pub(crate) value_type: Type,
    pub(crate) role: Role,
}

impl Parameter {
    /// Returns the argument, or `None` for an extractor.
    pub(crate) fn argument(&self) -> Option<&Argument> {
        match &self.role {
            Role::Argument(argument) => Some(argument),
            Role::Extractor => None,
        }
    }
}

/// The source of a parameter's value.
pub(crate) enum Role {
    /// The client sends it.
    Argument(Box<Argument>),
    /// Its type provides it, through `FromContext`.
    Extractor,
}

/// A parameter whose value the client sends.
pub(crate) struct Argument {
    /// The name on the wire.
    pub(crate) name: LitStr,
    /// `true` if the name comes from the key `rename`.
    is_renamed: bool,
    pub(crate) title: Option<Expr>,
    /// An expression of type `&'static str`.
    pub(crate) description: Option<TokenStream>,
    pub(crate) default: Option<DefaultValue>,
    pub(crate) header: Option<LitStr>,
    pub(crate) complete: Option<Expr>,
    pub(crate) keywords: Vec<Keyword>,
    pub(crate) examples: Vec<Expr>,
}

/// Reads the parameters in their order.
pub(super) fn read(kind: Kind, signature: &Signature, diagnostics: &mut Diagnostics) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for input in &signature.inputs {
        let FnArg::Typed(parameter) = input else { continue };
        reject_conditions(parameter, diagnostics);
        reject_field_attributes(parameter, diagnostics);
        let role = role(kind, parameter, diagnostics);
        types::check_parameter(kind, parameter, matches!(role, Role::Argument(_)), diagnostics);
        parameters.push(Parameter { value_type: (*parameter.ty).clone(), role });
    }
    check_unique(&parameters, diagnostics);
    parameters
}

fn role(kind: Kind, parameter: &PatType, diagnostics: &mut Diagnostics) -> Role {
    let mut attributes = parameter.attrs.iter().filter(|attribute| attribute.path().is_ident("arg"));
    let Some(first) = attributes.next() else {
        return Role::Extractor;
    };
    for second in attributes {
        diagnostics.over(second, "duplicate attribute `#[arg]`: write all keys in one, as in `#[arg(…, …)]`");
    }
    let attribute = ArgumentAttribute::read(kind, first, diagnostics);
    let is_renamed = attribute.rename.is_some();
    let name = attribute.rename.or_else(|| name(&parameter.pat, first, diagnostics));
    let description = attribute.description.map(|text| text.to_token_stream()).or_else(|| doc_text(&parameter.attrs));
    Role::Argument(Box::new(Argument {
        // A placeholder after an error.
        name: name.unwrap_or_else(|| LitStr::new("", proc_macro2::Span::call_site())),
        is_renamed,
        title: attribute.title,
        description,
        default: attribute.default,
        header: attribute.header,
        complete: attribute.complete,
        keywords: attribute.keywords,
        examples: attribute.examples,
    }))
}

/// Returns the name of the variable, which is the default name of the argument.
fn name(pattern: &Pat, attribute: &Attribute, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let missing = |found: &str| {
        format!("missing argument name: expected an identifier instead of {found}, or `#[arg(rename = \"…\")]`")
    };
    match pattern {
        Pat::Ident(pattern) => return Some(LitStr::new(&pattern.ident.unraw().to_string(), pattern.ident.span())),
        Pat::Wild(_) => diagnostics.over(attribute, missing("`_`")),
        _ => diagnostics.over(pattern, missing("a pattern")),
    }
    None
}

/// Rejects conditional parameters: the expansion cannot know if the compiler keeps them.
fn reject_conditions(parameter: &PatType, diagnostics: &mut Diagnostics) {
    for attribute in &parameter.attrs {
        if let Some(name) = ["cfg", "cfg_attr"].into_iter().find(|name| attribute.path().is_ident(name)) {
            diagnostics.over(
                attribute,
                format_args!(
                    "invalid attribute `#[{name}]` on a parameter: expected it on the function, with one function for each \
                     case"
                ),
            );
        }
    }
}

/// Rejects helper attributes of derive macros, which have no effect on parameters.
fn reject_field_attributes(parameter: &PatType, diagnostics: &mut Diagnostics) {
    for attribute in &parameter.attrs {
        let path = attribute.path();
        let Some(name) = FIELD_ATTRIBUTES.into_iter().find(|name| path.is_ident(name)) else { continue };
        diagnostics.over(
            attribute,
            format_args!(
                "invalid attribute `#[{name}]` on a parameter: expected `#[arg(…)]`, as in `#[arg(default)]`, \
                 `#[arg(rename = \"…\")]` or `#[arg(range(min = 1))]`"
            ),
        );
    }
}

fn check_unique(parameters: &[Parameter], diagnostics: &mut Diagnostics) {
    let arguments: Vec<&Argument> = parameters.iter().filter_map(Parameter::argument).collect();
    for (index, argument) in arguments.iter().enumerate() {
        let name = argument.name.value();
        // The compiler reports two variables with the same name.
        let clashes = |earlier: &&Argument| earlier.name.value() == name && (earlier.is_renamed || argument.is_renamed);
        if !name.is_empty() && arguments[..index].iter().any(clashes) {
            diagnostics.at(argument.name.span(), format_args!("duplicate argument `{name}`: rename one of them"));
        }
        let Some(header) = &argument.header else { continue };
        let is_taken = |earlier: &&Argument| {
            earlier.header.as_ref().is_some_and(|other| other.value().eq_ignore_ascii_case(&header.value()))
        };
        if arguments[..index].iter().any(is_taken) {
            diagnostics.at(header.span(), format_args!("duplicate header `{}`: rename one of them", header.value()));
        }
    }
}
