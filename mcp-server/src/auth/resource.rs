//! The identifier of a protected resource: published as written, compared by a tolerant rule.

use super::secure_url::{self, UrlError};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Resource identifier of this server (RFC 9728, section 1.2), with the further audiences that the
/// server accepts.
#[derive(Clone, Debug)]
pub struct ResourceId {
    text: String,
    exact: bool,
    audiences: Vec<String>,
}

impl ResourceId {
    pub(crate) fn parse(text: &str) -> Result<Self, UrlError> {
        secure_url::parse(text)?;
        // The comparison must be able to read each URL that the parser accepts.
        Parts::of(text).ok_or(UrlError::Syntax)?;
        Ok(Self { text: text.to_owned(), exact: false, audiences: Vec::new() })
    }

    pub(crate) fn exact(mut self, exact: bool) -> Self {
        self.exact = exact;
        self
    }

    pub(crate) fn also_accept(mut self, audiences: Vec<String>) -> Self {
        self.audiences = audiences;
        self
    }

    /// Returns the identifier exactly as it was configured.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns `true` if a token with this `audience` (`aud`) is meant for this server.
    ///
    /// By default a trailing slash, the case of scheme and host, and an explicit default port make
    /// no difference. Every other difference counts, and a common prefix is not a match.
    pub fn accepts(&self, audience: &str) -> bool {
        if audience == self.text || self.audiences.iter().any(|accepted| accepted == audience) {
            return true;
        }
        !self.exact
            && matches!((Parts::of(audience), Parts::of(&self.text)), (Some(theirs), Some(ours)) if theirs.same(&ours))
    }

    /// Returns the URL of the metadata document for the challenge: the well-known path inserted
    /// between host and path (RFC 9728, section 3.1).
    pub(crate) fn metadata_url(&self) -> String {
        let (origin, path, query) = self.split();
        let path = path.strip_suffix('/').unwrap_or(path);
        match query {
            Some(query) => format!("{origin}{WELL_KNOWN}{path}?{query}"),
            None => format!("{origin}{WELL_KNOWN}{path}"),
        }
    }

    /// Returns the paths that serve the metadata document: with the path of the resource, and the
    /// root form, which clients try second.
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

    /// Splits the text into origin, path and query.
    fn split(&self) -> (&str, &str, Option<&str>) {
        let (rest, query) = match self.text.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (self.text.as_str(), None),
        };
        let (origin, path) = secure_url::split_origin(rest);
        (origin, path, query)
    }
}

/// The parts of a URL that are compared.
///
/// The text is cut, not parsed. A parser would also resolve `..`, percent-decode and trim, and each
/// of these equates identifiers that are different for an authorization server.
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

/// Splits off the port. A colon inside the brackets of an IPv6 address does not count.
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
    fn audience_prefix_is_not_accepted() {
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
    fn exact_and_additional_audiences_match_literally() {
        let exact = ResourceId::parse("https://h/mcp").unwrap().exact(true);
        assert!(exact.accepts("https://h/mcp") && !exact.accepts("https://h/mcp/"));
        let with_name = ResourceId::parse("https://h/mcp").unwrap().also_accept(vec!["api://notes".to_owned()]);
        assert!(
            with_name.accepts("api://notes") && !with_name.accepts("api://notes/") && !with_name.accepts("api://note")
        );
    }

    #[test]
    fn metadata_path_is_inserted_after_the_host() {
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
