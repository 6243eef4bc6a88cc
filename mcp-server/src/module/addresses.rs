//! Checks of hosts, origins and paths: each must be able to match a request.

use fluent_uri::{
    Uri,
    component::{Authority, Host},
};

use crate::registry::normal_uri;

/// Checks a host that requests may name: `host` or `host:port`. The error says what to write.
pub(super) fn check_host(text: &str) -> Result<(), String> {
    let expected = || "expected a host, such as `mcp.example.com`".to_owned();
    check_letters(text, "host")?;
    if let Some((_, rest)) = text.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return Err(if host.is_empty() { expected() } else { format!("expected no scheme, such as `{host}`") });
    }
    if let Some((host, _)) = text.split_once(['/', '?', '#']).filter(|(host, _)| !host.is_empty()) {
        return Err(format!("expected no path, such as `{host}`"));
    }
    if text.parse::<std::net::Ipv6Addr>().is_ok() {
        return Err(format!("expected brackets, such as `[{text}]`"));
    }
    let url = format!("http://{text}");
    let url = Uri::parse(url.as_str()).map_err(|_| expected())?;
    let authority = url.authority().filter(|_| url.path().is_empty()).ok_or_else(expected)?;
    check_authority(&authority)?.ok_or_else(expected)
}

/// Checks the origin of a page, as browsers serialize it (RFC 6454, section 6.2), with or without a
/// final `/`. The error says what to write.
pub(super) fn check_origin(text: &str) -> Result<(), String> {
    let expected = || "expected an origin, such as `https://app.example.com`".to_owned();
    check_letters(text, "origin")?;
    let (origin, host) = (text.trim_end_matches('/'), text.split('/').next().unwrap_or_default());
    let (scheme, rest) = match origin.split_once("://") {
        Some((scheme, rest)) if !rest.is_empty() => (scheme, rest),
        None if text == "null" => {
            return Err("expected an origin: pages of origin `null` cannot be told apart".to_owned());
        }
        None if check_host(host).is_ok() => return Err(format!("expected a scheme, such as `https://{host}`")),
        _ => return Err(expected()),
    };
    if let Some((host, _)) = rest.split_once(['/', '?', '#']) {
        return Err(format!("expected no path, such as `{scheme}://{host}`"));
    }
    let url = Uri::parse(origin).map_err(|_| expected())?;
    let authority = url.authority().ok_or_else(expected)?;
    check_authority(&authority)?.ok_or_else(expected)?;
    // Browsers leave out the default port.
    match url.scheme().default_port() {
        Some(port) if authority.port_to_u16() == Ok(Some(port)) => {
            Err(format!("expected no default port, such as `{scheme}://{}`", authority.host()))
        }
        _ => Ok(()),
    }
}

/// Checks for characters that requests never contain in this place.
fn check_letters(text: &str, what: &str) -> Result<(), String> {
    if text.contains('*') {
        return Err(format!("expected no wildcard: list each {what}, or `*` alone for any {what}"));
    }
    if text.contains(|letter: char| letter.is_whitespace()) {
        return Err(format!("expected no whitespace: list each {what} on its own"));
    }
    if !text.is_ascii() {
        return Err("expected the ASCII form of the name, which begins with `xn--`: clients send that form".to_owned());
    }
    Ok(())
}

/// Checks host and port. The outer error says what to write; `None` stands for another mistake.
fn check_authority(authority: &Authority<'_>) -> Result<Option<()>, String> {
    let host = authority.host();
    if authority.has_userinfo() {
        return Err(format!("expected no user name, such as `{host}`"));
    }
    if let Some(port) = authority.port().map(fluent_uri::pct_enc::EStr::as_str) {
        match port.parse::<u16>() {
            Ok(number) if number > 0 && number.to_string() == port => {}
            Ok(number) if number > 0 => return Err(format!("expected the port {number}")),
            _ => return Err("expected no port, or one of 1 to 65535".to_owned()),
        }
    }
    if let Host::Ipv6(address) = authority.host_parsed()
        && !host.eq_ignore_ascii_case(&format!("[{address}]"))
    {
        return Err(format!("expected the short form of the address, `[{address}]`"));
    }
    Ok((!host.is_empty() && !host.contains('%')).then_some(()))
}

/// Checks a path that the router can match: in the normal form in which clients send it, without
/// variables, and without `:` at the start of a segment, at which axum panics. The error says what
/// to write.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    const BASE: &str = "http://localhost";
    let expected = || "expected `/` and plain segments, such as `/mcp`".to_owned();
    if !path.starts_with('/') || path.contains(['*', '{', '}', '?', '#', '\\']) || path.contains("/:") {
        return Err(expected());
    }
    let url = format!("{BASE}{path}");
    let normal = normal_uri(&url);
    let normal = normal.strip_prefix(BASE).filter(|normal| !normal.is_empty()).unwrap_or("/");
    if path.contains("//") {
        let segments: Vec<&str> = normal.split('/').filter(|segment| !segment.is_empty()).collect();
        return Err(format!("expected no empty segment, such as `/{}`", segments.join("/")));
    }
    if Uri::parse(format!("{BASE}{normal}").as_str()).is_err() {
        return Err(expected());
    }
    if normal == path { Ok(()) } else { Err(format!("clients request it as `{normal}`, so write that")) }
}

/// Returns `true` if a protected resource can be served at the endpoint with this path: it is at
/// the path, above it, or at the path below a prefix.
pub(super) fn is_resource_of(resource: &str, path: &str) -> bool {
    let Ok(resource) = Uri::parse(resource) else { return true };
    let (resource, path) = (resource.path().as_str().trim_end_matches('/'), path.trim_end_matches('/'));
    resource.ends_with(path) || path.strip_prefix(resource).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts that each text is valid, or that its error contains the words.
    fn check(check: fn(&str) -> Result<(), String>, cases: &[(&str, &str)]) {
        for (text, words) in cases {
            match check(text) {
                Ok(()) => assert_eq!(*words, "", "{text:?} is valid"),
                Err(reason) => assert!(!words.is_empty() && reason.contains(words), "{text:?}: {reason}"),
            }
        }
    }

    #[test]
    fn host_that_cannot_match_is_invalid() {
        check(
            check_host,
            &[
                ("mcp.example.com", ""),
                ("MCP.Example.com", ""),
                ("my_host", ""),
                ("xn--exmple-cua.com", ""),
                ("mcp.example.com:8443", ""),
                ("127.0.0.1:1", ""),
                ("[::1]:3030", ""),
                ("[2001:DB8::1]", ""),
                ("", "such as `mcp.example.com`"),
                (":80", "such as `mcp.example.com`"),
                ("https://mcp.example.com/", "expected no scheme, such as `mcp.example.com`"),
                ("http://", "such as `mcp.example.com`"),
                ("mcp.example.com/mcp", "expected no path, such as `mcp.example.com`"),
                ("mcp.example.com/", "expected no path, such as `mcp.example.com`"),
                ("mcp.example.com?x", "expected no path"),
                ("mcp.example.com#x", "expected no path"),
                ("/", "such as `mcp.example.com`"),
                ("*.example.com", "`*` alone"),
                ("localhost:*", "`*` alone"),
                ("exämple.com", "xn--"),
                (" mcp.example.com", "whitespace"),
                ("a.example.com b.example.com", "whitespace"),
                ("a.example.com,\tb", "whitespace"),
                ("user@mcp.example.com", "expected no user name, such as `mcp.example.com`"),
                ("mcp.example.com:", "1 to 65535"),
                ("mcp.example.com:0", "1 to 65535"),
                ("mcp.example.com:65536", "1 to 65535"),
                ("mcp.example.com:0443", "the port 443"),
                ("mcp.example.com:https", "such as `mcp.example.com`"),
                ("::1", "`[::1]`"),
                ("[0:0:0:0:0:0:0:1]", "`[::1]`"),
                ("ex%61mple.com", "such as `mcp.example.com`"),
                ("ex\\ample", "such as `mcp.example.com`"),
            ],
        );
    }

    #[test]
    fn origins_are_what_browsers_send() {
        check(
            check_origin,
            &[
                ("https://app.example.com", ""),
                ("https://App.Example.com/", ""),
                ("http://localhost:6274", ""),
                ("http://[::1]:8080", ""),
                ("vscode-webview://0abc", ""),
                ("http://[::1]:80/", "expected no default port, such as `http://[::1]`"),
                ("https://app.example.com:443", "expected no default port, such as `https://app.example.com`"),
                ("https://app.example.com/app", "expected no path, such as `https://app.example.com`"),
                ("https://app.example.com?x", "expected no path"),
                ("https://app.example.com#x", "expected no path"),
                ("https://user@app.example.com", "expected no user name"),
                ("https://app.example.com:99999", "1 to 65535"),
                ("https://app.example.com:", "1 to 65535"),
                ("https://app.example.com:08443", "the port 8443"),
                ("https://*.example.com", "`*` alone"),
                ("https://app.example.com:*", "`*` alone"),
                ("https://exämple.com", "xn--"),
                ("https://a.example.com https://b.example.com", "whitespace"),
                ("https://ex%61mple.com", "such as `https://app.example.com`"),
                ("https://", "such as `https://app.example.com`"),
                ("https:app.example.com", "such as `https://"),
                ("//app.example.com", "such as `https://app.example.com`"),
                ("app.example.com", "expected a scheme, such as `https://app.example.com`"),
                ("localhost:3000", "expected a scheme, such as `https://localhost:3000`"),
                ("null", "`null`"),
                ("", "such as `https://app.example.com`"),
            ],
        );
    }

    #[test]
    fn path_that_cannot_match_is_invalid() {
        check(
            check_path,
            &[
                ("/", ""),
                ("/mcp", ""),
                ("/api/v1/mcp/", ""),
                ("/a%20b", ""),
                ("/users:mcp", ""),
                ("/~me/@mcp", ""),
                ("/%C3%A9", ""),
                ("", "such as `/mcp`"),
                ("mcp", "such as `/mcp`"),
                ("https://h/mcp", "such as `/mcp`"),
                ("/:mcp", "such as `/mcp`"),
                ("/*rest", "such as `/mcp`"),
                ("/{mcp}", "such as `/mcp`"),
                ("/a?b", "such as `/mcp`"),
                ("/a#b", "such as `/mcp`"),
                ("/a%zz", "such as `/mcp`"),
                ("/a\\b", "such as `/mcp`"),
                ("/[mcp]", "such as `/mcp`"),
                ("/a b", "`/a%20b`"),
                ("/é", "`/%C3%A9`"),
                ("/a\nb", "`/a%0Ab`"),
                ("/%c3%a9", "`/%C3%A9`"),
                ("/%6Dcp", "`/mcp`"),
                ("/a/../b", "`/b`"),
                ("/./mcp", "`/mcp`"),
                ("/a/%2E%2e/mcp", "`/mcp`"),
                ("/..", "`/`"),
                ("//mcp", "`/mcp`"),
                ("/a//b/", "`/a/b`"),
            ],
        );
    }

    #[test]
    fn resource_elsewhere_is_recognized() {
        for (resource, path, expected) in [
            ("https://h/mcp", "/mcp", true),
            ("https://h/mcp/", "/mcp", true),
            ("https://h/mcp", "/mcp/", true),
            ("https://h", "/mcp", true),
            ("https://h/", "/", true),
            ("https://h/api", "/api/mcp", true),
            ("https://h/api/mcp", "/mcp", true),
            ("https://h/mcp?tenant=a", "/mcp", true),
            ("https://h/tools", "/", true),
            ("https://h/tools", "/mcp", false),
            ("https://h/mcp/v1", "/mcp", false),
            ("https://h/MCP", "/mcp", false),
            ("https://h/api", "/apis/mcp", false),
            ("https://h/xmcp", "/mcp", false),
        ] {
            assert_eq!(is_resource_of(resource, path), expected, "{resource} {path}");
        }
    }
}
