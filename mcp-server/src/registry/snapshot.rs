//! `Snapshot`: everything a module offers, checked, ordered and ready to be called and listed.

use std::{collections::HashMap, sync::Arc};

use super::{Descriptor, Item, listing::Listing, uri_template::UriTemplate};
use crate::{
    auth::{Access, ScopeHierarchy},
    context::{ItemKind, TargetFacts},
    pipeline::{Pipeline, SharedGuard, SharedInterceptor},
    protocol::{Resource, Tool, app},
    schema::Keywords,
};

/// An item in service.
pub(crate) struct Registered {
    pub(crate) facts: Arc<TargetFacts>,
    pub(crate) pipeline: Arc<Pipeline>,
}

/// What holds for all items of a module.
pub(crate) struct Surroundings {
    pub(crate) guards: Vec<SharedGuard>,
    pub(crate) interceptors: Vec<SharedInterceptor>,
    pub(crate) hierarchy: Arc<ScopeHierarchy>,
    /// How callers are told apart; `None` without authorization.
    pub(crate) callers: Option<Callers>,
}

/// Who gets as far as an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callers {
    /// Callers with a valid token only.
    Known,
    /// Callers without one as well, for what is public.
    KnownAndAnonymous,
}

/// Everything a module offers. Immutable: a change makes a new one.
pub(crate) struct Snapshot {
    tools: HashMap<Box<str>, Arc<Registered>>,
    resources: HashMap<Box<str>, Arc<Registered>>,
    /// Those with more fixed text first.
    templates: Vec<(UriTemplate, Arc<Registered>)>,
    prompts: HashMap<Box<str>, Arc<Registered>>,
    /// There are views, or tools that refer to some.
    pub(crate) has_views: bool,
    pub(crate) tools_list: Listing,
    pub(crate) resources_list: Listing,
    pub(crate) templates_list: Listing,
    pub(crate) prompts_list: Listing,
}

/// The variables of a template, with their values.
pub(crate) type Variables = Vec<(String, String)>;

/// A mistake in the items of a module.
#[derive(Debug)]
pub(crate) struct ItemMistake(pub(crate) String);

impl Snapshot {
    /// Puts the items in service, or says all that is wrong with them. `items` are in the order in which they are listed.
    pub(crate) fn new(items: Vec<Item>, around: &Surroundings) -> Result<Self, Vec<ItemMistake>> {
        let mut mistakes = duplicates(&items);
        let views: Vec<(String, String)> =
            items.iter().filter_map(|item| Some((describe(item), item.view()?.to_owned()))).collect();
        let filtered = around.callers.is_some();
        let mut snapshot = Self {
            tools: HashMap::new(),
            resources: HashMap::new(),
            templates: Vec::new(),
            prompts: HashMap::new(),
            has_views: !views.is_empty() || items.iter().any(Item::is_view),
            tools_list: Listing::new("tools", around.hierarchy.clone(), filtered),
            resources_list: Listing::new("resources", around.hierarchy.clone(), filtered),
            templates_list: Listing::new("resourceTemplates", around.hierarchy.clone(), filtered),
            prompts_list: Listing::new("prompts", around.hierarchy.clone(), filtered),
        };
        for item in items {
            mistakes.extend(check(&item, around.callers));
            let keywords = match item.keywords() {
                Ok(keywords) => keywords,
                Err(error) => {
                    mistakes.push(ItemMistake(format!("{}: {error}", describe(&item))));
                    None
                }
            };
            snapshot.add(item, keywords, around);
        }
        for (tool, view) in views {
            if snapshot.resource(&view).is_none() {
                let text = format!("{tool}: its view `{view}` is no resource of this server");
                mistakes.push(ItemMistake(text));
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        snapshot.templates.sort_by_key(|(template, _)| std::cmp::Reverse(template.fixed()));
        for listing in [
            &mut snapshot.tools_list,
            &mut snapshot.resources_list,
            &mut snapshot.templates_list,
            &mut snapshot.prompts_list,
        ] {
            listing.seal();
        }
        Ok(snapshot)
    }

    pub(crate) fn tool(&self, name: &str) -> Option<&Arc<Registered>> {
        self.tools.get(name)
    }

    pub(crate) fn prompt(&self, name: &str) -> Option<&Arc<Registered>> {
        self.prompts.get(name)
    }

    /// The resource at that URI, or the template that it is of with the variables' values.
    pub(crate) fn resource(&self, uri: &str) -> Option<(&Arc<Registered>, Variables)> {
        if let Some(resource) = self.resources.get(uri) {
            return Some((resource, Vec::new()));
        }
        self.templates.iter().find_map(|(template, registered)| {
            let values = template.matches(uri)?;
            Some((registered, values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
        })
    }

    pub(crate) fn has_tools(&self) -> bool {
        !self.tools.is_empty()
    }

    pub(crate) fn has_resources(&self) -> bool {
        !self.resources.is_empty() || !self.templates.is_empty()
    }

    pub(crate) fn has_prompts(&self) -> bool {
        !self.prompts.is_empty()
    }

    fn add(&mut self, item: Item, keywords: Option<Keywords>, around: &Surroundings) {
        let facts = Arc::new(TargetFacts {
            kind: item.kind(),
            name: item.name().into(),
            mime_type: item.mime_type().map(Into::into),
            ui: item.ui().cloned(),
            access: item.access.clone(),
        });
        let pipeline = Arc::new(Pipeline {
            open: is_open(&item.access, around.callers),
            hierarchy: around.hierarchy.clone(),
            guards: around.guards.iter().cloned().chain(item.guards).collect(),
            keywords,
            interceptors: around.interceptors.iter().cloned().chain(item.interceptors).collect(),
            handler: item.handler,
        });
        let registered = Arc::new(Registered { facts, pipeline });
        match item.descriptor {
            Descriptor::Tool(tool) => {
                self.tools_list.add(&tool, &item.access);
                self.tools.insert(tool.name.into(), registered);
            }
            Descriptor::Resource(resource) => {
                self.resources_list.add(&resource, &item.access);
                self.resources.insert(resource.uri.into(), registered);
            }
            Descriptor::Template(template, matcher) => {
                self.templates_list.add(&template, &item.access);
                self.templates.push((matcher, registered));
            }
            Descriptor::Prompt(prompt) => {
                self.prompts_list.add(&prompt, &item.access);
                self.prompts.insert(prompt.name.into(), registered);
            }
        }
    }
}

/// Whether every caller who gets as far as this item may use it.
fn is_open(access: &Access, callers: Option<Callers>) -> bool {
    match callers {
        None => true,
        Some(Callers::Known) => access.is_public() || !access.is_restricted(),
        Some(Callers::KnownAndAnonymous) => access.is_public(),
    }
}

/// An item in the words of a message about it.
fn describe(item: &Item) -> String {
    match item.place {
        Some(place) => format!("the {} `{}` ({place})", item.kind(), item.name()),
        None => format!("the {} `{}`", item.kind(), item.name()),
    }
}

fn duplicates(items: &[Item]) -> Vec<ItemMistake> {
    let mut first: HashMap<(ItemKind, &str), &Item> = HashMap::new();
    let mut mistakes = Vec::new();
    for item in items {
        match first.entry((item.kind(), item.key())) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(item);
            }
            std::collections::hash_map::Entry::Occupied(known) => {
                let place = |item: &Item| item.place.map_or_else(|| "a builder".to_owned(), |place| place.to_string());
                mistakes.push(ItemMistake(format!(
                    "two {}s are called `{}`: one at {}, the other at {}; rename one, or bind each to a server of its own with `server = \"…\"`",
                    item.kind(),
                    item.key(),
                    place(known.get()),
                    place(item),
                )));
            }
        }
    }
    mistakes
}

/// What the macros have checked of their own items, checked of all.
fn check(item: &Item, callers: Option<Callers>) -> Vec<ItemMistake> {
    let mut mistakes: Vec<String> = item.mistakes.clone();
    let is_name = |name: &str| {
        (1..=128).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    match &item.descriptor {
        Descriptor::Tool(Tool { name, .. }) if !is_name(name) => {
            mistakes.push("a name is 1 to 128 of `A-Z a-z 0-9 _ - .`".to_owned());
        }
        Descriptor::Resource(Resource { uri, .. }) if url::Url::parse(uri).is_err() => {
            mistakes.push(format!("`{uri}` is not an absolute URI"));
        }
        _ if item.is_view() && !item.mime_type().is_some_and(app::is_view_type) => {
            mistakes
                .push(format!("the media type of a view (`ui://…`) is `{}`; leave `mime_type` out", app::VIEW_TYPE));
        }
        _ if item.name().is_empty() => mistakes.push("it has no name".to_owned()),
        _ => {}
    }
    for scope in item.access.malformed_scopes() {
        mistakes.push(format!(
            "`{scope}` is not a scope (RFC 6749, section 3.3: printable ASCII without space, `\"` and `\\`)"
        ));
    }
    if item.access.is_restricted() && !item.access.is_public() && callers.is_none() {
        mistakes.push(
            "it asks for scopes or roles, but the module has no `.authorization(..)` to learn them from".to_owned(),
        );
    }
    if item.access.is_public() && callers == Some(Callers::Known) {
        mistakes.push(
            "it is public, but callers without a token are refused: allow them with `.anonymous(Anonymous::PublicOnly)`, or leave `public` out"
                .to_owned(),
        );
    }
    mistakes.into_iter().map(|mistake| ItemMistake(format!("{}: {mistake}", describe(item)))).collect()
}
