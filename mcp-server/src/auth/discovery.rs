//! Where an issuer publishes its metadata, and what of it counts here: the place of its keys.

use std::fmt;

use serde::Deserialize;

use crate::auth::secure_url;

/// The addresses of the metadata of an issuer, in the order of trying: RFC 8414 §3, OpenID Connect Discovery §4 with the path
/// inserted, then both with it before, as older servers have it.
pub(crate) fn addresses(issuer: &str) -> Vec<String> {
    const SERVER: &str = "/.well-known/oauth-authorization-server";
    const OPENID: &str = "/.well-known/openid-configuration";
    let host = issuer.find("://").map_or(0, |at| at + 3);
    let (origin, path) = issuer[host..].find('/').map_or((issuer, ""), |at| issuer.split_at(host + at));
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return vec![format!("{origin}{SERVER}"), format!("{origin}{OPENID}")];
    }
    vec![
        format!("{origin}{SERVER}{path}"),
        format!("{origin}{OPENID}{path}"),
        format!("{origin}{path}{OPENID}"),
        format!("{origin}{path}{SERVER}"),
    ]
}

/// The `jwks_uri` of a metadata document of this issuer.
pub(crate) fn read(issuer: &str, document: &[u8]) -> Result<String, DiscoveryError> {
    #[derive(Deserialize)]
    struct Metadata {
        issuer: String,
        jwks_uri: Option<String>,
    }
    let metadata: Metadata = serde_json::from_slice(document).map_err(|_| DiscoveryError::NoMetadata)?;
    // Equal character by character (RFC 8414 §3.3), or one tenant of a host could hand out the keys for another.
    if metadata.issuer != issuer {
        return Err(DiscoveryError::OtherIssuer(metadata.issuer));
    }
    let keys = metadata.jwks_uri.ok_or(DiscoveryError::NoKeys)?;
    let secure =
        secure_url::parse(&keys).is_ok_and(|url| secure_url::is_scheme(&url, "https") || issuer.starts_with("http:"));
    if secure { Ok(keys) } else { Err(DiscoveryError::InsecureKeys) }
}

/// Why a document is of no use. For the log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DiscoveryError {
    NoMetadata,
    OtherIssuer(String),
    NoKeys,
    InsecureKeys,
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMetadata => formatter.write_str("it is no metadata document"),
            Self::OtherIssuer(issuer) => write!(
                formatter,
                "it says that the issuer is {issuer:?}; name exactly this text as the server, if it is the right one"
            ),
            Self::NoKeys => formatter.write_str("it has no `jwks_uri`"),
            Self::InsecureKeys => formatter.write_str("its `jwks_uri` is not an https URL"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_in_use_is_tried() {
        assert_eq!(
            addresses("https://idp.example.com/realms/acme"),
            [
                "https://idp.example.com/.well-known/oauth-authorization-server/realms/acme",
                "https://idp.example.com/.well-known/openid-configuration/realms/acme",
                "https://idp.example.com/realms/acme/.well-known/openid-configuration",
                "https://idp.example.com/realms/acme/.well-known/oauth-authorization-server",
            ]
        );
        for issuer in ["https://tenant.example.com", "https://tenant.example.com/"] {
            assert_eq!(
                addresses(issuer),
                [
                    "https://tenant.example.com/.well-known/oauth-authorization-server",
                    "https://tenant.example.com/.well-known/openid-configuration",
                ]
            );
        }
    }

    #[test]
    fn only_the_document_of_exactly_this_issuer_counts() {
        let read = |issuer: &str, document: &str| read(issuer, document.as_bytes());
        let good = r#"{"issuer":"https://idp/a","jwks_uri":"https://keys/a","other":1}"#;
        assert_eq!(read("https://idp/a", good).unwrap(), "https://keys/a");
        assert_eq!(read("https://idp/a/", good), Err(DiscoveryError::OtherIssuer("https://idp/a".to_owned())));
        assert_eq!(read("https://IDP/a", good), Err(DiscoveryError::OtherIssuer("https://idp/a".to_owned())));
        assert_eq!(read("https://idp/a", r#"{"issuer":"https://idp/a"}"#), Err(DiscoveryError::NoKeys));
        for (issuer, keys, expected) in [
            ("https://idp", "http://keys", false),
            ("https://idp", "http://localhost/keys", false),
            ("https://idp", "file:///keys", false),
            ("http://localhost", "http://localhost/keys", true),
            ("http://localhost", "http://169.254.169.254/keys", false),
        ] {
            let document = format!(r#"{{"issuer":"{issuer}","jwks_uri":"{keys}"}}"#);
            assert_eq!(read(issuer, &document).is_ok(), expected, "{issuer} {keys}");
        }
        for document in ["", "<html>", "[]", r#"{"issuer":["https://idp/a"],"jwks_uri":"https://keys/a"}"#] {
            assert_eq!(read("https://idp/a", document), Err(DiscoveryError::NoMetadata), "{document}");
        }
    }
}
