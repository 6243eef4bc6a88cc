//! Puts a module together, and collects every mistake on the way.

use std::sync::Arc;

use fluent_uri::{Uri, component::Authority};

use super::{BuildError, BuildErrors, McpModule, McpOptions, McpServer, Registry, slip::is_slip};
use crate::{
    auth::{Anonymous, Authenticator, ScopeFailure},
    engine::{Broadcaster, Engine, Settings, Sweeper},
    limits::Limits,
    protocol::types::subscription::Lists,
    registry::{Callers, Catalog, Entry, Item, Surroundings},
    seal::SealingKeys,
    store::Changes,
    time::Clock,
    transport::http::{AllowList, Endpoint},
};

pub(super) async fn assemble(module: McpModule) -> Result<McpServer, BuildErrors> {
    let McpModule { mut options, collect, entries, items, mut providers, guards, interceptors } = module;
    let name = options.implementation.name.clone();
    let mut errors = check(&options);

    let anonymous = options.authorization.as_ref().map(crate::auth::Authorization::lets_in_anonymous);
    let hosts = hosts(&options);
    let authenticator = options.authorization.take().and_then(|authorization| match authorization.build() {
        Ok(authenticator) => Some(authenticator),
        Err(mistakes) => {
            errors.extend(mistakes.into_iter().map(|mistake| BuildError::new(mistake.to_string())));
            None
        }
    });
    let callers = anonymous.map(|anonymous| match anonymous {
        Anonymous::PublicOnly => Callers::KnownAndAnonymous,
        Anonymous::Deny => Callers::Known,
    });

    let entries = select(&name, collect, entries);
    match entries.len() + items.len() {
        0 => tracing::warn!(
            server = name,
            "nothing to serve: is the crate with the annotated functions linked (`use my_tools as _;`)?"
        ),
        count => tracing::info!(server = name, items = count, "collected"),
    }
    let registry = Registry::new(&name);
    providers.value(registry.clone());
    providers.value(Changes::new(options.change_bus.clone()));
    let items: Vec<Item> = entries.iter().map(|entry| (entry.make)()).chain(items).collect();
    for item in &items {
        let missing = providers.missing(item.name(), item.place, &item.requirements.providers);
        errors.extend(missing.into_iter().map(|missing| BuildError::new(missing.to_string())));
    }
    warn_of_silence(&name, &items);
    let hierarchy = authenticator.as_ref().map(|authenticator| authenticator.hierarchy().clone()).unwrap_or_default();
    let offers = options.offers.iter().fold(Lists::NONE, |offers, kind| offers.or(kind.list()));
    let around = Surroundings {
        guards,
        interceptors,
        hierarchy: Arc::new(hierarchy),
        offers,
        callers,
        page_size: options.page_size.max(1),
    };
    let keys = options.sealing_keys.take().map_or_else(SealingKeys::random, Ok).map_err(|error| {
        errors.push(BuildError::new(format!("the system has no randomness to make a key from: {error}")));
    });
    let catalog = Catalog::new(items, around).map_err(|mistakes| {
        errors.extend(mistakes.into_iter().map(|mistake| BuildError::new(mistake.0)));
    });
    let providers = providers.build().await.map_err(|mistakes| {
        errors.extend(mistakes.iter().map(|mistake| BuildError::new(crate::error::chain(mistake))));
    });

    match (catalog, providers, keys) {
        (Ok(catalog), Ok(providers), Ok(keys)) if errors.is_empty() => {
            let settings = settings(&options, callers, authenticator.as_ref(), keys);
            let engine = Arc::new(Engine::new(settings, catalog, providers));
            registry.serve(&engine);
            let endpoint = Endpoint {
                _sweeper: Sweeper::start(&engine),
                _broadcaster: Broadcaster::start(&engine),
                engine,
                authenticator,
                allowed: AllowList::new(&hosts, &options.streamable_http.allowed_origins),
                largest_body: options.limits.max_body_bytes,
                body_time: options.limits.body_timeout,
                keep_alive: options.streamable_http.keep_alive,
            };
            Ok(McpServer::new(Arc::new(endpoint), options, registry))
        }
        _ => Err(BuildErrors::new(name, errors)),
    }
}

/// The entries of this module, in the order in which they are listed: that of the source.
fn select(name: &str, collect: bool, mut entries: Vec<Entry>) -> Vec<Entry> {
    if collect {
        let is_ours = |entry: &&Entry| entry.server.is_none_or(|server| server == name);
        entries.extend(inventory::iter::<Entry>().filter(is_ours));
        for entry in inventory::iter::<Entry>() {
            if let Some(other) = entry.server.filter(|other| *other != name && is_slip(other, name)) {
                tracing::warn!(
                    server = name,
                    place = %entry.place,
                    "left out: the {} `{}` says `server = {other:?}`, which is nearly the name of this module",
                    entry.kind,
                    entry.name,
                );
            }
        }
    }
    entries.sort_by_key(|entry| (entry.module, entry.place));
    entries
}

/// A language model knows a tool by its description.
fn warn_of_silence(server: &str, items: &[Item]) {
    let silent: Vec<&str> = items.iter().filter(|item| item.is_undescribed_tool()).map(Item::name).collect();
    if !silent.is_empty() {
        tracing::warn!(
            server,
            tools = silent.join(", "),
            "tools without a description, by which a language model would know when to call them: write a doc comment"
        );
    }
}

/// Mistakes in the options themselves.
fn check(options: &McpOptions) -> Vec<BuildError> {
    let mut errors = Vec::new();
    if options.implementation.name.is_empty() {
        errors.push(BuildError::new("the server has no name: `McpOptions::new(\"name\", \"version\")`"));
    }
    let path = &options.streamable_http.path;
    if !path.starts_with('/') || path.contains(['{', '}', '?', '#', '*', ' ']) {
        errors.push(BuildError::new(format!("the path `{path}` must begin with `/`, and be plain")));
    }
    if path.starts_with("/.well-known") {
        errors.push(BuildError::new(format!("the path `{path}` is taken: `/.well-known` is for documents")));
    }
    for origin in &options.streamable_http.allowed_origins {
        if origin != "*" && !is_origin(origin) {
            errors.push(BuildError::new(format!(
                "`{origin}` is not an origin: `allowed_origins` takes `https://app.example.com`"
            )));
        }
    }
    for host in &options.streamable_http.allowed_hosts {
        if host.contains('/') || host.is_empty() {
            errors.push(BuildError::new(format!("`{host}` is not a host: `allowed_hosts` takes `mcp.example.com`")));
        }
    }
    let times = [
        ("StreamableHttp::keep_alive", options.streamable_http.keep_alive),
        ("McpOptions::task_poll_interval", options.task_poll_interval),
    ];
    for (option, time) in times.into_iter().chain(options.limits.nonzero_durations()) {
        if time.is_zero() {
            errors.push(BuildError::new(format!("`{option}` is 0, and must be longer")));
        }
    }
    if options.page_size == 0 {
        errors.push(BuildError::new("`McpOptions::page_size` is 0, and a page has at least one item"));
    }
    let (depth, max_depth) = (options.limits.max_json_depth, Limits::MAX_JSON_DEPTH);
    if !(1..=max_depth).contains(&depth) {
        let text = format!("invalid `Limits::max_json_depth` {depth}: expected 1 to {max_depth}");
        errors.push(BuildError::new(text));
    }
    errors
}

/// Whether it is the origin of a page, as browsers write it (RFC 6454, section 6.2).
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

/// The hosts that are served: the named ones, and that of the protected resource.
fn hosts(options: &McpOptions) -> Vec<String> {
    let mut hosts = options.streamable_http.allowed_hosts.clone();
    if let Some(authorization) = &options.authorization
        && let Ok(url) = Uri::parse(authorization.resource_url())
        && let Some(authority) = url.authority()
    {
        hosts.push(authority.host().to_owned());
    }
    hosts
}

fn settings(
    options: &McpOptions,
    callers: Option<Callers>,
    authenticator: Option<&Authenticator>,
    keys: SealingKeys,
) -> Settings {
    let http = &options.streamable_http;
    Settings {
        implementation: options.implementation.clone(),
        instructions: options.instructions.clone(),
        mode: http.mode,
        without_sessions: http.stateless,
        stream_after: http.stream_after,
        retry: http.retry,
        caching: options.caching,
        limits: Arc::new(options.limits),
        clock: Clock::system(),
        change_bus: options.change_bus.clone(),
        session_id: http.session_id.clone(),
        callers,
        scope_failure: authenticator.map_or_else(ScopeFailure::default, Authenticator::scope_failure),
        keys,
        spent_states: options.spent_states.clone(),
        task_store: options.task_store.clone(),
        task_poll_interval: options.task_poll_interval,
    }
}

#[cfg(test)]
mod tests {
    use super::is_origin;

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
