//! Checks of URIs and URI templates, with the grammar of the runtime.

/// Checks the URI of a resource. The error is the message for the user.
pub(crate) fn check_uri(uri: &str) -> Result<(), String> {
    if uri.contains(['{', '}']) {
        return Err(format!("invalid URI: expected no braces, or `uri_template = \"{uri}\"` for a resource template"));
    }
    check_characters(uri)?;
    match uri.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) && !rest.is_empty() => Ok(()),
        _ => Err(missing_scheme("URI", uri)),
    }
}

/// Checks a URI template and returns the names of its variables.
pub(crate) fn check_template(template: &str) -> Result<Vec<String>, String> {
    let variables = variables(template)?;
    if variables.is_empty() {
        return Err(format!(
            "missing variable in the URI template: expected `{{name}}`, or `uri = \"{template}\"` for a fixed URI"
        ));
    }
    check_characters(template)?;
    let literal = template.split('{').next().unwrap_or_default();
    let has_scheme = literal.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme));
    if !literal.is_empty() && !has_scheme {
        return Err(missing_scheme("URI template", template));
    }
    Ok(variables)
}

/// Returns the message for a URI or template without a scheme.
fn missing_scheme(what: &str, written: &str) -> String {
    format!("missing scheme in the {what}: expected an absolute URI, as in `mcp://{}`", written.trim_start_matches('/'))
}

/// Checks that all characters are those of RFC 3986 section 2, or braces.
///
/// Clients compare URIs as strings, and expand templates to percent-encoded URIs.
fn check_characters(uri: &str) -> Result<(), String> {
    let is_fine = |letter: &char| letter.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%{}".contains(*letter);
    match uri.chars().find(|letter| !is_fine(letter)) {
        Some(letter) => Err(format!("invalid character `{letter:?}` in the URI: expected it percent-encoded")),
        None => Ok(()),
    }
}

/// Returns `true` for a URI scheme (RFC 3986 section 3.1).
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Parses the grammar of the runtime's `UriTemplate`.
///
/// The expressions are `{name}`, `{+name}`, `{name*}`, and `{?name,name}` at the end.
fn variables(template: &str) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = template;
    let mut is_after_variable = false;
    while let Some(open) = rest.find(['{', '}']) {
        if rest.as_bytes()[open] == b'}' {
            return Err("invalid URI template: expected `{` before `}`".to_owned());
        }
        let Some(length) = rest[open..].find('}') else {
            return Err("invalid URI template: expected `}` after `{`".to_owned());
        };
        let expression = &rest[open + 1..open + length];
        is_after_variable &= open == 0;
        rest = &rest[open + length + 1..];
        if let Some(query) = expression.strip_prefix('?') {
            if !rest.is_empty() {
                return Err(format!("invalid URI template: expected `{{{expression}}}` at its end"));
            }
            for name in query.split(',') {
                add(name, &mut names)?;
            }
            continue;
        }
        if is_after_variable {
            return Err(format!(
                "invalid URI template: expected a separator before `{{{expression}}}`, as in `{{a}}/{{b}}`"
            ));
        }
        add(expression.strip_prefix('+').or(expression.strip_suffix('*')).unwrap_or(expression), &mut names)?;
        is_after_variable = true;
    }
    Ok(names)
}

fn add(name: &str, names: &mut Vec<String>) -> Result<(), String> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')) {
        return Err(format!(
            "invalid variable `{name}` in the URI template: expected `{{name}}`, `{{+name}}`, `{{name*}}` or `{{?name,name}}`"
        ));
    }
    if names.iter().any(|known| known == name) {
        return Err(format!("duplicate variable `{name}` in the URI template: rename one of them"));
    }
    names.push(name.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_returns_its_variables() {
        for (template, expected) in [
            ("mcp://users/{id}", &["id"][..]),
            ("file:///{+path}", &["path"]),
            ("file:///{path*}.txt", &["path"]),
            ("mcp://list{?page,size}", &["page", "size"]),
            ("mcp://{a.b}/x/{c}{?d}", &["a.b", "c", "d"]),
            ("{+uri}", &["uri"]),
        ] {
            assert_eq!(check_template(template).unwrap(), expected, "{template}");
        }
    }

    #[test]
    fn unmatchable_template_is_rejected() {
        for template in [
            "a:{b",
            "a:}b",
            "a:{}",
            "a:{a}{b}",
            "a:{a}/{a}",
            "a:{/a}",
            "a:{#a}",
            "a:{a,b}",
            "a:{?a}x",
            "a:{a:3}",
            "a://b",
            "/{a}",
            "a:{+b*}",
            "a: {b}",
            "a://é/{b}",
        ] {
            assert!(check_template(template).is_err(), "{template}");
        }
    }

    #[test]
    fn relative_uri_is_rejected() {
        for (uri, is_fine) in [
            ("mcp://hello", true),
            ("urn:isbn:1", true),
            ("hello", false),
            ("/hello", false),
            ("mcp:", false),
            ("1mcp://x", false),
            ("mcp://a b", false),
            ("mcp://café", false),
            ("mcp://a\\b", false),
            ("mcp://{id}", false),
        ] {
            assert_eq!(check_uri(uri).is_ok(), is_fine, "{uri}");
        }
    }
}
