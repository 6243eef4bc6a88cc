//! Reads the attributes into typed values, and checks the keys against each other.
//!
//! This file holds the keys that all attributes share; `#[prompt]` has no others. The annotated
//! function is checked against the attribute in [`model`](crate::model).

use proc_macro2::{Span, TokenStream};
use syn::{Expr, LitStr};

use self::{access::Access, icon::Icon};
use crate::{
    diagnostics::Diagnostics,
    input::Kind,
    settings::{self, Key, Setting},
};

pub(crate) mod access;
pub(crate) mod argument;
pub(crate) mod icon;
mod meta;
pub(crate) mod resource;
#[cfg(test)]
mod tests;
pub(crate) mod tool;
pub(crate) mod ui;

const KEYS: [&Key; 8] = [
    &Key::once("name", "name = \"…\""),
    &Key::once("title", "title = \"…\""),
    &Key::once("description", "description = \"…\""),
    &Key::once("server", "server = \"…\""),
    &Key::once("blocking", "blocking"),
    &Key::many("meta", "meta(key = value, \"com.example/key\" = value)"),
    &Key::once("guards", "guards(First, Second::new(…))"),
    &Key::once("interceptors", "interceptors(First, Second::new(…))"),
];

/// The settings that all items have.
#[derive(Default)]
pub(crate) struct Common {
    pub(crate) name: Option<LitStr>,
    pub(crate) title: Option<Expr>,
    pub(crate) description: Option<Expr>,
    /// The name of the server whose module collects the item.
    pub(crate) server: Option<LitStr>,
    pub(crate) icons: Vec<Icon>,
    /// Members of `_meta`.
    pub(crate) meta: Vec<(LitStr, Expr)>,
    /// The place of `blocking`, if the function runs on a thread for blocking work.
    pub(crate) blocking: Option<Span>,
    pub(crate) access: Access,
    pub(crate) guards: Vec<Expr>,
    pub(crate) interceptors: Vec<Expr>,
}

impl Common {
    /// Returns the keys of an attribute: its own and the shared ones.
    fn with_keys(own: &[&'static Key]) -> Vec<&'static Key> {
        [&KEYS[..4], own, &KEYS[4..], &icon::KEYS, &access::KEYS].concat()
    }

    /// Applies a setting of a shared key.
    fn set(&mut self, setting: &Setting, diagnostics: &mut Diagnostics) {
        match setting.key.name {
            "name" => self.name = setting.text(diagnostics),
            "title" => self.title = setting.text_expression(diagnostics),
            "description" => self.description = setting.text_expression(diagnostics),
            "server" => self.server = setting.text(diagnostics),
            "blocking" => self.blocking = setting.flag(diagnostics).unwrap_or_default().then_some(setting.span),
            "meta" => meta::read(setting, &mut self.meta, diagnostics),
            "guards" => self.guards = setting.list(diagnostics).unwrap_or_default(),
            "interceptors" => self.interceptors = setting.list(diagnostics).unwrap_or_default(),
            "icon" | "icons" => self.icons.extend(icon::read(setting, diagnostics)),
            _ => self.access.set(setting, diagnostics),
        }
    }
}

/// Reads `#[prompt(..)]`.
pub(crate) fn read_prompt(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Common {
    let mut common = Common::default();
    for setting in settings::read(Kind::Prompt, tokens, &Common::with_keys(&[]), &[], diagnostics) {
        common.set(&setting, diagnostics);
    }
    common
}
