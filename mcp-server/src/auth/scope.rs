//! Scopes: one validated token, and a set of them kept as its own header text.

use std::fmt;

/// One scope, as an authorization server grants it: `notes:write`.
///
/// A scope is a `scope-token` of [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3): printable ASCII without
/// space, `"` and `\`. Scopes are compared byte by byte; case matters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Box<str>);

impl Scope {
    /// Makes a scope of `text`; `None` where it is no `scope-token`.
    pub fn new(text: &str) -> Option<Self> {
        is_scope_token(text).then(|| Self(text.into()))
    }

    /// The scope as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A set of scopes. Its text is sorted, free of duplicates and separated by single spaces, so equal sets have equal texts.
///
/// ```
/// # use mcp_server::auth::ScopeSet;
/// let granted = ScopeSet::parse("notes:write notes:read");
/// assert!(granted.contains("notes:read") && !granted.contains("notes"));
/// assert_eq!(granted.to_string(), "notes:read notes:write");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScopeSet {
    // One string instead of a tree of strings: a set is made for every request, read a few times and holds a handful of words.
    text: Box<str>,
}

impl ScopeSet {
    /// Reads the `scope` text of a token: words separated by spaces. What is no scope token is left out.
    pub fn parse(text: &str) -> Self {
        Self::collect(text.split(' '))
    }

    /// Whether exactly this scope is in the set. No hierarchy is applied.
    pub fn contains(&self, scope: &str) -> bool {
        !scope.is_empty() && self.iter().any(|held| held == scope)
    }

    /// The scopes of both sets.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        Self::collect(self.iter().chain(other.iter()))
    }

    /// The scopes, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.text.split(' ').filter(|scope| !scope.is_empty())
    }

    /// Whether no scope is in the set.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The scopes separated by spaces, as a challenge and a token carry them.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn collect<'a>(scopes: impl Iterator<Item = &'a str>) -> Self {
        let mut scopes: Vec<&str> = scopes.filter(|scope| is_scope_token(scope)).collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self { text: scopes.join(" ").into() }
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<T: AsRef<str>> FromIterator<T> for ScopeSet {
    /// Every item is one scope. What is no scope token is left out, also where it looks like several scopes.
    fn from_iter<I: IntoIterator<Item = T>>(scopes: I) -> Self {
        let scopes: Vec<T> = scopes.into_iter().collect();
        Self::collect(scopes.iter().map(AsRef::as_ref))
    }
}

/// The character table of RFC 6749 §3.3: `%x21 / %x23-5B / %x5D-7E`.
pub(crate) fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_keeps_only_whole_scope_tokens() {
        for (text, expected) in [
            ("", ""),
            (" ", ""),
            ("a", "a"),
            ("b  a", "a b"),
            ("a a", "a"),
            ("a\tb", ""),
            ("a \"b\" c\\ d", "a d"),
            ("\u{e9} a", "a"),
            ("A a", "A a"),
        ] {
            assert_eq!(ScopeSet::parse(text).as_str(), expected, "{text:?}");
        }
    }

    #[test]
    fn an_item_with_a_space_is_not_two_scopes() {
        assert_eq!(ScopeSet::from_iter(["a b", "c"]).as_str(), "c");
    }

    #[test]
    fn a_scope_is_matched_whole_and_by_case() {
        let set = ScopeSet::parse("mcp:tools notes");
        for (scope, expected) in [
            ("mcp:tools", true),
            ("mcp:toolsX", false),
            ("mcp:tool", false),
            ("MCP:tools", false),
            ("", false),
            ("mcp:tools notes", false),
        ] {
            assert_eq!(set.contains(scope), expected, "{scope:?}");
        }
    }

    #[test]
    fn a_union_is_sorted_and_without_duplicates() {
        assert_eq!(ScopeSet::parse("c a").union(&ScopeSet::parse("b a")).as_str(), "a b c");
        assert_eq!(ScopeSet::default().union(&ScopeSet::default()), ScopeSet::default());
    }

    #[test]
    fn a_scope_follows_the_grammar() {
        assert_eq!(Scope::new("notes:write").unwrap().as_str(), "notes:write");
        for text in ["", "a b", "a\"", "a\\", "a\n", "\u{7f}"] {
            assert_eq!(Scope::new(text), None, "{text:?}");
        }
    }
}
