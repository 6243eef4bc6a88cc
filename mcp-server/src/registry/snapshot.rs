//! `Snapshot`: the items of a module, checked and ready to be called and listed.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    check::{check, may_be_public},
    item::{Descriptor, Item, ItemError},
    item_list::ItemList,
    module_settings::{Callers, ModuleSettings},
    normal_uri::normal_uri,
    uri_template::{MatchedUri, UriTemplate},
};
use crate::{
    auth::{Access, Principal},
    context::{ItemInfo, ItemKind, SlowPolls},
    handler::Completions,
    pipeline::{ArgumentChecks, Chain, Pipeline, SharedGuard, UnknownArguments},
    place::Place,
    protocol::{
        TaskSupport,
        types::subscription::{List, Lists},
    },
    schema::{self, Keywords, Mirrored},
};

/// An item that has been checked and can be called.
pub(crate) struct Registered {
    place: Option<Place>,
    pub(crate) item: Arc<ItemInfo>,
    pub(crate) pipeline: Arc<Pipeline>,
    /// Arguments that headers repeat, on transports with headers. Most tools have none.
    pub(crate) mirrored: Box<[Mirrored]>,
    /// Completion of the arguments, with the access and guards of the item. Tools have none.
    pub(crate) completion: Option<Arc<Self>>,
}

impl Registered {
    /// Returns `true` if the declared access hides the item from this caller.
    pub(crate) fn is_hidden_from(&self, principal: Option<&Principal>) -> bool {
        self.pipeline.hides(&self.item.access, principal)
    }
}

/// A resource template that has been checked and can be read.
#[derive(Clone)]
struct RegisteredTemplate {
    /// Text of the template.
    key: Box<str>,
    matcher: UriTemplate,
    registered: Arc<Registered>,
}

/// A view that a tool refers to.
pub(super) struct View {
    place: Option<Place>,
    /// Description of the tool, for error messages.
    tool: String,
    uri: String,
}

/// Returns the views that items refer to. They are resolved after all items have been added.
pub(super) fn views<'i>(items: impl IntoIterator<Item = &'i Item>) -> Vec<View> {
    items
        .into_iter()
        .filter_map(|item| Some(View { place: item.place, tool: item.describe(), uri: item.view()?.to_owned() }))
        .collect()
}

/// The items of a module. A snapshot in use is immutable: a change creates a new one.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each with its own getter")]
pub(crate) struct Snapshot {
    tools: BTreeMap<Box<str>, Arc<Registered>>,
    /// Resources by their URIs in normal form.
    resources: BTreeMap<Box<str>, Arc<Registered>>,
    /// Templates with more fixed text come first.
    templates: Vec<RegisteredTemplate>,
    prompts: BTreeMap<Box<str>, Arc<Registered>>,
    /// The module has, or had, views or tools that refer to views.
    pub(crate) has_views: bool,
    /// Lists that are offered. An offered list stays when it becomes empty, because clients have
    /// received the capability.
    offers: Lists,
    /// An argument of an item has, or had, a completer.
    completes: bool,
    /// A tool has, or had, support for tasks.
    has_tasks: bool,
    /// Values that are sent as the text of JSON are read.
    pub(crate) reads_json_texts: bool,
    pub(crate) tools_list: ItemList,
    pub(crate) resources_list: ItemList,
    pub(crate) templates_list: ItemList,
    pub(crate) prompts_list: ItemList,
    /// Every admitted caller may use every item, so that an unknown name reveals nothing about
    /// hidden items.
    is_open: bool,
}

/// Names and values of the variables of a template.
pub(crate) type Variables = Vec<(String, String)>;

impl Snapshot {
    /// Creates a snapshot of these items, listed in this order, or returns all of their errors.
    pub(crate) fn new(items: Vec<Item>, settings: &ModuleSettings) -> Result<Self, Vec<ItemError>> {
        let list =
            |kind| ItemList::new(kind, settings.hierarchy.clone(), settings.callers.is_some(), settings.page_size);
        let mut snapshot = Self {
            tools: BTreeMap::new(),
            resources: BTreeMap::new(),
            templates: Vec::new(),
            prompts: BTreeMap::new(),
            has_views: false,
            offers: settings.offers,
            completes: false,
            has_tasks: false,
            reads_json_texts: settings.reads_json_texts,
            tools_list: list(ItemKind::Tool),
            resources_list: list(ItemKind::Resource),
            templates_list: list(ItemKind::ResourceTemplate),
            prompts_list: list(ItemKind::Prompt),
            is_open: true,
        };
        let views = views(&items);
        let mut errors: Vec<_> = items.into_iter().flat_map(|item| snapshot.include(item, settings)).collect();
        errors.extend(snapshot.missing_views(&views));
        if !errors.is_empty() {
            return Err(errors);
        }
        snapshot.seal();
        Ok(snapshot)
    }

    /// Returns an error for each tool whose view is unknown.
    pub(super) fn missing_views(&self, views: &[View]) -> Vec<ItemError> {
        let missing = views.iter().filter(|view| self.serving(&view.uri).next().is_none());
        missing
            .map(|View { place, tool, uri }| ItemError {
                place: *place,
                message: format!("{tool}: unknown view `{uri}`: add a resource with this URI"),
            })
            .collect()
    }

    /// Returns a copy that can be changed and sealed again.
    pub(super) fn draft(&self) -> Self {
        Self {
            tools: self.tools.clone(),
            resources: self.resources.clone(),
            templates: self.templates.clone(),
            prompts: self.prompts.clone(),
            has_views: self.has_views,
            offers: self.offers,
            completes: self.completes,
            has_tasks: self.has_tasks,
            reads_json_texts: self.reads_json_texts,
            tools_list: self.tools_list.draft(),
            resources_list: self.resources_list.draft(),
            templates_list: self.templates_list.draft(),
            prompts_list: self.prompts_list.draft(),
            is_open: self.is_open,
        }
    }

    /// Orders the templates and encodes the lists. Call it after the last change.
    pub(super) fn seal(&mut self) {
        self.templates.sort_by_key(|template| std::cmp::Reverse(template.matcher.fixed()));
        for listing in
            [&mut self.tools_list, &mut self.resources_list, &mut self.templates_list, &mut self.prompts_list]
        {
            listing.seal();
        }
    }

    /// Adds an item and returns its errors. After an error, the snapshot must not be used.
    pub(super) fn include(&mut self, item: Item, settings: &ModuleSettings) -> Vec<ItemError> {
        let mut errors: Vec<_> = self.duplicate(&item).into_iter().chain(check(&item, settings)).collect();
        match item.keywords() {
            Ok(keywords) => self.add(item, keywords, settings),
            Err(error) => errors.push(ItemError::of(&item, error)),
        }
        errors
    }

    /// Removes the item with this key. Returns `false` for an unknown key.
    pub(super) fn exclude(&mut self, kind: ItemKind, key: &str) -> bool {
        let key = match kind {
            ItemKind::Tool => self.tools.remove_entry(key).map(|(key, _)| key),
            ItemKind::Resource => self.resources.remove_entry(&*normal_uri(key)).map(|(key, _)| key),
            ItemKind::Prompt => self.prompts.remove_entry(key).map(|(key, _)| key),
            ItemKind::ResourceTemplate => self.template_index(key).map(|index| self.templates.remove(index).key),
        };
        let Some(key) = key else { return false };
        self.list_of(kind).remove(&key);
        true
    }

    fn list_of(&mut self, kind: ItemKind) -> &mut ItemList {
        match kind {
            ItemKind::Tool => &mut self.tools_list,
            ItemKind::Resource => &mut self.resources_list,
            ItemKind::ResourceTemplate => &mut self.templates_list,
            ItemKind::Prompt => &mut self.prompts_list,
        }
    }

    fn registered(&self, kind: ItemKind, key: &str) -> Option<&Arc<Registered>> {
        match kind {
            ItemKind::Tool => self.tools.get(key),
            ItemKind::Resource => self.resources.get(&*normal_uri(key)),
            ItemKind::Prompt => self.prompts.get(key),
            ItemKind::ResourceTemplate => self.template_index(key).map(|index| &self.templates[index].registered),
        }
    }

    /// Returns the index of the template with this text, or with an equal one.
    fn template_index(&self, text: &str) -> Option<usize> {
        let is_text = |template: &RegisteredTemplate| &*template.key == text;
        self.templates.iter().position(is_text).or_else(|| {
            // Text without variables is a URI. The bound limits the cost of parsing the text of a
            // client.
            let is_template = text.len() <= UriTemplate::MAX_URI_BYTES && text.contains('{');
            let template = is_template.then(|| UriTemplate::parse(text).ok()).flatten()?;
            self.templates.iter().position(|known| known.matcher == template)
        })
    }

    fn duplicate(&self, item: &Item) -> Option<ItemError> {
        let Some(known) = self.registered(item.kind(), item.key()) else {
            return self.shadowed(item);
        };
        if let Some(place) = item.place
            && known.place == item.place
        {
            let message =
                format!("duplicate {} `{}`, at {place}: it is listed twice, remove one", item.kind(), item.key());
            return Some(ItemError { place: item.place, message });
        }
        let words = |place: Option<Place>| place.map_or_else(|| "a builder".to_owned(), |place| place.to_string());
        let message = format!(
            "duplicate {} `{}`, at {} and at {}: rename one, or bind each to a server with `server = \"…\"`",
            item.kind(),
            item.key(),
            words(known.place),
            words(item.place),
        );
        Some(ItemError { place: item.place, message })
    }

    /// Returns the error for a template all of whose URIs match an earlier one.
    fn shadowed(&self, item: &Item) -> Option<ItemError> {
        let Descriptor::Template(template, matcher) = &item.descriptor else { return None };
        let other = self.templates.iter().find(|other| other.matcher.covers(matcher))?;
        let place = other.registered.place.map(|place| format!(" ({place})")).unwrap_or_default();
        let (uris, others) = (&template.uri_template, &other.key);
        let error = if matcher.covers(&other.matcher) {
            format!("`{uris}` matches the same URIs as `{others}`{place}, which hides it: change or remove one")
        } else {
            format!("`{uris}` matches no URI that `{others}`{place} does not match, which hides it: add it earlier")
        };
        Some(ItemError::of(item, error))
    }

    pub(crate) fn tool(&self, name: &str) -> Option<&Arc<Registered>> {
        self.tools.get(name)
    }

    pub(crate) fn prompt(&self, name: &str) -> Option<&Arc<Registered>> {
        self.prompts.get(name)
    }

    /// Returns the resource at this URI, or the template that matches it and its variables. An item
    /// that is hidden from the caller does not hide the next one, which would reveal it.
    pub(crate) fn resource(&self, uri: &str, principal: Option<&Principal>) -> Option<(&Arc<Registered>, Variables)> {
        let mut hidden = None;
        for (registered, variables) in self.serving(uri) {
            if !registered.is_hidden_from(principal) {
                return Some((registered, variables));
            }
            hidden = hidden.or(Some((registered, variables)));
        }
        hidden
    }

    /// Returns the resource at this URI and the templates that match it. The first one that is not
    /// hidden from a caller serves it.
    pub(crate) fn serving(&self, uri: &str) -> impl Iterator<Item = (&Arc<Registered>, Variables)> {
        let fixed = self.resources.get(&*normal_uri(uri)).map(|resource| (resource, Vec::new()));
        let mut matched = None;
        let by_template = self.templates.iter().filter_map(move |template| {
            let uri = matched.get_or_insert_with(|| MatchedUri::new(uri)).as_ref()?;
            let values = template.matcher.matches_uri(uri)?;
            let variables = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            Some((&template.registered, variables))
        });
        fixed.into_iter().chain(by_template)
    }

    /// Returns the template with this text, or the resource or template for this URI.
    pub(crate) fn referenced(&self, uri: &str, principal: Option<&Principal>) -> Option<&Arc<Registered>> {
        let template = self.registered(ItemKind::ResourceTemplate, uri);
        template.or_else(|| self.resource(uri, principal).map(|(registered, _)| registered))
    }

    /// Returns `true` if any argument has completions.
    pub(crate) fn completes(&self) -> bool {
        self.completes
    }

    pub(crate) fn has_tools(&self) -> bool {
        self.offers.has(List::Tools)
    }

    pub(crate) fn has_resources(&self) -> bool {
        self.offers.has(List::Resources)
    }

    /// Returns `true` if a tool has, or had, support for tasks.
    pub(crate) fn has_tasks(&self) -> bool {
        self.has_tasks
    }

    pub(crate) fn has_prompts(&self) -> bool {
        self.offers.has(List::Prompts)
    }

    /// Returns the lists that the server offers.
    pub(crate) fn offers(&self) -> Lists {
        self.offers
    }

    /// Returns `true` if every admitted caller may use every item.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    fn add(&mut self, mut item: Item, keywords: Option<Keywords>, settings: &ModuleSettings) {
        if settings.unknown_arguments == UnknownArguments::Refuse {
            item.close_arguments();
        }
        self.offers = self.offers.or(item.kind().list());
        self.has_views |= item.view().is_some() || item.is_view();
        let info = Arc::new(ItemInfo {
            kind: item.kind(),
            name: item.name().into(),
            description: item.description_of_results().map(Into::into),
            mime_type: item.mime_type().map(Into::into),
            ui: item.ui().cloned(),
            access: item.access.clone(),
            cache: item.cache,
            may_be_public: may_be_public(&item, settings),
            task: item.task,
            detaches: item.detaches,
            explainer: item.explainer(),
            whole_numbers: item.whole_numbers(),
            json_texts: settings.reads_json_texts.then(|| item.json_texts()).flatten(),
            slow_polls: SlowPolls::default(),
        });
        let checks = item.argument_checks(settings.unknown_arguments, keywords);
        let arguments = item.arguments();
        self.completes |= !item.completers.is_empty();
        self.has_tasks |= item.task != TaskSupport::Forbidden;
        let guards: Box<[SharedGuard]> = settings.guards.iter().cloned().chain(item.guards).collect();
        let completion = arguments.map(|arguments| {
            let find = |name: &str| item.completers.iter().find(|(known, _)| known == name).map(|(_, by)| by.clone());
            let arguments = arguments.into_iter().map(|name| (name.as_str().into(), find(&name))).collect();
            let pipeline = Arc::new(Pipeline {
                open: is_open(&item.access, settings.callers),
                hierarchy: settings.hierarchy.clone(),
                guards: guards.clone(),
                chain: Chain {
                    checks: ArgumentChecks::default(),
                    interceptors: Box::default(),
                    handler: Arc::new(Completions { arguments }),
                },
            });
            let (place, info) = (item.place, info.clone());
            Arc::new(Registered { place, item: info, pipeline, mirrored: Box::default(), completion: None })
        });
        let pipeline = Arc::new(Pipeline {
            open: is_open(&item.access, settings.callers),
            hierarchy: settings.hierarchy.clone(),
            guards,
            chain: Chain {
                checks,
                interceptors: settings.interceptors.iter().cloned().chain(item.interceptors).collect(),
                handler: item.handler,
            },
        });
        self.is_open &= pipeline.open;
        let mirrored = match &item.descriptor {
            Descriptor::Tool(tool) => schema::mirrored(&tool.input_schema).unwrap_or_default().into(),
            _ => Box::default(),
        };
        let registered = Arc::new(Registered { place: item.place, item: info, pipeline, mirrored, completion });
        match item.descriptor {
            Descriptor::Tool(tool) => {
                self.tools_list.add(&tool.name, &tool, &item.access);
                self.tools.insert(tool.name.into(), registered);
            }
            Descriptor::Resource(resource) => {
                let key = normal_uri(&resource.uri);
                self.resources_list.add(&key, &resource, &item.access);
                self.resources.insert(key.into(), registered);
            }
            Descriptor::Template(template, matcher) => {
                let key = &template.uri_template;
                self.templates_list.add(key, &template, &item.access);
                self.templates.push(RegisteredTemplate { key: key.as_str().into(), matcher, registered });
            }
            Descriptor::Prompt(prompt) => {
                self.prompts_list.add(&prompt.name, &prompt, &item.access);
                self.prompts.insert(prompt.name.into(), registered);
            }
        }
    }
}

/// Returns `true` if every admitted caller may use this item.
fn is_open(access: &Access, callers: Option<Callers>) -> bool {
    match callers {
        None => true,
        Some(Callers::Known) => access.is_public() || !access.is_restricted(),
        Some(Callers::KnownAndAnonymous) => access.is_public(),
    }
}
