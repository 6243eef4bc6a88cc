//! `Item`: a tool, resource, resource template or prompt with its handler and access.

use std::{fmt, sync::Arc};

use serde_json::Value;

use super::uri_template::UriTemplate;
use crate::{
    auth::Access,
    context::ItemKind,
    extract::Requirements,
    handler::{Handler, SharedCompleter},
    pipeline::{ArgumentChecks, ArgumentNames, SharedGuard, SharedInterceptor, UnknownArguments},
    place::Place,
    protocol::{CacheHint, Prompt, Resource, ResourceTemplate, TaskSupport, Tool, types::app},
    schema::{
        Explainer, JsonTexts, Keywords, SchemaError, WholeNumbers, close, has_floats, has_open_objects, root_combinator,
    },
};

/// A tool, resource, resource template or prompt: its description, access, checks and handler.
///
/// The macros create items from functions. Without macros, use
/// [`ToolBuilder`](super::ToolBuilder), [`ResourceBuilder`](super::ResourceBuilder) or
/// [`PromptBuilder`](super::PromptBuilder).
pub struct Item {
    pub(crate) descriptor: Descriptor,
    pub(crate) access: Access,
    pub(crate) guards: Vec<SharedGuard>,
    pub(crate) interceptors: Vec<SharedInterceptor>,
    pub(crate) requirements: Requirements,
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) place: Option<Place>,
    /// Completers of the arguments, by name.
    pub(crate) completers: Vec<(String, SharedCompleter)>,
    /// Cache hint of a resource.
    pub(crate) cache: CacheHint,
    /// The handler reads arguments into the types from which their schema was derived.
    pub(crate) reads_types: bool,
    /// Input schema that the server enforces, if clients see another one.
    pub(crate) enforced_schema: Option<Value>,
    /// Names of the arguments. `None` if the item accepts others on purpose.
    pub(crate) argument_names: Option<Vec<String>>,
    /// Support for calls that become tasks.
    pub(crate) task: TaskSupport,
    /// The handler decides when its calls become tasks.
    pub(crate) detaches: bool,
    /// Errors found by the builder.
    pub(crate) errors: Vec<String>,
}

/// Description of an item, as lists contain it.
#[derive(Debug)]
pub(crate) enum Descriptor {
    Tool(Tool),
    Resource(Resource),
    Template(ResourceTemplate, UriTemplate),
    Prompt(Prompt),
}

impl Item {
    /// Adds a guard. It runs after those added earlier. Called by the macros.
    #[doc(hidden)]
    #[must_use]
    pub fn guarded(mut self, guard: SharedGuard) -> Self {
        self.guards.push(guard);
        self
    }

    /// Adds an interceptor. It runs inside those added earlier. Called by the macros.
    #[doc(hidden)]
    #[must_use]
    pub fn intercepted(mut self, interceptor: SharedInterceptor) -> Self {
        self.interceptors.push(interceptor);
        self
    }

    /// Returns the kind: tool, resource, resource template or prompt.
    pub fn kind(&self) -> ItemKind {
        match self.descriptor {
            Descriptor::Tool(_) => ItemKind::Tool,
            Descriptor::Resource(_) => ItemKind::Resource,
            Descriptor::Template(..) => ItemKind::ResourceTemplate,
            Descriptor::Prompt(_) => ItemKind::Prompt,
        }
    }

    /// Returns the name, such as `hello-world`. The name of a resource is not its URI.
    pub fn name(&self) -> &str {
        match &self.descriptor {
            Descriptor::Tool(tool) => &tool.name,
            Descriptor::Resource(resource) => &resource.name,
            Descriptor::Template(template, _) => &template.name,
            Descriptor::Prompt(prompt) => &prompt.name,
        }
    }

    /// Returns the kind, name and place of the item, for error messages.
    pub(super) fn describe(&self) -> String {
        match self.place {
            Some(place) => format!("the {} `{}` ({place})", self.kind(), self.name()),
            None => format!("the {} `{}`", self.kind(), self.name()),
        }
    }

    /// Returns the key that is unique among items of a kind: the URI of a resource, the text of a
    /// template, otherwise the name.
    pub(crate) fn key(&self) -> &str {
        match &self.descriptor {
            Descriptor::Tool(tool) => &tool.name,
            Descriptor::Resource(resource) => &resource.uri,
            Descriptor::Template(template, _) => &template.uri_template,
            Descriptor::Prompt(prompt) => &prompt.name,
        }
    }

    /// Returns the names of the arguments that can be completed. `None` for tools.
    pub(crate) fn arguments(&self) -> Option<Vec<String>> {
        match &self.descriptor {
            Descriptor::Tool(_) => None,
            Descriptor::Resource(_) => Some(Vec::new()),
            Descriptor::Template(_, template) => Some(template.variables().map(str::to_owned).collect()),
            Descriptor::Prompt(prompt) => Some(prompt.arguments.iter().map(|argument| argument.name.clone()).collect()),
        }
    }

    /// Returns the description for results without their own. Only prompts have one.
    pub(crate) fn description_of_results(&self) -> Option<&str> {
        match &self.descriptor {
            Descriptor::Prompt(prompt) => prompt.description.as_deref(),
            Descriptor::Tool(_) | Descriptor::Resource(_) | Descriptor::Template(..) => None,
        }
    }

    /// Returns `true` for a tool without a description.
    pub(crate) fn is_undescribed_tool(&self) -> bool {
        matches!(&self.descriptor, Descriptor::Tool(tool) if tool.description.as_ref().is_none_or(String::is_empty))
    }

    pub(crate) fn mime_type(&self) -> Option<&str> {
        match &self.descriptor {
            Descriptor::Resource(resource) => resource.mime_type.as_deref(),
            Descriptor::Template(template, _) => template.mime_type.as_deref(),
            Descriptor::Tool(_) | Descriptor::Prompt(_) => None,
        }
    }

    /// Returns the settings of a view (`_meta.ui`).
    pub(crate) fn ui(&self) -> Option<&Value> {
        match &self.descriptor {
            Descriptor::Resource(resource) => resource.meta.get(app::META),
            Descriptor::Template(template, _) => template.meta.get(app::META),
            Descriptor::Tool(_) | Descriptor::Prompt(_) => None,
        }
    }

    /// Returns `true` for a view.
    pub(crate) fn is_view(&self) -> bool {
        matches!(self.descriptor, Descriptor::Resource(_) | Descriptor::Template(..)) && app::is_view_uri(self.key())
    }

    /// Returns the URI of the view that shows the results of a tool.
    pub(crate) fn view(&self) -> Option<&str> {
        match &self.descriptor {
            Descriptor::Tool(tool) => tool.meta.get(app::META)?.get("resourceUri")?.as_str(),
            _ => None,
        }
    }

    /// Returns the input schema of a tool that the server enforces.
    fn enforced_schema(&self) -> Option<&Value> {
        match &self.descriptor {
            Descriptor::Tool(tool) => Some(self.enforced_schema.as_ref().unwrap_or(&tool.input_schema)),
            _ => None,
        }
    }

    /// Publishes that the tool accepts no arguments that it does not declare.
    pub(crate) fn close_arguments(&mut self) {
        if let (Descriptor::Tool(tool), Some(names)) = (&mut self.descriptor, &self.argument_names) {
            let open = tool.input_schema.clone();
            close(&mut tool.input_schema, names);
            self.enforced_schema.get_or_insert(open);
        }
    }

    /// Returns the checks of arguments that their types lack.
    pub(crate) fn argument_checks(&self, treatment: UnknownArguments, keywords: Option<Keywords>) -> ArgumentChecks {
        let schema = self.enforced_schema();
        ArgumentChecks {
            names: ArgumentNames::new(treatment, self.argument_names.clone()),
            drops_duplicates: schema.is_some_and(|schema| !self.reads_types || has_open_objects(schema)),
            has_floats: self.reads_types && schema.is_some_and(has_floats),
            keywords,
        }
    }

    /// Returns the reader of values that are sent as the text of JSON.
    pub(crate) fn json_texts(&self) -> Option<JsonTexts> {
        self.enforced_schema().map(|schema| JsonTexts::new(schema.clone()))
    }

    /// Returns the explainer of the rejected arguments of a tool.
    pub(crate) fn explainer(&self) -> Option<Explainer> {
        self.enforced_schema().map(|schema| Explainer::new(schema.clone()))
    }

    /// Returns the rewriter of whole numbers in the arguments of a tool.
    pub(crate) fn whole_numbers(&self) -> Option<WholeNumbers> {
        self.enforced_schema().and_then(WholeNumbers::of).map(|numbers| numbers.fallback(!self.reads_types))
    }

    /// Compiles the keywords of a tool's input schema that deserializing the arguments does not
    /// check.
    pub(crate) fn keywords(&self) -> Result<Option<Keywords>, SchemaError> {
        match self.enforced_schema() {
            Some(schema) if self.reads_types => Keywords::compile(schema),
            Some(schema) => Keywords::compile_all(schema).map(Some),
            None => Ok(None),
        }
    }

    /// Returns the combinator at the root of a tool's published input schema.
    pub(crate) fn root_combinator(&self) -> Option<&'static str> {
        match &self.descriptor {
            Descriptor::Tool(tool) => root_combinator(&tool.input_schema),
            _ => None,
        }
    }
}

/// An error in an item of a module.
#[derive(Debug)]
pub(crate) struct ItemError {
    pub(crate) place: Option<Place>,
    pub(crate) message: String,
}

impl ItemError {
    /// Returns an error of an item. The message begins with the item.
    pub(super) fn of(item: &Item, error: impl fmt::Display) -> Self {
        Self { place: item.place, message: format!("{}: {error}", item.describe()) }
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Item")
            .field("kind", &self.kind())
            .field("name", &self.name())
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
