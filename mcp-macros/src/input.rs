//! The annotated item: attributes and signature parsed, the body kept as the tokens it was written in.
//!
//! An editor expands functions whose body is half typed. What is never looked at cannot be misunderstood.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _, quote};
use syn::{
    Attribute, FnArg, Signature, Visibility,
    parse::{Parse, ParseStream},
};

use crate::{diagnostics::Diagnostics, kind::Kind};

/// The function under an attribute.
pub(crate) struct AnnotatedFunction {
    /// The attributes below ours, and those above that are not expanded yet.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// The braces and what is in them; a `;` for a declaration.
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
    /// Reads the function, or says what else the attribute was put on.
    pub(crate) fn read(kind: Kind, item: TokenStream, diagnostics: &mut Diagnostics) -> Option<Self> {
        let other = other_item(item.clone());
        match syn::parse2(item) {
            Ok(function) => Some(function),
            Err(error) => {
                match other {
                    Some((keyword, noun)) => {
                        diagnostics.over(keyword, format_args!("{kind} goes on a function, and this is {noun}"));
                    }
                    None => _ = diagnostics.take::<()>(Err(error)),
                }
                None
            }
        }
    }

    /// Whether the function is in an `impl` block or a trait, as far as its signature tells.
    pub(crate) fn is_associated(&self) -> bool {
        let inputs = &self.signature.inputs;
        let output = &self.signature.output;
        self.signature.receiver().is_some() || !self.has_body() || contains(quote!(#inputs #output), "Self")
    }

    /// Whether there is more than a declaration.
    pub(crate) fn has_body(&self) -> bool {
        matches!(self.body.clone().into_iter().next(), Some(TokenTree::Group(_)))
    }

    /// Whether an attribute of that name is on the function.
    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute.path().is_ident(name))
    }

    /// Whether its body waits for anything, as far as its tokens tell.
    pub(crate) fn awaits(&self) -> bool {
        contains(self.body.clone(), "await")
    }
}

impl ToTokens for AnnotatedFunction {
    /// The function as it was written, without the attributes that only we understand.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut signature = self.signature.clone();
        for parameter in &mut signature.inputs {
            if let FnArg::Typed(parameter) = parameter {
                parameter.attrs.retain(|attribute| !is_ours(attribute));
            }
        }
        tokens.append_all(self.attributes.iter().filter(|attribute| !is_misplaced(attribute)));
        self.visibility.to_tokens(tokens);
        signature.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// Whether an attribute of the function is one of ours that does not belong there. Its mistake has been noted; left in place, it
/// would be expanded and be a second one.
fn is_misplaced(attribute: &Attribute) -> bool {
    attribute.path().is_ident("arg") || Kind::of(attribute).is_some()
}

/// Whether an attribute of a parameter is read by us: `#[arg]`; doc comments, which Rust does not allow there; and what belongs
/// onto fields, of which the mistake has been noted.
fn is_ours(attribute: &Attribute) -> bool {
    ["arg", "doc"].iter().chain(&OF_FIELDS).any(|name| attribute.path().is_ident(name))
}

/// Attributes that say of the fields of a struct what `#[arg]` says of parameters.
pub(crate) const OF_FIELDS: [&str; 4] = ["schemars", "serde", "validate", "garde"];

/// An item that could not be parsed, without the `#[arg]` of its parameters: nobody would know them, and that would be a mistake more.
pub(crate) fn without_marks(item: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in item {
        let is_mark =
            matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket && is_mark(group));
        match token {
            TokenTree::Group(_)
                if is_mark && matches!(kept.last(), Some(TokenTree::Punct(hash)) if hash.as_char() == '#') =>
            {
                kept.pop();
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let mut inner = Group::new(Delimiter::Parenthesis, without_marks(group.stream()));
                inner.set_span(group.span());
                kept.push(inner.into());
            }
            token => kept.push(token),
        }
    }
    kept.into_iter().collect()
}

fn is_mark(group: &Group) -> bool {
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "arg")
}

/// The keyword that tells what an item is when it is not a function, and the word for it.
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
