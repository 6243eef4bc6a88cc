//! `Changes`: the handle through which a server says that something changed.

use std::{fmt, sync::Arc};

use super::{Change, ChangeBus};

/// Tells clients of both eras that something changed: those that listen, and for a resource those that subscribed to it. Cheap to
/// clone, and good wherever a change is noticed: in a handler ([`Context`](crate::Context) has the same methods), in a provider, or in
/// a task that watches something ([`McpServer::changes`](crate::McpServer::changes)).
///
/// Every module provides it:
///
/// ```
/// use mcp_server::{Inject, store::Changes, tool};
///
/// /// Adds a line to the journal.
/// #[tool]
/// async fn write_journal(#[arg] line: String, changes: Inject<Changes>) {
///     // … write the line, then:
///     changes.resource_updated("journal://today");
/// }
/// ```
///
/// None of it waits, for nobody: changes are noted, and told by a task of the server. Several that are alike become one for a client
/// that has not read the first.
#[derive(Clone)]
pub struct Changes(Arc<dyn ChangeBus>);

impl Changes {
    pub(crate) fn new(bus: Arc<dyn ChangeBus>) -> Self {
        Self(bus)
    }

    /// The list of tools changed (`notifications/tools/list_changed`). Items that are added or removed through
    /// [`Registry`](crate::Registry) say so themselves; this is for what a list says beside them.
    pub fn tools_changed(&self) {
        self.0.publish(Change::ToolsListChanged);
    }

    /// The list of prompts changed (`notifications/prompts/list_changed`).
    pub fn prompts_changed(&self) {
        self.0.publish(Change::PromptsListChanged);
    }

    /// The list of resources or that of templates changed (`notifications/resources/list_changed`).
    pub fn resources_changed(&self) {
        self.0.publish(Change::ResourcesListChanged);
    }

    /// What the resource at this URI holds has changed (`notifications/resources/updated`). Only who subscribed to exactly this URI,
    /// and may still read it, is told.
    pub fn resource_updated(&self, uri: impl Into<Box<str>>) {
        self.0.publish(Change::ResourceUpdated(uri.into()));
    }

    pub(crate) fn publish(&self, change: Change) {
        self.0.publish(change);
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Changes").finish_non_exhaustive()
    }
}
