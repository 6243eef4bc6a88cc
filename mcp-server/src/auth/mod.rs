//! Who calls, and what they may do: this server as an OAuth 2.1 protected resource.
//!
//! Describe the resource with [`Authorization`]; a verified caller is a [`Principal`]; what a tool asks of its callers is an
//! [`Access`]. With the cargo feature `auth` (on by default) tokens of an authorization server are verified as JWTs, with keys
//! found by discovery; without it, and for other tokens, there is [`TokenVerifier`].

mod access;
mod authenticator;
mod authorization;
mod challenge;
mod credentials;
mod error;
mod hierarchy;
#[cfg(feature = "auth")]
mod jwt;
mod members;
mod metadata;
mod policy;
mod principal;
mod resource;
mod scope;
mod secure_url;
mod verifier;

pub use access::{Access, Decision, Listing, decide, listed};
pub use authorization::Authorization;
pub use error::AuthorizationError;
pub use hierarchy::ScopeHierarchy;
#[cfg(feature = "auth")]
pub use jwt::{JwtOptions, TokenType};
pub use policy::{Anonymous, ChallengeScopes, ScopeFailure};
pub use principal::{Principal, PrincipalBinding, PrincipalBuilder};
pub use resource::ResourceId;
pub use scope::{Scope, ScopeSet};
pub use secure_url::UrlError;
pub use verifier::{BearerToken, TokenError, TokenVerifier, VerifyRequest};

pub(crate) use authenticator::Authenticator;
pub(crate) use challenge::Refusal;
