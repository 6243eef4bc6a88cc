//! Suggestions for the value of an argument.

use serde::{Deserialize, Serialize};

/// Suggested values for an argument of a prompt or a variable of a resource template.
///
/// At most [`Self::MAX_VALUES`] values are sent. Specification: `CompleteResult` (2026-07-28,
/// utilities, completion).
///
/// ```
/// use mcp_server::Completion;
///
/// let first_page_of_many = Completion::new(["Rome", "Rotterdam"]).total(12).has_more(true);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Completion {
    /// Suggested values, best first.
    pub values: Vec<String>,
    /// Number of values that match, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<usize>,
    /// `true` if more values match than are sent.
    #[serde(default)]
    pub has_more: bool,
}

impl Completion {
    /// Maximum number of values in a response (2026-07-28, schema `CompleteResult`).
    pub const MAX_VALUES: usize = 100;

    /// Creates a completion from all values that match, best first.
    ///
    /// Keeps the first [`Self::MAX_VALUES`] and sets [`Self::total`] and [`Self::has_more`]
    /// accordingly.
    pub fn new(values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut values: Vec<String> = values.into_iter().map(Into::into).collect();
        let total = values.len();
        values.truncate(Self::MAX_VALUES);
        Self { values, total: Some(total), has_more: total > Self::MAX_VALUES }
    }

    /// Sets the number of values that match, including those that are not sent. Also sets
    /// [`Self::has_more`].
    #[must_use]
    pub fn total(mut self, total: usize) -> Self {
        self.total = Some(total);
        self.has_more = total > self.values.len();
        self
    }

    /// Sets whether more values match than are sent. If their number is known, call
    /// [`total`](Self::total) afterwards.
    #[must_use]
    pub fn has_more(mut self, has_more: bool) -> Self {
        if has_more && self.total == Some(self.values.len()) {
            self.total = None;
        }
        self.has_more = has_more;
        self
    }

    /// Truncates the values to the maximum, for completions whose members were set directly.
    pub(crate) fn truncated(mut self) -> Self {
        if self.values.len() > Self::MAX_VALUES {
            self.values.truncate(Self::MAX_VALUES);
            self.has_more = true;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_keeps_first_hundred_values_and_total() {
        let all = Completion::new((0..250).map(|number| number.to_string()));
        assert_eq!((all.values.len(), all.total, all.has_more), (100, Some(250), true));
        let few = Completion::new(["a", "b"]);
        assert_eq!((few.values.len(), few.total, few.has_more), (2, Some(2), false));
        let unknown = Completion::new(["a", "b"]).has_more(true);
        assert_eq!((unknown.total, unknown.has_more), (None, true));
        assert_eq!(
            Completion::new(["a"]).total(9),
            Completion { values: vec!["a".into()], total: Some(9), has_more: true }
        );
        let by_hand = Completion { values: vec![String::new(); 101], total: None, has_more: false }.truncated();
        assert_eq!((by_hand.values.len(), by_hand.has_more), (100, true));
    }
}
