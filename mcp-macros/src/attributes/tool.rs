//! The keys of `#[tool(..)]`.

use proc_macro2::{Ident, TokenStream};
use syn::LitStr;

use super::{Common, ui};
use crate::{
    diagnostics::Diagnostics,
    kind::Kind,
    settings::{self, Key},
};

const KEYS: [&Key; 4] = [
    &Key::once("read_only", "read_only"),
    &Key::once("destructive", "destructive"),
    &Key::once("idempotent", "idempotent"),
    &Key::once("open_world", "open_world"),
];

/// What `#[tool(..)]` says beyond the common keys.
#[derive(Debug, Default)]
pub(crate) struct ToolAttribute {
    /// The hints that were given, by the names of their keys, which are those of the builder's methods.
    pub(crate) hints: Vec<(&'static str, bool)>,
    /// The view that shows its results.
    pub(crate) view: Option<LitStr>,
    /// The variants of `Visibility`.
    pub(crate) visibility: Vec<Ident>,
}

impl ToolAttribute {
    pub(crate) fn read(tokens: TokenStream, diagnostics: &mut Diagnostics) -> (Common, Self) {
        let (mut common, mut attribute) = (Common::default(), Self::default());
        let keys = Common::with_keys(&[&KEYS[..], &ui::TOOL_KEYS].concat());
        for setting in settings::read(Kind::Tool, tokens, &keys, diagnostics) {
            if setting.key.name == "view" {
                attribute.view = ui::view_of_tool(&setting, diagnostics);
            } else if setting.key.name == "visibility" {
                attribute.visibility = ui::visibility(&setting, diagnostics);
            } else if !KEYS.contains(&setting.key) {
                common.set(&setting, diagnostics);
            } else if let Some(hint) = setting.flag(diagnostics) {
                let is_on = |name| hint && attribute.hints.contains(&(name, true));
                let contradicts = match setting.key.name {
                    "read_only" => is_on("destructive"),
                    "destructive" => is_on("read_only"),
                    _ => false,
                };
                if contradicts {
                    diagnostics
                        .at(setting.span, "a tool that is `read_only` cannot be `destructive`; remove one of the two");
                }
                attribute.hints.push((setting.key.name, hint));
            }
        }
        (common, attribute)
    }
}
