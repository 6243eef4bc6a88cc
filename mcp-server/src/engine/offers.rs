//! What the server offers: what it says of it, and how that changes while it runs.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Engine;
use crate::{
    protocol::{
        ServerCapabilities,
        types::{
            app,
            reserved::extension,
            subscription::{List, Lists},
        },
    },
    provider::ProviderError,
    registry::{Edit, Item, ItemMistake, Registered},
    store::Change,
};

impl Engine {
    /// What the server can do follows from what is registered; `tells` says whether the client can be told of changes.
    pub(super) fn capabilities(&self, tells: bool) -> ServerCapabilities {
        let offers = self.catalog.now().offers();
        let list = || if tells { json!({"listChanged": true}) } else { json!({}) };
        let resources = || if tells { json!({"listChanged": true, "subscribe": true}) } else { json!({}) };
        let if_offered = |list, describe: &dyn Fn() -> Value| offers.has(list).then(describe);
        let mut extensions = Map::new();
        if self.catalog.now().has_views {
            extensions.insert(extension::UI.to_owned(), app::capability());
        }
        ServerCapabilities {
            tools: if_offered(List::Tools, &list),
            resources: if_offered(List::Resources, &resources),
            prompts: if_offered(List::Prompts, &list),
            completions: self.catalog.now().completes().then(|| json!({})),
            logging: Some(json!({})),
            extensions,
        }
    }

    /// The resource at that URI, or the template that it is of.
    pub(super) fn resource(&self, uri: &str) -> Option<Arc<Registered>> {
        self.catalog.now().resource(uri).map(|(registered, _)| registered.clone())
    }

    /// What an item asks for, and nobody provides.
    pub(crate) fn missing_providers(&self, item: &Item) -> Vec<ProviderError> {
        self.providers.missing(item.name(), item.place, &item.requirements.providers)
    }

    /// Changes what is offered, all of it or nothing, and tells who listens. `false` when nothing is different.
    pub(crate) fn edit(&self, edits: Vec<Edit>) -> Result<bool, Vec<ItemMistake>> {
        let lists = self.catalog.edit(edits)?;
        for list in lists.iter() {
            self.settings.change_bus.publish(match list {
                List::Tools => Change::ToolsListChanged,
                List::Prompts => Change::PromptsListChanged,
                List::Resources => Change::ResourcesListChanged,
            });
        }
        Ok(lists != Lists::NONE)
    }

    /// How many clients of the stateless era listen at this moment.
    pub(crate) fn open_listeners(&self) -> usize {
        self.listeners.len()
    }
}
