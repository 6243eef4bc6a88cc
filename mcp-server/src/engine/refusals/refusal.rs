//! `Refusal`: a rejection as the hook of the application sees it.

use std::fmt;

use crate::{
    auth::Principal,
    protocol::ErrorCode,
    refusal::{Grounds, RefusalKind},
};

/// A rejection: a request that is answered instead of served.
/// [`McpOptions::on_refusal`](crate::McpOptions::on_refusal) receives every one.
///
/// Texts are safe to print: each is one line without control characters, cut to 200 characters
/// (the message to 500). They contain no tokens, cookies or keys. `Display` shows all values in
/// one line, and the principal by issuer and subject.
#[derive(Clone, Copy)]
pub struct Refusal<'a> {
    pub(super) grounds: &'a Grounds,
    pub(super) status: Option<u16>,
    pub(super) principal: Option<&'a Principal>,
}

impl<'a> Refusal<'a> {
    /// Returns the check that rejected the request.
    pub fn kind(&self) -> RefusalKind {
        self.grounds.kind
    }

    /// Returns the HTTP status, which is 200 for errors that HTTP does not know of. Returns `None`
    /// on stdio, in a batch, and for a call whose response is a stream that had begun.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns the code of the JSON-RPC error; `None` if the client receives none, as for a tool
    /// result with `isError`.
    pub fn code(&self) -> Option<ErrorCode> {
        self.grounds.code
    }

    /// Returns the error that the client receives.
    pub fn message(&self) -> &'a str {
        &self.grounds.message
    }

    /// Returns the values that would have been accepted, such as the allowed hosts, the trusted
    /// issuers or the required scopes.
    pub fn expected(&self) -> Option<&'a str> {
        self.grounds.expected.as_deref()
    }

    /// Returns the value that was rejected, such as the host, the issuer or the granted scopes.
    pub fn seen(&self) -> Option<&'a str> {
        self.grounds.seen.as_deref()
    }

    /// Returns a reason that the client does not receive, such as the error of a token verifier.
    pub fn reason(&self) -> Option<&'a str> {
        self.grounds.reason.as_deref()
    }

    /// Returns the verified identity of the caller; `None` if the request was rejected before it
    /// was known, and for anonymous callers.
    pub fn principal(&self) -> Option<&'a Principal> {
        self.principal
    }

    /// Returns the method of the message; `None` if the request was rejected before it was known.
    pub fn method(&self) -> Option<&'a str> {
        self.grounds.method.as_deref()
    }

    /// Returns the name of the tool or prompt, or the URI of the resource. For an unknown item, it
    /// is the name that the client sent.
    pub fn item(&self) -> Option<&'a str> {
        self.grounds.item.as_deref()
    }

    /// Returns the path of the first argument that was rejected, such as `rows[3].name`.
    pub fn argument(&self) -> Option<&'a str> {
        self.grounds.argument.as_deref()
    }
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kind(), self.message())?;
        let numbers = [("status", self.status.map(i32::from)), ("code", self.code().map(|code| code.0))];
        for (name, number) in numbers {
            if let Some(number) = number {
                write!(formatter, " {name}={number}")?;
            }
        }
        let texts = [
            ("expected", self.expected()),
            ("seen", self.seen()),
            ("reason", self.reason()),
            ("issuer", self.principal.map(Principal::issuer)),
            ("subject", self.principal.map(Principal::subject)),
            ("method", self.method()),
            ("item", self.item()),
            ("argument", self.argument()),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                write!(formatter, " {name}={text:?}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Refusal<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Refusal")
            .field("grounds", self.grounds)
            .field("status", &self.status)
            .field("principal", &self.principal)
            .finish()
    }
}
