//! Authorization servers whose tokens are JWTs.

use std::sync::Arc;

use super::{Authorization, VerifierDraft};
use crate::{
    auth::resource_server::{
        error::AuthorizationError,
        jwt::{JwtOptions, JwtVerifier},
        verifier::ErasedVerifier,
    },
    time::Clock,
};

impl Authorization {
    /// Accepts the JWTs of this authorization server. `issuer` is its issuer identifier, exactly as its tokens and its metadata
    /// have it: a slash more or less is another issuer.
    ///
    /// Its metadata is discovered at the first token (RFC 8414 and `OpenID` Connect Discovery, in all forms in use), its keys
    /// are loaded, kept and renewed. Call it again for each further server.
    ///
    /// ```
    /// # use mcp_server::auth::Authorization;
    /// Authorization::resource("https://mcp.example.com/mcp").server("https://idp.example.com/realms/acme")
    /// # ;
    /// ```
    pub fn server(self, issuer: impl Into<String>) -> Self {
        self.server_with(issuer, |jwt| jwt)
    }

    /// [`Self::server`], with a say in how its tokens are read.
    ///
    /// ```
    /// # use mcp_server::auth::{Authorization, TokenType};
    /// Authorization::resource("https://mcp.example.com/mcp").server_with("https://idp.example.com/realms/acme", |jwt| {
    ///     jwt.algorithms(["ES256"]).token_type(TokenType::AccessToken).role_claims(["resource_access.mcp.roles"])
    /// })
    /// # ;
    /// ```
    pub fn server_with(self, issuer: impl Into<String>, options: impl FnOnce(JwtOptions) -> JwtOptions) -> Self {
        self.add_server(issuer.into(), Box::new(options(JwtOptions::default())))
    }
}

impl VerifierDraft for JwtOptions {
    fn finish(
        self: Box<Self>,
        issuer: &Arc<str>,
        clock: &Clock,
        mistakes: &mut Vec<AuthorizationError>,
    ) -> Box<dyn ErasedVerifier> {
        Box::new(JwtVerifier::new(self.check(issuer, mistakes), issuer, clock))
    }
}
