//! The protected resource metadata document (RFC 9728), generated once.

use bytes::Bytes;
use serde::Serialize;

/// The document by which clients find the authorization servers of this resource, and where it is served.
#[derive(Clone, Debug)]
pub(crate) struct ResourceMetadata {
    document: Bytes,
    paths: Vec<String>,
}

impl ResourceMetadata {
    pub(crate) fn new(members: &MetadataMembers<'_>, paths: Vec<String>) -> Self {
        // Only texts go in, so there is nothing that could fail to be written.
        Self { document: serde_json::to_vec(members).unwrap_or_default().into(), paths }
    }

    /// The document, `application/json`.
    pub(crate) fn document(&self) -> Bytes {
        self.document.clone()
    }

    /// The paths it is served at.
    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }
}

/// The members of RFC 9728 §2 that a server of this kind has something to say on. What has no element is left out (§3.2).
#[derive(Debug, Default, Serialize)]
pub(crate) struct MetadataMembers<'a> {
    pub(crate) resource: &'a str,
    pub(crate) authorization_servers: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) jwks_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes_supported: Vec<&'a str>,
    /// How a token may be presented.
    pub(crate) bearer_methods_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_documentation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_policy_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_tos_uri: Option<&'a str>,
}
