//! `Grounds`: the kind of a rejection, and the values that decided it.

use std::fmt::Display;

use super::RefusalKind;
use serde_json::Value;

use crate::{
    escape::Escaped,
    protocol::{ErrorCode, ErrorObject},
};

/// Maximum number of characters of the message for the client, which may list several errors.
const MAX_MESSAGE: usize = 500;

/// The kind of a rejection, and the values that decided it. Every value is
/// [escaped](Escaped) when it is added, so no reader can forget to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grounds {
    pub(crate) kind: RefusalKind,
    /// The error that the client receives.
    pub(crate) message: String,
    pub(crate) code: Option<ErrorCode>,
    pub(crate) expected: Option<String>,
    pub(crate) seen: Option<String>,
    /// A reason that the client does not receive.
    pub(crate) reason: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) item: Option<String>,
    pub(crate) argument: Option<String>,
}

macro_rules! values {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub(crate) fn $name(mut self, value: impl Display) -> Self {
                self.$name = Some(Escaped::new(value).to_string());
                self
            }
        )*
    };
}

impl Grounds {
    /// Creates grounds. `message` is the text that the client receives.
    pub(crate) fn new(kind: RefusalKind, message: impl Display) -> Self {
        Self {
            kind,
            message: Escaped::up_to(message, MAX_MESSAGE).to_string(),
            code: None,
            expected: None,
            seen: None,
            reason: None,
            method: None,
            item: None,
            argument: None,
        }
    }

    /// Creates the grounds of an error. Its data may name the version that the client requested,
    /// and those that the server supports.
    pub(crate) fn of_error(kind: RefusalKind, error: &ErrorObject) -> Self {
        let mut grounds = Self::new(kind, &error.message).code(error.code);
        let data = |key: &str| error.data.as_ref().and_then(|data| data.get(key));
        if let Some(requested) = data("requested").and_then(Value::as_str) {
            grounds = grounds.seen(requested);
        }
        if let Some(Value::Array(supported)) = data("supported") {
            let supported: Vec<&str> = supported.iter().filter_map(Value::as_str).collect();
            grounds = grounds.expected(supported.join(", "));
        }
        grounds
    }

    /// Sets the kind.
    #[must_use]
    pub(crate) fn kind(mut self, kind: RefusalKind) -> Self {
        self.kind = kind;
        self
    }

    /// Sets the code of the JSON-RPC error.
    #[must_use]
    pub(crate) fn code(mut self, code: ErrorCode) -> Self {
        self.code = Some(code);
        self
    }

    values! {
        /// Sets the value that would have been accepted.
        expected;
        /// Sets the value that was rejected.
        seen;
        /// Sets a reason that the client does not receive.
        reason;
        /// Sets the method of the message.
        method;
        /// Sets the name or URI of the item.
        item;
        /// Sets the argument that was rejected.
        argument;
    }
}
