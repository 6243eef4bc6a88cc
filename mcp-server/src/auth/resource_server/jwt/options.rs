//! Options for the verification of the JWTs of one authorization server.

use std::time::Duration;

use super::{
    super::error::{AuthorizationError, AuthorizationErrorKind as Kind},
    cache::RefreshPolicy,
};
use crate::auth::{
    jwk::{self, SignatureAlgorithm},
    principal::DEFAULT_LEEWAY,
    secure_url,
};

/// Limit for the leeway, in seconds.
const MAX_LEEWAY: u64 = 300;

/// Types that the header of a token may declare (`typ`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenType {
    /// `at+jwt`, `JWT` or absent, which Keycloak, Auth0, Entra and others send. The default.
    ///
    /// ID tokens, refresh tokens and logout tokens are rejected by their claims.
    #[default]
    Any,
    /// `at+jwt` only, with a subject (RFC 9068). Recommended where the authorization server
    /// supports it.
    AccessToken,
}

/// Options for the verification of the JWTs of one authorization server; see
/// [`Authorization::server_with`](crate::auth::Authorization::server_with).
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
    /// Sets the accepted signature algorithms by their JOSE names, such as `RS256` and `ES256` (RFC
    /// 7518, section 3.1). Default: all supported asymmetric algorithms.
    ///
    /// Each algorithm is accepted only with a key that fits it. `build()` rejects `HS256` and other
    /// symmetric algorithms.
    pub fn algorithms<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.algorithms = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the accepted types of tokens. Default: [`TokenType::Any`].
    pub fn token_type(mut self, token_type: TokenType) -> Self {
        self.token_type = token_type;
        self
    }

    /// Sets the tolerated difference between the clocks of issuer and server, in whole seconds.
    /// Default: 30 s; maximum: 300 s.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Sets the maximum age of a token since it was issued (`iat`), in whole seconds. Default: no
    /// maximum.
    ///
    /// The expiry of the token applies as well. With a maximum, tokens without `iat` are rejected.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// Sets the names of the claims that contain scopes: space-separated strings, or arrays. Their
    /// scopes add up. Default: `scope` and `scp`.
    ///
    /// Dots lead into objects: `realm_access.roles`. This applies to all names of claims.
    pub fn scope_claims<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.scope_claims = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the names of the claims that contain roles: strings, or arrays. Their roles add up.
    /// Default: `roles` and `realm_access.roles`.
    ///
    /// For the roles of a Keycloak client, name `resource_access.<client>.roles`.
    pub fn role_claims<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.role_claims = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the names of the claims that may contain the client id. The first claim that is present
    /// counts. Default: `client_id`, `azp`, `cid`.
    pub fn client_id_claims<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.client_id_claims = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the URL of the keys of the issuer (`jwks_uri`), if it publishes no metadata. Default:
    /// discovered.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.jwks_uri = Some(url.into());
        self
    }

    #[cfg(test)]
    pub(crate) fn refresh(mut self, refresh: RefreshPolicy) -> Self {
        self.refresh = refresh;
        self
    }

    /// Checks the options and adds their errors. The rules are used only without errors.
    pub(crate) fn check(self, issuer: &str, errors: &mut Vec<AuthorizationError>) -> JwtRules {
        if let Some(url) = &self.jwks_uri
            && let Err(error) = secure_url::parse(url)
        {
            errors.push(AuthorizationError::url("JwtOptions::jwks_uri", url, error));
        }
        let leeway = self.leeway.as_secs();
        if leeway > MAX_LEEWAY {
            let message = format!("invalid leeway of {leeway} s for the issuer {issuer:?}: expected at most 300 s");
            errors.push(AuthorizationError::new(Kind::InvalidLeeway, "JwtOptions::leeway", message));
        }
        JwtRules {
            algorithms: check_algorithms(self.algorithms, issuer, errors),
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
    errors: &mut Vec<AuthorizationError>,
) -> Vec<SignatureAlgorithm> {
    const SETTING: &str = "JwtOptions::algorithms";
    let Some(names) = names else {
        return jwk::ALGORITHMS.to_vec();
    };
    if names.is_empty() {
        let message = format!(
            "missing algorithms for the issuer {issuer:?}: \
             name some, as in `.algorithms([\"RS256\"])`, or remove the call"
        );
        errors.push(AuthorizationError::new(Kind::MissingAlgorithm, SETTING, message));
    }
    let mut algorithms = Vec::with_capacity(names.len());
    for name in names {
        if let Some(algorithm) = SignatureAlgorithm::by_name(&name) {
            algorithms.push(algorithm);
        } else {
            let message = format!(
                "unsupported algorithm {name:?} for the issuer {issuer:?}: \
                 expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA"
            );
            errors.push(AuthorizationError::new(Kind::UnsupportedAlgorithm, SETTING, message));
        }
    }
    algorithms
}
