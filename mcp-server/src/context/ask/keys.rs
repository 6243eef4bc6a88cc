//! Keys of the questions of one call: clients tell questions apart by nothing else.

use std::collections::BTreeSet;

/// The keys that have been given.
#[derive(Debug, Default)]
pub(in crate::context) struct Keys(BTreeSet<String>);

impl Keys {
    /// A key that no question has had: the name that the handler gave, with a number when it gave it before, or else the number of the
    /// question among those of its kind.
    pub(in crate::context) fn next(&mut self, name: Option<&str>, kind: &str) -> String {
        let mut numbered = (1_u32..).map(|number| match name {
            Some(name) if number == 1 => name.to_owned(),
            _ => format!("{}-{number}", name.unwrap_or(kind)),
        });
        let key = numbered.find(|key| !self.0.contains(key)).unwrap_or_default();
        self.0.insert(key.clone());
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_given_twice() {
        let mut keys = Keys::default();
        let mut next = |name| keys.next(name, "roots");
        assert_eq!([next(None), next(None)], ["roots-1", "roots-2"]);
        assert_eq!([next(Some("a-2")), next(Some("a")), next(Some("a"))], ["a-2", "a", "a-3"]);
        assert_eq!([next(Some("roots-3")), next(None)], ["roots-3", "roots-4"]);
    }
}
