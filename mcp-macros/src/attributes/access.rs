//! Keys for access: which callers may use an item, and which callers see it in lists.

use proc_macro2::Span;
use syn::Expr;

use crate::{
    diagnostics::Diagnostics,
    settings::{Key, Setting},
    values::as_text,
};

pub(super) const KEYS: [&Key; 7] = [
    &Key::once("scopes", "scopes(\"…\", \"…\")"),
    &Key::many("any_scopes", "any_scopes(\"…\", \"…\")"),
    &Key::once("roles", "roles(\"…\", \"…\")"),
    &Key::many("any_roles", "any_roles(\"…\", \"…\")"),
    &Key::once("public", "public"),
    &Key::once("hidden", "hidden"),
    &Key::once("listing", "listing = \"when_allowed\""),
];

/// The values of `listing`, with the variants of `Listing`.
pub(super) const LISTINGS: [(&str, &str); 4] =
    [("auto", "Auto"), ("always", "Always"), ("when_allowed", "WhenAllowed"), ("never", "Never")];

/// The requirements of an item on its callers.
#[derive(Default)]
pub(crate) struct Access {
    pub(crate) scopes: Vec<Expr>,
    pub(crate) any_scopes: Vec<Vec<Expr>>,
    pub(crate) roles: Vec<Expr>,
    pub(crate) any_roles: Vec<Vec<Expr>>,
    /// The place of `public`, if it is set.
    public: Option<Span>,
    /// The place of `hidden`, if it is set.
    hidden: Option<Span>,
    listing: Option<&'static str>,
}

impl Access {
    /// Returns `true` if every caller may use the item.
    pub(crate) fn is_public(&self) -> bool {
        self.public.is_some()
    }

    /// Returns the variant of `Listing`, if one was set.
    pub(crate) fn listing(&self) -> Option<&'static str> {
        self.hidden.map(|_| "Never").or(self.listing)
    }

    pub(super) fn set(&mut self, setting: &Setting, diagnostics: &mut Diagnostics) {
        let place = |flag: Option<bool>| flag.unwrap_or_default().then_some(setting.span);
        match setting.key.name {
            "scopes" => self.scopes = scopes(setting, diagnostics),
            "any_scopes" => self.any_scopes.push(scopes(setting, diagnostics)),
            "roles" => self.roles = setting.texts(diagnostics).unwrap_or_default(),
            "any_roles" => self.any_roles.push(setting.texts(diagnostics).unwrap_or_default()),
            "public" => self.public = place(setting.flag(diagnostics)),
            "hidden" => self.hidden = place(setting.flag(diagnostics)),
            "listing" => self.listing = setting.choice(&LISTINGS, diagnostics),
            _ => {}
        }
        self.check_conflicts(setting, diagnostics);
    }

    /// Reports a conflict between a setting and earlier ones, at that setting.
    fn check_conflicts(&self, setting: &Setting, diagnostics: &mut Diagnostics) {
        let is_set =
            [!self.scopes.is_empty(), !self.any_scopes.is_empty(), !self.roles.is_empty(), !self.any_roles.is_empty()];
        let named = KEYS.iter().zip(is_set).find(|(_, is_set)| *is_set).map(|(key, _)| key.name);
        let key = setting.key.name;
        if let Some(name) = named
            && self.is_public()
            && !matches!(key, "hidden" | "listing")
        {
            let other = if key == "public" { name } else { key };
            diagnostics.at(
                setting.span,
                format_args!(
                    "conflicting keys `public` and `{other}`: a public item admits every caller, so remove one of them"
                ),
            );
        }
        if self.hidden.is_some() && self.listing.is_some() && matches!(key, "hidden" | "listing") {
            diagnostics.at(
                setting.span,
                "conflicting keys `hidden` and `listing`: `hidden` means `listing = \"never\"`, so remove one of them",
            );
        }
    }
}

/// Reads scopes, each of which must be a `scope-token` (RFC 6749 section 3.3).
pub(crate) fn scopes(setting: &Setting, diagnostics: &mut Diagnostics) -> Vec<Expr> {
    let scopes = setting.texts(diagnostics).unwrap_or_default();
    for scope in &scopes {
        let Some(text) = as_text(scope).map(syn::LitStr::value) else {
            continue;
        };
        let is_token = text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
        if text.trim().is_empty() || is_token {
            continue;
        }
        let words: Vec<String> = text.split_whitespace().map(|word| format!("{word:?}")).collect();
        let advice = if words.len() > 1 {
            format!("write one string per scope, as in `{}({})`", setting.key.name, words.join(", "))
        } else {
            "expected printable ASCII without spaces, `\"` and `\\` (RFC 6749 section 3.3)".to_owned()
        };
        diagnostics.over(scope, format_args!("invalid scope `{text:?}`: {advice}"));
    }
    scopes
}
