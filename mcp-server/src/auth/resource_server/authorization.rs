//! The description of a protected resource, in the operator's words.

mod build;
#[cfg(feature = "auth")]
mod server;

use std::{fmt, sync::Arc};

use super::{
    error::AuthorizationError,
    policy::{Anonymous, ChallengeScopes, ScopeFailure},
    verifier::{Custom, ErasedVerifier, TokenVerifier},
};
use crate::time::Clock;

/// Protects a server: which resource it is, whose tokens it accepts, and what it publishes about itself (RFC 9728).
///
/// Nothing here does any work or fails; mistakes are reported, all together, when the server is built.
///
/// `.server("https://idp.example.com")`, which verifies the tokens of an authorization server, comes with the feature `auth` (on by default);
/// without it, whoever verifies is named with [`verifier`](Self::verifier).
///
/// ```
/// # use mcp_server::auth::{Authorization, Principal, TokenVerifier, BearerToken, VerifyRequest, TokenError};
/// # struct ApiKeys;
/// # impl TokenVerifier for ApiKeys {
/// #     async fn verify(&self, _: BearerToken<'_>, _: &VerifyRequest<'_>) -> Result<Principal, TokenError> {
/// #         Err(TokenError::Invalid("unknown"))
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
    servers: Vec<ServerDraft>,
    required_scopes: Vec<String>,
    scopes_supported: Option<Vec<String>>,
    implications: Vec<(String, Vec<String>)>,
    anonymous: Anonymous,
    scope_failure: ScopeFailure,
    challenge_scopes: ChallengeScopes,
    published: Published,
    clock: Clock,
}

/// Members of the metadata document that are passed on as they are.
#[derive(Debug, Default)]
struct Published {
    name: Option<String>,
    documentation: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    jwks_uri: Option<String>,
}

/// One issuer and what verifies its tokens.
struct ServerDraft {
    issuer: String,
    verifier: Box<dyn VerifierDraft>,
}

/// A verifier that has been described and not yet checked.
trait VerifierDraft: Send + Sync {
    /// Makes the verifier. It is used only where no mistake was added.
    fn finish(
        self: Box<Self>,
        issuer: &Arc<str>,
        clock: &Clock,
        mistakes: &mut Vec<AuthorizationError>,
    ) -> Box<dyn ErasedVerifier>;
}

impl<V: TokenVerifier> VerifierDraft for Custom<V> {
    fn finish(self: Box<Self>, _: &Arc<str>, _: &Clock, _: &mut Vec<AuthorizationError>) -> Box<dyn ErasedVerifier> {
        self
    }
}

impl Authorization {
    /// Starts with the identifier of this server: the URL under which clients reach its MCP endpoint.
    ///
    /// It is published character by character and must be among the audiences (`aud`) of every token. `https`; `http` is for
    /// localhost only.
    pub fn resource(url: impl Into<String>) -> Self {
        Self {
            resource: url.into(),
            exact_audience: false,
            audiences: Vec::new(),
            shared_audiences: Vec::new(),
            servers: Vec::new(),
            required_scopes: Vec::new(),
            scopes_supported: None,
            implications: Vec::new(),
            anonymous: Anonymous::default(),
            scope_failure: ScopeFailure::default(),
            challenge_scopes: ChallengeScopes::default(),
            published: Published::default(),
            clock: Clock::system(),
        }
    }

    /// Has the tokens of `issuer` verified by code of yours. The issuer is published as an authorization server.
    ///
    /// It gets the tokens that name this issuer, and those that name none. What it returns is checked as any other principal:
    /// issuer, audience, expiry and required scopes.
    pub fn verifier(self, issuer: impl Into<String>, verifier: impl TokenVerifier) -> Self {
        self.add_server(issuer.into(), Box::new(Custom(verifier)))
    }

    /// The scopes that every request needs, one an item. Default: none.
    pub fn required_scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.required_scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// The scopes that are published. Keep it to what a client needs to begin with; more is asked for when it is needed.
    /// Default: the required scopes.
    pub fn scopes_supported<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes_supported.get_or_insert_default().extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Holding `big` is as good as holding each of `small`, over any number of levels.
    pub fn implies<T: Into<String>>(mut self, big: impl Into<String>, small: impl IntoIterator<Item = T>) -> Self {
        self.implications.push((big.into(), small.into_iter().map(Into::into).collect()));
        self
    }

    /// Accepts tokens for this audience too, compared character by character: `api://notes`, a client id, an old URL.
    ///
    /// Audiences that tokens for other servers carry as well are refused at start, such as Keycloak's `account`: accepting one
    /// is to check no audience at all.
    pub fn also_accept(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// [`Self::also_accept`] for an audience that tokens for other servers carry too. Anyone who obtains a token for one of
    /// these servers, the servers themselves included, can then use it here.
    pub fn also_accept_shared(mut self, audience: impl Into<String>) -> Self {
        self.shared_audiences.push(audience.into());
        self
    }

    /// Accepts only the resource as it is written. Default: a final slash, the case of the host and a default port may differ.
    pub fn exact_audience(mut self) -> Self {
        self.exact_audience = true;
        self
    }

    /// What happens to requests without credentials. Default: [`Anonymous::Deny`].
    pub fn anonymous(mut self, anonymous: Anonymous) -> Self {
        self.anonymous = anonymous;
        self
    }

    /// How a caller learns that a scope for one item is missing. Default: [`ScopeFailure::Forbidden403`].
    pub fn scope_failure(mut self, failure: ScopeFailure) -> Self {
        self.scope_failure = failure;
        self
    }

    /// Which scopes an `insufficient_scope` challenge names. Default: [`ChallengeScopes::Required`].
    pub fn challenge_scopes(mut self, scopes: ChallengeScopes) -> Self {
        self.challenge_scopes = scopes;
        self
    }

    /// The name that consent pages may show (`resource_name`).
    pub fn resource_name(mut self, name: impl Into<String>) -> Self {
        self.published.name = Some(name.into());
        self
    }

    /// The URL of documentation for developers (`resource_documentation`).
    pub fn resource_documentation(mut self, url: impl Into<String>) -> Self {
        self.published.documentation = Some(url.into());
        self
    }

    /// The URL of the policy on how clients may use the data (`resource_policy_uri`).
    pub fn resource_policy_uri(mut self, url: impl Into<String>) -> Self {
        self.published.policy_uri = Some(url.into());
        self
    }

    /// The URL of the terms of service (`resource_tos_uri`).
    pub fn resource_tos_uri(mut self, url: impl Into<String>) -> Self {
        self.published.tos_uri = Some(url.into());
        self
    }

    /// The URL of the keys of this server itself, if it signs anything (`jwks_uri`). Not the keys of an authorization server:
    /// these are found by themselves.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.published.jwks_uri = Some(url.into());
        self
    }

    /// What happens to requests without credentials, as configured.
    pub(crate) fn lets_in_anonymous(&self) -> Anonymous {
        self.anonymous
    }

    /// The resource, as the operator wrote it.
    pub(crate) fn resource_url(&self) -> &str {
        &self.resource
    }

    fn add_server(mut self, issuer: String, verifier: Box<dyn VerifierDraft>) -> Self {
        self.servers.push(ServerDraft { issuer, verifier });
        self
    }

    #[cfg(test)]
    pub(crate) fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authorization")
            .field("resource", &self.resource)
            .field("servers", &self.servers.iter().map(|server| &server.issuer).collect::<Vec<_>>())
            .field("required_scopes", &self.required_scopes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
