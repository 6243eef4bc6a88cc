//! Discovery of an authorization server: fetches its metadata and reads the address of its keys.

use std::fmt;

use serde::Deserialize;

use super::{
    fetch::{FetchError, Fetcher},
    secure_url,
};

/// Fetches the metadata of `issuer` and returns its `jwks_uri`.
pub(crate) async fn jwks_uri(issuer: &str, fetcher: &Fetcher) -> Result<String, DiscoveryError> {
    let mut error = DiscoveryError::NotFound;
    for address in addresses(issuer) {
        match fetcher.get(&address).await {
            Ok(document) => match read(issuer, &document.body) {
                Ok(jwks_uri) => return Ok(jwks_uri),
                // Kept, because it says more in the log than an address that is not served.
                Err(reason) => error = DiscoveryError::Metadata(address, reason),
            },
            Err(FetchError::Status(_) | FetchError::TooLarge) => {}
            // All addresses are on one host, so the next request would fail as well.
            Err(error) => return Err(DiscoveryError::Fetch(address, error)),
        }
    }
    Err(error)
}

/// Returns the metadata addresses of an issuer in the order in which they are tried.
///
/// These are RFC 8414, section 3, and OpenID Connect Discovery, section 4, both with the well-known
/// path inserted, and then both with it appended, as older servers have it.
fn addresses(issuer: &str) -> Vec<String> {
    const SERVER: &str = "/.well-known/oauth-authorization-server";
    const OPENID: &str = "/.well-known/openid-configuration";
    let (origin, path) = secure_url::split_origin(issuer);
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

/// Returns the `jwks_uri` of a metadata document, which must be the document of this issuer.
fn read(issuer: &str, document: &[u8]) -> Result<String, MetadataError> {
    #[derive(Deserialize)]
    struct Metadata {
        issuer: String,
        jwks_uri: Option<String>,
    }
    let metadata: Metadata = serde_json::from_slice(document).map_err(|_| MetadataError::Syntax)?;
    // Compared character by character (RFC 8414, section 3.3). Otherwise one tenant of a host could
    // publish keys for another.
    if metadata.issuer != issuer {
        return Err(MetadataError::OtherIssuer(metadata.issuer));
    }
    let keys = metadata.jwks_uri.ok_or(MetadataError::MissingKeys)?;
    let secure =
        secure_url::parse(&keys).is_ok_and(|url| secure_url::has_scheme(&url, "https") || issuer.starts_with("http:"));
    if secure { Ok(keys) } else { Err(MetadataError::InsecureKeys) }
}

/// A reason why discovery failed. For the log.
#[derive(Debug)]
pub(crate) enum DiscoveryError {
    NotFound,
    Metadata(String, MetadataError),
    Fetch(String, FetchError),
}

/// A reason why a metadata document is not used. For the log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MetadataError {
    Syntax,
    OtherIssuer(String),
    MissingKeys,
    InsecureKeys,
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => formatter.write_str(
                "no metadata at the well-known addresses: check the issuer, or set the address of its keys with `jwks_uri`",
            ),
            Self::Metadata(address, error) => write!(formatter, "invalid metadata at {address}: {error}"),
            Self::Fetch(address, error) => write!(formatter, "cannot fetch {address}: {error}"),
        }
    }
}

impl fmt::Display for MetadataError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax => formatter.write_str("expected a metadata document"),
            Self::OtherIssuer(issuer) => {
                write!(formatter, "unexpected issuer {issuer:?}: if it is right, configure exactly this text")
            }
            Self::MissingKeys => formatter.write_str("missing `jwks_uri`"),
            Self::InsecureKeys => formatter.write_str("invalid `jwks_uri`: expected an https URL"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_cover_all_forms_in_use() {
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
    fn metadata_must_name_exactly_this_issuer() {
        let read = |issuer: &str, document: &str| read(issuer, document.as_bytes());
        let good = r#"{"issuer":"https://idp/a","jwks_uri":"https://keys/a","other":1}"#;
        assert_eq!(read("https://idp/a", good).unwrap(), "https://keys/a");
        assert_eq!(read("https://idp/a/", good), Err(MetadataError::OtherIssuer("https://idp/a".to_owned())));
        assert_eq!(read("https://IDP/a", good), Err(MetadataError::OtherIssuer("https://idp/a".to_owned())));
        assert_eq!(read("https://idp/a", r#"{"issuer":"https://idp/a"}"#), Err(MetadataError::MissingKeys));
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
            assert_eq!(read("https://idp/a", document), Err(MetadataError::Syntax), "{document}");
        }
    }
}
