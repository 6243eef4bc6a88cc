//! This server as an OAuth 2.1 protected resource: authenticates requests and decides on access.

mod access;
mod authenticator;
mod authorization;
mod challenge;
mod credentials;
mod error;
#[cfg(feature = "auth")]
mod jwt;
mod verifier;

pub use access::{Access, Decision, Listing, decide, listed};
pub use authorization::Authorization;
pub use challenge::{Anonymous, ChallengeScopes, ScopeFailure};
pub use credentials::{AuthScheme, Credentials};
pub use error::{AuthorizationError, AuthorizationErrorKind};
#[cfg(feature = "auth")]
pub use jwt::{JwtOptions, TokenType};
pub use verifier::{TokenError, TokenErrorKind, TokenVerifier, VerifyRequest};

pub(crate) use authenticator::Authenticator;
pub(crate) use challenge::AuthRejection;
