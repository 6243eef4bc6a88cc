//! Checks of the options of a module.

use fluent_uri::Uri;

use super::{
    addresses,
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
    if let Err(reason) = addresses::check_path(path) {
        report(format!("invalid path `{path}`: {reason}"));
    }
    if path.starts_with("/.well-known") {
        report(format!("invalid path `{path}`: `/.well-known` is reserved for metadata documents"));
    }
    for origin in options.streamable_http.allowed_origins.iter().filter(|origin| *origin != "*") {
        if let Err(reason) = addresses::check_origin(origin) {
            report(format!("invalid origin `{origin}` in `allowed_origins`: {reason}"));
        }
    }
    for host in options.streamable_http.allowed_hosts.iter().filter(|host| *host != "*") {
        if let Err(reason) = addresses::check_host(host) {
            report(format!("invalid host `{host}` in `allowed_hosts`: {reason}"));
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

/// Warns about a protected resource that is not at the endpoint. It is not an error: the server may
/// be nested under a prefix, or be behind a proxy that rewrites paths.
pub(super) fn warn_of_foreign_resource(options: &McpOptions) {
    if let Some(authorization) = &options.authorization
        && let (url, path) = (authorization.resource_url(), &*options.streamable_http.path)
        && !addresses::is_resource_of(url, path)
    {
        tracing::warn!(
            server = options.implementation.name,
            resource = url,
            path,
            "the path of `Authorization::resource` is not that of the endpoint: write its public URL, as clients do"
        );
    }
}
