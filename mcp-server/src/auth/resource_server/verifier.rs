//! How a token becomes a principal: the trait that users implement, and its form that fits in a list.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use http::{HeaderMap, Method, Uri};

use crate::auth::{principal::Principal, resource::ResourceId};

/// Decides what a bearer token says. Implement it for tokens that are no JWT: introspection, API keys, a table in a database.
///
/// It is called for every request with a well-formed `Authorization: Bearer …` header, never without one. It need not check
/// audience, expiry and scopes: that is done to whatever it returns, so a verifier that forgets them opens nothing.
///
/// ```
/// use mcp_server::auth::{BearerToken, Principal, TokenError, TokenVerifier, VerifyRequest};
///
/// struct Robots;
///
/// impl TokenVerifier for Robots {
///     async fn verify(&self, token: BearerToken<'_>, request: &VerifyRequest<'_>) -> Result<Principal, TokenError> {
///         match token.expose() {
///             // A real verifier compares hashes, in constant time.
///             "r2d2" => Ok(Principal::builder("https://robots.example.com", "r2d2")
///                 .scopes(["mcp:tools"])
///                 .audience([request.resource().as_str()])
///                 .build()),
///             _ => Err(TokenError::Invalid("the token is not known")),
///         }
///     }
/// }
/// ```
pub trait TokenVerifier: Send + Sync + 'static {
    /// Answers who presents `token`. The issuer of the principal must be the one this verifier was registered for.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] for a token that is not (or no longer) good; [`TokenError::Unavailable`] where that cannot be
    /// told at the moment, because a 401 would make the client throw away a good token.
    fn verify(
        &self,
        token: BearerToken<'_>,
        request: &VerifyRequest<'_>,
    ) -> impl Future<Output = Result<Principal, TokenError>> + Send;
}

/// The token of a request. `Debug` does not show it.
#[derive(Clone, Copy)]
pub struct BearerToken<'a>(&'a str);

impl<'a> BearerToken<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The text of the token. Do not log it, keep it or send it to anyone but its issuer.
    pub fn expose(&self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for BearerToken<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BearerToken(..)")
    }
}

/// The request around a token, for schemes that prove more than possession.
#[derive(Clone, Copy)]
pub struct VerifyRequest<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) resource: &'a ResourceId,
}

impl<'a> VerifyRequest<'a> {
    /// The HTTP method.
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The target of the request, as it arrived.
    pub fn uri(&self) -> &'a Uri {
        self.uri
    }

    /// All headers, the `Authorization` header included.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// This server, and which audiences it accepts.
    pub fn resource(&self) -> &'a ResourceId {
        self.resource
    }
}

impl fmt::Debug for VerifyRequest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The headers hold the token.
        formatter.debug_struct("VerifyRequest").field("method", self.method).finish_non_exhaustive()
    }
}

/// Why a token was not accepted. The texts go to the client, so they are fixed: nothing of a token can get into one.
#[derive(Debug)]
#[non_exhaustive]
pub enum TokenError {
    /// The token is not good: 401, `invalid_token`.
    Invalid(&'static str),
    /// The token is good and its holder still not welcome, whatever the scopes: 403 without a challenge.
    Forbidden(&'static str),
    /// The token cannot be checked at the moment: 503 with `Retry-After`.
    Unavailable {
        /// When it may be worth to ask again.
        retry_after: Duration,
    },
    /// Something is broken on this side: 500; the error goes to the log.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for TokenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(text) | Self::Forbidden(text) => formatter.write_str(text),
            Self::Unavailable { .. } => formatter.write_str("the token cannot be checked at the moment"),
            Self::Internal(_) => formatter.write_str("checking the token failed"),
        }
    }
}

impl std::error::Error for TokenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Internal(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}

/// The leeway where nobody has chosen one, in seconds.
pub(crate) const DEFAULT_LEEWAY: u64 = 30;

pub(crate) type Verification<'a> = Pin<Box<dyn Future<Output = Result<Principal, TokenError>> + Send + 'a>>;

/// A verifier in a list of verifiers.
pub(crate) trait ErasedVerifier: Send + Sync {
    /// The answer, if it can be given without waiting. The usual call ends here and costs no boxed future.
    fn verify_at_once(
        &self,
        _token: BearerToken<'_>,
        _request: &VerifyRequest<'_>,
    ) -> Option<Result<Principal, TokenError>> {
        None
    }

    /// The answer, waiting for it where need be.
    fn verify<'a>(&'a self, token: BearerToken<'a>, request: &'a VerifyRequest<'a>) -> Verification<'a>;

    /// Whether a token that does not name its issuer may be meant for this verifier.
    fn takes_opaque_tokens(&self) -> bool;

    /// How many seconds after its end a token is still taken, because clocks differ.
    fn leeway(&self) -> u64 {
        DEFAULT_LEEWAY
    }
}

/// A user's verifier as an [`ErasedVerifier`].
pub(crate) struct Custom<V>(pub(crate) V);

impl<V: TokenVerifier> ErasedVerifier for Custom<V> {
    fn verify<'a>(&'a self, token: BearerToken<'a>, request: &'a VerifyRequest<'a>) -> Verification<'a> {
        Box::pin(self.0.verify(token, request))
    }

    fn takes_opaque_tokens(&self) -> bool {
        true
    }
}
