//! Access tokens that are JWTs, verified with the published keys of their issuer.
//!
//! `jsonwebtoken` does the cryptography. The form and the claims of a token are checked here,
//! because lenient readers let forged tokens in: an array as `iss`, an ignored `crit`, a key for
//! encryption.

mod cache;
mod claims;
mod grounds;
mod options;
mod source;
mod token;

use std::sync::Arc;

use self::{cache::KeyCache, options::JwtRules, token::Token};
use super::{
    credentials::Credentials,
    verifier::{ErasedVerifier, TokenError, Verification, VerifyRequest},
};
use crate::{
    auth::{
        json::JsonObject,
        jwk::{self, Candidates},
        principal::Principal,
    },
    time::Clock,
};

pub use options::{JwtOptions, TokenType};

/// Verifies the JWTs of one issuer.
///
/// Each issuer has its own verifier and keys, so that none can issue tokens of another.
#[derive(Debug)]
pub(crate) struct JwtVerifier {
    issuer: Arc<str>,
    rules: JwtRules,
    keys: KeyCache,
    clock: Clock,
}

/// Result of a verification with the cached keys.
enum Attempt {
    Done(Result<Principal, TokenError>),
    /// Newer keys could change the result.
    NeedsKeys(KeyProblem),
}

/// A reason why the cached keys do not verify a token.
#[derive(Clone, Copy)]
enum KeyProblem {
    /// No keys were loaded, or they are too old.
    NoKeys,
    /// The token names a key that is not cached.
    UnknownKey,
    /// The named key did not make this signature. Development servers reuse the ids of old keys.
    WrongSignature,
}

impl JwtVerifier {
    pub(crate) fn new(rules: JwtRules, issuer: &Arc<str>, clock: &Clock) -> Self {
        jwk::install_cryptography();
        let keys = KeyCache::new(Arc::clone(issuer), rules.jwks_uri.clone(), rules.refresh, clock.clone());
        Self { issuer: Arc::clone(issuer), rules, keys, clock: clock.clone() }
    }

    fn attempt(&self, token: &str) -> Attempt {
        self.try_attempt(token).unwrap_or_else(|error| Attempt::Done(Err(error)))
    }

    fn try_attempt(&self, text: &str) -> Result<Attempt, TokenError> {
        let invalid = |reason| grounds::of_header(text, reason);
        let token = Token::parse(text, &self.rules).map_err(invalid)?;
        let payload = token.payload().map_err(invalid)?;
        let claims = JsonObject::parse(&payload).ok_or("invalid token claims").map_err(invalid)?;
        // Checked before the keys: a token of another issuer must not cause a request.
        let issuer = claims.text("iss").ok_or("missing `iss`").map_err(invalid)?;
        if *issuer != *self.issuer {
            return Err(grounds::unknown_issuer(&self.issuer, &issuer));
        }
        let Some(keys) = self.keys.current() else {
            return Ok(Attempt::NeedsKeys(KeyProblem::NoKeys));
        };
        match keys.candidates(token.key_id.as_deref(), token.algorithm) {
            Candidates::None => return Ok(Attempt::NeedsKeys(KeyProblem::UnknownKey)),
            Candidates::Ambiguous => return Err(invalid("missing `kid`: the issuer has several keys")),
            Candidates::Some(mut candidates) => {
                if !candidates.any(|key| token.is_signed_with(key)) {
                    return Ok(Attempt::NeedsKeys(KeyProblem::WrongSignature));
                }
            }
        }
        let now = self.clock.unix_seconds();
        let principal = claims::principal(&claims, &self.rules, &self.issuer, now)
            .map_err(|reason| grounds::of_claims(&claims, now, reason))?;
        Ok(Attempt::Done(Ok(principal.claims_text(payload).build())))
    }

    fn error(&self, problem: KeyProblem, token: &str) -> TokenError {
        match problem {
            KeyProblem::NoKeys => grounds::no_keys(&self.issuer, self.keys.retry_after()),
            KeyProblem::UnknownKey => grounds::of_header(token, "unknown signing key"),
            KeyProblem::WrongSignature => grounds::of_header(token, "invalid signature"),
        }
    }
}

impl ErasedVerifier for JwtVerifier {
    fn verify_now(
        &self,
        credentials: &Credentials<'_>,
        _: &VerifyRequest<'_>,
    ) -> Option<Result<Principal, TokenError>> {
        match self.attempt(credentials.expose_token()) {
            Attempt::Done(result) => Some(result),
            Attempt::NeedsKeys(_) if self.keys.may_refresh() => None,
            Attempt::NeedsKeys(problem) => Some(Err(self.error(problem, credentials.expose_token()))),
        }
    }

    fn verify_boxed<'a>(&'a self, credentials: &'a Credentials<'a>, _: &'a VerifyRequest<'a>) -> Verification<'a> {
        Box::pin(async move {
            self.keys.refresh().await;
            match self.attempt(credentials.expose_token()) {
                Attempt::Done(result) => result,
                Attempt::NeedsKeys(problem) => Err(self.error(problem, credentials.expose_token())),
            }
        })
    }

    fn accepts_opaque_tokens(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
