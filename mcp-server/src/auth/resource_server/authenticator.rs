//! Authenticates a request: returns its principal, or the response that rejects it.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, Method, Uri, header::AUTHORIZATION};

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
    refusal::{Grounds, RefusalKind},
    time::Clock,
};

const UNKNOWN_ISSUER: &str = "unknown issuer";
const EXPIRED: &str = "expired token";

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
            Ok(_) => return Err(self.missing_token(headers)),
            Err(reason) => return Err(self.challenger.malformed(reason)),
        };
        let request = VerifyRequest { method, uri, headers, resource: &self.resource };
        match self.verify(&credentials, &request).await {
            Ok(principal) => self.require_scopes(principal).map(Some),
            Err(error) => Err(self.challenger.token_rejected(&error)),
        }
    }

    fn missing_token(&self, headers: &HeaderMap) -> AuthRejection {
        let mut rejection = self.challenger.login_required(&ScopeSet::default());
        if let Some(value) = headers.get(AUTHORIZATION) {
            let grounds = rejection.grounds.clone().reason("the Authorization header has no bearer token");
            *rejection.grounds = match credentials::shown_scheme(value) {
                Some(scheme) => grounds.expected("Bearer").seen(scheme),
                None => grounds,
            };
        }
        rejection
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
        let mut rejection = self.insufficient_scope(&ScopeSet::default(), Some(&principal));
        *rejection.grounds = rejection.grounds.clone().seen(principal.scopes());
        rejection.principal = Some(principal);
        Err(rejection)
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
                None => Err(self.unknown_issuer(&claimed)),
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
            let grounds = Grounds::new(RefusalKind::Issuer, UNKNOWN_ISSUER)
                .expected(&issuer.identifier)
                .seen(principal.issuer())
                .reason("a verifier returned a principal of another issuer");
            return Err(TokenError::invalid(UNKNOWN_ISSUER).because(grounds));
        }
        if !principal.audience().any(|audience| self.resource.accepts(audience)) {
            return Err(self.foreign_audience(principal));
        }
        if principal.accepted_until().is_some_and(|end| end <= self.clock.unix_seconds()) {
            let grounds = Grounds::new(RefusalKind::ExpiredToken, EXPIRED);
            return Err(TokenError::invalid(EXPIRED).because(grounds));
        }
        Ok(())
    }

    fn unknown_issuer(&self, claimed: &str) -> TokenError {
        let trusted: Vec<&str> = self.issuers().collect();
        let grounds = Grounds::new(RefusalKind::Issuer, UNKNOWN_ISSUER).expected(trusted.join(", ")).seen(claimed);
        TokenError::invalid(UNKNOWN_ISSUER).because(grounds)
    }

    /// Returns the error for a foreign audience, the most frequent configuration error. No response
    /// shows the audience.
    fn foreign_audience(&self, principal: &Principal) -> TokenError {
        const DESCRIPTION: &str = "invalid audience: the token is not meant for this resource";
        let received: Vec<&str> = principal.audience().collect();
        let grounds = Grounds::new(RefusalKind::Audience, DESCRIPTION)
            .expected(self.resource.as_str())
            .seen(received.join(", "))
            .reason(format_args!(
                "have the issuer {} put the expected audience into `aud` of the token",
                principal.issuer()
            ));
        TokenError::invalid(DESCRIPTION).because(grounds)
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
