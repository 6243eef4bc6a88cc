//! Authentication and authorization: the callers of requests, and the items that they may use.
//!
//! Configure a protected server with [`Authorization`]. An authenticated caller is a [`Principal`],
//! and the requirements of an item are its [`Access`]. With the cargo feature `auth` (on by
//! default) the JWTs of an authorization server are verified with discovered keys. For other
//! tokens, implement [`TokenVerifier`].

#[cfg(feature = "auth")]
mod discovery;
#[cfg(feature = "auth")]
mod fetch;
mod json;
#[cfg(feature = "auth")]
mod jwk;
mod metadata;
mod principal;
mod resource;
mod resource_server;
mod scope;
mod secure_url;

pub use principal::{Principal, PrincipalBinding, PrincipalBuilder};
pub use resource::ResourceId;
pub use resource_server::{
    Access, Anonymous, AuthScheme, Authorization, AuthorizationError, AuthorizationErrorKind, ChallengeScopes,
    Credentials, Decision, Listing, ScopeFailure, TokenError, TokenErrorKind, TokenVerifier, VerifyRequest, decide,
    listed,
};
#[cfg(feature = "auth")]
pub use resource_server::{JwtOptions, TokenType};
pub use scope::{Scope, ScopeHierarchy, ScopeSet};
pub use secure_url::UrlError;

pub(crate) use resource_server::{AuthRejection, Authenticator};
