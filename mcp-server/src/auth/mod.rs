//! Who calls, and what they may do: this server as an OAuth 2.1 protected resource.
//!
//! Describe the resource with [`Authorization`]; a verified caller is a [`Principal`]; what a tool asks of its callers is an
//! [`Access`]. With the cargo feature `auth` (on by default) tokens of an authorization server are verified as JWTs, with keys
//! found by discovery; without it, and for other tokens, there is [`TokenVerifier`].

#[cfg(feature = "auth")]
mod discovery;
#[cfg(feature = "auth")]
mod fetch;
mod hierarchy;
mod json;
#[cfg(feature = "auth")]
mod jwk;
mod metadata;
mod principal;
mod resource;
mod resource_server;
mod scope;
mod secure_url;

pub use hierarchy::ScopeHierarchy;
pub use principal::{Principal, PrincipalBinding, PrincipalBuilder};
pub use resource::ResourceId;
pub use resource_server::{
    Access, Anonymous, Authorization, AuthorizationError, BearerToken, ChallengeScopes, Decision, Listing,
    ScopeFailure, TokenError, TokenVerifier, VerifyRequest, decide, listed,
};
#[cfg(feature = "auth")]
pub use resource_server::{JwtOptions, TokenType};
pub use scope::{Scope, ScopeSet};
pub use secure_url::UrlError;

pub(crate) use resource_server::{Authenticator, Refusal};
