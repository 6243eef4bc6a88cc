//! Builders of items: what the macros call, and what builds a tool, a resource or a prompt by hand.

use std::{fmt, sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    item::{Descriptor, Item},
    uri_template::UriTemplate,
};
use crate::{
    auth::Access,
    extract::{Argument, ArgumentOptions, FromContext, InputSchema, Requirements},
    handler::{
        Completer, Handler, HandlerFunction, IntoPromptResult, IntoResourceResult, IntoToolResult, SharedCompleter,
        glue::{prompt_outcome, resource_outcome, tool_outcome},
    },
    pipeline::{Guard, Interceptor, SharedGuard, SharedInterceptor},
    place::Place,
    protocol::{
        CacheHint, CacheScope, Icon, Prompt, PromptArgument, Resource, ResourceTemplate, Role, TaskSupport, Tool,
        ToolUi, ViewUi, Visibility, types::app,
    },
    schema,
};

/// Properties that all kinds of items share.
#[derive(Default)]
struct Common {
    access: Access,
    guards: Vec<SharedGuard>,
    interceptors: Vec<SharedInterceptor>,
    requirements: Requirements,
    place: Option<Place>,
    completers: Vec<(String, SharedCompleter)>,
    cache: CacheHint,
    reads_types: bool,
    /// The arguments were described by hand.
    has_input: bool,
    task: TaskSupport,
    detaches: bool,
    mistakes: Vec<String>,
}

impl Common {
    fn item(self, descriptor: Descriptor, handler: impl Handler) -> Item {
        Item {
            descriptor,
            access: self.access,
            guards: self.guards,
            interceptors: self.interceptors,
            requirements: self.requirements,
            handler: Arc::new(handler),
            place: self.place,
            completers: self.completers,
            cache: self.cache,
            reads_types: self.reads_types,
            task: self.task,
            detaches: self.detaches,
            mistakes: self.mistakes,
        }
    }
}

impl Common {
    fn complete<Marker, C: Completer<Marker>>(&mut self, argument: String, completer: C) {
        C::requirements(&mut self.requirements);
        self.completers.retain(|(known, _)| *known != argument);
        self.completers.push((argument, SharedCompleter::new(completer)));
    }

    /// Arguments whose types are choices complete by themselves, unless something else completes
    /// them.
    fn choices(&mut self, input: &InputSchema) {
        for (argument, values) in input.choices() {
            if !self.completers.iter().any(|(known, _)| *known == argument) {
                self.completers.push((argument, SharedCompleter::choice(values)));
            }
        }
    }
}

/// The setter of what completes arguments.
macro_rules! completing_methods {
    () => {
        /// Completes an argument while it is typed, with a function or a closure: see
        /// [`Completer`].
        ///
        /// An argument whose type is an enum without data needs none: it completes from its schema.
        #[must_use]
        pub fn complete<Marker, C: Completer<Marker>>(mut self, argument: impl Into<String>, completer: C) -> Self {
            self.common.complete(argument.into(), completer);
            self
        }
    };
}

/// The methods that all builders share.
macro_rules! common_methods {
    () => {
        /// Sets the access that a caller needs.
        #[must_use]
        pub fn access(mut self, access: Access) -> Self {
            self.common.access = access;
            self
        }

        /// A check before a call is accepted, after those added earlier.
        #[must_use]
        pub fn guard(mut self, guard: impl Guard) -> Self {
            self.common.guards.push(Arc::new(guard));
            self
        }

        /// Code around accepted calls, inside of those added earlier.
        #[must_use]
        pub fn interceptor(mut self, interceptor: impl Interceptor) -> Self {
            self.common.interceptors.push(Arc::new(interceptor));
            self
        }

        /// Sets the place in the source, for error messages.
        #[must_use]
        pub fn place(mut self, place: Place) -> Self {
            self.common.place = Some(place);
            self
        }

        /// Notes what a parameter of that type needs.
        #[must_use]
        pub fn parameter<P: FromContext>(mut self) -> Self {
            P::requirements(&mut self.common.requirements);
            self
        }
    };
}

/// The setters of members that all descriptors share.
macro_rules! described_methods {
    ($field:ident) => {
        /// Name for humans.
        #[must_use]
        pub fn title(mut self, title: impl Into<String>) -> Self {
            self.$field.title = Some(title.into());
            self
        }

        /// Sets the description for the language model.
        #[must_use]
        pub fn description(mut self, description: impl Into<String>) -> Self {
            self.$field.description = Some(description.into());
            self
        }

        /// A picture for a user interface.
        #[must_use]
        pub fn icon(mut self, icon: Icon) -> Self {
            self.$field.icons.push(icon);
            self
        }

        /// One member of its `_meta`.
        #[must_use]
        pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
            self.$field.meta.insert(key.into(), value.into());
            self
        }
    };
}

/// Builds a tool.
pub struct ToolBuilder {
    tool: Tool,
    ui: ToolUi,
    common: Common,
}

impl ToolBuilder {
    /// A tool of that name, without arguments.
    pub fn new(name: impl Into<String>) -> Self {
        let input_schema = InputSchema::new().into_value();
        let tool = Tool { name: name.into(), input_schema, ..Tool::default() };
        Self { tool, ui: ToolUi::default(), common: Common::default() }
    }

    described_methods!(tool);
    common_methods!();

    /// Marks a tool that changes nothing.
    #[must_use]
    pub fn read_only(mut self, hint: bool) -> Self {
        self.tool.annotations.read_only = Some(hint);
        self
    }

    /// Marks a tool that may destroy data.
    #[must_use]
    pub fn destructive(mut self, hint: bool) -> Self {
        self.tool.annotations.destructive = Some(hint);
        self
    }

    /// A second call with the same arguments changes nothing more.
    #[must_use]
    pub fn idempotent(mut self, hint: bool) -> Self {
        self.tool.annotations.idempotent = Some(hint);
        self
    }

    /// Marks a tool that interacts with systems outside the server.
    #[must_use]
    pub fn open_world(mut self, hint: bool) -> Self {
        self.tool.annotations.open_world = Some(hint);
        self
    }

    /// The view that shows its results (MCP Apps): the URI of a resource of this server, `ui://…`.
    #[must_use]
    pub fn view(mut self, uri: impl Into<String>) -> Self {
        self.ui.resource_uri = Some(uri.into());
        self
    }

    /// Sets the callers of the tool (MCP Apps): the language model, views, or both. Default: both.
    #[must_use]
    pub fn visibility(mut self, visibility: impl IntoIterator<Item = Visibility>) -> Self {
        self.ui.visibility = visibility.into_iter().collect();
        self
    }

    /// Sets whether calls may become [tasks](crate::docs::tasks). Default: never.
    #[must_use]
    pub fn task(mut self, support: TaskSupport) -> Self {
        self.common.task = support;
        self
    }

    /// Its handler says when its calls become tasks, by
    /// [`Context::detach`](crate::Context::detach), and not the pipeline before it.
    #[must_use]
    pub fn detaches(mut self, detaches: bool) -> Self {
        self.common.detaches = detaches;
        self
    }

    /// Its arguments, which the handler reads into the types they were described from.
    #[must_use]
    pub fn input(mut self, mut input: InputSchema) -> Self {
        self.common.mistakes.append(&mut input.mistakes);
        self = self.input_schema(input.into_value());
        self.common.reads_types = true;
        self
    }

    /// Its arguments, as the JSON Schema of an object. Every call is checked against all of it.
    ///
    /// Keywords that types do not produce, such as `if` and `contains`, require the default feature
    /// `json-schema`.
    #[must_use]
    pub fn input_schema(mut self, schema: Value) -> Self {
        self.common.has_input = true;
        match schema::publishable(schema) {
            Ok(schema) => self.tool.input_schema = schema,
            Err(error) => self.common.mistakes.push(error.to_string()),
        }
        self
    }

    /// Derives the output schema from a return type.
    #[must_use]
    pub fn returns<R: IntoToolResult>(mut self) -> Self {
        self.tool.output_schema = R::output_schema();
        self
    }

    /// Builds a tool that runs an async function or closure, whose parameters are extractors.
    ///
    /// With [`Args<T>`](crate::Args), the input schema is derived from `T`, unless
    /// [`input_schema`](Self::input_schema) was called: then `T` can be [`Value`]. The output
    /// schema is derived from the return type, unless [`returns`](Self::returns) was called.
    ///
    /// ```
    /// use mcp_server::{Args, CallError, Context, McpModule, McpOptions, registry::ToolBuilder};
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Repeat {
    ///     text: String,
    ///     count: usize,
    /// }
    ///
    /// let repeat = ToolBuilder::new("repeat")
    ///     .description("Repeats a text.")
    ///     .run(|Args(Repeat { text, count }): Args<Repeat>, _ctx: Context| async move {
    ///         if count > 100 {
    ///             return Err(CallError::client("invalid count: expected at most 100"));
    ///         }
    ///         Ok(text.repeat(count))
    ///     });
    /// let module = McpModule::for_root(McpOptions::new("texts", "1.0.0")).item(repeat);
    /// ```
    pub fn run<Parameters, F>(mut self, function: F) -> Item
    where
        F: HandlerFunction<Parameters, Returned: IntoToolResult>,
    {
        F::requirements(&mut self.common.requirements);
        if let Some(input) = F::arguments().filter(|_| !self.common.has_input) {
            self = self.input(input);
        }
        if self.tool.output_schema.is_none() {
            self.tool.output_schema = F::Returned::output_schema();
        }
        let function = Arc::new(function);
        self.handler(move |context| function.clone().start(context, |returned, _| tool_outcome(returned)))
    }

    /// Builds the tool with a [`Handler`], for full control over both halves of a call.
    pub fn handler(mut self, handler: impl Handler) -> Item {
        if self.ui != ToolUi::default() {
            let ui = serde_json::to_value(&self.ui).unwrap_or_default();
            self.tool.meta.insert(app::META.to_owned(), ui);
        }
        self.common.item(Descriptor::Tool(self.tool), handler)
    }
}

/// Builds a resource or a resource template.
pub struct ResourceBuilder {
    template: ResourceTemplate,
    size: Option<u64>,
    is_template: bool,
    common: Common,
}

impl ResourceBuilder {
    /// The resource of that name at `uri`.
    pub fn new(uri: impl Into<String>, name: impl Into<String>) -> Self {
        let uri_template = uri.into();
        let mime_type = uri_template.starts_with(app::SCHEME).then(|| app::VIEW_TYPE.to_owned());
        let template = ResourceTemplate { uri_template, name: name.into(), mime_type, ..ResourceTemplate::default() };
        Self { template, size: None, is_template: false, common: Common::default() }
    }

    /// The resources of that name wherever the template matches (RFC 6570).
    pub fn template(uri_template: impl Into<String>, name: impl Into<String>) -> Self {
        Self { is_template: true, ..Self::new(uri_template, name) }
    }

    described_methods!(template);
    common_methods!();
    completing_methods!();

    /// The type of a variable, which completes by itself when it is an enum without data.
    #[must_use]
    pub fn choices<T: Argument>(mut self, variable: &'static str) -> Self {
        let mut input = InputSchema::new();
        input.argument::<T>(variable, ArgumentOptions::default());
        self.common.choices(&input);
        self
    }

    /// The media type. That of a view (`ui://…`) is there already.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.template.mime_type = Some(mime_type.into());
        self
    }

    /// What it needs as a view (MCP Apps). Every resource whose URI begins with `ui://` is one;
    /// this is for those that need more than an empty sandbox.
    #[must_use]
    pub fn ui(self, ui: ViewUi) -> Self {
        self.meta(app::META, serde_json::to_value(ui).unwrap_or_default())
    }

    /// The size in bytes. A template has none.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// Sets the audience.
    #[must_use]
    pub fn audience(mut self, audience: impl IntoIterator<Item = Role>) -> Self {
        self.template.annotations.audience = audience.into_iter().collect();
        self
    }

    /// Sets the priority, from 0 (optional) to 1 (required).
    #[must_use]
    pub fn priority(mut self, priority: f64) -> Self {
        self.template.annotations.priority = Some(priority);
        self
    }

    /// When it was last changed, as an ISO 8601 time.
    #[must_use]
    pub fn last_modified(mut self, time: impl Into<String>) -> Self {
        self.template.annotations.last_modified = Some(time.into());
        self
    }

    /// For how long a client of 2026-07-28 may keep what it read before it reads again (`ttlMs`).
    #[must_use]
    pub fn ttl(mut self, time: Duration) -> Self {
        self.common.cache.ttl = Some(time);
        self
    }

    /// Who may be served what somebody read and a cache kept. [`CacheScope::Public`] is a mistake
    /// for a resource behind authorization or guards, unless its access is declared `public`.
    #[must_use]
    pub fn cache_scope(mut self, scope: CacheScope) -> Self {
        self.common.cache.scope = Some(scope);
        self
    }

    /// Builds a resource or template that runs an async function or closure, whose parameters are
    /// extractors. [`Args<T>`](crate::Args) receives the variables of a template.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use mcp_server::{Args, registry::ResourceBuilder};
    ///
    /// let user = ResourceBuilder::template("users://{id}", "user")
    ///     .run(|Args(variables): Args<BTreeMap<String, String>>| async move { format!("user {}", variables["id"]) });
    /// ```
    pub fn run<Parameters, F>(mut self, function: F) -> Item
    where
        F: HandlerFunction<Parameters, Returned: IntoResourceResult>,
    {
        F::requirements(&mut self.common.requirements);
        let function = Arc::new(function);
        self.handler(move |context| function.clone().start(context, resource_outcome))
    }

    /// Builds the resource with a [`Handler`].
    pub fn handler(mut self, handler: impl Handler) -> Item {
        let template = self.template;
        let descriptor = if self.is_template {
            let matcher = UriTemplate::parse(&template.uri_template).unwrap_or_else(|error| {
                self.common
                    .mistakes
                    .push(format!("the URI template `{}` is malformed: {error}", template.uri_template));
                UriTemplate::default()
            });
            Descriptor::Template(template, matcher)
        } else {
            Descriptor::Resource(Resource {
                uri: template.uri_template,
                name: template.name,
                title: template.title,
                description: template.description,
                mime_type: template.mime_type,
                size: self.size,
                annotations: template.annotations,
                icons: template.icons,
                meta: template.meta,
            })
        };
        self.common.item(descriptor, handler)
    }
}

/// Builds a prompt.
pub struct PromptBuilder {
    prompt: Prompt,
    common: Common,
}

impl PromptBuilder {
    /// A prompt of that name, without arguments.
    pub fn new(name: impl Into<String>) -> Self {
        Self { prompt: Prompt { name: name.into(), ..Prompt::default() }, common: Common::default() }
    }

    described_methods!(prompt);
    common_methods!();
    completing_methods!();

    /// Its arguments. On the wire they are text.
    #[must_use]
    pub fn input(mut self, input: &InputSchema) -> Self {
        let text = |schema: &Option<Value>, keyword: &str| {
            schema.as_ref().and_then(|schema| schema.get(keyword)).and_then(Value::as_str).map(str::to_owned)
        };
        self.common.has_input = true;
        self.prompt.arguments = input
            .names()
            .into_iter()
            .map(|(name, required, schema)| PromptArgument {
                name,
                required,
                title: text(&schema, "title"),
                description: text(&schema, "description"),
            })
            .collect();
        self.common.choices(input);
        self
    }

    /// Builds a prompt that runs an async function or closure, whose parameters are extractors.
    ///
    /// With [`Args<T>`](crate::Args), the arguments are derived from `T`, unless
    /// [`input`](Self::input) was called.
    ///
    /// ```
    /// use mcp_server::{Args, registry::PromptBuilder};
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Review {
    ///     language: String,
    /// }
    ///
    /// let review = PromptBuilder::new("review")
    ///     .run(|Args(review): Args<Review>| async move { format!("Review this {} code.", review.language) });
    /// ```
    pub fn run<Parameters, F>(mut self, function: F) -> Item
    where
        F: HandlerFunction<Parameters, Returned: IntoPromptResult>,
    {
        F::requirements(&mut self.common.requirements);
        if let Some(input) = F::arguments().filter(|_| !self.common.has_input) {
            self = self.input(&input);
        }
        let function = Arc::new(function);
        self.handler(move |context| function.clone().start(context, |returned, _| prompt_outcome(returned)))
    }

    /// Builds the prompt with a [`Handler`].
    pub fn handler(self, handler: impl Handler) -> Item {
        self.common.item(Descriptor::Prompt(self.prompt), handler)
    }
}

macro_rules! debug_by_name {
    ($($builder:ident $field:ident,)*) => {
        $(
            impl fmt::Debug for $builder {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.debug_struct(stringify!($builder)).field("name", &self.$field.name).finish_non_exhaustive()
                }
            }
        )*
    };
}

debug_by_name! {
    ToolBuilder tool,
    ResourceBuilder template,
    PromptBuilder prompt,
}
