//! From a description to an [`Authenticator`], or to the list of everything that is wrong with it.

use std::{collections::BTreeSet, sync::Arc};

use super::{Authorization, Published, ServerDraft};
use crate::{
    auth::{
        hierarchy::ScopeHierarchy,
        metadata::{MetadataMembers, ResourceMetadata},
        resource::ResourceId,
        resource_server::{
            authenticator::{Authenticator, Server},
            challenge::Challenger,
            error::AuthorizationError,
        },
        scope::{ScopeSet, is_scope_token},
        secure_url,
    },
    time::Clock,
};

/// Audiences that an authorization server puts into tokens whatever they are for.
const SHARED_AUDIENCES: [&str; 1] = ["account"];

/// Between clients and authorization servers only; a resource has no use for it.
const OFFLINE_ACCESS: &str = "offline_access";

impl Authorization {
    /// Checks the description. Nothing is fetched yet, so that a server can start before its authorization server.
    pub(crate) fn build(self) -> Result<Authenticator, Vec<AuthorizationError>> {
        let mut mistakes = Vec::new();
        let resource = ResourceId::parse(&self.resource)
            .map_err(|mistake| mistakes.push(AuthorizationError::url("resource", &self.resource, mistake)));
        check_published(&self.published, &mut mistakes);
        let servers = finish_servers(self.servers, &self.clock, &mut mistakes);
        check_audiences(&self.audiences, &servers, &mut mistakes);
        if self.audiences.iter().chain(&self.shared_audiences).any(String::is_empty) {
            mistakes.push(AuthorizationError::EmptyAudience);
        }
        let required = check_scopes("required_scopes", &self.required_scopes, &mut mistakes);
        let supported = match &self.scopes_supported {
            Some(scopes) => check_scopes("scopes_supported", scopes, &mut mistakes),
            None => required.clone(),
        };
        let hierarchy = check_implications(&self.implications, &mut mistakes);
        let (Ok(resource), true) = (resource, mistakes.is_empty()) else {
            return Err(mistakes);
        };

        let resource =
            resource.exact(self.exact_audience).also_accept([self.audiences, self.shared_audiences].concat());
        let members = MetadataMembers {
            resource: resource.as_str(),
            authorization_servers: servers.iter().map(|server| &*server.issuer).collect(),
            jwks_uri: self.published.jwks_uri.as_deref(),
            scopes_supported: supported.iter().collect(),
            bearer_methods_supported: ["header"],
            resource_name: self.published.name.as_deref(),
            resource_documentation: self.published.documentation.as_deref(),
            resource_policy_uri: self.published.policy_uri.as_deref(),
            resource_tos_uri: self.published.tos_uri.as_deref(),
        };
        let metadata = ResourceMetadata::new(&members, resource.metadata_paths());
        Ok(Authenticator {
            challenger: Challenger::new(&resource, required.clone()),
            metadata,
            resource,
            servers,
            required,
            hierarchy,
            anonymous: self.anonymous,
            scope_failure: self.scope_failure,
            challenge_scopes: self.challenge_scopes,
            clock: self.clock,
            told_of_audience: false.into(),
        })
    }
}

fn check_published(published: &Published, mistakes: &mut Vec<AuthorizationError>) {
    for (place, url) in [
        ("resource_documentation", &published.documentation),
        ("resource_policy_uri", &published.policy_uri),
        ("resource_tos_uri", &published.tos_uri),
        ("jwks_uri", &published.jwks_uri),
    ] {
        // A page may have a fragment, an identifier may not.
        let url = url.as_deref().map(|url| if place == "jwks_uri" { url } else { without_fragment(url) });
        if let Some((url, Err(mistake))) = url.map(|url| (url, secure_url::parse(url))) {
            mistakes.push(AuthorizationError::url(place, url, mistake));
        }
    }
}

fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(page, _)| page)
}

fn finish_servers(drafts: Vec<ServerDraft>, clock: &Clock, mistakes: &mut Vec<AuthorizationError>) -> Vec<Server> {
    if drafts.is_empty() {
        mistakes.push(AuthorizationError::NoServer);
    }
    let mut seen = BTreeSet::new();
    let mut servers = Vec::with_capacity(drafts.len());
    for draft in drafts {
        if let Err(mistake) = secure_url::parse_without_query(&draft.issuer) {
            mistakes.push(AuthorizationError::url("server", &draft.issuer, mistake));
        }
        if !seen.insert(draft.issuer.clone()) {
            mistakes.push(AuthorizationError::DuplicateIssuer(draft.issuer.clone()));
        }
        let issuer: Arc<str> = draft.issuer.into();
        let verifier = draft.verifier.finish(&issuer, clock, mistakes);
        servers.push(Server { issuer, verifier });
    }
    servers
}

fn check_audiences(audiences: &[String], servers: &[Server], mistakes: &mut Vec<AuthorizationError>) {
    for audience in audiences {
        // The issuer itself and its userinfo endpoint are in the tokens of everyone who logs in there.
        let is_issuer = servers.iter().any(|server| {
            audience
                .strip_prefix(&*server.issuer)
                .is_some_and(|rest| matches!(rest, "" | "/" | "userinfo" | "/userinfo"))
        });
        if is_issuer || SHARED_AUDIENCES.contains(&audience.as_str()) {
            mistakes.push(AuthorizationError::SharedAudience(audience.clone()));
        }
    }
}

fn check_scopes(place: &'static str, scopes: &[String], mistakes: &mut Vec<AuthorizationError>) -> ScopeSet {
    for scope in scopes {
        if scope == OFFLINE_ACCESS {
            mistakes.push(AuthorizationError::OfflineAccess { place });
        } else if !is_scope_token(scope) {
            mistakes.push(AuthorizationError::Scope { place, text: scope.clone() });
        }
    }
    scopes.iter().collect()
}

fn check_implications(rules: &[(String, Vec<String>)], mistakes: &mut Vec<AuthorizationError>) -> ScopeHierarchy {
    let mut hierarchy = ScopeHierarchy::default();
    for (big, small) in rules {
        for scope in std::iter::once(big).chain(small).filter(|scope| !is_scope_token(scope)) {
            mistakes.push(AuthorizationError::Scope { place: "implies", text: scope.clone() });
        }
        hierarchy = hierarchy.implies(big, small);
    }
    hierarchy
}
