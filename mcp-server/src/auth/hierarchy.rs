//! Which granted scope also satisfies which needed one.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::ScopeSet;

/// The scopes that imply other scopes, as told by [`Authorization::implies`](super::Authorization::implies). Implication is
/// transitive; without any rule a scope satisfies only itself.
#[derive(Clone, Debug, Default)]
pub struct ScopeHierarchy {
    /// For each small scope every scope above it, closed over all levels when a rule is added, so that a check only looks up.
    above: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
}

impl ScopeHierarchy {
    /// Adds the rule that holding `big` is as good as holding each of `small`.
    #[must_use]
    pub fn implies<T: AsRef<str>>(mut self, big: &str, small: impl IntoIterator<Item = T>) -> Self {
        for scope in small {
            self.add(big, scope.as_ref());
        }
        self
    }

    /// Whether `granted` holds `needed`, or a scope that implies it.
    pub fn satisfies(&self, granted: &ScopeSet, needed: &str) -> bool {
        granted.contains(needed)
            || self.above.get(needed).is_some_and(|above| above.iter().any(|scope| granted.contains(scope)))
    }

    /// Whether `granted` satisfies every one of `needed`.
    pub fn satisfies_all(&self, granted: &ScopeSet, needed: &ScopeSet) -> bool {
        needed.iter().all(|scope| self.satisfies(granted, scope))
    }

    fn add(&mut self, big: &str, small: &str) {
        let mut above = self.above.get(big).cloned().unwrap_or_default();
        above.insert(big.into());
        let mut below: Vec<Box<str>> =
            self.above.iter().filter(|(_, above)| above.contains(small)).map(|(scope, _)| scope.clone()).collect();
        below.push(small.into());
        for scope in below {
            self.above.entry(scope).or_default().extend(above.iter().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reaches_over_levels_in_either_order_of_telling() {
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
    fn a_cycle_makes_its_scopes_equal_and_ends() {
        let hierarchy = ScopeHierarchy::default().implies("a", ["b"]).implies("b", ["a"]);
        assert!(hierarchy.satisfies(&ScopeSet::parse("a"), "b") && hierarchy.satisfies(&ScopeSet::parse("b"), "a"));
    }

    #[test]
    fn all_needed_scopes_must_be_covered() {
        let hierarchy = ScopeHierarchy::default().implies("admin", ["write", "read"]);
        assert!(hierarchy.satisfies_all(&ScopeSet::parse("admin"), &ScopeSet::parse("read write")));
        assert!(!hierarchy.satisfies_all(&ScopeSet::parse("read"), &ScopeSet::parse("read write")));
        assert!(hierarchy.satisfies_all(&ScopeSet::default(), &ScopeSet::default()));
    }
}
