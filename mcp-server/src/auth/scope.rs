//! Scopes: one validated scope, sets of scopes, and the rules by which one scope implies others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// A scope that an authorization server grants, such as `notes:write`.
///
/// A scope is a `scope-token` of
/// [RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3): printable ASCII
/// without space, `"` and `\`. Scopes are compared byte by byte, so case matters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Box<str>);

impl Scope {
    /// Parses `text`. Returns `None` if it is not a `scope-token`.
    pub fn new(text: &str) -> Option<Self> {
        is_scope_token(text).then(|| Self(text.into()))
    }

    /// Returns the scope as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A set of scopes, kept as one text: sorted, without duplicates, separated by single spaces.
///
/// ```
/// # use mcp_server::auth::ScopeSet;
/// let granted = ScopeSet::parse("notes:write notes:read");
/// assert!(granted.contains("notes:read") && !granted.contains("notes"));
/// assert_eq!(granted.to_string(), "notes:read notes:write");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScopeSet {
    // One string instead of a tree of strings: a set is made for every request, read a few times,
    // and holds a handful of scopes.
    text: Box<str>,
}

impl ScopeSet {
    /// Parses the `scope` value of a token: scopes separated by spaces. Invalid scopes are dropped.
    pub fn parse(text: &str) -> Self {
        Self::collect(text.split(' '))
    }

    /// Returns `true` if the set contains exactly `scope`. Scopes that imply it do not count.
    pub fn contains(&self, scope: &str) -> bool {
        !scope.is_empty() && self.iter().any(|held| held == scope)
    }

    /// Returns the scopes of both sets.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        Self::collect(self.iter().chain(other.iter()))
    }

    /// Returns the scopes in sorted order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.text.split(' ').filter(|scope| !scope.is_empty())
    }

    /// Returns `true` if the set contains no scope.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns the scopes separated by spaces, the form of tokens and challenges.
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
    /// Collects one scope per item. Invalid scopes are dropped, also items with spaces.
    fn from_iter<I: IntoIterator<Item = T>>(scopes: I) -> Self {
        let scopes: Vec<T> = scopes.into_iter().collect();
        Self::collect(scopes.iter().map(AsRef::as_ref))
    }
}

/// Returns `true` for a `scope-token` of RFC 6749, section 3.3: `%x21 / %x23-5B / %x5D-7E`.
pub(crate) fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// Rules by which a scope implies other scopes, set with
/// [`Authorization::implies`](super::Authorization::implies).
///
/// Implication is transitive. Without rules a scope satisfies only itself.
#[derive(Clone, Debug, Default)]
pub struct ScopeHierarchy {
    /// Maps a scope to all scopes that imply it. The closure is computed when a rule is added, so
    /// that a check only looks up.
    implied_by: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
}

impl ScopeHierarchy {
    /// Adds a rule: `scope` implies each of `implied`.
    #[must_use]
    pub fn implies<T: AsRef<str>>(mut self, scope: &str, implied: impl IntoIterator<Item = T>) -> Self {
        for implied in implied {
            self.add(scope, implied.as_ref());
        }
        self
    }

    /// Returns `true` if `granted` contains `needed` or a scope that implies it.
    pub fn satisfies(&self, granted: &ScopeSet, needed: &str) -> bool {
        granted.contains(needed)
            || self.implied_by.get(needed).is_some_and(|above| above.iter().any(|scope| granted.contains(scope)))
    }

    /// Returns `true` if `granted` satisfies every scope of `needed`.
    pub fn satisfies_all(&self, granted: &ScopeSet, needed: &ScopeSet) -> bool {
        needed.iter().all(|scope| self.satisfies(granted, scope))
    }

    fn add(&mut self, scope: &str, implied: &str) {
        let mut above = self.implied_by.get(scope).cloned().unwrap_or_default();
        above.insert(scope.into());
        let rules = self.implied_by.iter();
        let mut below: Vec<Box<str>> =
            rules.filter(|(_, above)| above.contains(implied)).map(|(scope, _)| scope.clone()).collect();
        below.push(implied.into());
        for scope in below {
            self.implied_by.entry(scope).or_default().extend(above.iter().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_scopes_are_dropped() {
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
    fn item_with_space_is_dropped() {
        assert_eq!(ScopeSet::from_iter(["a b", "c"]).as_str(), "c");
    }

    #[test]
    fn contains_compares_whole_scopes_with_case() {
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
    fn union_is_sorted_without_duplicates() {
        assert_eq!(ScopeSet::parse("c a").union(&ScopeSet::parse("b a")).as_str(), "a b c");
        assert_eq!(ScopeSet::default().union(&ScopeSet::default()), ScopeSet::default());
    }

    #[test]
    fn scope_follows_the_grammar() {
        assert_eq!(Scope::new("notes:write").unwrap().as_str(), "notes:write");
        for text in ["", "a b", "a\"", "a\\", "a\n", "\u{7f}"] {
            assert_eq!(Scope::new(text), None, "{text:?}");
        }
    }

    #[test]
    fn implication_is_transitive_in_either_order() {
        let down = ScopeHierarchy::default().implies("admin", ["write"]).implies("write", ["read"]);
        let up = ScopeHierarchy::default().implies("write", ["read"]).implies("admin", ["write"]);
        for hierarchy in [down, up] {
            for (granted, needed, expected) in [
                ("admin", "read", true),
                ("admin", "write", true),
                ("write", "read", true),
                ("read", "read", true),
                ("read", "write", false),
                ("write", "admin", false),
                ("adminx", "read", false),
                ("", "read", false),
            ] {
                assert_eq!(hierarchy.satisfies(&ScopeSet::parse(granted), needed), expected, "{granted} {needed}");
            }
        }
    }

    #[test]
    fn cyclic_implication_makes_scopes_equal() {
        let hierarchy = ScopeHierarchy::default().implies("a", ["b"]).implies("b", ["a"]);
        assert!(hierarchy.satisfies(&ScopeSet::parse("a"), "b") && hierarchy.satisfies(&ScopeSet::parse("b"), "a"));
    }

    #[test]
    fn satisfies_all_needs_every_scope() {
        let hierarchy = ScopeHierarchy::default().implies("admin", ["write", "read"]);
        assert!(hierarchy.satisfies_all(&ScopeSet::parse("admin"), &ScopeSet::parse("read write")));
        assert!(!hierarchy.satisfies_all(&ScopeSet::parse("read"), &ScopeSet::parse("read write")));
        assert!(hierarchy.satisfies_all(&ScopeSet::default(), &ScopeSet::default()));
    }
}
