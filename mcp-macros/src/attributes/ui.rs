//! Views of MCP Apps: `view` and `visibility` of tools, `ui(..)` of resources.

use proc_macro2::{Ident, Span};
use syn::{Expr, LitStr};

use crate::{
    diagnostics::Diagnostics,
    settings::{self, Form, Key, Setting},
};

pub(super) const KEYS: [&Key; 7] = [
    &Key::once("connect_domains", "connect_domains(\"https://…\")"),
    &Key::once("resource_domains", "resource_domains(\"https://…\")"),
    &Key::once("frame_domains", "frame_domains(\"https://…\")"),
    &Key::once("base_uri_domains", "base_uri_domains(\"https://…\")"),
    &Key::once("permissions", "permissions(camera, microphone, geolocation, clipboard_write)"),
    &Key::once("domain", "domain = \"…\""),
    &Key::once("prefers_border", "prefers_border"),
];

const PERMISSIONS: [&str; 4] = ["camera", "microphone", "geolocation", "clipboard_write"];

/// Prefix of the URIs of views.
const SCHEME: &str = "ui://";

/// The settings of a view.
pub(crate) struct View {
    /// Builder methods that take origins, with these origins.
    pub(crate) origins: Vec<(&'static str, Vec<Expr>)>,
    /// Builder methods that request a permission.
    pub(crate) permissions: Vec<Ident>,
    pub(crate) domain: Option<LitStr>,
    pub(crate) prefers_border: Option<bool>,
}

/// Reads the URI in `view`.
pub(super) fn view_of_tool(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let text = setting.text(diagnostics)?;
    if !text.value().starts_with(SCHEME) {
        diagnostics.over(&text, "the address of a view begins with `ui://`, such as \"ui://clock/face\"");
    }
    Some(text)
}

/// Reads `visibility(..)` as variants of `Visibility`.
pub(super) fn visibility(setting: &Setting, diagnostics: &mut Diagnostics) -> Vec<Ident> {
    let mut visibility: Vec<Ident> = Vec::new();
    for word in setting.words(diagnostics).unwrap_or_default() {
        let variant = match word.to_string().as_str() {
            "model" => "Model",
            "app" => "App",
            other => {
                let text = format_args!("`visibility` is `model`, `app` or both, not `{other}`");
                diagnostics.at(word.span(), text);
                continue;
            }
        };
        if visibility.iter().any(|known| known == variant) {
            diagnostics.at(word.span(), format_args!("`{word}` is in `visibility` twice"));
        }
        visibility.push(Ident::new(variant, Span::mixed_site()));
    }
    visibility
}

/// Reads `ui(..)` of a resource.
pub(super) fn view(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<View> {
    let Form::List(list) = &setting.form else {
        setting.list(diagnostics);
        return None;
    };
    let mut view = View { origins: Vec::new(), permissions: Vec::new(), domain: None, prefers_border: None };
    for member in settings::read("`ui`", list.clone(), &KEYS, &[], diagnostics) {
        match member.key.name {
            "permissions" => view.permissions = permissions(&member, diagnostics),
            "domain" => view.domain = member.text(diagnostics),
            "prefers_border" => view.prefers_border = member.flag(diagnostics),
            origins => view.origins.push((origins, member.texts(diagnostics).unwrap_or_default())),
        }
    }
    Some(view)
}

/// Checks that a resource with `ui` is a view.
pub(super) fn check_uri(uri: &str, setting: &Setting, diagnostics: &mut Diagnostics) {
    if !uri.starts_with(SCHEME) {
        diagnostics
            .at(setting.span, "`ui` is for views, whose `uri` begins with `ui://`; change the `uri`, or remove `ui`");
    }
}

fn permissions(setting: &Setting, diagnostics: &mut Diagnostics) -> Vec<Ident> {
    let words = setting.words(diagnostics).unwrap_or_default();
    for word in &words {
        if !PERMISSIONS.contains(&word.to_string().as_str()) {
            let known = PERMISSIONS.map(|name| format!("`{name}`")).join(", ");
            diagnostics.at(word.span(), format_args!("there is no permission `{word}`\nknown permissions: {known}"));
        }
    }
    words
}
