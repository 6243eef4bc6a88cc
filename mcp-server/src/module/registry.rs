//! `Registry`: adds and removes tools, resources, templates and prompts at run time.

use std::{
    fmt,
    sync::{Arc, OnceLock, Weak},
};

use super::build_error::{BuildError, BuildErrorKind, BuildErrors};
use crate::{
    context::ItemKind,
    engine::Engine,
    registry::{Edit, Item},
};

/// Adds and removes items of a running server.
///
/// Items added here behave like items of the module: the same checks, guards, interceptors and
/// lists apply. Clients are notified in both eras. Calls in flight finish with the items that they
/// started with.
///
/// [`McpServer::registry`](crate::McpServer::registry) returns the registry of a server. Handlers
/// extract it with `Inject<Registry>`, which every module provides.
///
/// ```
/// use mcp_server::{Inject, Registry, items, tool};
///
/// /// Answers the question.
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
/// A registry changes the items of this process only: apply the change on each replica. The
/// notification of a changed list reaches the clients of all replicas over the [change
/// bus](crate::store::ChangeBus).
#[derive(Clone)]
pub struct Registry {
    server: Arc<str>,
    /// Set when the module is built. Weak, since the providers of the engine hold the registry.
    engine: Arc<OnceLock<Weak<Engine>>>,
}

impl Registry {
    pub(super) fn new(server: &str) -> Self {
        Self { server: server.into(), engine: Arc::default() }
    }

    /// Connects the registry to the engine of the module.
    pub(super) fn serve(&self, engine: &Arc<Engine>) {
        _ = self.engine.set(Arc::downgrade(engine));
    }

    /// Adds an item from a builder, or an annotated function (`items![path]`).
    ///
    /// # Errors
    /// Returns all errors of the item, as `build()` does, such as a duplicate name or a missing
    /// provider. Returns [`BuildErrorKind::NotServing`] before the module is built, and after the
    /// server is dropped. Nothing changes after an error.
    pub fn add(&self, item: impl Into<Item>) -> Result<(), BuildErrors> {
        self.edit().add(item).apply().map(|_| ())
    }

    /// Removes a tool. Returns `false` if there is no tool of that name.
    pub fn remove_tool(&self, name: &str) -> bool {
        self.edit().remove_tool(name).has_effect()
    }

    /// Removes the resource at this URI. Returns `false` if no resource has it.
    pub fn remove_resource(&self, uri: &str) -> bool {
        self.edit().remove_resource(uri).has_effect()
    }

    /// Removes the resource template with this text. Returns `false` if no template has it.
    pub fn remove_resource_template(&self, uri_template: &str) -> bool {
        self.edit().remove_resource_template(uri_template).has_effect()
    }

    /// Removes a prompt. Returns `false` if there is no prompt of that name.
    pub fn remove_prompt(&self, name: &str) -> bool {
        self.edit().remove_prompt(name).has_effect()
    }

    /// Starts an edit: several changes that [`apply`](RegistryEdit::apply) makes at once.
    ///
    /// Clients see all of the changes or none, and are notified once for each list. To replace an
    /// item, remove it and add another item with its name.
    pub fn edit(&self) -> RegistryEdit<'_> {
        RegistryEdit { registry: self, edits: Vec::new() }
    }

    fn apply(&self, edits: Vec<Edit>) -> Result<bool, BuildErrors> {
        let failed = |errors| BuildErrors::new(&*self.server, errors);
        let engine = self.engine.get().and_then(Weak::upgrade);
        let engine = engine.ok_or_else(|| {
            failed(vec![BuildError::new(
                BuildErrorKind::NotServing,
                "the server of this registry is not built yet, or was dropped",
            )])
        })?;
        let added = edits.iter().filter_map(|edit| if let Edit::Add(item) = edit { Some(item) } else { None });
        let mut errors: Vec<BuildError> =
            added.flat_map(|item| engine.missing_providers(item)).map(BuildError::from).collect();
        if errors.is_empty() {
            match engine.edit(edits) {
                Ok(changed) => return Ok(changed),
                Err(found) => errors.extend(found.into_iter().map(BuildError::from)),
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

/// An edit of several changes that take effect at once; see [`Registry::edit`].
#[must_use = "nothing changes before `.apply()`"]
pub struct RegistryEdit<'r> {
    registry: &'r Registry,
    edits: Vec<Edit>,
}

impl RegistryEdit<'_> {
    /// Adds an item.
    #[expect(clippy::should_implement_trait, reason = "the counterpart of `Registry::add`")]
    pub fn add(mut self, item: impl Into<Item>) -> Self {
        self.edits.push(Edit::Add(Box::new(item.into())));
        self
    }

    /// Removes the tool of that name, if there is one.
    pub fn remove_tool(self, name: &str) -> Self {
        self.remove(ItemKind::Tool, name)
    }

    /// Removes the resource at this URI, if there is one.
    pub fn remove_resource(self, uri: &str) -> Self {
        self.remove(ItemKind::Resource, uri)
    }

    /// Removes the resource template with this text, if there is one.
    pub fn remove_resource_template(self, uri_template: &str) -> Self {
        self.remove(ItemKind::ResourceTemplate, uri_template)
    }

    /// Removes the prompt of that name, if there is one.
    pub fn remove_prompt(self, name: &str) -> Self {
        self.remove(ItemKind::Prompt, name)
    }

    /// Makes the changes, in order. Returns `false` if they have no effect, and an error if an
    /// added item is invalid: then nothing changes.
    ///
    /// # Errors
    /// Returns all errors of the added items. Nothing changes after an error.
    pub fn apply(self) -> Result<bool, BuildErrors> {
        self.registry.apply(self.edits)
    }

    fn remove(mut self, kind: ItemKind, key: &str) -> Self {
        self.edits.push(Edit::Remove(kind, key.into()));
        self
    }

    /// Applies removals, which cannot fail, and returns `true` if they changed anything.
    fn has_effect(self) -> bool {
        self.apply().unwrap_or(false)
    }
}

impl fmt::Debug for RegistryEdit<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RegistryEdit").field("edits", &self.edits.len()).finish_non_exhaustive()
    }
}
