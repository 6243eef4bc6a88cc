//! The annotated item: attributes and signature parsed, the body kept as the tokens it was written in.
//!
//! An editor expands functions whose body is half typed. What is never looked at cannot be misunderstood.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _};
use syn::{
    Attribute, FnArg, Signature, Visibility,
    parse::{Parse, ParseStream},
};

use crate::{diagnostics::Diagnostics, kind::Kind};

/// The function under an attribute.
#[derive(Debug)]
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

    /// Whether the function is a method: only then may another function of that name be around.
    pub(crate) fn is_method(&self) -> bool {
        self.signature.receiver().is_some()
    }

    /// Whether its body waits for anything, as far as its tokens tell.
    pub(crate) fn awaits(&self) -> bool {
        contains_await(self.body.clone())
    }
}

impl ToTokens for AnnotatedFunction {
    /// The function as it was written, without the attributes of parameters that only we understand.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut signature = self.signature.clone();
        for parameter in &mut signature.inputs {
            if let FnArg::Typed(parameter) = parameter {
                parameter.attrs.retain(|attribute| !is_ours(attribute));
            }
        }
        tokens.append_all(&self.attributes);
        self.visibility.to_tokens(tokens);
        signature.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// Whether an attribute of a parameter is read by us: `#[arg]`, and doc comments, which Rust does not allow there.
fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().is_ident("arg") || attribute.path().is_ident("doc")
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

fn contains_await(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "await",
        TokenTree::Group(group) => contains_await(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
