//! URI templates (RFC 6570): parsed once, matched against the URIs that clients read.

use std::{borrow::Cow, fmt, mem, ops::Range};

use percent_encoding::percent_decode_str;

use super::normal_uri::{Case, REST, SEGMENT, default_port, normalize, scheme_end};

/// A parsed URI template (RFC 6570), such as `notes://{id}`.
///
/// | expression | matches |
/// |---|---|
/// | `{id}` | one segment: one or more characters except `/`, `?` and `#` |
/// | `{+path}`, `{path*}` | one or more characters, slashes included |
/// | `{?page,size}` | optional query parameters in any order, at the end of the template |
///
/// The other expressions of RFC 6570 cannot be matched unambiguously, and [`parse`](Self::parse)
/// rejects them.
///
/// Equal URIs (RFC 3986, sections 6.2.2 and 6.2.3) match alike: `HTTP://Example.com/a/../%62`
/// matches `http://example.com/{id}`. Templates are compared in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UriTemplate {
    parts: Vec<Part>,
    query: Vec<Box<str>>,
    /// The port contains a variable, which must match the default port, too.
    has_variable_port: bool,
}

/// A URI in normal form, except for the case of its host, which variables keep.
pub(super) struct MatchedUri<'u> {
    text: Cow<'u, str>,
    host: Range<usize>,
}

impl<'u> MatchedUri<'u> {
    /// Returns `None` for URIs that are too long to match.
    pub(super) fn new(uri: &'u str) -> Option<Self> {
        if uri.len() > UriTemplate::MAX_URI_BYTES {
            return None;
        }
        let (text, host) = normalize(uri, Case::Kept);
        Some(Self { text, host })
    }

    /// Returns the URI with the default port of its scheme, which the normal form leaves out
    /// (RFC 3986, section 6.2.3). Returns `None` for a URI with a port.
    fn with_default_port(&self) -> Option<MatchedUri<'_>> {
        let (before, after) = self.text.split_at_checked(self.host.end)?;
        let port = default_port(&before[..scheme_end(before)?]).filter(|_| !self.host.is_empty())?;
        let has_port = after.starts_with(':');
        (!has_port).then(|| MatchedUri { text: format!("{before}:{port}{after}").into(), host: self.host.clone() })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Box<str>),
    /// One segment: one or more characters up to the next `/`, `?` or `#`.
    Segment(Box<str>),
    /// One or more characters, slashes included.
    Rest(Box<str>),
}

impl Part {
    /// Returns `true` if a variable of this kind may contain the byte.
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Segment(_) => !matches!(byte, b'/' | b'?' | b'#'),
            Self::Rest(_) => true,
        }
    }
}

/// Error of [`UriTemplate::parse`]: the text is not a URI template, or uses an expression that
/// cannot be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError(String);

impl fmt::Display for TemplateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for TemplateError {}

impl UriTemplate {
    /// Maximum length of a URI in bytes, above the 8000 octets that RFC 9110 (section 4.1)
    /// recommends to support. The maximum bounds the cost of matching and the memory of
    /// subscriptions.
    pub const MAX_URI_BYTES: usize = 8 * 1024;

    /// Parses a template of the supported [expressions](Self).
    ///
    /// # Errors
    /// Fails for unbalanced braces, for an invalid or duplicate variable, for expressions that
    /// cannot be matched, and for dot segments that would remove a variable.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut template = Self::default();
        let mut rest = text;
        if text.bytes().any(|byte| byte == SEGMENT || byte == REST) {
            return Err(TemplateError("invalid control character: percent-encode it".to_owned()));
        }
        while let Some(open) = rest.find(['{', '}']) {
            template.literal(&rest[..open]);
            if rest.as_bytes()[open] == b'}' {
                return Err(TemplateError("expected `{` before `}`".to_owned()));
            }
            let close =
                rest[open..].find('}').ok_or_else(|| TemplateError("expected `}` after `{`".to_owned()))? + open;
            let is_last = rest[close + 1..].is_empty();
            template.expression(&rest[open + 1..close], is_last)?;
            rest = &rest[close + 1..];
        }
        template.literal(rest);
        template.normalize()
    }

    /// Brings the literals into normal form, with a placeholder for each variable.
    fn normalize(mut self) -> Result<Self, TemplateError> {
        let mut text = String::new();
        let mut variables = Vec::new();
        for part in mem::take(&mut self.parts) {
            match part {
                Part::Literal(literal) => text.push_str(&literal),
                Part::Segment(_) | Part::Rest(_) => {
                    text.push(char::from(if matches!(part, Part::Rest(_)) { REST } else { SEGMENT }));
                    variables.push(part);
                }
            }
        }
        let (text, _) = normalize(&text, Case::Folded);
        self.has_variable_port = port(&text).contains(is_placeholder);
        let mut literals = text.split(is_placeholder);
        if text.matches(is_placeholder).count() != variables.len() {
            return Err(TemplateError("invalid segment `..`: it removes a variable, so no URI can match".to_owned()));
        }
        self.literal(literals.next().unwrap_or_default());
        for (variable, literal) in variables.into_iter().zip(literals) {
            self.parts.push(variable);
            self.literal(literal);
        }
        Ok(self)
    }

    /// Returns the names of the variables, in order of appearance.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let in_path = self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Segment(name) | Part::Rest(name) => Some(&**name),
        });
        in_path.chain(self.query.iter().map(|name| &**name))
    }

    /// Returns the names and percent-decoded values of the variables, or `None` if the URI does not
    /// match. The result lacks query parameters that the URI leaves out. URIs longer than
    /// [`MAX_URI_BYTES`](Self::MAX_URI_BYTES) do not match.
    pub fn matches<'t>(&'t self, uri: &str) -> Option<Vec<(&'t str, String)>> {
        self.matches_uri(&MatchedUri::new(uri)?)
    }

    pub(super) fn matches_uri<'t>(&'t self, uri: &MatchedUri<'_>) -> Option<Vec<(&'t str, String)>> {
        let with_port = self.has_variable_port.then(|| uri.with_default_port()).flatten();
        self.matches_text(with_port.as_ref().unwrap_or(uri))
    }

    fn matches_text<'t>(&'t self, MatchedUri { text, host }: &MatchedUri<'_>) -> Option<Vec<(&'t str, String)>> {
        let (path, query) = match text.find(['?', '#']) {
            Some(end) if !self.query.is_empty() && text[end..].starts_with('?') => (&text[..end], &text[end + 1..]),
            _ => (&**text, ""),
        };
        // A query ends at `#` (RFC 3986, section 3.4), and resources have no fragments.
        if query.contains('#') {
            return None;
        }
        let matched = match_parts(&self.parts, path, host)?;
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

    /// Returns `true` if each template matches every URI that the other one matches. Detects only
    /// templates with the same literals: names of variables and of query parameters do not matter.
    pub fn matches_same_uris(&self, other: &Self) -> bool {
        self.covers(other) && other.covers(self)
    }

    /// Returns `true` if this template matches every URI that the other one matches. Detects only
    /// templates with the same literals.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let is_covered = |(one, other): (&Part, &Part)| match (one, other) {
            (Part::Segment(_), Part::Segment(_)) | (Part::Rest(_), Part::Segment(_) | Part::Rest(_)) => true,
            (one, other) => one == other,
        };
        let takes_query = !self.query.is_empty() || matches!(self.parts.last(), Some(Part::Rest(_)));
        self.parts.len() == other.parts.len()
            && self.parts.iter().zip(&other.parts).all(is_covered)
            && (takes_query || other.query.is_empty())
    }

    /// Returns the length of the fixed text in bytes. If two templates match a URI, the one with
    /// more fixed text serves it.
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
                return Err(TemplateError(format!("expected `{{{expression}}}` at the end")));
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
            return Err(TemplateError(format!("expected a separator before `{{{expression}}}`, as in `{{a}}/{{b}}`")));
        }
        self.parts.push(make(name));
        Ok(())
    }

    fn name(&self, name: &str) -> Result<Box<str>, TemplateError> {
        let valid =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.');
        if !valid {
            return Err(TemplateError(format!(
                "invalid variable `{name}`: expected `{{name}}`, `{{+name}}`, `{{name*}}` or `{{?name,name}}`"
            )));
        }
        if self.variables().any(|known| known == name) {
            return Err(TemplateError(format!("duplicate variable `{name}`: rename one of them")));
        }
        Ok(name.into())
    }
}

/// Returns `true` for the placeholder of a variable.
fn is_placeholder(letter: char) -> bool {
    letter == char::from(SEGMENT) || letter == char::from(REST)
}

/// Returns the port of a template in normal form, with placeholders for variables.
fn port(text: &str) -> &str {
    let Some(rest) = scheme_end(text).and_then(|colon| text[colon + 1..].strip_prefix("//")) else { return "" };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // The last colon may also be in the user information, or in an IPv6 address.
    authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.contains(['@', ']'])).unwrap_or_default()
}

/// Matches the whole text, in which the case of the host is not significant. Each variable takes as
/// much as possible, from left to right.
///
/// A table of the positions at which each part can begin is computed first, from right to left. The
/// cost is bounded by the length of the text times the number of parts, without backtracking.
fn match_parts<'t, 'u>(parts: &'t [Part], text: &'u str, host: &Range<usize>) -> Option<Vec<(&'t str, &'u str)>> {
    let is_at = |literal: &str, at: usize| {
        let is_same = |(index, (one, other)): (usize, (&u8, &u8))| {
            one == other || host.contains(&(at + index)) && one.eq_ignore_ascii_case(other)
        };
        let there = text.as_bytes().get(at..at + literal.len());
        there.is_some_and(|there| literal.as_bytes().iter().zip(there).enumerate().all(is_same))
    };
    // Most URIs belong to another template: reject them before the table is allocated.
    if let Some(Part::Literal(first)) = parts.first()
        && !is_at(first, 0)
    {
        return None;
    }
    let bytes = text.as_bytes();
    // `fits[index][at]`: the parts from `index` on match the text from `at` on.
    let mut fits = vec![vec![false; bytes.len() + 1]; parts.len() + 1];
    fits[parts.len()][bytes.len()] = true;
    for (index, part) in parts.iter().enumerate().rev() {
        for at in (0..bytes.len()).rev() {
            fits[index][at] = match part {
                Part::Literal(literal) => {
                    !is_in_triplet(bytes, at) && is_at(literal, at) && fits[index + 1][at + literal.len()]
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

/// Returns `true` for the digits of `%AF`. A variable that ended before them would have another
/// value.
fn is_in_triplet(bytes: &[u8], at: usize) -> bool {
    let is_percent = |back: usize| at.checked_sub(back).is_some_and(|at| bytes[at] == b'%');
    (is_percent(1) || is_percent(2)) && bytes[at].is_ascii_hexdigit()
}

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests;
