//! The extension point for kinds of tokens: [`TokenVerifier`], and its type-erased form.

use std::{error::Error, fmt, future::Future, pin::Pin, time::Duration};

use http::{HeaderMap, Method, Uri};

use super::credentials::Credentials;
use crate::{
    auth::{principal::Principal, resource::ResourceId},
    escape::unescaped_chain,
    refusal::{Grounds, RefusalKind},
};

/// Verifies the credentials of requests. Implement it for tokens that are not JWTs, such as API
/// keys or tokens that need introspection (RFC 7662).
///
/// It is called once per request with well-formed credentials, never without credentials. Audience,
/// expiry and scopes of the returned principal are checked afterwards, so a verifier need not check
/// them.
///
/// ```
/// use mcp_server::auth::{Credentials, Principal, TokenError, TokenVerifier, VerifyRequest};
///
/// struct Robots;
///
/// impl TokenVerifier for Robots {
///     async fn verify(
///         &self,
///         credentials: &Credentials<'_>,
///         request: &VerifyRequest<'_>,
///     ) -> Result<Principal, TokenError> {
///         match credentials.expose_token() {
///             // A real verifier compares hashes, in constant time.
///             "r2d2" => Ok(Principal::builder("https://robots.example.com", "r2d2")
///                 .scopes(["mcp:tools"])
///                 .audience([request.resource().as_str()])
///                 .build()),
///             _ => Err(TokenError::invalid("unknown token")),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not verify tokens",
    note = "implement `TokenVerifier` for `{Self}`: one `async fn verify` from credentials to a `Principal`"
)]
pub trait TokenVerifier: Send + Sync + 'static {
    /// Returns the principal that `credentials` identify. Its issuer must be the one for which this
    /// verifier is registered.
    ///
    /// # Errors
    /// [`TokenError::invalid`] for a token that is not valid, or no longer. Return
    /// [`TokenError::unavailable`] if that cannot be determined now, because a client discards its
    /// token after a 401.
    fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> impl Future<Output = Result<Principal, TokenError>> + Send;
}

/// The request that contains the credentials, for schemes that bind a token to its request, such as
/// `DPoP`.
#[derive(Clone, Copy)]
pub struct VerifyRequest<'a> {
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) resource: &'a ResourceId,
}

impl<'a> VerifyRequest<'a> {
    /// Returns the HTTP method.
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// Returns the request target as it was received.
    pub fn uri(&self) -> &'a Uri {
        self.uri
    }

    /// Returns all headers, including `Authorization`.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// Returns the resource identifier of this server, with the audiences that the server accepts.
    pub fn resource(&self) -> &'a ResourceId {
        self.resource
    }
}

impl fmt::Debug for VerifyRequest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The headers contain the token.
        formatter.debug_struct("VerifyRequest").field("method", self.method).finish_non_exhaustive()
    }
}

/// A reason why credentials are rejected.
///
/// The client reads the description, so it is a fixed text: no part of a token can get into it. The
/// source is for the log only.
#[derive(Debug)]
pub struct TokenError {
    kind: TokenErrorKind,
    description: &'static str,
    retry_after: Duration,
    source: Option<Box<dyn Error + Send + Sync>>,
    /// The values that decided it, if the check is one of this crate.
    grounds: Option<Box<Grounds>>,
}

/// The kinds of [`TokenError`], and the status that each is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenErrorKind {
    /// The token is not valid: status 401 with `invalid_token`.
    Invalid,
    /// The token is valid, but its holder is not admitted, whatever the scopes: status 403 without
    /// a challenge.
    Forbidden,
    /// The token cannot be verified now: status 503 with `Retry-After`.
    Unavailable,
    /// The verifier failed: status 500, and the source goes to the log.
    Internal,
}

impl TokenError {
    /// Creates an error for a token that is not valid. The client reads `description`.
    pub fn invalid(description: &'static str) -> Self {
        Self::new(TokenErrorKind::Invalid, description)
    }

    /// Creates an error for a holder that is not admitted. The client reads `description`.
    pub fn forbidden(description: &'static str) -> Self {
        Self::new(TokenErrorKind::Forbidden, description)
    }

    /// Creates an error for a token that cannot be verified now. The response asks the client to
    /// retry after `retry_after`, at least one second.
    pub fn unavailable(retry_after: Duration) -> Self {
        let description = "tokens cannot be verified at the moment";
        Self { retry_after, ..Self::new(TokenErrorKind::Unavailable, description) }
    }

    /// Creates an error for a verifier that failed. The client does not see `source`.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(TokenErrorKind::Internal, "token verification failed").caused_by(source)
    }

    /// Sets the cause, for the log.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> TokenErrorKind {
        self.kind
    }

    /// Returns the text that the client reads.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// Sets the values that decided the error, for the log.
    pub(super) fn because(self, grounds: Grounds) -> Self {
        Self { grounds: Some(Box::new(grounds)), ..self }
    }

    /// Returns the kind of the error and the values that decided it, for the log.
    pub(super) fn grounds(&self) -> Grounds {
        let kind = match self.kind {
            TokenErrorKind::Invalid => RefusalKind::Token,
            TokenErrorKind::Forbidden => RefusalKind::Denied,
            TokenErrorKind::Unavailable => RefusalKind::AuthorizationServer,
            TokenErrorKind::Internal => RefusalKind::Verifier,
        };
        let grounds = match &self.grounds {
            Some(grounds) => (**grounds).clone(),
            None => Grounds::new(kind, self.description),
        };
        match &self.source {
            Some(source) => grounds.reason(unescaped_chain(&**source)),
            None => grounds,
        }
    }

    /// Returns the time after which the client may retry; zero unless the kind is `Unavailable`.
    pub(super) fn retry_after(&self) -> Duration {
        self.retry_after
    }

    fn new(kind: TokenErrorKind, description: &'static str) -> Self {
        Self { kind, description, retry_after: Duration::ZERO, source: None, grounds: None }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.description)
    }
}

impl Error for TokenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

pub(super) type Verification<'a> = Pin<Box<dyn Future<Output = Result<Principal, TokenError>> + Send + 'a>>;

/// A type-erased [`TokenVerifier`].
pub(super) trait ErasedVerifier: Send + Sync {
    /// Returns the result if it can be determined without waiting, which saves the boxed future.
    fn verify_now(&self, _: &Credentials<'_>, _: &VerifyRequest<'_>) -> Option<Result<Principal, TokenError>> {
        None
    }

    /// Returns the result as a boxed future.
    fn verify_boxed<'a>(&'a self, credentials: &'a Credentials<'a>, request: &'a VerifyRequest<'a>)
    -> Verification<'a>;

    /// Returns `true` if this verifier accepts tokens that do not name their issuer.
    fn accepts_opaque_tokens(&self) -> bool {
        true
    }
}

impl<V: TokenVerifier> ErasedVerifier for V {
    fn verify_boxed<'a>(
        &'a self,
        credentials: &'a Credentials<'a>,
        request: &'a VerifyRequest<'a>,
    ) -> Verification<'a> {
        Box::pin(self.verify(credentials, request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_error_has_a_kind_and_a_reachable_source() {
        let error = TokenError::unavailable(Duration::from_secs(3)).caused_by("connection refused");
        assert_eq!((error.kind(), error.retry_after()), (TokenErrorKind::Unavailable, Duration::from_secs(3)));
        assert_eq!(error.source().unwrap().to_string(), "connection refused");
        assert!(!error.to_string().contains("connection"), "{error}");
        assert!(TokenError::invalid("unknown key").source().is_none());
    }
}
