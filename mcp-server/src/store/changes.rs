//! `Changes`: the handle through which a server announces changes.

use std::{fmt, sync::Arc};

use super::{Change, ChangeBus};

/// Notifies clients of changes, in both eras: those that subscribed, and those with an open stream
/// for notifications.
///
/// Cheap to clone. Use it wherever a change is noticed: in a handler ([`Context`](crate::Context)
/// has the same methods), in a provider, or in a background task
/// ([`McpServer::changes`](crate::McpServer::changes)).
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
/// No method waits. A task of the server notifies the clients. Equal changes are merged for a
/// client that has not read the first.
#[derive(Clone)]
pub struct Changes(Arc<dyn ChangeBus>);

impl Changes {
    pub(crate) fn new(bus: Arc<dyn ChangeBus>) -> Self {
        Self(bus)
    }

    /// Notifies clients that the list of tools changed (`notifications/tools/list_changed`).
    /// Changes made through [`Registry`](crate::Registry) are published automatically.
    pub fn tools_changed(&self) {
        self.publish(Change::ToolsListChanged);
    }

    /// Notifies clients that the list of prompts changed (`notifications/prompts/list_changed`).
    pub fn prompts_changed(&self) {
        self.publish(Change::PromptsListChanged);
    }

    /// Notifies clients that the list of resources or of resource templates changed
    /// (`notifications/resources/list_changed`).
    pub fn resources_changed(&self) {
        self.publish(Change::ResourcesListChanged);
    }

    /// Notifies clients that the contents of the resource at this URI changed
    /// (`notifications/resources/updated`). Only clients that subscribed to this URI, or to an
    /// [equal](macro@crate::resource#equal-uris) one, and may still read it, are notified.
    pub fn resource_updated(&self, uri: impl Into<Box<str>>) {
        self.publish(Change::ResourceUpdated(uri.into()));
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
