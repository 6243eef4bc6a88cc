//! The keys of `#[resource(..)]`.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, Ident, LitStr};

use super::{
    Common,
    ui::{self, View},
};
use crate::{
    diagnostics::Diagnostics,
    input::Kind,
    settings::{self, Key, Setting},
    uri,
    values::as_number,
};

pub(super) const KEYS: [&Key; 10] = [
    &Key::once("uri", "uri = \"mcp://…\""),
    &Key::once("uri_template", "uri_template = \"mcp://…/{id}\""),
    &Key::once("mime_type", "mime_type = \"text/plain\""),
    &Key::once("size", "size = 1024"),
    &Key::once("audience", "audience(user, assistant)"),
    &Key::once("priority", "priority = 0.5"),
    &Key::once("last_modified", "last_modified = \"2026-01-31T12:00:00Z\""),
    &Key::once("ui", "ui(connect_domains(\"https://…\"), prefers_border)"),
    &Key::once("ttl", "ttl = Duration::from_secs(60)"),
    &Key::once("cache_scope", "cache_scope = \"public\""),
];

/// The values of `audience`, with the variants of `Role`.
pub(super) const AUDIENCES: [(&str, &str); 2] = [("user", "User"), ("assistant", "Assistant")];

/// The values of `cache_scope`, with the variants of `CacheScope`.
pub(super) const CACHE_SCOPES: [(&str, &str); 2] = [("public", "Public"), ("private", "Private")];

/// The settings that only resources have.
#[derive(Default)]
pub(crate) struct ResourceAttribute {
    /// The URI or template; `None` after an error.
    pub(crate) address: Option<Address>,
    pub(crate) mime_type: Option<LitStr>,
    pub(crate) size: Option<Expr>,
    /// The variants of `Role`.
    pub(crate) audience: Vec<Ident>,
    pub(crate) priority: Option<Expr>,
    pub(crate) last_modified: Option<LitStr>,
    /// The settings of a view.
    pub(crate) ui: Option<View>,
    /// The lifetime in caches, an expression of type `Duration`.
    pub(crate) ttl: Option<Expr>,
    /// The variant of `CacheScope`.
    pub(crate) cache_scope: Option<&'static str>,
}

/// The URI of a resource, or the template of several.
pub(crate) enum Address {
    Uri(LitStr),
    Template {
        text: LitStr,
        /// The names of the variables.
        variables: Vec<String>,
    },
}

impl Address {
    fn text(&self) -> String {
        match self {
            Self::Uri(text) | Self::Template { text, .. } => text.value(),
        }
    }
}

impl ResourceAttribute {
    /// Reads `#[resource(..)]`.
    pub(crate) fn read(tokens: TokenStream, diagnostics: &mut Diagnostics) -> (Common, Self) {
        let (mut common, mut attribute) = (Common::default(), Self::default());
        let settings = settings::read(Kind::Resource, tokens, &Common::with_keys(&KEYS), &[], diagnostics);
        for setting in &settings {
            match setting.key.name {
                "uri" | "uri_template" => attribute.address = address(setting, diagnostics),
                "mime_type" => attribute.mime_type = mime_type(setting, diagnostics),
                "size" => attribute.size = setting.count(diagnostics),
                "audience" => attribute.audience = setting.choices(&AUDIENCES, diagnostics),
                "priority" => attribute.priority = priority(setting, diagnostics),
                "ui" => attribute.ui = ui::view(setting, diagnostics),
                "last_modified" => attribute.last_modified = last_modified(setting, diagnostics),
                "ttl" => attribute.ttl = ttl(setting, diagnostics),
                "cache_scope" => attribute.cache_scope = setting.choice(&CACHE_SCOPES, diagnostics),
                _ => common.set(setting, diagnostics),
            }
        }
        attribute.check_address(&settings, diagnostics);
        (common, attribute)
    }

    fn check_address(&mut self, settings: &[Setting], diagnostics: &mut Diagnostics) {
        let named = |name: &str| settings.iter().find(|setting| setting.key.name == name);
        match (named("uri"), named("uri_template")) {
            (None, None) => diagnostics.at(
                Span::call_site(),
                "missing key `uri`: write `#[resource(uri = \"mcp://…\")]`, or \
                 `#[resource(uri_template = \"mcp://…/{id}\")]` for a resource template",
            ),
            (Some(_), Some(template)) => {
                self.address = None;
                diagnostics.at(template.span, "conflicting keys `uri` and `uri_template`: remove one of them");
            }
            (None, Some(_)) => {
                if let Some(size) = named("size") {
                    diagnostics.at(
                        size.span,
                        "invalid key `size`: the resources of a `uri_template` have different sizes, so remove it",
                    );
                }
            }
            (Some(_), None) => {}
        }
        if let (Some(address), Some(ui)) = (&self.address, named("ui")) {
            ui::check_uri(&address.text(), ui, diagnostics);
        }
    }
}

fn address(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<Address> {
    let text = setting.text(diagnostics)?;
    let address = if setting.key.name == "uri" {
        uri::check_uri(&text.value()).map(|()| Address::Uri(text.clone()))
    } else {
        uri::check_template(&text.value()).map(|variables| Address::Template { text: text.clone(), variables })
    };
    address.map_err(|reason| diagnostics.over(&text, reason)).ok()
}

fn mime_type(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let text = setting.text(diagnostics)?;
    let value = text.value();
    let is_media_type = value.split_once('/').is_some_and(|(kind, rest)| !kind.is_empty() && !rest.trim().is_empty());
    if !is_media_type {
        diagnostics.over(&text, "invalid media type: expected a type and a subtype, as in `\"text/plain\"`");
    }
    Some(text)
}

fn priority(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<Expr> {
    let value = setting.number(diagnostics)?;
    if as_number(&value).is_some_and(|number| !(0.0..=1.0).contains(&number)) {
        diagnostics
            .over(&value, "invalid value for `priority`: expected a number from `0.0` (optional) to `1.0` (required)");
    }
    Some(value)
}

/// Reads a duration. A plain number is rejected, because it has no unit.
fn ttl(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<Expr> {
    let value = setting.expression(diagnostics)?;
    if matches!(value, Expr::Lit(_)) {
        diagnostics
            .over(&value, "invalid value for `ttl`: expected a `Duration`, as in `ttl = Duration::from_secs(60)`");
        return None;
    }
    Some(value)
}

fn last_modified(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let text = setting.text(diagnostics)?;
    if !is_time(&text.value()) {
        diagnostics.over(
            &text,
            "invalid value for `last_modified`: expected an ISO 8601 time, as in `\"2026-01-31T12:00:00Z\"`",
        );
    }
    Some(text)
}

/// Returns `true` for a date with an optional time. Checks the form only, so `2026-99-99` passes.
fn is_time(text: &str) -> bool {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let shape: String = date.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    let is_clock = |time: &str| {
        time.len() >= 5
            && time.bytes().enumerate().take(5).all(
                |(index, byte)| {
                    if index == 2 { byte == b':' } else { byte.is_ascii_digit() }
                },
            )
            && time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'Z' | b'+' | b'-'))
    };
    shape == "0000-00-00" && time.is_none_or(is_clock)
}
