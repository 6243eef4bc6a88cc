//! Checks of the options of a module.

use fluent_uri::{Uri, component::Authority};

use super::{
    build_error::{BuildError, BuildErrorKind},
    options::McpOptions,
};
use crate::limits::Limits;

/// Returns all errors of the options.
pub(super) fn options(options: &McpOptions) -> Vec<BuildError> {
    let mut errors = Vec::new();
    let mut report = |message: String| errors.push(BuildError::new(BuildErrorKind::Options, message));
    if options.implementation.name.is_empty() {
        report("missing name of the server: expected `McpOptions::new(\"name\", \"version\")`".to_owned());
    }
    if options.implementation.version.is_empty() {
        report("missing version of the server: expected `McpOptions::new(\"name\", \"version\")`".to_owned());
    }
    if options.local_principal.is_some() && options.authorization.is_none() {
        report("`local_principal` without authorization: add `.authorization(..)`, or remove it".to_owned());
    }
    let path = &options.streamable_http.path;
    if !is_path(path) {
        report(format!("invalid path `{path}`: expected `/` and plain segments, such as `/mcp`"));
    }
    if path.starts_with("/.well-known") {
        report(format!("invalid path `{path}`: `/.well-known` is reserved for metadata documents"));
    }
    for origin in &options.streamable_http.allowed_origins {
        if origin != "*" && !is_origin(origin) {
            report(format!("invalid origin `{origin}` in `allowed_origins`: expected `https://app.example.com`"));
        }
    }
    for host in &options.streamable_http.allowed_hosts {
        if host.contains('/') || host.is_empty() {
            report(format!("invalid host `{host}` in `allowed_hosts`: expected `mcp.example.com`"));
        }
    }
    let durations = [
        ("StreamableHttp::keep_alive", options.streamable_http.keep_alive),
        ("McpOptions::task_poll_interval", options.task_poll_interval),
    ];
    for (option, duration) in durations.into_iter().chain(options.limits.nonzero_durations()) {
        if duration.is_zero() {
            report(format!("invalid `{option}` 0: expected a longer duration"));
        }
    }
    let counts = [("McpOptions::page_size", options.page_size)];
    for (option, count) in counts.into_iter().chain(options.limits.nonzero_counts()) {
        if count == 0 {
            report(format!("invalid `{option}` 0: expected at least 1"));
        }
    }
    let (depth, max_depth) = (options.limits.max_json_depth, Limits::MAX_JSON_DEPTH);
    if !(1..=max_depth).contains(&depth) {
        report(format!("invalid `Limits::max_json_depth` {depth}: expected 1 to {max_depth}"));
    }
    errors
}

/// Returns the hosts that the server accepts in addition to loopback names: the hosts of the
/// options, and the host of the protected resource.
pub(super) fn hosts(options: &McpOptions) -> Vec<String> {
    let mut hosts = options.streamable_http.allowed_hosts.clone();
    if let Some(authorization) = &options.authorization
        && let Ok(url) = Uri::parse(authorization.resource_url())
        && let Some(authority) = url.authority()
    {
        hosts.push(authority.host().to_owned());
    }
    hosts
}

/// Returns `true` for the origin of a page, as browsers serialize it (RFC 6454, section 6.2), with
/// or without a final `/`.
fn is_origin(text: &str) -> bool {
    Uri::parse(text.trim_end_matches('/')).is_ok_and(|uri| {
        let is_bare = uri.path().is_empty() && !uri.has_query() && !uri.has_fragment();
        let is_host = |authority: &Authority<'_>| {
            let is_needed = |port: Option<u16>| port.is_none() || port != uri.scheme().default_port();
            !authority.host().is_empty() && !authority.has_userinfo() && authority.port_to_u16().is_ok_and(is_needed)
        };
        is_bare && uri.authority().as_ref().is_some_and(is_host)
    })
}

/// Returns `true` for a path that the router can match: the characters of a URI path (RFC 3986,
/// section 3.3), without `*`, without empty segments, and without `:` at the start of a segment, at
/// which axum panics.
fn is_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.contains("/:")
        && !path.contains("//")
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%!$&'()+,;=:@/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::{is_origin, is_path};

    #[test]
    fn path_with_wildcard_or_foreign_character_is_invalid() {
        for path in ["/", "/mcp", "/api/v1/mcp/", "/a%20b", "/users:mcp", "/~me/@mcp"] {
            assert!(is_path(path), "{path}");
        }
        for path in [
            "",
            "mcp",
            "/:mcp",
            "/api/:version",
            "/*rest",
            "/{mcp}",
            "/a b",
            "/a?b",
            "/a#b",
            "/ä",
            "/a\nb",
            "/mcp//x",
            "//",
        ] {
            assert!(!is_path(path), "{path}");
        }
    }

    #[test]
    fn origins_are_what_browsers_send() {
        for (text, expected) in [
            ("https://app.example.com", true),
            ("https://app.example.com/", true),
            ("http://localhost:6274", true),
            ("http://[::1]:80/", false),
            ("http://[::1]:8080", true),
            ("vscode-webview://0abc", true),
            ("https://app.example.com:443", false),
            ("https://app.example.com/app", false),
            ("https://app.example.com?x", false),
            ("https://app.example.com#x", false),
            ("https://user@app.example.com", false),
            ("https://app.example.com:99999", false),
            ("https://", false),
            ("app.example.com", false),
            ("null", false),
        ] {
            assert_eq!(is_origin(text), expected, "{text}");
        }
    }
}
