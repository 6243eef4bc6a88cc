//! Challenge of a server that requires a token, as in RFC 6750 and RFC 9728.

use std::{collections::HashMap, time::Duration};

use reqwest::{Client, Url, redirect};
use serde_json::Value;

/// Timeout for the metadata that explains a challenge.
const METADATA_TIMEOUT: Duration = Duration::from_secs(3);

/// The parameters of a `WWW-Authenticate: Bearer` header.
#[derive(Debug)]
pub(crate) struct Challenge {
    /// 401 for a missing or invalid token, 403 for a token without the required permission.
    status: u16,
    parameters: HashMap<String, String>,
}

impl Challenge {
    /// Parses a header. Skips all text that is not a parameter.
    pub(crate) fn parse(status: u16, header: &str) -> Self {
        let mut parameters = HashMap::new();
        let mut rest = header;
        while let Some((before, after)) = rest.split_once('=') {
            let name = before.rsplit([' ', ',', '\t']).next().unwrap_or_default();
            let (value, remaining) = split_value(after.trim_start());
            parameters.entry(name.to_ascii_lowercase()).or_insert(value);
            rest = remaining;
        }
        Self { status, parameters }
    }

    /// Returns a parameter, or an empty string if it is missing.
    fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// Describes the rejection, with the authorization servers that issue tokens for this server.
    pub(crate) async fn explain(&self, server: &Url) -> String {
        let headline = match (self.status, self.get("error"), self.get("scope")) {
            (401, "", _) => "401: the server requires an access token",
            (401, ..) => "401: the server does not accept this token",
            (_, _, "") => "403: the token does not permit this",
            _ => "403: the token lacks a required scope",
        };
        let issuers = self.authorization_servers(server).await.unwrap_or_default();
        let metadata = if issuers.is_empty() { self.get("resource_metadata") } else { "" };
        let details = [
            ("reason", &*[self.get("error"), self.get("error_description")].join(", ")),
            ("scope", self.get("scope")),
            ("metadata", metadata),
            ("authorization server", &issuers),
        ];
        let mut lines = vec![headline.to_owned()];
        for (name, value) in details.map(|(name, value)| (name, value.trim_matches([',', ' ']))) {
            if !value.is_empty() {
                lines.push(format!("{name}: {value}"));
            }
        }
        lines.push("pass a token with --token TOKEN or in the variable MCP_TOKEN".to_owned());
        lines.join("\n  ")
    }

    /// Requests the issuers that the metadata of the server names.
    async fn authorization_servers(&self, server: &Url) -> Option<String> {
        let client = Client::builder().timeout(METADATA_TIMEOUT).redirect(redirect::Policy::none()).build().ok()?;
        let body = client.get(self.metadata_url(server)?).send().await.ok()?.bytes().await.ok()?;
        let metadata: Value = serde_json::from_slice(&body).ok()?;
        let issuers: Vec<&str> =
            metadata["authorization_servers"].as_array()?.iter().filter_map(Value::as_str).collect();
        Some(issuers.join(", "))
    }

    /// Returns the URL of the metadata if it has the origin of the server. The client requests no
    /// other URL on behalf of a server that it has no reason to trust yet.
    fn metadata_url(&self, server: &Url) -> Option<Url> {
        Url::parse(self.get("resource_metadata")).ok().filter(|url| url.origin() == server.origin())
    }
}

/// Splits a quoted string or a token from the text after it.
fn split_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (token, rest) = text.split_at(text.find([',', ' ']).unwrap_or(text.len()));
        return (token.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => value.extend(characters.next()),
            _ => value.push(character),
        }
    }
    (value, characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(header: &str, name: &str) -> String {
        Challenge::parse(401, header).get(name).to_owned()
    }

    #[test]
    fn quoted_values_are_unescaped() {
        let header = r#"Bearer realm="a, b=c", error="insufficient_scope", error_description="needs \"admin\"", scope="a b", resource_metadata="http://h/.well-known/x""#;
        assert_eq!(get(header, "error"), "insufficient_scope");
        assert_eq!(get(header, "error_description"), r#"needs "admin""#);
        assert_eq!(get(header, "scope"), "a b");
        assert_eq!(get(header, "resource_metadata"), "http://h/.well-known/x");
    }

    #[test]
    fn bare_tokens_and_bare_challenges_are_read() {
        let header = "Bearer scope=read,error=invalid_token";
        assert_eq!(get(header, "scope"), "read");
        assert_eq!(get(header, "error"), "invalid_token");
        assert_eq!(get("Bearer", "error"), "");
        assert_eq!(get(r#"Bearer scope="unfinished"#, "scope"), "unfinished");
    }

    #[test]
    fn metadata_of_other_origins_is_not_requested() {
        let server = Url::parse("http://127.0.0.1:3030/mcp").unwrap();
        let url = |url| Challenge::parse(401, &format!("Bearer resource_metadata=\"{url}\"")).metadata_url(&server);
        assert!(url("http://127.0.0.1:3030/.well-known/x").is_some());
        assert!(url("http://169.254.169.254/.well-known/x").is_none());
        assert!(url("not a url").is_none());
    }

    #[tokio::test]
    async fn rejection_names_scope_and_metadata() {
        let header = r#"Bearer error="insufficient_scope", scope="admin", resource_metadata="https://other/meta""#;
        let server = Url::parse("http://127.0.0.1:9/mcp").unwrap();
        let text = Challenge::parse(403, header).explain(&server).await;
        assert!(text.starts_with("403: the token lacks a required scope\n  reason: insufficient_scope"), "{text}");
        assert!(text.contains("\n  scope: admin\n  metadata: https://other/meta\n"), "{text}");
    }
}
