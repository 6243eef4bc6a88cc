//! The protected resource metadata document (RFC 9728), serialized once.

use bytes::Bytes;
use serde::Serialize;

/// The document from which clients learn the authorization servers of this resource, and its paths.
#[derive(Clone, Debug)]
pub(crate) struct ResourceMetadata {
    document: Bytes,
    paths: Vec<String>,
}

impl ResourceMetadata {
    pub(crate) fn new(members: &MetadataMembers, paths: Vec<String>) -> Self {
        // The members are strings and lists of strings, so serializing them cannot fail.
        Self { document: serde_json::to_vec(members).unwrap_or_default().into(), paths }
    }

    /// Returns the document, of type `application/json`.
    pub(crate) fn document(&self) -> Bytes {
        self.document.clone()
    }

    /// Returns the paths that serve the document.
    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }
}

/// The members of RFC 9728, section 2, that an operator can configure. Empty members are omitted
/// (section 3.2).
#[derive(Debug, Default, Serialize)]
pub(crate) struct MetadataMembers {
    pub(crate) resource: String,
    pub(crate) authorization_servers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) jwks_uri: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes_supported: Vec<String>,
    /// Accepted ways to present a token.
    pub(crate) bearer_methods_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_documentation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_policy_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_tos_uri: Option<String>,
}
