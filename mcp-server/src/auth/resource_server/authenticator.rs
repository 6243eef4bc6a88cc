//! Asked by the transport about every request: who is it, or what is it answered with.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, Method, Uri};

use super::{
    challenge::{Challenger, Refusal},
    credentials,
    policy::{Anonymous, ChallengeScopes, ScopeFailure},
    verifier::{BearerToken, ErasedVerifier, TokenError, VerifyRequest},
};
use crate::auth::{
    hierarchy::ScopeHierarchy,
    json::{Members, Text},
    metadata::ResourceMetadata,
    principal::Principal,
    resource::ResourceId,
    scope::ScopeSet,
};
use crate::time::Clock;

/// A checked [`Authorization`](super::Authorization), at work.
pub(crate) struct Authenticator {
    pub(super) resource: ResourceId,
    pub(super) servers: Vec<Server>,
    pub(super) required: ScopeSet,
    pub(super) hierarchy: ScopeHierarchy,
    pub(super) anonymous: Anonymous,
    pub(super) scope_failure: ScopeFailure,
    pub(super) challenge_scopes: ChallengeScopes,
    pub(super) challenger: Challenger,
    pub(super) metadata: ResourceMetadata,
    pub(super) clock: Clock,
    /// Set with the first warning about a foreign audience; the next ones are for the debug log.
    pub(super) told_of_audience: AtomicBool,
}

/// An issuer and what verifies its tokens.
pub(super) struct Server {
    pub(super) issuer: Arc<str>,
    pub(super) verifier: Box<dyn ErasedVerifier>,
}

impl Authenticator {
    /// The caller of a request; `None` for one without credentials, where those are let in.
    pub(crate) async fn authenticate(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Option<Principal>, Refusal> {
        let token = match credentials::bearer_token(uri, headers) {
            Ok(Some(token)) => token,
            Ok(None) if self.anonymous == Anonymous::PublicOnly => return Ok(None),
            Ok(None) => return Err(self.challenger.login_required(&ScopeSet::default())),
            Err(reason) => {
                tracing::debug!(reason, "credentials refused");
                return Err(self.challenger.malformed(reason));
            }
        };
        let request = VerifyRequest { method, uri, headers, resource: &self.resource };
        match self.verify(token, &request).await {
            Ok(principal) => self.require_scopes(principal).map(Some),
            Err(error) => {
                log_refusal(&error);
                Err(self.challenger.token_refused(&error))
            }
        }
    }

    /// 403 for a caller whose token does not grant `needed`; `principal` is the caller.
    pub(crate) fn insufficient_scope(&self, needed: &ScopeSet, principal: Option<&Principal>) -> Refusal {
        match principal {
            Some(principal) if self.challenge_scopes == ChallengeScopes::RequiredPlusGranted => {
                self.challenger.insufficient_scope(needed, principal.scopes())
            }
            _ => self.challenger.insufficient_scope(needed, &ScopeSet::default()),
        }
    }

    /// 401 for a caller without credentials who asks for more than is public.
    pub(crate) fn login_required(&self, needed: &ScopeSet) -> Refusal {
        self.challenger.login_required(needed)
    }

    /// The metadata document and its paths.
    pub(crate) fn metadata(&self) -> &ResourceMetadata {
        &self.metadata
    }

    /// Which scopes imply which, for decisions on single items.
    pub(crate) fn hierarchy(&self) -> &ScopeHierarchy {
        &self.hierarchy
    }

    /// How a missing scope of a single item is answered.
    pub(crate) fn scope_failure(&self) -> ScopeFailure {
        self.scope_failure
    }

    /// The authorization servers, in the order of configuration.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = &str> {
        self.servers.iter().map(|server| &*server.issuer)
    }

    fn require_scopes(&self, principal: Principal) -> Result<Principal, Refusal> {
        if self.hierarchy.satisfies_all(principal.scopes(), &self.required) {
            return Ok(principal);
        }
        tracing::debug!(subject = principal.subject(), required = %self.required, "the token lacks required scopes");
        Err(self.insufficient_scope(&ScopeSet::default(), Some(&principal)))
    }

    /// Asks the verifier of the token's issuer. With one server that is the one; its verifier compares the issuer itself.
    async fn verify(&self, token: BearerToken<'_>, request: &VerifyRequest<'_>) -> Result<Principal, TokenError> {
        if let [server] = self.servers.as_slice() {
            return self.ask(server, token, request).await;
        }
        // What an unverified token says of its issuer only selects who verifies it.
        match unverified_issuer(token.expose()) {
            ClaimedIssuer::Named(issuer) => match self.servers.iter().find(|server| *server.issuer == *issuer) {
                Some(server) => self.ask(server, token, request).await,
                None => Err(TokenError::Invalid("the token is from another issuer")),
            },
            ClaimedIssuer::None => {
                let mut answer = Err(TokenError::Invalid("the token does not name its issuer"));
                for server in self.servers.iter().filter(|server| server.verifier.takes_opaque_tokens()) {
                    answer = self.ask(server, token, request).await;
                    if !matches!(answer, Err(TokenError::Invalid(_))) {
                        break;
                    }
                }
                answer
            }
        }
    }

    async fn ask(
        &self,
        server: &Server,
        token: BearerToken<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        let principal = match server.verifier.verify_at_once(token, request) {
            Some(answer) => answer?,
            None => server.verifier.verify(token, request).await?,
        };
        self.admit(server, principal)
    }

    /// What holds for every principal, whoever made it. A verifier that forgets one of these is the classic hole.
    fn admit(&self, server: &Server, principal: Principal) -> Result<Principal, TokenError> {
        if principal.issuer() != &*server.issuer {
            tracing::warn!(
                expected = &*server.issuer,
                received = principal.issuer(),
                "a verifier returned a principal of another issuer than it is registered for"
            );
            return Err(TokenError::Invalid("the token is from another issuer"));
        }
        if !principal.audience().any(|audience| self.resource.accepts(audience)) {
            self.log_foreign_audience(&principal);
            return Err(TokenError::Invalid("the token is not meant for this resource"));
        }
        let end = principal.expires_at_seconds().map(|seconds| seconds.saturating_add(server.verifier.leeway()));
        if end.is_some_and(|end| end <= self.clock.unix_seconds()) {
            return Err(TokenError::Invalid("the token has expired"));
        }
        Ok(principal)
    }

    /// The most frequent mistake in setting up, and one that only the operator can see. The token is genuine here, so its
    /// audience is not just anything that somebody sent.
    fn log_foreign_audience(&self, principal: &Principal) {
        let expected = self.resource.as_str();
        let received: Vec<&str> = principal.audience().collect();
        let text = "a token is not meant for this resource; have its issuer put the expected audience into `aud`";
        if self.told_of_audience.swap(true, Ordering::Relaxed) {
            tracing::debug!(expected, ?received, issuer = principal.issuer(), "{text}");
        } else {
            tracing::warn!(expected, ?received, issuer = principal.issuer(), "{text}");
        }
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authenticator")
            .field("resource", &self.resource.as_str())
            .field("issuers", &self.issuers().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

fn log_refusal(error: &TokenError) {
    match error {
        TokenError::Invalid(reason) | TokenError::Forbidden(reason) => tracing::debug!(reason, "token refused"),
        TokenError::Unavailable { retry_after } => tracing::debug!(?retry_after, "a token cannot be checked"),
        TokenError::Internal(error) => tracing::error!(error = &**error, "a verifier failed"),
    }
}

enum ClaimedIssuer {
    /// The token is a JWT with this `iss`, or with an `iss` that is no text (then empty, which no issuer is).
    Named(String),
    /// The token is no JWT that anything could be read from, or has no `iss`.
    None,
}

fn unverified_issuer(token: &str) -> ClaimedIssuer {
    let claimed = || {
        let mut segments = token.split('.');
        let (_, payload, _) = (segments.next()?, segments.next()?, segments.next()?);
        let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let issuer = Members::parse(&payload)?.get("iss")?;
        Some(Text::of(issuer).unwrap_or_default().into_owned())
    };
    claimed().map_or(ClaimedIssuer::None, ClaimedIssuer::Named)
}

#[cfg(test)]
mod tests;
