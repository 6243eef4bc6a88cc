//! Authenticates a request: returns its principal, or the response that rejects it.

use std::{
    error::Error,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, Method, Uri};

use super::{
    challenge::{Anonymous, AuthRejection, ChallengeScopes, Challenger, ScopeFailure},
    credentials::{self, AuthScheme, Credentials},
    verifier::{ErasedVerifier, TokenError, TokenErrorKind, VerifyRequest},
};
use crate::{
    auth::{
        json::{self, JsonObject},
        metadata::ResourceMetadata,
        principal::Principal,
        resource::ResourceId,
        scope::{ScopeHierarchy, ScopeSet},
    },
    time::Clock,
};

const UNKNOWN_ISSUER: &str = "unknown issuer";

/// Authenticates the requests of one protected resource. Built from an
/// [`Authorization`](super::Authorization).
pub(crate) struct Authenticator {
    pub(super) resource: ResourceId,
    pub(super) issuers: Vec<Issuer>,
    pub(super) required: ScopeSet,
    /// Scopes in the published metadata.
    pub(super) supported: ScopeSet,
    pub(super) hierarchy: ScopeHierarchy,
    pub(super) anonymous: Anonymous,
    pub(super) scope_failure: ScopeFailure,
    pub(super) challenge_scopes: ChallengeScopes,
    pub(super) ends_calls_at_expiry: bool,
    pub(super) challenger: Challenger,
    pub(super) metadata: ResourceMetadata,
    pub(super) clock: Clock,
    /// Set with the first warning about a foreign audience. Later ones go to the debug log.
    pub(super) warned_of_audience: AtomicBool,
}

/// An authorization server, and the verifier of its tokens.
pub(super) struct Issuer {
    pub(super) identifier: Arc<str>,
    pub(super) verifier: Box<dyn ErasedVerifier>,
}

impl Authenticator {
    /// Returns the caller of a request; `None` for an anonymous request that is admitted.
    pub(crate) async fn authenticate(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Option<Principal>, AuthRejection> {
        let credentials = match credentials::parse(uri, headers) {
            Ok(Some(credentials)) if credentials.scheme() == AuthScheme::Bearer => credentials,
            Ok(_) if self.anonymous == Anonymous::PublicOnly => return Ok(None),
            Ok(_) => return Err(self.challenger.login_required(&ScopeSet::default())),
            Err(reason) => {
                tracing::debug!(reason, "malformed credentials");
                return Err(self.challenger.malformed(reason));
            }
        };
        let request = VerifyRequest { method, uri, headers, resource: &self.resource };
        match self.verify(&credentials, &request).await {
            Ok(principal) => self.require_scopes(principal).map(Some),
            Err(error) => {
                log(&error);
                Err(self.challenger.token_rejected(&error))
            }
        }
    }

    /// Returns the 403 response for a caller whose token does not grant `needed`.
    pub(crate) fn insufficient_scope(&self, needed: &ScopeSet, principal: Option<&Principal>) -> AuthRejection {
        match principal {
            Some(principal) if self.challenge_scopes == ChallengeScopes::RequiredPlusGranted => {
                self.challenger.insufficient_scope(needed, principal.scopes())
            }
            _ => self.challenger.insufficient_scope(needed, &ScopeSet::default()),
        }
    }

    /// Returns the 401 response for an anonymous caller that uses an item which is not public.
    pub(crate) fn login_required(&self, needed: &ScopeSet) -> AuthRejection {
        self.challenger.login_required(needed)
    }

    /// Returns the metadata document and its paths.
    pub(crate) fn metadata(&self) -> &ResourceMetadata {
        &self.metadata
    }

    /// Returns the scopes that the metadata lists.
    pub(crate) fn supported(&self) -> &ScopeSet {
        &self.supported
    }

    /// Returns the scope hierarchy, for decisions about single items.
    pub(crate) fn hierarchy(&self) -> &ScopeHierarchy {
        &self.hierarchy
    }

    /// Returns the form in which a missing scope of a single item is answered.
    pub(crate) fn scope_failure(&self) -> ScopeFailure {
        self.scope_failure
    }

    /// Returns `true` if the stream of a call ends when its token is no longer accepted.
    pub(crate) fn ends_calls_at_expiry(&self) -> bool {
        self.ends_calls_at_expiry
    }

    /// Returns the issuer identifiers, in the order of configuration.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = &str> {
        self.issuers.iter().map(|issuer| &*issuer.identifier)
    }

    fn require_scopes(&self, principal: Principal) -> Result<Principal, AuthRejection> {
        if self.hierarchy.satisfies_all(principal.scopes(), &self.required) {
            return Ok(principal);
        }
        tracing::debug!(subject = principal.subject(), required = %self.required, "missing required scopes");
        Err(self.insufficient_scope(&ScopeSet::default(), Some(&principal)))
    }

    /// Verifies credentials with the verifier of the issuer that the token names.
    ///
    /// The issuer of an unverified token only selects the verifier, which compares it again. With
    /// one issuer there is nothing to select. A token without an issuer is tried with each verifier
    /// of opaque tokens, in the order of configuration.
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        if let [issuer] = self.issuers.as_slice() {
            return self.verify_with(issuer, credentials, request).await;
        }
        if let Some(claimed) = unverified_issuer(credentials.expose_token()) {
            return match self.issuers.iter().find(|issuer| *issuer.identifier == *claimed) {
                Some(issuer) => self.verify_with(issuer, credentials, request).await,
                None => Err(TokenError::invalid(UNKNOWN_ISSUER)),
            };
        }
        let mut result = Err(TokenError::invalid("missing `iss`"));
        for issuer in self.issuers.iter().filter(|issuer| issuer.verifier.accepts_opaque_tokens()) {
            result = self.verify_with(issuer, credentials, request).await;
            if !matches!(&result, Err(error) if error.kind() == TokenErrorKind::Invalid) {
                break;
            }
        }
        result
    }

    async fn verify_with(
        &self,
        issuer: &Issuer,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        let principal = match issuer.verifier.verify_now(credentials, request) {
            Some(result) => result?,
            None => issuer.verifier.verify_boxed(credentials, request).await?,
        };
        self.check(issuer, &principal)?;
        Ok(principal)
    }

    /// Checks what must hold for the principals of all verifiers, so that no verifier can omit a
    /// check.
    fn check(&self, issuer: &Issuer, principal: &Principal) -> Result<(), TokenError> {
        if principal.issuer() != &*issuer.identifier {
            tracing::warn!(
                expected = &*issuer.identifier,
                received = principal.issuer(),
                "a verifier returned a principal of another issuer"
            );
            return Err(TokenError::invalid(UNKNOWN_ISSUER));
        }
        if !principal.audience().any(|audience| self.resource.accepts(audience)) {
            self.log_foreign_audience(principal);
            return Err(TokenError::invalid("invalid audience: the token is not meant for this resource"));
        }
        if principal.accepted_until().is_some_and(|end| end <= self.clock.unix_seconds()) {
            return Err(TokenError::invalid("expired token"));
        }
        Ok(())
    }

    /// Logs a foreign audience, the most frequent configuration error. No other log or response
    /// shows the audience.
    ///
    /// The token is genuine at this point, so its audience is not arbitrary input.
    fn log_foreign_audience(&self, principal: &Principal) {
        let expected = self.resource.as_str();
        let received: Vec<&str> = principal.audience().collect();
        let text = "a token is not meant for this resource: have its issuer put the expected audience into `aud`";
        if self.warned_of_audience.swap(true, Ordering::Relaxed) {
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

fn log(error: &TokenError) {
    let source = error.source();
    match error.kind() {
        TokenErrorKind::Internal => tracing::error!(error = source, "a verifier failed"),
        TokenErrorKind::Unavailable => {
            tracing::debug!(retry_after = ?error.retry_after(), error = source, "a token cannot be verified now");
        }
        _ => tracing::debug!(reason = error.description(), error = source, "token rejected"),
    }
}

/// Returns the `iss` of a JWT whose signature is not verified yet.
///
/// Returns an empty text, which no issuer has, for an `iss` that is not a string. Returns `None`
/// for other tokens, and without `iss`.
fn unverified_issuer(token: &str) -> Option<String> {
    let mut segments = token.split('.');
    let (_, payload, _) = (segments.next()?, segments.next()?, segments.next()?);
    let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let issuer = JsonObject::parse(&payload)?.get("iss")?;
    Some(json::text(issuer).unwrap_or_default().into_owned())
}

#[cfg(test)]
mod tests;
