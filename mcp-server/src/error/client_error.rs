//! `ClientError`: an error with text for the client.

use std::{borrow::Cow, error::Error, fmt};

/// A [`std::error::Error`] with text for the client, for functions that do not return
/// [`CallError`](crate::CallError).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientError(pub(super) Cow<'static, str>);

impl ClientError {
    /// Creates an error with text for the client.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for ClientError {}
