//! The annotated function: its attributes and signature parsed, its body kept as tokens.
//!
//! Editors expand functions while their bodies are incomplete, so bodies are never parsed.

use std::fmt;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _, quote};
use syn::{
    Attribute, FnArg, Signature, Visibility,
    parse::{Parse, ParseStream},
};

use crate::diagnostics::Diagnostics;

/// The attribute that is expanded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Tool,
    Resource,
    Prompt,
}

impl Kind {
    /// Returns the kind of an attribute, by the last segment of its path.
    pub(crate) fn of(attribute: &Attribute) -> Option<Self> {
        let last = attribute.path().segments.last()?;
        [Self::Tool, Self::Resource, Self::Prompt].into_iter().find(|kind| last.ident == kind.name())
    }

    /// Returns the name of the attribute.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Resource => "resource",
            Self::Prompt => "prompt",
        }
    }

    /// Returns the variant of `ItemKind` for items without further settings.
    pub(crate) const fn item_kind(self) -> &'static str {
        match self {
            Self::Tool => "Tool",
            Self::Resource => "Resource",
            Self::Prompt => "Prompt",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`#[{}]`", self.name())
    }
}

/// A function with an attribute of this crate.
pub(crate) struct AnnotatedFunction {
    /// All other attributes of the function.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// The braces and their contents, or `;` for a declaration.
    pub(crate) body: TokenStream,
}

impl Parse for AnnotatedFunction {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl AnnotatedFunction {
    /// Parses the function, or reports which other item the attribute is on.
    pub(crate) fn read(kind: Kind, item: TokenStream, diagnostics: &mut Diagnostics) -> Option<Self> {
        match syn::parse2(item.clone()) {
            Ok(function) => Some(function),
            Err(error) => {
                match other_item(item) {
                    Some((keyword, noun)) => {
                        diagnostics
                            .over(keyword, format_args!("invalid item for {kind}: expected a function, found {noun}"));
                    }
                    None => _ = diagnostics.take::<()>(Err(error)),
                }
                None
            }
        }
    }

    /// Returns `true` if the signature shows that the function is in an `impl` block or a trait.
    pub(crate) fn is_associated(&self) -> bool {
        let inputs = &self.signature.inputs;
        let output = &self.signature.output;
        self.signature.receiver().is_some() || !self.has_body() || contains(quote!(#inputs #output), "Self")
    }

    /// Returns `true` if the function has a body.
    pub(crate) fn has_body(&self) -> bool {
        matches!(self.body.clone().into_iter().next(), Some(TokenTree::Group(_)))
    }

    /// Returns `true` if the function has an attribute with that name.
    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute.path().is_ident(name))
    }

    /// Returns `true` if the body contains the keyword `await`.
    pub(crate) fn awaits(&self) -> bool {
        contains(self.body.clone(), "await")
    }
}

impl ToTokens for AnnotatedFunction {
    /// Writes the function without the attributes that this crate consumes.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut signature = self.signature.clone();
        for parameter in &mut signature.inputs {
            if let FnArg::Typed(parameter) = parameter {
                parameter.attrs.retain(|attribute| !is_consumed(attribute));
            }
        }
        tokens.append_all(self.attributes.iter().filter(|attribute| !is_misplaced(attribute)));
        self.visibility.to_tokens(tokens);
        signature.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// Returns `true` for attributes of this crate that are misplaced on the function.
///
/// They have been reported. Left in place, they would be expanded and reported again.
fn is_misplaced(attribute: &Attribute) -> bool {
    attribute.path().is_ident("arg") || Kind::of(attribute).is_some()
}

/// Returns `true` for attributes of parameters that must not reach the compiler.
///
/// These are `#[arg]`, doc comments (Rust rejects them there), and attributes of fields, which have
/// been reported.
fn is_consumed(attribute: &Attribute) -> bool {
    ["arg", "doc"].iter().chain(&FIELD_ATTRIBUTES).any(|name| attribute.path().is_ident(name))
}

/// Attributes of struct fields that correspond to `#[arg]` on parameters.
pub(crate) const FIELD_ATTRIBUTES: [&str; 4] = ["schemars", "serde", "validate", "garde"];

/// Removes `#[arg]` from the parameters of an item that is not a valid function.
///
/// The compiler would report each of them as an unknown attribute.
pub(crate) fn without_arg_attributes(item: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in item {
        let is_arg =
            matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket && is_arg(group));
        match token {
            TokenTree::Group(_)
                if is_arg && matches!(kept.last(), Some(TokenTree::Punct(hash)) if hash.as_char() == '#') =>
            {
                kept.pop();
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let mut inner = Group::new(Delimiter::Parenthesis, without_arg_attributes(group.stream()));
                inner.set_span(group.span());
                kept.push(inner.into());
            }
            token => kept.push(token),
        }
    }
    kept.into_iter().collect()
}

fn is_arg(group: &Group) -> bool {
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "arg")
}

/// Returns the keyword of an item that is not a function, and a noun for it.
fn other_item(item: TokenStream) -> Option<(TokenTree, &'static str)> {
    for token in item {
        if let TokenTree::Ident(keyword) = &token {
            let noun = match keyword.to_string().as_str() {
                "fn" => return None,
                "struct" => "a struct",
                "enum" => "an enum",
                "union" => "a union",
                "mod" => "a module",
                "impl" => "an `impl` block",
                "trait" => "a trait",
                "type" => "a type alias",
                "static" => "a static",
                "use" => "an import",
                "macro_rules" => "a macro",
                "let" => "a variable",
                _ => continue,
            };
            return Some((token, noun));
        }
    }
    None
}

fn contains(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => contains(group.stream(), word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
