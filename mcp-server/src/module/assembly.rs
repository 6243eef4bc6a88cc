//! Assembles a server from the parts of a module, and collects all errors.

use std::sync::Arc;

use super::{
    build_error::{BuildError, BuildErrorKind, BuildErrors},
    check, names,
    options::McpOptions,
    registry::Registry,
    server::McpServer,
};
use crate::{
    auth::{Anonymous, Authenticator, Authorization, ScopeFailure, ScopeSet},
    engine::{Broadcaster, Engine, Refusals, Settings, Sweeper},
    pipeline::{SharedGuard, SharedInterceptor},
    protocol::types::subscription::Lists,
    provider::ProvidersBuilder,
    random::Randomness,
    registry::{Callers, Catalog, Entry, Item, ModuleSettings},
    seal::SealingKeys,
    store::Changes,
    transport::http::{AllowList, BodyBounds, DiscardBounds, Endpoint},
};

/// The parts of a module.
pub(super) struct Parts {
    pub(super) options: McpOptions,
    /// `true` if the items that the linker collected are added to `entries`.
    pub(super) collects: bool,
    pub(super) entries: Vec<Entry>,
    pub(super) items: Vec<Item>,
    pub(super) providers: ProvidersBuilder,
    pub(super) guards: Vec<SharedGuard>,
    pub(super) interceptors: Vec<SharedInterceptor>,
}

/// Checks the parts of a module, and assembles a server from them.
pub(super) async fn assemble(parts: Parts) -> Result<McpServer, BuildErrors> {
    let Parts { mut options, collects, entries, items, mut providers, guards, interceptors } = parts;
    let name = options.implementation.name.clone();
    let mut errors = check::options(&options);
    check::warn_of_foreign_resource(&options);

    let anonymous = options.authorization.as_ref().map(Authorization::anonymous_policy);
    let hosts = check::hosts(&options);
    let clock = options.clock.clone();
    let authenticator = options.authorization.take().and_then(|authorization| match authorization.build(&clock) {
        Ok(authenticator) => Some(authenticator),
        Err(found) => {
            let error = |error| BuildError::caused_by(BuildErrorKind::Authorization, error);
            errors.extend(found.into_iter().map(error));
            None
        }
    });
    let callers = anonymous.map(|anonymous| match anonymous {
        Anonymous::PublicOnly => Callers::KnownAndAnonymous,
        Anonymous::Deny => Callers::Known,
    });

    let entries = select(&name, collects, entries, &mut errors);
    match entries.len() + items.len() {
        0 => tracing::warn!(
            server = name,
            "the module has no items: link the crate of the annotated functions with `use my_tools as _;`"
        ),
        count => tracing::info!(server = name, items = count, "collected the items of the module"),
    }
    let registry = Registry::new(&name);
    providers.value(registry.clone());
    providers.value(Changes::new(options.change_bus.clone()));
    let items: Vec<Item> = entries.iter().map(|entry| (entry.make)()).chain(items).collect();
    for item in &items {
        let missing = providers.missing(item.name(), item.place, &item.requirements.providers);
        errors.extend(missing.into_iter().map(BuildError::from));
    }
    warn(&name, &items, authenticator.as_ref());
    let hierarchy = authenticator.as_ref().map(|authenticator| authenticator.hierarchy().clone()).unwrap_or_default();
    let offers = options.offers.iter().fold(Lists::NONE, |offers, kind| offers.or(kind.list()));
    let module_settings = ModuleSettings {
        guards,
        interceptors,
        hierarchy: Arc::new(hierarchy),
        offers,
        callers,
        unknown_arguments: options.unknown_arguments,
        reads_json_texts: options.reads_json_texts,
        page_size: options.page_size.max(1),
    };
    let keys = options.sealing_keys.take().map_or_else(|| SealingKeys::random(&options.random), Ok).map_err(|error| {
        let text = format!("cannot create a sealing key: {error}: set one with `McpOptions::sealing_keys`");
        errors.push(BuildError::new(BuildErrorKind::System, text));
    });
    let catalog = Catalog::new(items, module_settings).map_err(|found| {
        errors.extend(found.into_iter().map(BuildError::from));
    });
    let providers = providers.build().await.map_err(|found| {
        errors.extend(found.into_iter().map(BuildError::from));
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
                allow_list: AllowList::new(&hosts, &options.streamable_http.allowed_origins),
                bodies: BodyBounds::new(&options.limits),
                discard: DiscardBounds::new(&options.limits),
                exposes_credentials: options.streamable_http.exposes_credentials,
                keep_alive: options.streamable_http.keep_alive,
            };
            Ok(McpServer::new(Arc::new(endpoint), options, registry))
        }
        _ => Err(BuildErrors::new(name, errors)),
    }
}

/// Returns the entries of the module, in the order of the source. Reports entries of a server whose
/// name is a misspelling of this one.
fn select(name: &str, collects: bool, mut entries: Vec<Entry>, errors: &mut Vec<BuildError>) -> Vec<Entry> {
    if collects {
        let belongs = |entry: &&Entry| entry.server.is_none_or(|server| server == name);
        entries.extend(inventory::iter::<Entry>().filter(belongs));
        let mut left_out = 0;
        for entry in inventory::iter::<Entry>() {
            let Some(other) = entry.server.filter(|other| *other != name) else { continue };
            let (place, kind, item) = (entry.place, entry.kind, entry.name);
            if names::is_misspelling(other, name) {
                let message = format!(
                    "the {kind} `{item}` ({place}): unknown server `{other}`: expected `server = {name:?}`, or a module \
                     `{other}` that is created before this one is built"
                );
                errors.push(BuildError::at(place, BuildErrorKind::Item, message));
            } else {
                left_out += 1;
                tracing::debug!(server = name, %place, "left out the {kind} `{item}`: its server is {other:?}");
            }
        }
        if left_out > 0 {
            tracing::info!(server = name, left_out, "left out functions of other servers; level `debug` names them");
        }
    }
    entries.sort_by_key(|entry| (entry.module, entry.place));
    entries
}

/// Warns about items that work, but not as their author probably expects.
fn warn(server: &str, items: &[Item], authenticator: Option<&Authenticator>) {
    warn_of_missing_descriptions(server, items);
    warn_of_root_combinators(server, items);
    if let Some(authenticator) = authenticator {
        warn_of_unlisted_scopes(server, items, authenticator.supported());
    }
}

/// Warns about tools without a description, which a language model needs to choose a tool.
fn warn_of_missing_descriptions(server: &str, items: &[Item]) {
    let undescribed: Vec<&str> = items.iter().filter(|item| item.is_undescribed_tool()).map(Item::name).collect();
    if !undescribed.is_empty() {
        tracing::warn!(
            server,
            tools = undescribed.join(", "),
            "tools without a description: write a doc comment that tells a language model when to call them"
        );
    }
}

/// Warns about scopes that items require and the metadata does not list: clients that request the
/// listed scopes only never obtain them.
fn warn_of_unlisted_scopes(server: &str, items: &[Item], supported: &ScopeSet) {
    for item in items {
        for scope in item.access.named_scopes().filter(|scope| !supported.contains(scope)) {
            tracing::warn!(
                server,
                "the {} `{}` requires the scope `{scope}`, which the metadata does not list: add it to \
                 `Authorization::scopes_supported`",
                item.kind(),
                item.name(),
            );
        }
    }
}

/// Warns about hand-written input schemas that the APIs of several language models reject.
fn warn_of_root_combinators(server: &str, items: &[Item]) {
    for (item, combinator) in items.iter().filter_map(|item| Some((item, item.root_combinator()?))) {
        tracing::warn!(
            server,
            tool = item.name(),
            "`{combinator}` at the root of the input schema: some language models reject the tool, so write one object \
             with all properties, and check combinations in the handler"
        );
    }
}

/// Returns the default source of session ids.
fn random_ids(random: &Randomness) -> Arc<dyn Fn() -> String + Send + Sync> {
    let random = random.clone();
    // Empty if the system has no randomness: an empty id opens no session.
    Arc::new(move || random.id().unwrap_or_default())
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
        without_sessions: http.without_sessions,
        stream_after: http.stream_after,
        retry: http.retry,
        caching: options.caching,
        limits: Arc::new(options.limits),
        clock: options.clock.clone(),
        random: options.random.clone(),
        change_bus: options.change_bus.clone(),
        session_id: http.session_id.clone().unwrap_or_else(|| random_ids(&options.random)),
        callers,
        local_principal: options.local_principal.clone(),
        scope_failure: authenticator.map_or_else(ScopeFailure::default, Authenticator::scope_failure),
        ends_calls_at_expiry: authenticator.is_some_and(Authenticator::ends_calls_at_expiry),
        keys,
        requires_request_state: options.requires_request_state,
        spent_states: options.spent_states.clone(),
        task_store: options.task_store.clone(),
        task_poll_interval: options.task_poll_interval,
        refusals: Refusals::new(options.on_refusal.clone(), options.limits.max_logged_refusals, options.clock.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_follow_from_the_randomness_of_the_server() {
        let ids = |seed| {
            let mut options = McpOptions::new("test", "0");
            options.random = Randomness::seeded(seed);
            let keys = SealingKeys::random(&options.random).unwrap();
            let settings = settings(&options, None, None, keys);
            [(settings.session_id)(), (settings.session_id)()]
        };
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1), ids(2));
        assert_ne!(ids(1)[0], ids(1)[1]);
    }
}
