//! The keys of `#[tool(..)]`.

use proc_macro2::{Ident, TokenStream};
use syn::LitStr;

use super::{Common, ui};
use crate::{
    diagnostics::Diagnostics,
    input::Kind,
    settings::{self, Form, Key, Setting},
    values::as_text,
};

pub(super) const KEYS: [&Key; 8] = [
    &Key::once("read_only", "read_only"),
    &Key::once("destructive", "destructive"),
    &Key::once("idempotent", "idempotent"),
    &Key::once("open_world", "open_world"),
    &Key::once("task", "task = \"optional\""),
    &Key::once("detaches", "detaches"),
    &Key::once("view", "view = \"ui://…\""),
    &Key::once("visibility", "visibility(model, app)"),
];

/// The settings that only tools have.
#[derive(Default)]
pub(crate) struct ToolAttribute {
    /// The hints, by their keys, which are also the names of the builder's methods.
    pub(crate) hints: Vec<(&'static str, bool)>,
    /// The URI of the view that shows results.
    pub(crate) view: Option<LitStr>,
    /// The variants of `Visibility`.
    pub(crate) visibility: Vec<Ident>,
    /// The variant of `TaskSupport`.
    pub(crate) task: Option<&'static str>,
    /// `true` if the handler decides when a call becomes a task.
    pub(crate) detaches: bool,
}

impl ToolAttribute {
    /// Reads `#[tool(..)]`.
    pub(crate) fn read(tokens: TokenStream, diagnostics: &mut Diagnostics) -> (Common, Self) {
        let (mut common, mut attribute) = (Common::default(), Self::default());
        let settings = settings::read(Kind::Tool, tokens, &Common::with_keys(&KEYS), &[], diagnostics);
        for setting in &settings {
            match setting.key.name {
                "read_only" | "destructive" | "idempotent" | "open_world" => attribute.hint(setting, diagnostics),
                "task" => attribute.task = task(setting, diagnostics),
                "detaches" => {
                    attribute.detaches = setting.flag(diagnostics).unwrap_or_default();
                    if attribute.detaches && !settings.iter().any(|setting| setting.key.name == "task") {
                        diagnostics
                            .at(setting.span, "missing key `task`: expected with `detaches`, as in `task, detaches`");
                    }
                }
                "view" => attribute.view = ui::view_of_tool(setting, diagnostics),
                "visibility" => attribute.visibility = ui::visibility(setting, diagnostics),
                _ => common.set(setting, diagnostics),
            }
        }
        if let Some(blocking) = common.blocking
            && attribute.detaches
        {
            diagnostics.at(
                blocking,
                "conflicting keys `blocking` and `detaches`: a blocking function cannot await `Context::detach`, so remove one of them",
            );
        }
        (common, attribute)
    }

    fn hint(&mut self, setting: &Setting, diagnostics: &mut Diagnostics) {
        let Some(hint) = setting.flag(diagnostics) else { return };
        let opposite = match setting.key.name {
            "read_only" => "destructive",
            "destructive" => "read_only",
            _ => "",
        };
        if hint && self.hints.contains(&(opposite, true)) {
            diagnostics.at(setting.span, "conflicting keys `read_only` and `destructive`: remove one of them");
        }
        self.hints.push((setting.key.name, hint));
    }
}

/// Reads `task`, `task = "optional"` or `task = "required"`.
fn task(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<&'static str> {
    if matches!(setting.form, Form::Flag) {
        return Some("Optional");
    }
    if let Form::Value(value) = &setting.form
        && as_text(value).is_some_and(|text| text.value() == "forbidden")
    {
        diagnostics.over(
            value,
            "invalid value `forbidden` for `task`: calls never become tasks without this key, so remove it",
        );
        return None;
    }
    setting.choice(&[("optional", "Optional"), ("required", "Required")], diagnostics)
}
