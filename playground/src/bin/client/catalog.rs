//! What the server was last heard to offer.

use rmcp::model::{Prompt, Resource, ResourceTemplate, Tool};

use crate::connection::Connection;
use crate::suggestion::nearest;

/// The lists, for completion and for suggestions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalog {
    pub(crate) tools: Vec<Tool>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) templates: Vec<ResourceTemplate>,
    pub(crate) prompts: Vec<Prompt>,
}

/// One of the three things a server offers by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Tool,
    Resource,
    Prompt,
}

impl Catalog {
    /// Asks for every list the server is said to have. What it refuses to list stays empty.
    pub(crate) async fn fetch(connection: &Connection) -> Self {
        let mut catalog = Self::default();
        let Some(server) = connection.peer_info() else {
            return catalog;
        };
        if server.capabilities.tools.is_some() {
            catalog.tools = connection.list_all_tools().await.unwrap_or_default();
        }
        if server.capabilities.resources.is_some() {
            catalog.resources = connection.list_all_resources().await.unwrap_or_default();
            catalog.templates = connection.list_all_resource_templates().await.unwrap_or_default();
        }
        if server.capabilities.prompts.is_some() {
            catalog.prompts = connection.list_all_prompts().await.unwrap_or_default();
        }
        catalog
    }

    pub(crate) fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    pub(crate) fn prompt(&self, name: &str) -> Option<&Prompt> {
        self.prompts.iter().find(|prompt| prompt.name == name)
    }

    /// Every name of that kind; of a resource its URI, or its template as it stands.
    pub(crate) fn names(&self, kind: Kind) -> Box<dyn Iterator<Item = &str> + '_> {
        match kind {
            Kind::Tool => Box::new(self.tools.iter().map(|tool| &*tool.name)),
            Kind::Prompt => Box::new(self.prompts.iter().map(|prompt| &*prompt.name)),
            Kind::Resource => {
                let templates = self.templates.iter().map(|template| &*template.uri_template);
                Box::new(self.resources.iter().map(|resource| &*resource.uri).chain(templates))
            }
        }
    }

    /// What was meant by a name the server does not offer.
    pub(crate) fn suggestion(&self, kind: Kind, name: &str) -> Option<&str> {
        if self.names(kind).any(|known| known == name) { None } else { nearest(name, self.names(kind)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_for_names_it_does_not_hold() {
        let catalog = Catalog {
            resources: vec![Resource::new("mcp://hello", "hello")],
            templates: vec![ResourceTemplate::new("mcp://hello/{name}", "named")],
            ..Catalog::default()
        };
        assert_eq!(catalog.suggestion(Kind::Resource, "mcp://hello"), None);
        assert_eq!(catalog.suggestion(Kind::Resource, "mcp://helo"), Some("mcp://hello"));
        assert_eq!(catalog.suggestion(Kind::Tool, "mcp://helo"), None);
        assert_eq!(catalog.names(Kind::Resource).count(), 2);
    }
}
