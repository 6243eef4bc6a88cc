//! Icons: `icon = "…"` for a URL alone, `icons(icon(..), ..)` for all properties.

use syn::{Expr, LitStr};

use crate::{
    diagnostics::Diagnostics,
    settings::{self, Form, Key, Setting},
    values::as_text,
};

pub(super) const KEYS: [&Key; 2] = [
    &Key::many("icon", "icon = \"https://…\""),
    &Key::once(
        "icons",
        "icons(icon(src = \"https://…\", mime_type = \"image/png\", sizes(\"48x48\"), theme = \"light\"))",
    ),
];

const ICON: Key = Key::many("icon", "icon(src = \"https://…\")");

pub(super) const MEMBERS: [&Key; 4] = [
    &Key::once("src", "src = \"https://…\""),
    &Key::once("mime_type", "mime_type = \"image/png\""),
    &Key::once("sizes", "sizes(\"48x48\", \"any\")"),
    &Key::once("theme", "theme = \"light\""),
];

pub(super) const THEMES: [(&str, &str); 2] = [("light", "Light"), ("dark", "Dark")];

/// An icon for user interfaces.
pub(crate) struct Icon {
    pub(crate) src: LitStr,
    pub(crate) mime_type: Option<LitStr>,
    pub(crate) sizes: Vec<Expr>,
    pub(crate) theme: Option<&'static str>,
}

/// Reads `icon = "…"` or `icons(..)`.
pub(super) fn read(setting: &Setting, diagnostics: &mut Diagnostics) -> Vec<Icon> {
    if setting.key.name == "icon" {
        let src = setting.text(diagnostics);
        let icon = src.filter(|src| check_url(src, diagnostics));
        return icon.map(|src| Icon { src, mime_type: None, sizes: Vec::new(), theme: None }).into_iter().collect();
    }
    let Form::List(list) = &setting.form else {
        setting.list(diagnostics);
        return Vec::new();
    };
    if list.is_empty() {
        setting.list(diagnostics);
    }
    let icons = settings::read("`icons`", list.clone(), &[&ICON], &[], diagnostics);
    icons.iter().filter_map(|icon| read_icon(icon, diagnostics)).collect()
}

/// Reads an `icon(..)` in `icons`.
fn read_icon(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<Icon> {
    let Form::List(list) = &setting.form else {
        setting.list(diagnostics);
        return None;
    };
    let (mut src, mut mime_type, mut sizes, mut theme) = (None, None, Vec::new(), None);
    let members = settings::read("`icon`", list.clone(), &MEMBERS, &[], diagnostics);
    let has_src = members.iter().any(|member| member.key.name == "src");
    for member in members {
        match member.key.name {
            "src" => src = member.text(diagnostics).filter(|src| check_url(src, diagnostics)),
            "mime_type" => mime_type = member.text(diagnostics),
            "sizes" => sizes = member.texts(diagnostics).unwrap_or_default(),
            _ => theme = member.choice(&THEMES, diagnostics),
        }
    }
    if !has_src {
        diagnostics.at(setting.span, "missing key `src` in `icon`: expected a URL, as in `icon(src = \"https://…\")`");
    }
    for size in &sizes {
        if as_text(size).is_some_and(|size| !is_size(&size.value())) {
            diagnostics.over(size, "invalid icon size: expected `\"any\"`, or width and height, as in `\"48x48\"`");
        }
    }
    Some(Icon { src: src?, mime_type, sizes, theme })
}

/// Checks that the scheme is one of those that clients load (specification 2025-11-25, icons).
fn check_url(src: &LitStr, diagnostics: &mut Diagnostics) -> bool {
    let url = src.value();
    let known = ["https://", "http://", "data:"].iter().any(|scheme| url.starts_with(scheme));
    if !known {
        diagnostics.over(
            src,
            "invalid icon URL: expected the scheme `https` or `data`, as in `\"https://example.com/icon.png\"`",
        );
    }
    known
}

fn is_size(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text == "any" || text.split_once('x').is_some_and(|(width, height)| is_number(width) && is_number(height))
}
