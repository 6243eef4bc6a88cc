//! Checks an [`Authorization`] and builds its [`Authenticator`], or reports all errors.

use std::{collections::BTreeSet, sync::Arc};

use super::{Authorization, VerifierConfig};
#[cfg(feature = "auth")]
use crate::auth::resource_server::jwt::JwtVerifier;
use crate::{
    auth::{
        metadata::{MetadataMembers, ResourceMetadata},
        resource::ResourceId,
        resource_server::{
            authenticator::{Authenticator, Issuer},
            challenge::Challenger,
            error::{AuthorizationError, AuthorizationErrorKind as Kind},
            verifier::ErasedVerifier,
        },
        scope::{ScopeHierarchy, ScopeSet, is_scope_token},
        secure_url,
    },
    time::Clock,
};

/// Audiences that an authorization server puts into tokens for every resource.
const SHARED_AUDIENCES: [&str; 1] = ["account"];

/// A scope between clients and authorization servers, without meaning for a resource.
const OFFLINE_ACCESS: &str = "offline_access";

impl Authorization {
    /// Checks the configuration. Nothing is fetched, so that a server can start before its
    /// authorization server.
    pub(crate) fn build(self, clock: &Clock) -> Result<Authenticator, Vec<AuthorizationError>> {
        let mut errors = Vec::new();
        let resource = ResourceId::parse(&self.resource)
            .map_err(|error| errors.push(AuthorizationError::url("resource", &self.resource, error)));
        check_published(&self.published, &mut errors);
        let issuers = build_issuers(self.issuers, clock, &mut errors);
        check_audiences(&self.audiences, &issuers, &mut errors);
        if self.audiences.iter().chain(&self.shared_audiences).any(String::is_empty) {
            let message = "empty audience in `also_accept`: name the audience, or remove the call";
            errors.push(AuthorizationError::new(Kind::EmptyAudience, "also_accept", message.to_owned()));
        }
        let required = check_scopes("required_scopes", &self.required_scopes, &mut errors);
        let supported = match &self.scopes_supported {
            Some(scopes) => check_scopes("scopes_supported", scopes, &mut errors),
            None => required.clone(),
        };
        let hierarchy = build_hierarchy(&self.implications, &mut errors);
        let (Ok(resource), true) = (resource, errors.is_empty()) else {
            return Err(errors);
        };

        let resource =
            resource.exact(self.exact_audience).also_accept([self.audiences, self.shared_audiences].concat());
        let members = MetadataMembers {
            resource: resource.as_str().to_owned(),
            authorization_servers: issuers.iter().map(|issuer| String::from(&*issuer.identifier)).collect(),
            scopes_supported: supported.iter().map(str::to_owned).collect(),
            bearer_methods_supported: ["header"],
            ..self.published
        };
        let metadata = ResourceMetadata::new(&members, resource.metadata_paths());
        Ok(Authenticator {
            challenger: Challenger::new(&resource, required.clone()),
            metadata,
            resource,
            issuers,
            required,
            supported,
            hierarchy,
            anonymous: self.anonymous,
            scope_failure: self.scope_failure,
            challenge_scopes: self.challenge_scopes,
            ends_calls_at_expiry: self.ends_calls_at_expiry,
            clock: clock.clone(),
        })
    }
}

fn check_published(published: &MetadataMembers, errors: &mut Vec<AuthorizationError>) {
    for (setting, url) in [
        ("resource_documentation", &published.resource_documentation),
        ("resource_policy_uri", &published.resource_policy_uri),
        ("resource_tos_uri", &published.resource_tos_uri),
        ("jwks_uri", &published.jwks_uri),
    ] {
        // A page may have a fragment, an identifier may not.
        let url = url.as_deref().map(|url| if setting == "jwks_uri" { url } else { without_fragment(url) });
        if let Some((url, Err(error))) = url.map(|url| (url, secure_url::parse(url))) {
            errors.push(AuthorizationError::url(setting, url, error));
        }
    }
}

fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(page, _)| page)
}

fn build_issuers(
    configured: Vec<(String, VerifierConfig)>,
    clock: &Clock,
    errors: &mut Vec<AuthorizationError>,
) -> Vec<Issuer> {
    if configured.is_empty() {
        let message = "missing authorization server: \
                       add `.server(\"https://…\")` with the issuer of your tokens, or `.verifier(…)`";
        errors.push(AuthorizationError::new(Kind::MissingIssuer, "server", message.to_owned()));
    }
    let mut seen = BTreeSet::new();
    let mut issuers = Vec::with_capacity(configured.len());
    for (issuer, verifier) in configured {
        if let Err(error) = secure_url::parse_without_query(&issuer) {
            errors.push(AuthorizationError::url("server", &issuer, error));
        }
        if !seen.insert(issuer.clone()) {
            let message = format!("duplicate issuer {issuer:?}: keep one `.server(…)` or `.verifier(…)` for it");
            errors.push(AuthorizationError::new(Kind::DuplicateIssuer, "server", message));
        }
        let identifier: Arc<str> = issuer.into();
        let verifier = verifier.build(&identifier, clock, errors);
        issuers.push(Issuer { identifier, verifier });
    }
    issuers
}

impl VerifierConfig {
    #[cfg_attr(
        not(feature = "auth"),
        expect(unused_variables, clippy::ptr_arg, reason = "only JWTs need more than the verifier")
    )]
    fn build(self, issuer: &Arc<str>, clock: &Clock, errors: &mut Vec<AuthorizationError>) -> Box<dyn ErasedVerifier> {
        match self {
            Self::Custom(verifier) => verifier,
            #[cfg(feature = "auth")]
            Self::Jwt(options) => Box::new(JwtVerifier::new(options.check(issuer, errors), issuer, clock)),
        }
    }
}

fn check_audiences(audiences: &[String], issuers: &[Issuer], errors: &mut Vec<AuthorizationError>) {
    for audience in audiences {
        // The issuer itself and its userinfo endpoint are audiences of the tokens of all its users.
        let is_issuer = issuers.iter().any(|issuer| {
            audience
                .strip_prefix(&*issuer.identifier)
                .is_some_and(|rest| matches!(rest, "" | "/" | "userinfo" | "/userinfo"))
        });
        if is_issuer || SHARED_AUDIENCES.contains(&audience.as_str()) {
            let message = format!(
                "shared audience {audience:?} in `also_accept`, which tokens for other servers carry too: \
                 have the authorization server put the URL of this resource into `aud`, \
                 or write `.also_accept_shared({audience:?})` to accept tokens for other servers"
            );
            errors.push(AuthorizationError::new(Kind::SharedAudience, "also_accept", message));
        }
    }
}

fn check_scopes(setting: &'static str, scopes: &[String], errors: &mut Vec<AuthorizationError>) -> ScopeSet {
    for scope in scopes {
        if scope == OFFLINE_ACCESS {
            let message = format!(
                "invalid scope `offline_access` in `{setting}`: \
                 remove it, clients request it from the authorization server by themselves"
            );
            errors.push(AuthorizationError::new(Kind::OfflineAccess, setting, message));
        } else {
            check_scope(setting, scope, errors);
        }
    }
    scopes.iter().collect()
}

fn check_scope(setting: &'static str, scope: &str, errors: &mut Vec<AuthorizationError>) {
    if !is_scope_token(scope) {
        let message = format!(
            "invalid scope {scope:?} in `{setting}`: write one string per scope, without spaces, quotes and backslashes"
        );
        errors.push(AuthorizationError::new(Kind::InvalidScope, setting, message));
    }
}

fn build_hierarchy(rules: &[(String, Vec<String>)], errors: &mut Vec<AuthorizationError>) -> ScopeHierarchy {
    let mut hierarchy = ScopeHierarchy::default();
    for (scope, implied) in rules {
        for scope in std::iter::once(scope).chain(implied) {
            check_scope("implies", scope, errors);
        }
        hierarchy = hierarchy.implies(scope, implied);
    }
    hierarchy
}
