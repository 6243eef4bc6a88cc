//! URI templates (RFC 6570): parsed once, matched against the URIs that clients read.

use std::fmt;

use percent_encoding::percent_decode_str;

/// A parsed template.
///
/// Matching knows level 1 (`{id}`: one segment), reserved expansion (`{+path}`: anything, slashes
/// included), an exploded last segment (`{path*}`: one or more segments) and form queries
/// (`{?page,size}`: optional, in any order). What else RFC 6570 has can be expanded, but not
/// matched without guessing, and is refused when the template is parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UriTemplate {
    parts: Vec<Part>,
    query: Vec<Box<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Box<str>),
    /// One segment: everything up to the next `/`, `?` or `#`.
    Segment(Box<str>),
    /// One or more characters, slashes included.
    Rest(Box<str>),
}

impl Part {
    /// Returns whether a variable of this kind may contain the byte.
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Segment(_) => !matches!(byte, b'/' | b'?' | b'#'),
            Self::Rest(_) => true,
        }
    }
}

/// Why a text is no template that can be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError(String);

impl fmt::Display for TemplateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for TemplateError {}

impl UriTemplate {
    /// Maximum length of a URI, in bytes. It is above the 8000 octets that RFC 9110 (section 4.1)
    /// recommends every recipient to support. It bounds the comparisons and the subscriptions
    /// that a client can cause.
    pub const LONGEST_URI: usize = 8 * 1024;

    /// Parses a template.
    ///
    /// # Errors
    /// When braces do not pair, a variable has no name or is there twice, or the form of an
    /// expression cannot be matched.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut template = Self::default();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            template.literal(&rest[..open]);
            if rest.as_bytes()[open] == b'}' {
                return Err(TemplateError("a `}` has no `{`".to_owned()));
            }
            let close = rest[open..].find('}').ok_or_else(|| TemplateError("a `{` has no `}`".to_owned()))? + open;
            let is_last = rest[close + 1..].is_empty();
            template.expression(&rest[open + 1..close], is_last)?;
            rest = &rest[close + 1..];
        }
        template.literal(rest);
        Ok(template)
    }

    /// The names of the variables, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let in_path = self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Segment(name) | Part::Rest(name) => Some(&**name),
        });
        in_path.chain(self.query.iter().map(|name| &**name))
    }

    /// The variables' values, percent-decoded and in order of appearance, if the URI is of this
    /// template. None that is longer than [`LONGEST_URI`](Self::LONGEST_URI) is.
    pub fn matches<'t>(&'t self, uri: &str) -> Option<Vec<(&'t str, String)>> {
        if uri.len() > Self::LONGEST_URI {
            return None;
        }
        let (path, query) = match (self.query.is_empty(), uri.split_once('?')) {
            (false, Some((path, query))) => (path, query),
            _ => (uri, ""),
        };
        let matched = match_parts(&self.parts, path)?;
        let mut values =
            matched.into_iter().map(|(name, value)| Some((name, decode(value)?))).collect::<Option<Vec<_>>>()?;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if let Some(name) = self.query.iter().find(|known| ***known == *name)
                && !values.iter().any(|(known, _)| *known == &**name)
            {
                values.push((name, decode(value)?));
            }
        }
        Some(values)
    }

    /// Returns whether both templates match the same URIs, because only the names of their
    /// variables differ. One of them could never be reached.
    pub fn is_alike(&self, other: &Self) -> bool {
        let is_alike = |(one, other): (&Part, &Part)| match (one, other) {
            (Part::Segment(_), Part::Segment(_)) | (Part::Rest(_), Part::Rest(_)) => true,
            (one, other) => one == other,
        };
        self.parts.len() == other.parts.len()
            && self.parts.iter().zip(&other.parts).all(is_alike)
            && self.query.is_empty() == other.query.is_empty()
    }

    /// Length of the fixed text, in bytes. Of two templates that match a URI, the one with more
    /// fixed text is used.
    pub fn fixed(&self) -> usize {
        self.parts.iter().map(|part| if let Part::Literal(text) = part { text.len() } else { 0 }).sum()
    }

    fn literal(&mut self, text: &str) {
        if !text.is_empty() {
            self.parts.push(Part::Literal(text.into()));
        }
    }

    fn expression(&mut self, expression: &str, is_last: bool) -> Result<(), TemplateError> {
        if let Some(names) = expression.strip_prefix('?') {
            if !is_last {
                return Err(TemplateError(format!("`{{{expression}}}` must be the end of the template")));
            }
            for name in names.split(',') {
                let name = self.name(name)?;
                self.query.push(name);
            }
            return Ok(());
        }
        let (make, name): (fn(Box<str>) -> Part, &str) = match expression.strip_prefix('+') {
            Some(name) => (Part::Rest, name),
            None => match expression.strip_suffix('*') {
                Some(name) => (Part::Rest, name),
                None => (Part::Segment, expression),
            },
        };
        let name = self.name(name)?;
        if matches!(self.parts.last(), Some(Part::Segment(_) | Part::Rest(_))) {
            return Err(TemplateError(format!("nothing separates `{{{expression}}}` from the variable before it")));
        }
        self.parts.push(make(name));
        Ok(())
    }

    fn name(&self, name: &str) -> Result<Box<str>, TemplateError> {
        let valid =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.');
        if !valid {
            return Err(TemplateError(format!(
                "`{name}` is no variable that can be matched: use `{{name}}`, `{{+name}}`, `{{name*}}` or `{{?name,name}}`"
            )));
        }
        if self.variables().any(|known| known == name) {
            return Err(TemplateError(format!("the variable `{name}` is there twice")));
        }
        Ok(name.into())
    }
}

/// Matches from the left; a variable takes as much as it may, and leaves the rest of the parts what
/// they need.
///
/// Where each part may begin is found out first, from the right, so that no place is looked at
/// twice: a URI that almost matches costs its length times the number of parts, however many places
/// its literals have.
fn match_parts<'t, 'u>(parts: &'t [Part], text: &'u str) -> Option<Vec<(&'t str, &'u str)>> {
    // Most URIs are of another template, which shows at once.
    if let Some(Part::Literal(first)) = parts.first()
        && !text.starts_with(&**first)
    {
        return None;
    }
    let bytes = text.as_bytes();
    // `fits[index][at]`: the parts from `index` on are what the text is from `at` on.
    let mut fits = vec![vec![false; bytes.len() + 1]; parts.len() + 1];
    fits[parts.len()][bytes.len()] = true;
    for (index, part) in parts.iter().enumerate().rev() {
        for at in (0..bytes.len()).rev() {
            fits[index][at] = match part {
                Part::Literal(literal) => {
                    bytes[at..].starts_with(literal.as_bytes()) && fits[index + 1][at + literal.len()]
                }
                Part::Segment(_) | Part::Rest(_) => {
                    part.takes(bytes[at]) && (fits[index + 1][at + 1] || fits[index][at + 1])
                }
            };
        }
    }
    if !fits[0][0] {
        return None;
    }
    let mut values = Vec::new();
    let mut at = 0;
    for (part, fits) in parts.iter().zip(&fits[1..]) {
        match part {
            Part::Literal(literal) => at += literal.len(),
            Part::Segment(name) | Part::Rest(name) => {
                let reach = at + bytes[at..].iter().take_while(|byte| part.takes(**byte)).count();
                let end = (at + 1..=reach).rev().find(|end| fits[*end])?;
                values.push((&**name, text.get(at..end)?));
                at = end;
            }
        }
    }
    Some(values)
}

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(template: &str, uri: &str) -> Option<Vec<(String, String)>> {
        let template = UriTemplate::parse(template).unwrap();
        template.matches(uri).map(|values| values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    #[test]
    fn variables_take_what_their_form_says() {
        for (template, uri, expected) in [
            ("mcp://users/{id}", "mcp://users/7", Some(vec![("id", "7")])),
            ("mcp://users/{id}", "mcp://users/7/x", None),
            ("mcp://users/{id}", "mcp://users/", None),
            ("mcp://users/{id}", "other://users/7", None),
            ("mcp://users/{id}", "mcp://users/a%2Fb%20c", Some(vec![("id", "a/b c")])),
            ("mcp://users/{id}", "mcp://users/%ff", None),
            ("mcp://{a}/x/{b}", "mcp://1/x/2", Some(vec![("a", "1"), ("b", "2")])),
            ("file:///{+path}", "file:///a/b/c", Some(vec![("path", "a/b/c")])),
            ("file:///{path*}.txt", "file:///a/b.txt", Some(vec![("path", "a/b")])),
            ("file:///{name}.{extension}", "file:///a.b.c", Some(vec![("name", "a.b"), ("extension", "c")])),
            ("mcp://list{?page,size}", "mcp://list", Some(vec![])),
            ("mcp://list{?page,size}", "mcp://list?size=2&page=1&x=3", Some(vec![("size", "2"), ("page", "1")])),
            ("mcp://list{?page}", "mcp://list?page=1&page=2", Some(vec![("page", "1")])),
        ] {
            let expected = expected.map(|pairs| pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect());
            assert_eq!(values(template, uri), expected, "{template} {uri}");
        }
    }

    #[test]
    fn what_cannot_be_matched_is_refused() {
        for template in ["a{b", "a}b", "{}", "{a}{b}", "{a}/{a}", "{/a}", "{#a}", "{a,b}", "{?a}x", "{a:3}"] {
            assert!(UriTemplate::parse(template).is_err(), "{template}");
        }
    }

    #[test]
    fn many_places_for_a_literal_do_not_cost_more_than_their_number() {
        for (template, again, end) in [
            ("a://{+a}/{+b}/y", "x/", ""),
            ("a://{+a}/{+b}/{+c}/y", "/y", "z"),
            ("a://{+path}.txt", ".txt", "z"),
            ("a://{name}.{extension}", ".", "/"),
        ] {
            let uri = format!("a://{}{end}", again.repeat(50_000));
            assert_eq!(match_parts(&UriTemplate::parse(template).unwrap().parts, &uri), None, "{template}");
        }
    }

    #[test]
    fn a_variable_leaves_the_rest_what_it_needs() {
        for (template, uri, expected) in [
            ("a://{+a}/{+b}/y", "a://1/2/y/3/y", Some(vec![("a", "1/2/y"), ("b", "3")])),
            ("a://{+a}/{b}.{c}/z", "a://1/2.3/4.5.6/z", Some(vec![("a", "1/2.3"), ("b", "4.5"), ("c", "6")])),
            ("a://{a}é{b}", "a://üéé", Some(vec![("a", "ü"), ("b", "é")])),
            ("a://{a}-{b}", "a://-", None),
            ("{+a}", "", None),
            ("a:", "a:", Some(vec![])),
        ] {
            let expected = expected.map(|pairs| pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect());
            assert_eq!(values(template, uri), expected, "{template} {uri}");
        }
    }
}
