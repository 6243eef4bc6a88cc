//! The keys of `#[tool(..)]`.

use proc_macro2::TokenStream;

use super::Common;
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
}

impl ToolAttribute {
    pub(crate) fn read(tokens: TokenStream, diagnostics: &mut Diagnostics) -> (Common, Self) {
        let (mut common, mut attribute) = (Common::default(), Self::default());
        for setting in settings::read(Kind::Tool, tokens, &Common::with_keys(&KEYS), diagnostics) {
            if !KEYS.contains(&setting.key) {
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
