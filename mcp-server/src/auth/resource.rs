//! The identifier of this server: published as the operator wrote it, compared by a tolerant but exact rule.

use super::secure_url::{self, UrlError};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The resource identifier (RFC 9728 §1.2) of this server and what else it answers to as an audience.
#[derive(Clone, Debug)]
pub struct ResourceId {
    text: String,
    exact: bool,
    also: Vec<String>,
}

impl ResourceId {
    pub(crate) fn parse(text: &str) -> Result<Self, UrlError> {
        secure_url::parse(text)?;
        // The rule for comparison must be able to read whatever the URL parser lets through.
        Parts::of(text).ok_or(UrlError::Syntax)?;
        Ok(Self { text: text.to_owned(), exact: false, also: Vec::new() })
    }

    pub(crate) fn exact(mut self, exact: bool) -> Self {
        self.exact = exact;
        self
    }

    pub(crate) fn also_accept(mut self, audiences: Vec<String>) -> Self {
        self.also = audiences;
        self
    }

    /// The identifier, character by character as it was configured.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a token whose audience is `audience` is meant for this server.
    ///
    /// Equal are: scheme and host without regard to case, a default port that is written or left out, one slash more or less
    /// at the end of the path. Everything else differs, prefixes above all.
    pub fn accepts(&self, audience: &str) -> bool {
        if audience == self.text || self.also.iter().any(|other| other == audience) {
            return true;
        }
        !self.exact
            && matches!((Parts::of(audience), Parts::of(&self.text)), (Some(theirs), Some(ours)) if theirs.same(&ours))
    }

    /// Where the metadata document is found, as the challenge names it (RFC 9728 §3.1: inserted between host and path).
    pub(crate) fn metadata_url(&self) -> String {
        let (origin, path, query) = self.split();
        let path = path.strip_suffix('/').unwrap_or(path);
        match query {
            Some(query) => format!("{origin}{WELL_KNOWN}{path}?{query}"),
            None => format!("{origin}{WELL_KNOWN}{path}"),
        }
    }

    /// The paths on which the metadata document is served: with the path of the resource inserted, and bare, because clients
    /// look there second.
    pub(crate) fn metadata_paths(&self) -> Vec<String> {
        let (_, path, _) = self.split();
        let short = path.strip_suffix('/').unwrap_or(path);
        let mut paths = Vec::with_capacity(3);
        for path in [short, path, ""] {
            let path = if path == "/" { "" } else { path };
            let path = format!("{WELL_KNOWN}{path}");
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        paths
    }

    /// Origin, path and query of the text.
    fn split(&self) -> (&str, &str, Option<&str>) {
        let (rest, query) = match self.text.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (self.text.as_str(), None),
        };
        let host = rest.find("://").map_or(0, |at| at + 3);
        let path = rest[host..].find('/').map_or(rest.len(), |at| host + at);
        (&rest[..path], &rest[path..], query)
    }
}

/// A URL cut into the pieces that are compared. It is cut as text, not parsed: a parser would also resolve `..`, decode and
/// strip, and each of these makes two identifiers equal that an authorization server takes for different ones.
#[derive(Clone, Copy)]
struct Parts<'a> {
    secure: bool,
    host: &'a str,
    port: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let secure = scheme.eq_ignore_ascii_case("https");
        if !(secure || scheme.eq_ignore_ascii_case("http")) || rest.contains(['#', '\\']) {
            return None;
        }
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (host, port) = split_port(authority);
        let default = if secure { "443" } else { "80" };
        let port = port.filter(|port| !port.is_empty() && *port != default);
        (!host.is_empty()).then_some(Self { secure, host, port, path: path.strip_suffix('/').unwrap_or(path), query })
    }

    fn same(&self, other: &Self) -> bool {
        self.secure == other.secure
            && self.host.eq_ignore_ascii_case(other.host)
            && self.port == other.port
            && self.path == other.path
            && self.query == other.query
    }
}

/// The last colon separates a port, unless it stands inside the brackets of an IPv6 address.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audiences_are_compared_without_prefixes() {
        for (resource, audience, expected) in [
            ("https://h", "https://h", true),
            ("https://h", "https://h/", true),
            ("https://h/", "https://h", true),
            ("https://h/mcp", "https://H:443/mcp/", true),
            ("https://H/mcp", "HTTPS://h/mcp", true),
            ("https://h:8443/mcp", "https://h:8443/mcp", true),
            ("https://h/mcp", "https://h:8443/mcp", false),
            ("http://localhost:80/mcp", "http://localhost/mcp", true),
            ("http://[::1]:3030/mcp", "http://[::1]:3030/mcp/", true),
            ("http://[::1]/mcp", "http://[::1]:80/mcp", true),
            ("https://h/mcp?a=1", "https://h/mcp?a=1", true),
            ("https://h/mcp?a=1", "https://h/mcp/?a=1", true),
            ("https://h/mcp", "https://h/mcpx", false),
            ("https://h/mcp", "https://h/mcp/admin", false),
            ("https://h/mcp/admin", "https://h/mcp", false),
            ("https://h/mcp", "https://h", false),
            ("https://h/mcp", "https://h/MCP", false),
            ("https://h/mcp", "http://h/mcp", false),
            ("https://h/mcp", "https://h/mcp?x=1", false),
            ("https://h/mcp", "https://h/mcp?", false),
            ("https://h/mcp", "https://u@h/mcp", false),
            ("https://h/mcp", "https://h@evil/mcp", false),
            ("https://h/mcp", "https://h/mcp#a", false),
            ("https://h/mcp", "https://h/a/../mcp", false),
            ("https://h/mcp", "https://h/%6dcp", false),
            ("https://h/mcp", "https://h//mcp", false),
            ("https://h/mcp", "https://h/mcp//", false),
            ("https://h/mcp", "https://h\\mcp", false),
            ("https://h/mcp", " https://h/mcp", false),
            ("https://h/mcp", "https://h.evil/mcp", false),
            ("https://h/mcp", "client-1", false),
            ("https://h/mcp", "", false),
        ] {
            assert_eq!(ResourceId::parse(resource).unwrap().accepts(audience), expected, "{resource} {audience}");
        }
    }

    #[test]
    fn exact_and_further_audiences() {
        let exact = ResourceId::parse("https://h/mcp").unwrap().exact(true);
        assert!(exact.accepts("https://h/mcp") && !exact.accepts("https://h/mcp/"));
        let with_name = ResourceId::parse("https://h/mcp").unwrap().also_accept(vec!["api://notes".to_owned()]);
        assert!(
            with_name.accepts("api://notes") && !with_name.accepts("api://notes/") && !with_name.accepts("api://note")
        );
    }

    #[test]
    fn metadata_is_inserted_between_host_and_path() {
        for (resource, url, paths) in [
            ("https://h", "https://h/.well-known/oauth-protected-resource", vec![""]),
            ("https://h/", "https://h/.well-known/oauth-protected-resource", vec![""]),
            ("https://h/mcp", "https://h/.well-known/oauth-protected-resource/mcp", vec!["/mcp", ""]),
            ("https://h/mcp/", "https://h/.well-known/oauth-protected-resource/mcp", vec!["/mcp", "/mcp/", ""]),
            ("https://h/a/mcp?t=1", "https://h/.well-known/oauth-protected-resource/a/mcp?t=1", vec!["/a/mcp", ""]),
            ("https://h?t=1", "https://h/.well-known/oauth-protected-resource?t=1", vec![""]),
            ("http://[::1]:1/m", "http://[::1]:1/.well-known/oauth-protected-resource/m", vec!["/m", ""]),
        ] {
            let id = ResourceId::parse(resource).unwrap();
            assert_eq!(id.metadata_url(), url);
            let paths: Vec<String> = paths.into_iter().map(|path| format!("{WELL_KNOWN}{path}")).collect();
            assert_eq!(id.metadata_paths(), paths, "{resource}");
            assert_eq!(id.as_str(), resource);
        }
    }
}
