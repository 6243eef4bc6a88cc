//! JSON-RPC errors and their codes.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Code of a JSON-RPC error.
///
/// JSON-RPC reserves the codes from −32768 to −32000. New codes are outside that range, as
/// 2026-07-28 requires. This server uses HTTP status codes; a handler may use any number outside
/// the range, such as `ErrorCode(1234)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(pub i32);

impl ErrorCode {
    /// −32700: the body is not valid JSON (JSON-RPC 2.0, section 5.1).
    pub const PARSE_ERROR: Self = Self(-32700);
    /// −32600: the JSON is not a valid message (JSON-RPC 2.0, section 5.1).
    pub const INVALID_REQUEST: Self = Self(-32600);
    /// −32601: the revision of the client lacks the method (JSON-RPC 2.0, section 5.1).
    pub const METHOD_NOT_FOUND: Self = Self(-32601);
    /// −32602: parameters are invalid, or name an unknown item (JSON-RPC 2.0, section 5.1).
    pub const INVALID_PARAMS: Self = Self(-32602);
    /// −32603: the server failed (JSON-RPC 2.0, section 5.1).
    pub const INTERNAL_ERROR: Self = Self(-32603);
    /// −32002: the resource is unknown (2024-11-05 to 2025-11-25, resources, error handling).
    /// 2026-07-28 uses [`Self::INVALID_PARAMS`].
    pub const RESOURCE_NOT_FOUND: Self = Self(-32002);
    /// −32042: the user must open a URL before the call can succeed (2025-11-25, schema
    /// `URLElicitationRequiredError`).
    pub const URL_ELICITATION_REQUIRED: Self = Self(-32042);
    /// −32020: headers and body of a request differ (2026-07-28, schema `HeaderMismatchError`).
    pub const HEADER_MISMATCH: Self = Self(-32020);
    /// −32021: the request needs a capability that the client did not declare (2026-07-28, schema
    /// `MissingRequiredClientCapabilityError`).
    pub const MISSING_REQUIRED_CLIENT_CAPABILITY: Self = Self(-32021);
    /// −32022: the server does not support the requested revision (2026-07-28, schema
    /// `UnsupportedProtocolVersionError`).
    pub const UNSUPPORTED_PROTOCOL_VERSION: Self = Self(-32022);
    /// 401: the caller is not authenticated (HTTP status; RFC 9110, section 15.5.2).
    pub const UNAUTHORIZED: Self = Self(401);
    /// 403: the caller is not permitted to make the request (HTTP status; RFC 9110, section
    /// 15.5.4).
    pub const FORBIDDEN: Self = Self(403);
    /// −32001: the session is unknown or has ended (2025-11-25, transports, session management).
    /// The specification has no code for it. Clients recognize that of the TypeScript SDK.
    pub const SESSION_NOT_FOUND: Self = Self(-32001);
    /// 499: the client cancelled the request (the status that nginx logs for requests closed by the
    /// client).
    pub const REQUEST_CANCELLED: Self = Self(499);
    /// 503: a limit of the server is reached; a later request can succeed (HTTP status; RFC 9110,
    /// section 15.6.4).
    pub const UNAVAILABLE: Self = Self(503);
}

/// The `error` member of a JSON-RPC response.
///
/// Specification: JSON-RPC 2.0, section 5.1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorObject {
    /// Kind of the error.
    pub code: ErrorCode,
    /// Description in one sentence, for humans.
    pub message: Cow<'static, str>,
    /// Details for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl ErrorObject {
    /// Creates an error without data.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// Sets the details for programs.
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

/// Shortens text of a client to at most 200 bytes, for use in an error message.
pub(crate) fn excerpt(text: &str) -> Cow<'_, str> {
    const BYTES: usize = 200;
    if text.len() <= BYTES {
        return text.into();
    }
    format!("{}…", &text[..text.floor_char_boundary(BYTES)]).into()
}
