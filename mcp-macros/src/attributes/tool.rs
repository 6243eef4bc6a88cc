//! The keys of `#[tool(..)]`.

use proc_macro2::{Ident, Span, TokenStream};
use syn::LitStr;

use super::{Common, ui};
use crate::{
    diagnostics::Diagnostics,
    kind::Kind,
    settings::{self, Form, Key, Setting},
};

const KEYS: [&Key; 6] = [
    &Key::once("read_only", "read_only"),
    &Key::once("destructive", "destructive"),
    &Key::once("idempotent", "idempotent"),
    &Key::once("open_world", "open_world"),
    &Key::once("task", "task = \"optional\""),
    &Key::once("detaches", "detaches"),
];

/// What `#[tool(..)]` says beyond the common keys.
#[derive(Default)]
pub(crate) struct ToolAttribute {
    /// The hints that were given, by the names of their keys, which are those of the builder's methods.
    pub(crate) hints: Vec<(&'static str, bool)>,
    /// The view that shows its results.
    pub(crate) view: Option<LitStr>,
    /// The variants of `Visibility`.
    pub(crate) visibility: Vec<Ident>,
    /// Whether its calls may become tasks: a variant of `TaskSupport`.
    pub(crate) task: Option<&'static str>,
    /// Its handler says when.
    pub(crate) detaches: Option<Span>,
}

impl ToolAttribute {
    pub(crate) fn read(tokens: TokenStream, diagnostics: &mut Diagnostics) -> (Common, Self) {
        let (mut common, mut attribute) = (Common::default(), Self::default());
        let mut says_task = false;
        let keys = Common::with_keys(&[&KEYS[..], &ui::TOOL_KEYS].concat());
        for setting in settings::read(Kind::Tool, tokens, &keys, diagnostics) {
            if setting.key.name == "view" {
                attribute.view = ui::view_of_tool(&setting, diagnostics);
            } else if setting.key.name == "visibility" {
                attribute.visibility = ui::visibility(&setting, diagnostics);
            } else if !KEYS.contains(&setting.key) {
                common.set(&setting, diagnostics);
            } else if setting.key.name == "task" {
                says_task = true;
                attribute.task = task(&setting, diagnostics);
            } else if setting.key.name == "detaches" {
                attribute.detaches = setting.flag(diagnostics).and_then(|is_on| is_on.then_some(setting.span));
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
        if let Some(span) = attribute.detaches
            && !says_task
        {
            let message = "`detaches` says when a call becomes a task, and calls of this tool never do: add `task`";
            diagnostics.at(span, message);
        }
        (common, attribute)
    }
}

/// `task`, `task = "optional"` or `task = "required"`.
fn task(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<&'static str> {
    if matches!(setting.form, Form::Flag) {
        return Some("Optional");
    }
    let text = setting.text(diagnostics)?;
    let message = match text.value().as_str() {
        "optional" => return Some("Optional"),
        "required" => return Some("Required"),
        "forbidden" => "calls become tasks only where `task` says so: leave it out".to_owned(),
        other => {
            format!("`task` is `\"optional\"`, which `task` alone means too, or `\"required\"`; not `\"{other}\"`")
        }
    };
    diagnostics.at(text.span(), message);
    None
}
