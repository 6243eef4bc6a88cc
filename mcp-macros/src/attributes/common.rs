//! The keys that all three attributes have.

use syn::{Expr, LitStr};

use super::{Access, Icon, access, icon, meta};
use crate::{
    diagnostics::Diagnostics,
    settings::{Key, Setting},
};

const KEYS: [&Key; 7] = [
    &Key::once("name", "name = \"…\""),
    &Key::once("title", "title = \"…\""),
    &Key::once("description", "description = \"…\""),
    &Key::once("server", "server = \"…\""),
    &Key::many("meta", "meta(key = value, \"com.example/key\" = value)"),
    &Key::once("guards", "guards(First, Second::new(…))"),
    &Key::once("interceptors", "interceptors(First, Second::new(…))"),
];

/// What any item may say about itself.
#[derive(Default)]
pub(crate) struct Common {
    pub(crate) name: Option<LitStr>,
    pub(crate) title: Option<Expr>,
    pub(crate) description: Option<Expr>,
    /// The module it belongs to.
    pub(crate) server: Option<LitStr>,
    pub(crate) icons: Vec<Icon>,
    /// Members of `_meta`.
    pub(crate) meta: Vec<(LitStr, Expr)>,
    pub(crate) access: Access,
    pub(crate) guards: Vec<Expr>,
    pub(crate) interceptors: Vec<Expr>,
}

impl Common {
    /// The keys of an attribute that has these beside the common ones.
    pub(super) fn with_keys(own: &[&'static Key]) -> Vec<&'static Key> {
        [&KEYS[..4], own, &KEYS[4..], &icon::KEYS, &access::KEYS].concat()
    }

    /// Takes a setting of a key that is not the attribute's own.
    pub(super) fn set(&mut self, setting: &Setting, diagnostics: &mut Diagnostics) {
        match setting.key.name {
            "name" => self.name = setting.text(diagnostics),
            "title" => self.title = setting.text_expression(diagnostics),
            "description" => self.description = setting.text_expression(diagnostics),
            "server" => self.server = setting.text(diagnostics),
            "meta" => meta::read(setting, &mut self.meta, diagnostics),
            "guards" => self.guards = setting.list(diagnostics).unwrap_or_default(),
            "interceptors" => self.interceptors = setting.list(diagnostics).unwrap_or_default(),
            "icon" | "icons" => self.icons.extend(icon::read(setting, diagnostics)),
            _ => self.access.set(setting, diagnostics),
        }
    }
}
