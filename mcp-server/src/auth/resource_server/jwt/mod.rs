//! Access tokens that are JWTs: verified here, with the keys that their issuer publishes.
//!
//! `jsonwebtoken` does the cryptography. What a token must look like and say is decided here, because readers that are generous
//! about it (an array for `iss`, an ignored `crit`, a key for encryption) are how forged tokens get in.

mod cache;
mod claims;
mod options;
mod source;
mod token;

use std::sync::Arc;

use self::{cache::KeyCache, options::JwtRules, token::Token};
use super::verifier::{BearerToken, ErasedVerifier, TokenError, Verification, VerifyRequest};
use crate::{
    auth::{
        json::{Members, Text},
        jwk::Candidates,
        principal::Principal,
    },
    time::Clock,
};

pub use options::{JwtOptions, TokenType};

/// Verifies the JWTs of one issuer. Another issuer has another verifier and other keys, so that neither can speak for the other.
#[derive(Debug)]
pub(crate) struct JwtVerifier {
    issuer: Arc<str>,
    rules: JwtRules,
    keys: KeyCache,
    clock: Clock,
}

/// How far verification gets with the keys at hand.
enum Attempt {
    Done(Result<Principal, TokenError>),
    /// Newer keys could change the answer.
    NeedsKeys(Lack),
}

/// What is missing.
#[derive(Clone, Copy)]
enum Lack {
    /// No keys were ever loaded, or those are too old.
    Keys,
    /// The token names a key that is not among them.
    Key,
    /// The key is there and did not make this signature. Development servers give a new key the name of the old one.
    MatchingKey,
}

impl JwtVerifier {
    pub(crate) fn new(rules: JwtRules, issuer: &Arc<str>, clock: &Clock) -> Self {
        // Without this, an application in which another crate asks `jsonwebtoken` for its other implementation would panic at
        // the first token. Where a provider is installed already, that one is as good.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let keys = KeyCache::new(Arc::clone(issuer), rules.jwks_uri.clone(), rules.refresh, clock.clone());
        Self { issuer: Arc::clone(issuer), rules, keys, clock: clock.clone() }
    }

    fn attempt(&self, token: &str) -> Attempt {
        match self.try_attempt(token) {
            Ok(attempt) => attempt,
            Err(reason) => Attempt::Done(Err(TokenError::Invalid(reason))),
        }
    }

    fn try_attempt(&self, token: &str) -> Result<Attempt, &'static str> {
        let token = Token::parse(token, &self.rules)?;
        let payload = token.payload()?;
        let members = Members::parse(&payload).ok_or("the claims of the token cannot be read")?;
        // Before the keys are asked: a stranger's token must not cause a fetch.
        let issuer = members.get("iss").and_then(Text::of).ok_or("the token does not name its issuer")?;
        if *issuer != *self.issuer {
            return Err("the token is from another issuer");
        }
        let Some(keys) = self.keys.current() else {
            return Ok(Attempt::NeedsKeys(Lack::Keys));
        };
        match keys.candidates(token.key_id.as_deref(), token.algorithm) {
            Candidates::None => return Ok(Attempt::NeedsKeys(Lack::Key)),
            Candidates::Ambiguous => return Err("the token does not name its key, and there are several"),
            Candidates::Some(mut candidates) => {
                if !candidates.any(|key| token.is_signed_with(key)) {
                    return Ok(Attempt::NeedsKeys(Lack::MatchingKey));
                }
            }
        }
        let principal = claims::principal(&members, &self.rules, &self.issuer, self.clock.unix_seconds())?;
        Ok(Attempt::Done(Ok(principal.claims_text(payload).build())))
    }

    fn refuse(&self, lack: Lack) -> TokenError {
        match lack {
            Lack::Keys => TokenError::Unavailable { retry_after: self.keys.retry_after() },
            Lack::Key => TokenError::Invalid("the token is signed with an unknown key"),
            Lack::MatchingKey => TokenError::Invalid("the signature of the token is not valid"),
        }
    }
}

impl ErasedVerifier for JwtVerifier {
    fn verify_at_once(&self, token: BearerToken<'_>, _: &VerifyRequest<'_>) -> Option<Result<Principal, TokenError>> {
        match self.attempt(token.expose()) {
            Attempt::Done(answer) => Some(answer),
            Attempt::NeedsKeys(_) if self.keys.may_refresh() => None,
            Attempt::NeedsKeys(lack) => Some(Err(self.refuse(lack))),
        }
    }

    fn verify<'a>(&'a self, token: BearerToken<'a>, _: &'a VerifyRequest<'a>) -> Verification<'a> {
        Box::pin(async move {
            self.keys.refresh().await;
            match self.attempt(token.expose()) {
                Attempt::Done(answer) => answer,
                Attempt::NeedsKeys(lack) => Err(self.refuse(lack)),
            }
        })
    }

    fn takes_opaque_tokens(&self) -> bool {
        false
    }

    fn leeway(&self) -> u64 {
        self.rules.leeway
    }
}

#[cfg(test)]
mod tests;
