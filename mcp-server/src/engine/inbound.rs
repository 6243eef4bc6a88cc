//! `Inbound`: a message from a transport, with the claims of its headers and its caller.

use std::{ops::Deref, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use super::stdio_connection::StdioConnection;
use crate::{
    auth::Principal,
    protocol::{ErrorObject, ProtocolVersion, RequestId, envelope::params::Params},
    quota::Accounts,
};

/// A message as a transport received it.
#[derive(Clone)]
pub(crate) struct Inbound {
    pub(crate) body: Bytes,
    /// Headers that handlers may see.
    pub(crate) headers: HeaderMap,
    pub(crate) principal: Option<Principal>,
    /// Accounts that the request is charged to.
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) claims: Claims,
    pub(crate) accepts: Accepts,
    /// The stdio connection that carried the message, or `None` over HTTP.
    pub(crate) stdio: Option<Arc<StdioConnection>>,
}

/// Values of the headers that describe a message. All `None` on a transport without headers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims {
    pub(crate) version: Option<Claim>,
    pub(crate) method: Option<Claim>,
    /// The decoded value of `Mcp-Name`.
    pub(crate) name: Option<Claim>,
    pub(crate) session: Option<Claim>,
    /// Looks up the header that mirrors an argument, by the name that the tool's schema declares.
    pub(crate) argument: Option<fn(&HeaderMap, &str) -> ArgumentClaim>,
    /// The first of these headers that is invalid. Its claim is `None`, which must not be mistaken
    /// for an absent header: the message is rejected, under its id if it has one.
    pub(crate) invalid: Option<InvalidHeader>,
}

/// A header that cannot be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InvalidHeader {
    pub(crate) header: &'static str,
    pub(crate) reason: &'static str,
}

impl InvalidHeader {
    /// Returns the error for the message that carries the header.
    pub(crate) fn error(self) -> ErrorObject {
        ErrorObject::header_mismatch(format!("invalid header {}: {}", self.header, self.reason))
    }
}

/// The decoded text of the header that mirrors an argument, `None` if the header is absent, or the
/// reason why it is invalid.
pub(crate) type ArgumentClaim = Result<Option<Claim>, &'static str>;

/// The value of one header.
#[derive(Clone, Debug)]
pub(crate) enum Claim {
    /// The value as it was sent, shared instead of copied.
    Plain(HeaderValue),
    /// Copies of one text, joined with commas. The first one has `copy` bytes.
    Joined { value: HeaderValue, copy: usize },
    /// A value that needed decoding.
    Decoded(Box<str>),
}

impl Claim {
    /// Returns `true` if the header has this meaning. A value such as `a,a` may be one text with a
    /// comma, or two copies of a text that a proxy joined.
    pub(crate) fn is(&self, meaning: impl Fn(&str) -> bool) -> bool {
        meaning(self) || matches!(self, Self::Joined { value, .. } if meaning(text(value)))
    }
}

impl Deref for Claim {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Plain(value) => text(value),
            Self::Joined { value, copy } => text(value).get(..*copy).unwrap_or_default(),
            Self::Decoded(text) => text,
        }
    }
}

/// Returns the text of a value. The transport makes claims of visible ASCII only.
fn text(value: &HeaderValue) -> &str {
    str::from_utf8(value.as_bytes().trim_ascii()).unwrap_or_default()
}

/// Forms of a response that the client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepts {
    pub(crate) json: bool,
    pub(crate) stream: bool,
}

impl Accepts {
    /// Both forms.
    pub(crate) const ALL: Self = Self { json: true, stream: true };
}

/// A JSON-RPC request, in the revision in which it is served.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) id: &'a RequestId,
    /// The method as the client sent it.
    pub(super) method: &'a str,
    pub(super) version: ProtocolVersion,
    pub(super) params: &'a Params<'a>,
    /// The message that `params` borrows from.
    pub(super) body: &'a Bytes,
}
