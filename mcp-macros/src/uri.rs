//! Checks of URIs and URI templates, with the grammar of the runtime.

/// Checks the URI of a resource. The error is the message for the user.
pub(crate) fn check_uri(uri: &str) -> Result<(), String> {
    if uri.contains(['{', '}']) {
        return Err(format!("this URI has braces: for a family of resources write `uri_template = \"{uri}\"`"));
    }
    check_characters(uri)?;
    match uri.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) && !rest.is_empty() => Ok(()),
        _ => Err(format!("this URI has no scheme: write it in full, such as `mcp://{}`", uri.trim_start_matches('/'))),
    }
}

/// Checks a URI template and returns the names of its variables.
pub(crate) fn check_template(template: &str) -> Result<Vec<String>, String> {
    let variables = variables(template)?;
    if variables.is_empty() {
        return Err(format!("this template has no variables: write `uri = \"{template}\"`"));
    }
    check_characters(template)?;
    let literal = template.split('{').next().unwrap_or_default();
    let has_scheme = literal.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme));
    if !literal.is_empty() && !has_scheme {
        return Err(format!(
            "this template has no scheme: write it in full, such as `mcp://{}`",
            template.trim_start_matches('/')
        ));
    }
    Ok(variables)
}

/// Checks that all characters are those of RFC 3986 section 2, or braces.
///
/// Clients compare URIs as strings, and expand templates to percent-encoded URIs.
fn check_characters(uri: &str) -> Result<(), String> {
    let is_fine = |letter: &char| letter.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%{}".contains(*letter);
    match uri.chars().find(|letter| !is_fine(letter)) {
        Some(letter) => Err(format!("a URI cannot have {letter:?} in it: percent-encode it")),
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
            return Err("this template is malformed: a `}` has no `{`".to_owned());
        }
        let Some(length) = rest[open..].find('}') else {
            return Err("this template is malformed: a `{` has no `}`".to_owned());
        };
        let expression = &rest[open + 1..open + length];
        is_after_variable &= open == 0;
        rest = &rest[open + length + 1..];
        if let Some(query) = expression.strip_prefix('?') {
            if !rest.is_empty() {
                return Err(format!("this template is malformed: `{{{expression}}}` must be its end"));
            }
            for name in query.split(',') {
                add(name, &mut names)?;
            }
            continue;
        }
        if is_after_variable {
            return Err(format!(
                "this template is malformed: nothing separates `{{{expression}}}` from the variable before it"
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
            "this template is malformed: `{name}` is no variable that can be matched; use `{{name}}`, `{{+name}}`, `{{name*}}` or \
             `{{?name,name}}`"
        ));
    }
    if names.iter().any(|known| known == name) {
        return Err(format!("this template is malformed: the variable `{name}` is there twice"));
    }
    names.push(name.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_tell_their_variables() {
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
    fn what_cannot_be_matched_is_refused() {
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
    fn uris_are_absolute() {
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
