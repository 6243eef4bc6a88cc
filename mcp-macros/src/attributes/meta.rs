//! `meta(key = value, "com.example/key" = value)`: members of `_meta`.

use syn::{
    Expr, Ident, LitStr, Token,
    ext::IdentExt as _,
    parse::{Parse, ParseStream, Parser as _},
    punctuated::Punctuated,
};

use crate::{
    diagnostics::Diagnostics,
    settings::{Form, Setting},
};

/// One member of `_meta`.
struct Member {
    key: LitStr,
    value: Expr,
}

impl Parse for Member {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = if input.peek(LitStr) {
            input.parse()?
        } else {
            let ident = input.call(Ident::parse_any)?;
            LitStr::new(&ident.unraw().to_string(), ident.span())
        };
        if !input.peek(Token![=]) {
            let message =
                format!("missing value for `{0}` in `meta`: expected a value, as in `meta({0} = …)`", key.value());
            return Err(syn::Error::new(key.span(), message));
        }
        input.parse::<Token![=]>()?;
        Ok(Self { key, value: input.parse()? })
    }
}

/// Reads `meta(..)` and adds its members to `members`.
pub(super) fn read(setting: &Setting, members: &mut Vec<(LitStr, Expr)>, diagnostics: &mut Diagnostics) {
    let list = match &setting.form {
        Form::List(list) if !list.is_empty() => list.clone(),
        _ => {
            setting.list(diagnostics);
            return;
        }
    };
    let parsed = diagnostics.take(Punctuated::<Member, Token![,]>::parse_terminated.parse2(list));
    for Member { key, value } in parsed.into_iter().flatten() {
        if let Err(reason) = check_key(&key.value()) {
            diagnostics.over(&key, reason);
        }
        if members.iter().any(|(known, _)| known.value() == key.value()) {
            diagnostics.over(&key, format_args!("duplicate key `{}` in `meta`: remove one of them", key.value()));
        }
        members.push((key, value));
    }
}

/// Checks a key by the rules of the specification (2026-07-28, basic, `_meta`).
fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = key.rsplit_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let ends = |text: &str, good: fn(u8) -> bool| {
        text.bytes().next().is_some_and(good) && text.bytes().last().is_some_and(good)
    };
    let is_name = name.is_empty() && prefix.is_some()
        || ends(name, |byte| byte.is_ascii_alphanumeric())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let is_label = |label: &str| {
        label.starts_with(|first: char| first.is_ascii_alphabetic())
            && ends(label, |byte| byte.is_ascii_alphanumeric())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !is_name || !prefix.is_none_or(|prefix| prefix.split('.').all(is_label)) {
        return Err(format!(
            "invalid `_meta` key `{key}`: expected a word with an optional domain, as in `\"com.example/kind\"`"
        ));
    }
    let reserved = prefix
        .and_then(|prefix| prefix.split('.').nth(1))
        .filter(|label| matches!(*label, "modelcontextprotocol" | "mcp"));
    match reserved {
        Some(_) => Err(format!(
            "invalid `_meta` key `{key}`: its domain is reserved for the protocol, so use your own, as in `\"com.example/kind\"`"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meta_keys_follow_the_specification() {
        for (key, is_fine) in [
            ("kind", true),
            ("com.example/kind", true),
            ("com.example/", true),
            ("a_b-c.d", true),
            ("", false),
            ("two words", false),
            ("-a", false),
            ("1com.example/a", false),
            ("com..example/a", false),
            ("io.modelcontextprotocol/a", false),
            ("dev.mcp/a", false),
            ("com.example.mcp/a", true),
        ] {
            assert_eq!(check_key(key).is_ok(), is_fine, "{key}");
        }
    }
}
