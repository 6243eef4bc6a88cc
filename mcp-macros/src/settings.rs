//! Reads the settings of an attribute: `key`, `key = value` and `key(list)`, separated by commas.
//!
//! Settings keep the spans of their keys. Unknown and duplicate keys are reported here. An invalid
//! setting does not hide errors in the next one.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Expr, ExprLit, Ident, Lit, Token,
    ext::IdentExt as _,
    parenthesized,
    parse::{ParseStream, Parser as _},
    token,
};

use crate::diagnostics::{Diagnostics, unknown};

/// A key of an attribute.
#[derive(PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// An example of a setting with this key, for error messages.
    pub(crate) usage: &'static str,
    /// `true` if the key may be written more than once.
    pub(crate) repeatable: bool,
}

impl Key {
    /// A key that is written at most once.
    pub(crate) const fn once(name: &'static str, usage: &'static str) -> Self {
        Self { name, usage, repeatable: false }
    }

    /// A key that may be repeated.
    pub(crate) const fn many(name: &'static str, usage: &'static str) -> Self {
        Self { name, usage, repeatable: true }
    }
}

/// A setting whose key is known.
pub(crate) struct Setting {
    pub(crate) key: &'static Key,
    pub(crate) span: Span,
    pub(crate) form: Form,
}

/// The part of a setting after its key.
pub(crate) enum Form {
    /// Nothing.
    Flag,
    /// `= value`
    Value(Box<Expr>),
    /// `(list)`
    List(TokenStream),
}

/// Reads the settings of `owner`, such as `` `#[tool]` ``, which accepts `keys`.
///
/// Keys of `foreign` are read too, for the caller to reject them with a specific error.
pub(crate) fn read(
    owner: impl std::fmt::Display,
    tokens: TokenStream,
    keys: &[&'static Key],
    foreign: &[&'static Key],
    diagnostics: &mut Diagnostics,
) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    for (ident, form) in parse(&owner, tokens, keys, diagnostics) {
        let name = ident.unraw().to_string();
        let Some(key) = keys.iter().chain(foreign).find(|key| key.name == name) else {
            let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
            let problem = format_args!("unknown key `{name}` in {owner}");
            diagnostics.at(ident.span(), unknown(problem, &name, &known));
            continue;
        };
        if !key.repeatable && settings.iter().any(|setting| setting.key == *key) {
            diagnostics.at(ident.span(), format_args!("duplicate key `{name}`: remove one of them"));
            continue;
        }
        settings.push(Setting { key, span: ident.span(), form });
    }
    settings
}

/// Parses settings with any keys.
fn parse(
    owner: impl std::fmt::Display,
    tokens: TokenStream,
    keys: &[&'static Key],
    diagnostics: &mut Diagnostics,
) -> Vec<(Ident, Form)> {
    let mut parsed = Vec::new();
    let result = (|input: ParseStream<'_>| {
        while !input.is_empty() {
            let setting =
                if input.peek(Lit) { positional(&owner, keys, input, diagnostics) } else { setting(input).map(Some) };
            match setting {
                Ok(setting) => parsed.extend(setting),
                Err(error) => _ = diagnostics.take::<()>(Err(error)),
            }
            if !input.is_empty() && !input.peek(Token![,]) {
                let next = input.cursor().token_tree().map(|(token, _)| token);
                diagnostics.over(next, "missing comma: expected `,` before the next key");
            }
            skip_to_comma(input)?;
        }
        Ok(())
    })
    .parse2(tokens);
    diagnostics.take(result);
    parsed
}

/// Reports a value without a key.
///
/// Its probable key is set nevertheless, so that it is not reported as missing too.
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
        diagnostics.at(value.span(), format_args!("missing key in {owner}: write `{}`", key.usage));
        return Ok(None);
    }
    diagnostics.at(value.span(), format_args!("missing key in {owner}: write `{} = {written:?}`", key.name));
    let name = Ident::new(key.name, value.span());
    Ok(Some((name, Form::Value(Box::new(Expr::Lit(ExprLit { attrs: Vec::new(), lit: value }))))))
}

fn setting(input: ParseStream<'_>) -> syn::Result<(Ident, Form)> {
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
        return Err(syn::Error::new(equals.span, format!("missing value for `{key}`: expected a value after `=`")));
    }
    Ok((key, Form::Value(input.parse()?)))
}

/// Skips to the token after the next comma. Commas in groups do not count: a group is one token.
fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        if input.parse::<Option<Token![,]>>()?.is_some() {
            return Ok(());
        }
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
