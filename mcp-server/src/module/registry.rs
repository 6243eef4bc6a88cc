//! `Registry`: tools, resources, templates and prompts that come and go while the server runs.

use std::{
    fmt,
    sync::{Arc, OnceLock, Weak},
};

use super::{BuildError, BuildErrors};
use crate::{
    context::ItemKind,
    engine::Engine,
    registry::{Edit, Item},
};

/// Adds and removes items of a running server. They go the way of all items: the same checks as at
/// [`build()`](crate::McpModule::build), the same guards and interceptors, the same lists. Clients that listen are told by themselves,
/// in both eras; calls in flight go on with what they began with.
///
/// Get it from the server ([`McpServer::registry`](crate::McpServer::registry)) or, in a handler, by `Inject<Registry>`: every module
/// provides it.
///
/// ```
/// use mcp_server::{Inject, Registry, items, tool};
///
/// /// Only for who has unlocked it.
/// #[tool(server = "somewhere else")]
/// async fn secret() -> &'static str {
///     "42"
/// }
///
/// /// Unlocks the secret.
/// #[tool]
/// async fn unlock(registry: Inject<Registry>) -> Result<(), mcp_server::BuildErrors> {
///     let [entry] = items![secret];
///     registry.add(entry)
/// }
/// ```
///
/// What it changes is what this process offers. Where replicas serve one module, each must be told; that a list has changed goes
/// over the [change bus](crate::store::ChangeBus) to the clients of all.
#[derive(Clone)]
pub struct Registry {
    server: Arc<str>,
    /// Set when the module is built. The engine's providers hold the registry, so it must not hold the engine.
    engine: Arc<OnceLock<Weak<Engine>>>,
}

impl Registry {
    pub(super) fn new(server: &str) -> Self {
        Self { server: server.into(), engine: Arc::default() }
    }

    pub(super) fn serve(&self, engine: &Arc<Engine>) {
        _ = self.engine.set(Arc::downgrade(engine));
    }

    /// Adds an item, made by a builder or of an annotated function (`items![path]`).
    ///
    /// # Errors
    /// All that is wrong with it, as at `build()`: a name that is taken or is none, a provider that is missing. Then nothing changes.
    /// Also before the module is built, and after the server is gone.
    pub fn add(&self, item: impl Into<Item>) -> Result<(), BuildErrors> {
        self.edit().add(item).apply().map(|_| ())
    }

    /// Removes a tool. `false` when there is none of that name.
    pub fn remove_tool(&self, name: &str) -> bool {
        self.edit().remove_tool(name).has_effect()
    }

    /// Removes the resource at this URI. `false` when there is none.
    pub fn remove_resource(&self, uri: &str) -> bool {
        self.edit().remove_resource(uri).has_effect()
    }

    /// Removes the resource template that was written so. `false` when there is none.
    pub fn remove_resource_template(&self, uri_template: &str) -> bool {
        self.edit().remove_resource_template(uri_template).has_effect()
    }

    /// Removes a prompt. `false` when there is none of that name.
    pub fn remove_prompt(&self, name: &str) -> bool {
        self.edit().remove_prompt(name).has_effect()
    }

    /// Begins several changes that happen at once: no client sees the one without the other, and each list is told of once. Removing
    /// an item and adding another of its name replaces it.
    pub fn edit(&self) -> RegistryEdit<'_> {
        RegistryEdit { registry: self, edits: Vec::new() }
    }

    fn apply(&self, edits: Vec<Edit>) -> Result<bool, BuildErrors> {
        let failed = |errors| BuildErrors::new(&*self.server, errors);
        let engine = self.engine.get().and_then(Weak::upgrade);
        let engine = engine.ok_or_else(|| failed(vec![BuildError::new("the server is not built yet, or is gone")]))?;
        let added = edits.iter().filter_map(|edit| if let Edit::Add(item) = edit { Some(item) } else { None });
        let mut errors: Vec<BuildError> = added
            .flat_map(|item| engine.missing_providers(item))
            .map(|missing| BuildError::new(missing.to_string()))
            .collect();
        if errors.is_empty() {
            match engine.edit(edits) {
                Ok(changed) => return Ok(changed),
                Err(mistakes) => errors.extend(mistakes.into_iter().map(|mistake| BuildError::new(mistake.0))),
            }
        }
        Err(failed(errors))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Registry").field("server", &self.server).finish_non_exhaustive()
    }
}

/// Changes that happen at once; see [`Registry::edit`].
#[must_use = "nothing changes before `.apply()`"]
pub struct RegistryEdit<'r> {
    registry: &'r Registry,
    edits: Vec<Edit>,
}

impl RegistryEdit<'_> {
    /// Adds an item.
    #[expect(clippy::should_implement_trait, reason = "it is what the registry does, and nobody adds with a plus")]
    pub fn add(mut self, item: impl Into<Item>) -> Self {
        self.edits.push(Edit::Add(Box::new(item.into())));
        self
    }

    /// Removes a tool, if there is one of that name.
    pub fn remove_tool(self, name: &str) -> Self {
        self.remove(ItemKind::Tool, name)
    }

    /// Removes the resource at this URI, if there is one.
    pub fn remove_resource(self, uri: &str) -> Self {
        self.remove(ItemKind::Resource, uri)
    }

    /// Removes the resource template that was written so, if there is one.
    pub fn remove_resource_template(self, uri_template: &str) -> Self {
        self.remove(ItemKind::ResourceTemplate, uri_template)
    }

    /// Removes a prompt, if there is one of that name.
    pub fn remove_prompt(self, name: &str) -> Self {
        self.remove(ItemKind::Prompt, name)
    }

    /// Does all of it, in order. `false` when nothing is different now.
    ///
    /// # Errors
    /// All that is wrong with the items that were to be added. Then nothing changes.
    pub fn apply(self) -> Result<bool, BuildErrors> {
        self.registry.apply(self.edits)
    }

    fn remove(mut self, kind: ItemKind, key: &str) -> Self {
        self.edits.push(Edit::Remove(kind, key.into()));
        self
    }

    /// For removals only, in which nothing can be wrong.
    fn has_effect(self) -> bool {
        self.apply().unwrap_or(false)
    }
}

impl fmt::Debug for RegistryEdit<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RegistryEdit").field("edits", &self.edits.len()).finish_non_exhaustive()
    }
}
