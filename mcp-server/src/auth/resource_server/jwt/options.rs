//! How the tokens of one authorization server are read.

use std::time::Duration;

use super::{
    super::{error::AuthorizationError, verifier::DEFAULT_LEEWAY},
    cache::RefreshPolicy,
};
use crate::auth::{
    jwk::{self, SignatureAlgorithm},
    secure_url,
};

/// The longest leeway, in seconds.
const MAX_LEEWAY: u64 = 300;

/// What the header of a token may call it (`typ`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenType {
    /// `at+jwt`, `JWT` or nothing: what Keycloak, Auth0, Entra and others send by default. ID tokens, refresh tokens and logout
    /// tokens are refused by their claims. The default.
    #[default]
    Any,
    /// `at+jwt` only, and with a subject (RFC 9068). To be preferred where the authorization server can.
    AccessToken,
}

/// How the JWTs of an authorization server are read; see [`Authorization::server_with`](crate::auth::Authorization::server_with).
#[derive(Clone, Debug)]
#[must_use]
pub struct JwtOptions {
    algorithms: Option<Vec<String>>,
    token_type: TokenType,
    leeway: Duration,
    max_age: Option<Duration>,
    scope_claims: Vec<String>,
    role_claims: Vec<String>,
    client_id_claims: Vec<String>,
    jwks_uri: Option<String>,
    refresh: RefreshPolicy,
}

impl Default for JwtOptions {
    fn default() -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            algorithms: None,
            token_type: TokenType::default(),
            leeway: Duration::from_secs(DEFAULT_LEEWAY),
            max_age: None,
            scope_claims: owned(&["scope", "scp"]),
            role_claims: owned(&["roles", "realm_access.roles"]),
            client_id_claims: owned(&["client_id", "azp", "cid"]),
            jwks_uri: None,
            refresh: RefreshPolicy::default(),
        }
    }
}

impl JwtOptions {
    /// The accepted signature algorithms by their JOSE names, such as `RS256` and `ES256`. Default: all that work with published
    /// keys, each only with a key that fits it. `HS256` and its like are refused at start.
    pub fn algorithms<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.algorithms = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// What the header may call a token. Default: [`TokenType::Any`].
    pub fn token_type(mut self, token_type: TokenType) -> Self {
        self.token_type = token_type;
        self
    }

    /// How far the clocks of issuer and resource may differ. Whole seconds; default 30 s, at most 300 s.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// How long after it was issued (`iat`) a token is accepted at most, whatever its expiry says. Whole seconds; default: no
    /// such limit. With it, a token without `iat` is refused.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// The claims that hold scopes, as text with spaces or as a list; all of them count. Default: `scope` and `scp`.
    ///
    /// Dots lead into objects, here and in the other claim names.
    pub fn scope_claims<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.scope_claims = names.into_iter().map(Into::into).collect();
        self
    }

    /// The claims that hold roles, as one text or as a list; all of them count. Default: `roles` and `realm_access.roles`; for
    /// the roles that Keycloak keeps per client name `resource_access.<client>.roles`.
    pub fn role_claims<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.role_claims = names.into_iter().map(Into::into).collect();
        self
    }

    /// The claims that may hold the client; the first that is there counts. Default: `client_id`, `azp`, `cid`.
    pub fn client_id_claims<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.client_id_claims = names.into_iter().map(Into::into).collect();
        self
    }

    /// Where the keys of the issuer are, for one that publishes no metadata. Default: discovered.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.jwks_uri = Some(url.into());
        self
    }

    #[cfg(test)]
    pub(crate) fn refresh(mut self, refresh: RefreshPolicy) -> Self {
        self.refresh = refresh;
        self
    }

    /// The rules that these options mean, and what is wrong with them.
    pub(crate) fn check(self, issuer: &str, mistakes: &mut Vec<AuthorizationError>) -> JwtRules {
        if let Some(Err(mistake)) = self.jwks_uri.as_deref().map(secure_url::parse) {
            let url = self.jwks_uri.as_deref().unwrap_or_default();
            mistakes.push(AuthorizationError::url("server_with(…).jwks_uri", url, mistake));
        }
        let leeway = self.leeway.as_secs();
        if leeway > MAX_LEEWAY {
            mistakes.push(AuthorizationError::Leeway { issuer: issuer.to_owned(), seconds: leeway });
        }
        JwtRules {
            algorithms: check_algorithms(self.algorithms, issuer, mistakes),
            token_type: self.token_type,
            leeway,
            max_age: self.max_age.map(|age| age.as_secs()),
            scope_claims: self.scope_claims,
            role_claims: self.role_claims,
            client_id_claims: self.client_id_claims,
            jwks_uri: self.jwks_uri,
            refresh: self.refresh,
        }
    }
}

/// Checked [`JwtOptions`]. Times are in seconds.
#[derive(Debug)]
pub(crate) struct JwtRules {
    pub(crate) algorithms: Vec<SignatureAlgorithm>,
    pub(crate) token_type: TokenType,
    pub(crate) leeway: u64,
    pub(crate) max_age: Option<u64>,
    pub(crate) scope_claims: Vec<String>,
    pub(crate) role_claims: Vec<String>,
    pub(crate) client_id_claims: Vec<String>,
    pub(crate) jwks_uri: Option<String>,
    pub(crate) refresh: RefreshPolicy,
}

fn check_algorithms(
    names: Option<Vec<String>>,
    issuer: &str,
    mistakes: &mut Vec<AuthorizationError>,
) -> Vec<SignatureAlgorithm> {
    let Some(names) = names else {
        return jwk::ALGORITHMS.to_vec();
    };
    if names.is_empty() {
        mistakes.push(AuthorizationError::NoAlgorithms { issuer: issuer.to_owned() });
    }
    let mut algorithms = Vec::with_capacity(names.len());
    for name in names {
        match SignatureAlgorithm::by_name(&name) {
            Some(algorithm) => algorithms.push(algorithm),
            None => mistakes.push(AuthorizationError::Algorithm { issuer: issuer.to_owned(), name }),
        }
    }
    algorithms
}
