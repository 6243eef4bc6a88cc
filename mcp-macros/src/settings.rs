//! Reads what is between the parentheses of an attribute: `key`, `key = value` and `key(list)`.
//!
//! Every key keeps its place, unknown and repeated ones are answered here, and one entry that cannot be read does not hide the
//! mistakes in the next.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Expr, ExprLit, Ident, Lit, Token,
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
    /// Whether it is none, but often written in place of another.
    pub(crate) mistaken: bool,
}

impl Key {
    pub(crate) const fn once(name: &'static str, usage: &'static str) -> Self {
        Self { name, usage, repeatable: false, mistaken: false }
    }

    pub(crate) const fn many(name: &'static str, usage: &'static str) -> Self {
        Self { name, usage, repeatable: true, mistaken: false }
    }

    /// A word that is no key; whoever reads the settings says what is written instead.
    pub(crate) const fn mistaken(name: &'static str) -> Self {
        Self { name, usage: "", repeatable: false, mistaken: true }
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
    let known: Vec<&str> = keys.iter().filter(|key| !key.mistaken).map(|key| key.name).collect();
    let guess = nearest(name, known.iter().copied()).map(|key| format!(", did you mean `{key}`?"));
    let known: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
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
            let entry =
                if input.peek(Lit) { positional(&owner, keys, input, diagnostics) } else { entry(input).map(Some) };
            match entry {
                Ok(entry) => entries.extend(entry),
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

/// A value without a key: a mistake, but what was meant is taken all the same, so that it is not missed as well.
fn positional(
    owner: impl std::fmt::Display,
    keys: &[&'static Key],
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Option<(Ident, Form)>> {
    let value: Lit = input.parse()?;
    let written = if let Lit::Str(text) = &value { text.value() } else { String::new() };
    let address = if written.contains('{') { "uri_template" } else { "uri" };
    let meant = keys.iter().find(|key| key.name == address && written.contains(':')).or(keys.first());
    let Some(key) = meant else { return Ok(None) };
    let is_text = key.usage.starts_with(&format!("{} = \"", key.name));
    if written.is_empty() || !is_text {
        diagnostics.at(value.span(), format_args!("{owner} takes keys: write `{}`", key.usage));
        return Ok(None);
    }
    diagnostics.at(value.span(), format_args!("{owner} takes keys: write `{} = {written:?}`", key.name));
    let name = Ident::new(key.name, value.span());
    Ok(Some((name, Form::Value(Box::new(Expr::Lit(ExprLit { attrs: Vec::new(), lit: value }))))))
}

fn entry(input: ParseStream<'_>) -> syn::Result<(Ident, Form)> {
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
