//! The error type, checked: the variants, and the rule for each of them.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{Attribute, Fields, Generics, Index, Item, Member, Meta};

use super::attribute::{self, Mark};
use crate::diagnostics::Diagnostics;

/// An error type without mistakes.
pub(super) struct ErrorType {
    pub(super) name: Ident,
    pub(super) variants: Vec<Variant>,
}

/// A variant of an enum, or the only value of a struct.
pub(super) struct Variant {
    /// `Self`, or `Self::Variant`.
    pub(super) path: TokenStream,
    pub(super) rule: Rule,
}

/// Decision about the values of a variant.
pub(super) enum Rule {
    /// Clients read no text.
    Masked,
    /// Clients read the text.
    Shown(Mark),
    /// The error in a field decides, or the mark if the type of the field decides nothing.
    Inner(Member, Option<Mark>),
}

impl ErrorType {
    /// Reads the item of the derive. The result may be `None` if there are errors.
    pub(super) fn read(item: TokenStream, diagnostics: &mut Diagnostics) -> Option<Self> {
        match diagnostics.take(syn::parse2(item))? {
            Item::Enum(item) => {
                check_generics(&item.generics, diagnostics);
                for attribute in client_attributes(&item.attrs) {
                    let message =
                        "invalid attribute `#[client]` on an enum: expected it on each variant that clients may read";
                    diagnostics.over(attribute, message);
                }
                let variants = item.variants.iter().map(|variant| {
                    let name = &variant.ident;
                    let path = quote_spanned!(Span::mixed_site()=> Self::#name);
                    Variant::read(path, &variant.attrs, &variant.fields, diagnostics)
                });
                let variants = variants.collect();
                Some(Self { name: item.ident, variants })
            }
            Item::Struct(item) => {
                check_generics(&item.generics, diagnostics);
                let path = quote_spanned!(Span::mixed_site()=> Self);
                let variants = vec![Variant::read(path, &item.attrs, &item.fields, diagnostics)];
                Some(Self { name: item.ident, variants })
            }
            Item::Union(item) => {
                let message = "invalid item for `#[derive(ClientFacing)]`: expected an enum or a struct, found a union";
                diagnostics.over(item.union_token, message);
                None
            }
            // Not reached: a derive is on one of these.
            _ => None,
        }
    }
}

impl Variant {
    fn read(path: TokenStream, attributes: &[Attribute], fields: &Fields, diagnostics: &mut Diagnostics) -> Self {
        for misplaced in fields.iter().flat_map(|field| client_attributes(&field.attrs)) {
            let message = "invalid attribute `#[client]` on a field: expected it on the variant or on the struct";
            diagnostics.over(misplaced, message);
        }
        let mut marks = client_attributes(attributes);
        let mark = marks.next().and_then(|mark| attribute::read(mark, fields, diagnostics));
        for duplicate in marks {
            diagnostics.over(duplicate, "duplicate attribute `#[client]`: remove one of them");
        }
        let rule = match (inner(attributes, fields), mark) {
            (Some(field), mark) => Rule::Inner(field, mark),
            (None, Some(mark)) => Rule::Shown(mark),
            (None, None) => Rule::Masked,
        };
        Self { path, rule }
    }
}

fn check_generics(generics: &Generics, diagnostics: &mut Diagnostics) {
    if !generics.params.is_empty() {
        let message = "invalid generic parameters: `#[derive(ClientFacing)]` registers one concrete type, so write the types that \
                       the parameters stand for, or an enum with a variant for each of them";
        diagnostics.over(generics, message);
    }
}

fn client_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("client"))
}

/// Returns the field that decides for a variant with `#[error(transparent)]` (crate `thiserror`).
fn inner(attributes: &[Attribute], fields: &Fields) -> Option<Member> {
    let is_transparent = attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("error") => {
            matches!(list.tokens.clone().into_iter().next(), Some(TokenTree::Ident(word)) if word == "transparent")
        }
        _ => false,
    });
    if !is_transparent {
        return None;
    }
    let has_source = |attribute: &Attribute| ["from", "source"].iter().any(|name| attribute.path().is_ident(name));
    let index = fields.iter().position(|field| field.attrs.iter().any(has_source)).unwrap_or_default();
    let field = fields.iter().nth(index)?;
    Some(field.ident.clone().map_or_else(|| Member::Unnamed(Index::from(index)), Member::Named))
}
