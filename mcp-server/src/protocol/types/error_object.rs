//! JSON-RPC errors: the codes, and the object that carries one.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The code of a JSON-RPC error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(pub i32);

impl ErrorCode {
    /// The body is not JSON (JSON-RPC 2.0, section 5.1).
    pub const PARSE_ERROR: Self = Self(-32700);
    /// The JSON is not a request (JSON-RPC 2.0, section 5.1).
    pub const INVALID_REQUEST: Self = Self(-32600);
    /// The method does not exist here (JSON-RPC 2.0, section 5.1).
    pub const METHOD_NOT_FOUND: Self = Self(-32601);
    /// The parameters are wrong (JSON-RPC 2.0, section 5.1).
    pub const INVALID_PARAMS: Self = Self(-32602);
    /// Something broke inside the server (JSON-RPC 2.0, section 5.1).
    pub const INTERNAL_ERROR: Self = Self(-32603);
    /// A resource does not exist (up to 2025-11-25; later revisions say [`Self::INVALID_PARAMS`]).
    pub const RESOURCE_NOT_FOUND: Self = Self(-32002);
    /// The user must open a URL first (2025-11-25).
    pub const URL_ELICITATION_REQUIRED: Self = Self(-32042);
    /// Header and body of a request disagree (2026-07-28).
    pub const HEADER_MISMATCH: Self = Self(-32020);
    /// The request needs something that the client did not declare (2026-07-28).
    pub const MISSING_REQUIRED_CLIENT_CAPABILITY: Self = Self(-32021);
    /// The server does not speak the version that was asked for (2026-07-28).
    pub const UNSUPPORTED_PROTOCOL_VERSION: Self = Self(-32022);
    /// The caller is not known. Outside the range that JSON-RPC reserves, as 2026-07-28 asks of new codes.
    pub const UNAUTHORIZED: Self = Self(401);
    /// The caller may not do this.
    pub const FORBIDDEN: Self = Self(403);
    /// The session does not exist or has ended.
    pub const SESSION_NOT_FOUND: Self = Self(404);
    /// The client cancelled the request.
    pub const REQUEST_CANCELLED: Self = Self(499);
    /// The server has no room for this at the moment.
    pub const UNAVAILABLE: Self = Self(503);
}

/// A JSON-RPC error, as the client sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorObject {
    /// What kind of error it is.
    pub code: ErrorCode,
    /// One sentence for a human.
    pub message: Cow<'static, str>,
    /// More of it for a program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl ErrorObject {
    /// An error with this code and text, and no data.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// The same error with data for a program.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    pub(crate) fn parse_error(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::PARSE_ERROR, message)
    }

    pub(crate) fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::INVALID_REQUEST, message)
    }

    pub(crate) fn invalid_params(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::INVALID_PARAMS, message)
    }

    pub(crate) fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::INTERNAL_ERROR, message)
    }

    pub(crate) fn header_mismatch(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::HEADER_MISMATCH, message)
    }

    pub(crate) fn method_not_found(method: &str) -> Self {
        Self::new(ErrorCode::METHOD_NOT_FOUND, format!("Method not found: {}", excerpt(method)))
    }
}

/// Enough of a client's own text to recognise it by: an error repeats names, URIs and the like, and a client may send as much as a body
/// holds.
pub(crate) fn excerpt(text: &str) -> Cow<'_, str> {
    const BYTES: usize = 200;
    if text.len() <= BYTES {
        return text.into();
    }
    format!("{}…", &text[..text.floor_char_boundary(BYTES)]).into()
}
