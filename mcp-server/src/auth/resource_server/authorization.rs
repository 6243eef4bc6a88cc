//! The configuration of a protected resource by its operator.

mod build;

use std::fmt;

#[cfg(feature = "auth")]
use super::jwt::JwtOptions;
use super::{
    challenge::{Anonymous, ChallengeScopes, ScopeFailure},
    verifier::{ErasedVerifier, TokenVerifier},
};
use crate::auth::metadata::MetadataMembers;

/// Configuration of a protected server: its identifier, the accepted tokens, the published metadata
/// (RFC 9728).
///
/// No method fails or does any work. All errors are reported together when the server is built.
///
/// `server`, which verifies the JWTs of an authorization server, requires the feature `auth` (on by
/// default). Without it, set a verifier with [`verifier`](Self::verifier).
///
/// ```
/// # use mcp_server::auth::{Authorization, Credentials, Principal, TokenError, TokenVerifier, VerifyRequest};
/// # struct ApiKeys;
/// # impl TokenVerifier for ApiKeys {
/// #     async fn verify(&self, _: &Credentials<'_>, _: &VerifyRequest<'_>) -> Result<Principal, TokenError> {
/// #         Err(TokenError::invalid("unknown key"))
/// #     }
/// # }
/// Authorization::resource("https://mcp.example.com/mcp")
///     .verifier("https://keys.example.com", ApiKeys)
///     .required_scopes(["mcp:tools"])
///     .implies("mcp:admin", ["mcp:tools"])
///     .resource_name("Notes")
/// # ;
/// ```
#[must_use]
pub struct Authorization {
    resource: String,
    exact_audience: bool,
    audiences: Vec<String>,
    shared_audiences: Vec<String>,
    issuers: Vec<(String, VerifierConfig)>,
    required_scopes: Vec<String>,
    scopes_supported: Option<Vec<String>>,
    implications: Vec<(String, Vec<String>)>,
    anonymous: Anonymous,
    scope_failure: ScopeFailure,
    challenge_scopes: ChallengeScopes,
    ends_calls_at_expiry: bool,
    /// The members of the metadata document that are published unchanged; the others are empty.
    published: MetadataMembers,
}

/// The verifier of an issuer, as configured.
enum VerifierConfig {
    Custom(Box<dyn ErasedVerifier>),
    #[cfg(feature = "auth")]
    Jwt(Box<JwtOptions>),
}

impl Authorization {
    /// Starts the configuration with the URL at which clients reach the MCP endpoint of this
    /// server.
    ///
    /// It is published character by character, and must be an audience (`aud`) of every token. It
    /// must be `https`; `http` is accepted for localhost only.
    pub fn resource(url: impl Into<String>) -> Self {
        Self {
            resource: url.into(),
            exact_audience: false,
            audiences: Vec::new(),
            shared_audiences: Vec::new(),
            issuers: Vec::new(),
            required_scopes: Vec::new(),
            scopes_supported: None,
            implications: Vec::new(),
            anonymous: Anonymous::default(),
            scope_failure: ScopeFailure::default(),
            challenge_scopes: ChallengeScopes::default(),
            ends_calls_at_expiry: false,
            published: MetadataMembers::default(),
        }
    }

    /// Accepts the JWTs of the authorization server with this `issuer`. Call it again for each
    /// further authorization server.
    ///
    /// `issuer` is its issuer identifier, exactly as tokens and metadata have it: a trailing slash
    /// makes another issuer. At the first token its metadata is discovered (RFC 8414 and `OpenID`
    /// Connect Discovery) and its keys are loaded. Keys are cached and refreshed.
    ///
    /// ```
    /// # use mcp_server::auth::Authorization;
    /// Authorization::resource("https://mcp.example.com/mcp").server("https://idp.example.com/realms/acme")
    /// # ;
    /// ```
    #[cfg(feature = "auth")]
    pub fn server(self, issuer: impl Into<String>) -> Self {
        self.server_with(issuer, |jwt| jwt)
    }

    /// Accepts the JWTs of an authorization server like [`Self::server`], with options for their
    /// verification.
    ///
    /// ```
    /// # use mcp_server::auth::{Authorization, TokenType};
    /// Authorization::resource("https://mcp.example.com/mcp").server_with("https://idp.example.com/realms/acme", |jwt| {
    ///     jwt.algorithms(["ES256"]).token_type(TokenType::AccessToken).role_claims(["resource_access.mcp.roles"])
    /// })
    /// # ;
    /// ```
    #[cfg(feature = "auth")]
    pub fn server_with(self, issuer: impl Into<String>, options: impl FnOnce(JwtOptions) -> JwtOptions) -> Self {
        self.issuer(issuer.into(), VerifierConfig::Jwt(Box::new(options(JwtOptions::default()))))
    }

    /// Accepts the tokens of `issuer` that `verifier` accepts. Clients see `issuer` as an
    /// authorization server in the published metadata.
    ///
    /// The verifier receives tokens that name this issuer, and tokens that name none. Issuer,
    /// audience, expiry and required scopes of its principals are checked like all others.
    pub fn verifier(self, issuer: impl Into<String>, verifier: impl TokenVerifier) -> Self {
        self.issuer(issuer.into(), VerifierConfig::Custom(Box::new(verifier)))
    }

    /// Adds scopes that every request requires, one per string. Default: none.
    pub fn required_scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.required_scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Adds scopes to the published metadata (`scopes_supported`), one per string. Default: the
    /// required scopes.
    ///
    /// Publish the scopes that a client needs at first. Challenges name others when they are
    /// needed.
    pub fn scopes_supported<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes_supported.get_or_insert_default().extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Lets `scope` imply each of `implied`, over any number of levels. Default: no implications.
    pub fn implies<T: Into<String>>(mut self, scope: impl Into<String>, implied: impl IntoIterator<Item = T>) -> Self {
        self.implications.push((scope.into(), implied.into_iter().map(Into::into).collect()));
        self
    }

    /// Accepts tokens for a further audience, compared character by character, such as
    /// `api://notes`, a client id or an old URL.
    ///
    /// `build()` rejects audiences that tokens for other servers carry as well, such as `account`
    /// of Keycloak: accepting one is the same as not checking the audience.
    pub fn also_accept(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Accepts tokens for an audience that this server shares with other servers. A token that one
    /// of those servers receives is then valid here as well.
    pub fn also_accept_shared(mut self, audience: impl Into<String>) -> Self {
        self.shared_audiences.push(audience.into());
        self
    }

    /// Compares audiences with the resource character by character. By default, a trailing slash,
    /// the case of the host and an explicit default port make no difference.
    pub fn exact_audience(mut self) -> Self {
        self.exact_audience = true;
        self
    }

    /// Sets the treatment of requests without credentials. Default: [`Anonymous::Deny`].
    pub fn anonymous(mut self, anonymous: Anonymous) -> Self {
        self.anonymous = anonymous;
        self
    }

    /// Sets the response to a call whose token lacks a scope of the item. Default:
    /// [`ScopeFailure::Forbidden403`].
    pub fn scope_failure(mut self, failure: ScopeFailure) -> Self {
        self.scope_failure = failure;
        self
    }

    /// Sets the scopes that an `insufficient_scope` challenge names. Default:
    /// [`ChallengeScopes::Required`].
    pub fn challenge_scopes(mut self, scopes: ChallengeScopes) -> Self {
        self.challenge_scopes = scopes;
        self
    }

    /// Ends the stream of a call when its token is no longer accepted: after its expiry and the
    /// leeway for clocks. The call is cancelled, and its last event is an error with code 401. By
    /// default, a call runs until it ends, whatever happens to its token.
    ///
    /// A call that is answered with one JSON body runs until it ends all the same, and so does a
    /// [task](crate::docs::tasks). Set [`Limits::call_timeout`](crate::Limits::call_timeout) to
    /// bound the former.
    pub fn end_calls_at_expiry(mut self) -> Self {
        self.ends_calls_at_expiry = true;
        self
    }

    /// Sets the name that consent pages may show (`resource_name`). Default: none.
    pub fn resource_name(mut self, name: impl Into<String>) -> Self {
        self.published.resource_name = Some(name.into());
        self
    }

    /// Sets the URL of documentation for developers (`resource_documentation`). Default: none.
    pub fn resource_documentation(mut self, url: impl Into<String>) -> Self {
        self.published.resource_documentation = Some(url.into());
        self
    }

    /// Sets the URL of the policy on the use of data by clients (`resource_policy_uri`). Default:
    /// none.
    pub fn resource_policy_uri(mut self, url: impl Into<String>) -> Self {
        self.published.resource_policy_uri = Some(url.into());
        self
    }

    /// Sets the URL of the terms of service (`resource_tos_uri`). Default: none.
    pub fn resource_tos_uri(mut self, url: impl Into<String>) -> Self {
        self.published.resource_tos_uri = Some(url.into());
        self
    }

    /// Sets the URL of the public keys of this server, if it signs responses (`jwks_uri`). Default:
    /// none. The keys of the authorization server are not set here.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.published.jwks_uri = Some(url.into());
        self
    }

    /// Returns the configured treatment of requests without credentials.
    pub(crate) fn anonymous_policy(&self) -> Anonymous {
        self.anonymous
    }

    /// Returns the resource as configured.
    pub(crate) fn resource_url(&self) -> &str {
        &self.resource
    }

    fn issuer(mut self, issuer: String, verifier: VerifierConfig) -> Self {
        self.issuers.push((issuer, verifier));
        self
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authorization")
            .field("resource", &self.resource)
            .field("issuers", &self.issuers.iter().map(|(issuer, _)| issuer).collect::<Vec<_>>())
            .field("required_scopes", &self.required_scopes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
