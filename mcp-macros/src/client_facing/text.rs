//! Texts with fields in braces, such as `"there is no note {0}"`.

use proc_macro2::Ident;
use syn::{Fields, Index, LitStr, Member, ext::IdentExt as _};

use crate::diagnostics::{Diagnostics, unknown};

/// A text for `format_args!`, in which bindings stand for the fields.
pub(super) struct Text {
    pub(super) literal: LitStr,
    /// The fields that the text names, with their bindings.
    pub(super) fields: Vec<(Member, Ident)>,
}

/// Reads a text, and replaces each field by its binding.
pub(super) fn read(written: &LitStr, fields: &Fields, diagnostics: &mut Diagnostics) -> Option<Text> {
    let members: Vec<(String, Member)> = fields.iter().enumerate().map(member).collect();
    let mut named: Vec<(Member, Ident)> = Vec::new();
    let mut text = String::new();
    let value = written.value();
    let mut rest = value.as_str();
    while let Some(start) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(start);
        text.push_str(before);
        if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
            text.push_str(&brace[..2]);
            rest = after;
            continue;
        }
        let Some((placeholder, after)) = brace.strip_prefix('{').and_then(|inside| inside.split_once('}')) else {
            diagnostics.over(written, "invalid braces in the text: write `{{` and `}}` for braces");
            return None;
        };
        let (name, format) = placeholder.split_at(placeholder.find(':').unwrap_or(placeholder.len()));
        let name = name.trim();
        let Some((_, member)) = members.iter().find(|(known, _)| known == name) else {
            let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            diagnostics.over(written, unknown_field(name, &names));
            return None;
        };
        let binding = format!("__field_{name}");
        text.extend(["{", &binding, format, "}"]);
        if !named.iter().any(|(known, _)| known == member) {
            named.push((member.clone(), Ident::new(&binding, written.span())));
        }
        rest = after;
    }
    text.push_str(rest);
    Some(Text { literal: LitStr::new(&text, written.span()), fields: named })
}

fn member((index, field): (usize, &syn::Field)) -> (String, Member) {
    match &field.ident {
        Some(name) => (name.unraw().to_string(), Member::Named(name.clone())),
        None => (index.to_string(), Member::Unnamed(Index::from(index))),
    }
}

fn unknown_field(name: &str, known: &[&str]) -> String {
    if name.is_empty() && !known.is_empty() {
        return format!("missing field in the placeholder `{{}}`: write `{{{}}}`", known[0]);
    }
    let problem = format!("unknown field `{name}` in the text");
    if known.is_empty() {
        format!("{problem}: expected no placeholders, since there are no fields")
    } else {
        unknown(problem, name, known)
    }
}
