//! What completes an argument while it is typed.

use serde::{Deserialize, Serialize};

/// Values that complete an argument (specification: `CompleteResult`). At most 100 of them travel.
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
    /// The values, best first.
    pub values: Vec<String>,
    /// How many there are in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<usize>,
    /// Whether there are more than these.
    #[serde(default)]
    pub has_more: bool,
}

impl Completion {
    /// How many values travel at most (specification: `CompleteResult`).
    pub const MOST: usize = 100;

    /// These values, best first, of which the first 100 travel. The client is told how many there are.
    pub fn new(values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut values: Vec<String> = values.into_iter().map(Into::into).collect();
        let total = values.len();
        values.truncate(Self::MOST);
        Self { values, total: Some(total), has_more: total > Self::MOST }
    }

    /// How many there are in all, when more could be found than were looked up.
    #[must_use]
    pub fn total(mut self, total: usize) -> Self {
        self.total = Some(total);
        self.has_more = total > self.values.len();
        self
    }

    /// Whether there are more than these; their number is not known then, unless [`total`](Self::total) says it afterwards.
    #[must_use]
    pub fn has_more(mut self, has_more: bool) -> Self {
        if has_more && self.total == Some(self.values.len()) {
            self.total = None;
        }
        self.has_more = has_more;
        self
    }

    /// As it may travel, whoever filled in the members.
    pub(crate) fn bounded(mut self) -> Self {
        if self.values.len() > Self::MOST {
            self.values.truncate(Self::MOST);
            self.has_more = true;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_a_hundred_travel_and_the_rest_is_told() {
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
        let by_hand = Completion { values: vec![String::new(); 101], total: None, has_more: false }.bounded();
        assert_eq!((by_hand.values.len(), by_hand.has_more), (100, true));
    }
}
