//! What a server that refuses a request says about getting in (RFC 6750, RFC 9728).

use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;

/// A `WWW-Authenticate: Bearer` challenge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) error: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) resource_metadata: Option<String>,
}

impl Challenge {
    /// Reads the parameters it knows; anything else in the header is passed over.
    pub(crate) fn parse(header: &str) -> Self {
        let mut challenge = Self::default();
        let mut rest = header;
        while let Some((before, after)) = rest.split_once('=') {
            let name = before.rsplit([' ', ',', '\t']).next().unwrap_or_default();
            let (value, remaining) = split_value(after);
            let known = match name.to_ascii_lowercase().as_str() {
                "error" => Some(&mut challenge.error),
                "error_description" => Some(&mut challenge.description),
                "scope" => Some(&mut challenge.scope),
                "resource_metadata" => Some(&mut challenge.resource_metadata),
                _ => None,
            };
            if let Some(known) = known {
                known.get_or_insert(value);
            }
            rest = remaining;
        }
        challenge
    }

    /// The document that names the authorization servers, if it is the server's own. Another host's is not fetched:
    /// the address comes from whoever answered the request.
    pub(crate) fn metadata_at(&self, server: &Url) -> Option<Url> {
        let url = Url::parse(self.resource_metadata.as_deref()?).ok()?;
        (url.origin() == server.origin()).then_some(url)
    }
}

/// Splits a quoted string or a token from what follows it.
fn split_value(text: &str) -> (String, &str) {
    let text = text.trim_start();
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[index + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, "")
}

#[derive(Deserialize)]
struct ResourceMetadata {
    #[serde(default)]
    authorization_servers: Vec<String>,
}

/// Nobody waits longer than this for the explanation of an error.
const PATIENCE: Duration = Duration::from_secs(3);

/// The authorization servers a protected resource trusts; none when it does not say.
pub(crate) async fn authorization_servers(metadata: Url) -> Vec<String> {
    let fetched = async {
        let client =
            reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()?;
        client.get(metadata).send().await?.error_for_status()?.bytes().await
    };
    let body = fetched.await.unwrap_or_default();
    serde_json::from_slice(&body).map(|metadata: ResourceMetadata| metadata.authorization_servers).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_challenge_with_quoted_values() {
        let challenge = Challenge::parse(
            r#"Bearer realm="a, b=c", error="insufficient_scope", error_description="needs \"admin\"", scope="a b", resource_metadata="http://h/.well-known/x""#,
        );
        assert_eq!(challenge.error.as_deref(), Some("insufficient_scope"));
        assert_eq!(challenge.description.as_deref(), Some(r#"needs "admin""#));
        assert_eq!(challenge.scope.as_deref(), Some("a b"));
        assert_eq!(challenge.resource_metadata.as_deref(), Some("http://h/.well-known/x"));
    }

    #[test]
    fn reads_bare_tokens_and_bare_challenges() {
        assert_eq!(Challenge::parse("Bearer scope=read,error=invalid_token").scope.as_deref(), Some("read"));
        assert_eq!(Challenge::parse("Bearer scope=read,error=x").error.as_deref(), Some("x"));
        assert_eq!(Challenge::parse("Bearer"), Challenge::default());
        assert_eq!(Challenge::parse(r#"Bearer scope="unfinished"#).scope.as_deref(), Some("unfinished"));
    }

    #[test]
    fn fetches_metadata_only_from_the_server_itself() {
        let server = Url::parse("http://127.0.0.1:3030/mcp").unwrap();
        let at = |url: &str| Challenge { resource_metadata: Some(url.into()), ..Challenge::default() };
        assert!(at("http://127.0.0.1:3030/.well-known/x").metadata_at(&server).is_some());
        assert!(at("http://169.254.169.254/.well-known/x").metadata_at(&server).is_none());
        assert!(at("not a url").metadata_at(&server).is_none());
    }
}
