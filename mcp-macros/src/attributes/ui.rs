//! Views of MCP Apps: `view` and `visibility` of tools, `ui(..)` of resources.

use proc_macro2::Ident;
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

/// The values of `visibility`, with the variants of `Visibility`.
pub(super) const VISIBILITIES: [(&str, &str); 2] = [("model", "Model"), ("app", "App")];

/// Permissions of views, which are also the names of the builder's methods.
pub(super) const PERMISSIONS: [(&str, &str); 4] = [
    ("camera", "camera"),
    ("microphone", "microphone"),
    ("geolocation", "geolocation"),
    ("clipboard_write", "clipboard_write"),
];

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
        diagnostics.over(&text, "invalid view URI: expected the scheme `ui`, as in `\"ui://clock/face\"`");
    }
    Some(text)
}

/// Reads `visibility(..)` as variants of `Visibility`.
pub(super) fn visibility(setting: &Setting, diagnostics: &mut Diagnostics) -> Vec<Ident> {
    setting.choices(&VISIBILITIES, diagnostics)
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
            "permissions" => view.permissions = member.choices(&PERMISSIONS, diagnostics),
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
        diagnostics.at(
            setting.span,
            "invalid key `ui`: expected a `uri` with the scheme `ui`, so change the `uri` or remove the key",
        );
    }
}
