//! `Question`: a question on its way to the client, and the keys by which clients identify
//! questions.

use std::{collections::BTreeSet, time::Duration};

use crate::{error::CallError, protocol::types::input_request::InputRequest};

/// Reason why an answer is invalid, for the client.
pub(crate) type AnswerError = String;

/// A question on its way to the client.
pub(in crate::context) struct Question {
    /// The key that the handler chose.
    pub(in crate::context) key: Option<String>,
    pub(in crate::context) request: InputRequest,
    pub(in crate::context) timeout: Option<Duration>,
    pub(in crate::context) check: AnswerCheck,
}

/// Checks an answer while it can still be rejected, with its question open.
pub(in crate::context) type AnswerCheck = fn(&[u8]) -> Result<(), AnswerError>;

/// The keys of the questions of one call.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeSet<String>);

impl Keys {
    /// Returns `true` if the call has asked nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns a key that no question has had: the name that the handler chose, numbered if it is
    /// repeated, or else the kind of the question with a number.
    pub(super) fn next(&mut self, name: Option<&str>, kind: &str) -> String {
        let mut numbered = (1_u32..).map(|number| match name {
            Some(name) if number == 1 => name.to_owned(),
            _ => format!("{}-{number}", name.unwrap_or(kind)),
        });
        let key = numbered.find(|key| !self.0.contains(key)).unwrap_or_default();
        self.0.insert(key.clone());
        key
    }
}

/// Returns the error of a question whose call has ended.
pub(in crate::context) fn call_ended() -> CallError {
    CallError::client("the call has ended, so the client can no longer be asked")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique() {
        let mut keys = Keys::default();
        let mut next = |name| keys.next(name, "roots");
        assert_eq!([next(None), next(None)], ["roots-1", "roots-2"]);
        assert_eq!([next(Some("a-2")), next(Some("a")), next(Some("a"))], ["a-2", "a", "a-3"]);
        assert_eq!([next(Some("roots-3")), next(None)], ["roots-3", "roots-4"]);
        assert_eq!([next(Some("a-2")), next(Some("roots-1"))], ["a-2-2", "roots-1-2"]);
    }
}
