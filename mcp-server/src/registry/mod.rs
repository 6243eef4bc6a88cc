//! Builders of tools, resources and prompts, for code without macros, and URI templates.

mod builder;
mod catalog;
mod check;
pub(crate) mod entry;
mod item;
mod item_list;
mod module_settings;
mod normal_uri;
mod pages;
mod snapshot;
mod uri_template;

pub use builder::{PromptBuilder, ResourceBuilder, ToolBuilder};
pub(crate) use catalog::{Catalog, Edit};
pub(crate) use entry::Entry;
pub use item::Item;
pub(crate) use item::ItemError;
pub(crate) use item_list::ItemList;
pub(crate) use module_settings::{Callers, ModuleSettings};
pub(crate) use normal_uri::normal_uri;
pub(crate) use pages::Mark;
pub(crate) use snapshot::{Registered, Snapshot};
pub use uri_template::{TemplateError, UriTemplate};
