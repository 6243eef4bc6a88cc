//! Reads what is between the parentheses of an attribute: `key`, `key = value` and `key(list)`.
//!
//! Every key keeps its place, unknown and repeated ones are answered here, and one entry that cannot be read does not hide the
//! mistakes in the next.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Expr, Ident, Lit, Token,
    ext::IdentExt as _,
    parenthesized,
    parse::{ParseStream, Parser as _},
    token,
};

use crate::{diagnostics::Diagnostics, nearest::nearest};

/// A key that an attribute has.
#[derive(PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// How it is written, for messages.
    pub(crate) usage: &'static str,
    /// Whether it may be there more than once.
    pub(crate) repeatable: bool,
}

impl Key {
    pub(crate) const fn once(name: &'static str, usage: &'static str) -> Self {
        Self { name, usage, repeatable: false }
    }

    pub(crate) const fn many(name: &'static str, usage: &'static str) -> Self {
        Self { name, usage, repeatable: true }
    }
}

/// One entry, whose key is known.
pub(crate) struct Setting {
    pub(crate) key: &'static Key,
    pub(crate) span: Span,
    pub(crate) form: Form,
}

/// What follows a key.
pub(crate) enum Form {
    /// Nothing.
    Flag,
    /// `= value`
    Value(Box<Expr>),
    /// `(list)`
    List(TokenStream),
}

/// Reads the entries of `owner`, such as `` `#[tool]` ``, which has these keys.
pub(crate) fn read(
    owner: impl std::fmt::Display,
    tokens: TokenStream,
    keys: &[&'static Key],
    diagnostics: &mut Diagnostics,
) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    for (ident, form) in entries(&owner, tokens, keys, diagnostics) {
        let name = ident.unraw().to_string();
        let Some(key) = keys.iter().find(|key| key.name == name) else {
            diagnostics.at(ident.span(), unknown(&owner, &name, keys));
            continue;
        };
        if !key.repeatable && settings.iter().any(|setting| setting.key == *key) {
            diagnostics.at(ident.span(), format_args!("`{name}` is there twice; keep one"));
            continue;
        }
        settings.push(Setting { key, span: ident.span(), form });
    }
    settings
}

/// The words for a key that is not known.
pub(crate) fn unknown(owner: impl std::fmt::Display, name: &str, keys: &[&'static Key]) -> String {
    let known: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name)).collect();
    let guess = nearest(name, keys.iter().map(|key| key.name)).map(|key| format!(", did you mean `{key}`?"));
    format!("{owner} has no key `{name}`{}\nknown keys: {}", guess.unwrap_or_default(), known.join(", "))
}

/// Parses the entries, whatever their keys.
fn entries(
    owner: impl std::fmt::Display,
    tokens: TokenStream,
    keys: &[&'static Key],
    diagnostics: &mut Diagnostics,
) -> Vec<(Ident, Form)> {
    let mut entries = Vec::new();
    let parsed = (|input: ParseStream<'_>| {
        while !input.is_empty() {
            match entry(&owner, keys, input) {
                Ok(entry) => entries.push(entry),
                Err(error) => _ = diagnostics.take::<()>(Err(error)),
            }
            if !input.is_empty() && !input.peek(Token![,]) {
                let next = input.cursor().token_tree().map(|(token, _)| token);
                diagnostics.over(next, "expected `,` before the next key");
            }
            skip_to_comma(input)?;
        }
        Ok(())
    })
    .parse2(tokens);
    diagnostics.take(parsed);
    entries
}

fn entry(owner: impl std::fmt::Display, keys: &[&'static Key], input: ParseStream<'_>) -> syn::Result<(Ident, Form)> {
    if input.peek(Lit) {
        let value: Lit = input.parse()?;
        let usage = keys.first().map(|key| key.usage).unwrap_or_default();
        return Err(syn::Error::new(value.span(), format!("{owner} takes keys: write `{usage}`")));
    }
    let key = input.call(Ident::parse_any)?;
    if input.peek(token::Paren) {
        let list;
        parenthesized!(list in input);
        return Ok((key, Form::List(list.parse()?)));
    }
    if !input.peek(Token![=]) {
        return Ok((key, Form::Flag));
    }
    let equals: Token![=] = input.parse()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new(equals.span, format!("`{key} =` needs a value after the `=`")));
    }
    Ok((key, Form::Value(input.parse()?)))
}

/// Goes behind the next comma. Groups are one token, so commas in them do not count.
fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        if input.parse::<Option<Token![,]>>()?.is_some() {
            return Ok(());
        }
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
