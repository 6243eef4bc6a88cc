//! This server as an OAuth 2.1 protected resource: verifies tokens, answers requests without one, decides on access.

mod access;
mod authenticator;
mod authorization;
mod challenge;
mod credentials;
mod error;
#[cfg(feature = "auth")]
mod jwt;
mod policy;
mod verifier;

pub use access::{Access, Decision, Listing, decide, listed};
pub use authorization::Authorization;
pub use error::AuthorizationError;
#[cfg(feature = "auth")]
pub use jwt::{JwtOptions, TokenType};
pub use policy::{Anonymous, ChallengeScopes, ScopeFailure};
pub use verifier::{BearerToken, TokenError, TokenVerifier, VerifyRequest};

pub(crate) use authenticator::Authenticator;
pub(crate) use challenge::Refusal;
