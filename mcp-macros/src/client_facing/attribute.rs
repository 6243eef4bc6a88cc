//! The attribute `#[client]`: the kind of the error that clients receive, and its text.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Expr, Fields, Ident, LitStr, Member, Meta};

use super::text::{self, Text};
use crate::{
    attributes::access,
    diagnostics::Diagnostics,
    settings::{self, Key, Setting},
};

pub(crate) const KEYS: [&Key; 8] = [
    &Key::once("not_found", "not_found"),
    &Key::once("invalid_arguments", "invalid_arguments"),
    &Key::once("forbidden", "forbidden"),
    &Key::once("hidden", "hidden"),
    &Key::once("login_required", "login_required"),
    &Key::once("insufficient_scope", "insufficient_scope(\"…\")"),
    &Key::once("code", "code = 1234"),
    &Key::once("text", "text = \"…\""),
];

/// A `#[client]` without mistakes.
pub(super) struct Mark {
    pub(super) kind: Kind,
    /// Text for the client. `None` for the `Display` text.
    pub(super) text: Option<Text>,
}

/// Kind of an error for clients.
pub(super) enum Kind {
    /// A constructor of `CallError` that takes a text.
    Text(&'static str),
    /// A constructor of `CallError` without parameters.
    Bare(&'static str),
    /// The token lacks these scopes.
    Scopes(Vec<Expr>),
    /// A JSON-RPC error with this code.
    Code(Box<Expr>),
}

impl Mark {
    /// Returns the fields that the text names, with their bindings.
    pub(super) fn fields(&self) -> &[(Member, Ident)] {
        self.text.as_ref().map_or(&[], |text| &text.fields)
    }
}

/// Reads `#[client]` or `#[client(..)]` on a variant with these fields.
pub(super) fn read(attribute: &Attribute, fields: &Fields, diagnostics: &mut Diagnostics) -> Option<Mark> {
    let list = match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => {
            diagnostics.over(&pair.value, "invalid form of `#[client]`: write `#[client(\"…\")]`");
            return None;
        }
    };
    let (texts, others) = separate(list);
    let mut literal: Option<LitStr> = None;
    let mut kind: Option<(&'static str, Kind)> = None;
    for text in texts {
        set_text(&mut literal, Some(text), diagnostics);
    }
    for setting in settings::read("`#[client]`", others, &KEYS, &[], diagnostics) {
        if setting.key.name == "text" {
            set_text(&mut literal, setting.text(diagnostics), diagnostics);
        } else if let Some((earlier, _)) = kind {
            let name = setting.key.name;
            let message = format_args!("conflicting keys `{earlier}` and `{name}`: remove one of them");
            diagnostics.at(setting.span, message);
        } else if let Some(read) = read_kind(&setting, diagnostics) {
            kind = Some((setting.key.name, read));
        }
    }
    let text = literal.and_then(|literal| {
        if let Some((name, Kind::Bare(_) | Kind::Scopes(_))) = &kind {
            let message = format_args!("invalid text: clients receive a fixed text with `{name}`, so remove it");
            diagnostics.over(&literal, message);
            return None;
        }
        text::read(&literal, fields, diagnostics)
    });
    Some(Mark { kind: kind.map_or(Kind::Text("client"), |(_, kind)| kind), text })
}

fn set_text(text: &mut Option<LitStr>, read: Option<LitStr>, diagnostics: &mut Diagnostics) {
    let Some(read) = read else { return };
    if text.is_some() {
        diagnostics.over(read, "duplicate text in `#[client]`: remove one of them");
    } else if read.value().trim().is_empty() {
        diagnostics.over(read, "invalid text: expected a non-blank string");
    } else {
        *text = Some(read);
    }
}

fn read_kind(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<Kind> {
    match setting.key.name {
        name @ ("not_found" | "invalid_arguments" | "forbidden") => {
            setting.flag(diagnostics)?.then_some(Kind::Text(name))
        }
        name @ ("hidden" | "login_required") => setting.flag(diagnostics)?.then_some(Kind::Bare(name)),
        "insufficient_scope" => Some(Kind::Scopes(access::scopes(setting, diagnostics))),
        _ => setting.number(diagnostics).map(|code| Kind::Code(Box::new(code))),
    }
}

/// Separates the strings without a key from the other elements.
fn separate(list: TokenStream) -> (Vec<LitStr>, TokenStream) {
    let (mut texts, mut others) = (Vec::new(), TokenStream::new());
    let tokens: Vec<TokenTree> = list.into_iter().collect();
    for element in tokens.split_inclusive(is_comma) {
        let content = match element {
            [content @ .., last] if is_comma(last) => content,
            _ => element,
        };
        let text = match content {
            [TokenTree::Literal(literal)] => syn::parse2::<LitStr>(TokenTree::from(literal.clone()).into()).ok(),
            _ => None,
        };
        match text {
            Some(text) => texts.push(text),
            None => others.extend(element.iter().cloned()),
        }
    }
    (texts, others)
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}
