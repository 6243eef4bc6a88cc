//! Builder of a tool.

use std::sync::Arc;

use serde_json::Value;

use super::{Common, common_methods, debug_by_name, described_methods};
use crate::{
    auth::Access,
    extract::{FromContext, InputSchema},
    handler::{BlockingFunction, Handler, HandlerFunction, IntoToolResult, glue::tool_outcome},
    pipeline::{Guard, Interceptor},
    place::Place,
    protocol::{Icon, TaskSupport, Tool, ToolUi, Visibility, types::app},
    registry::item::{Descriptor, Item},
    schema,
};

/// Builder of a tool without macros; [`run`](Self::run) or [`handler`](Self::handler) completes it.
pub struct ToolBuilder {
    tool: Tool,
    ui: ToolUi,
    common: Common,
}

impl ToolBuilder {
    /// Creates a builder of a tool with this name and without arguments.
    pub fn new(name: impl Into<String>) -> Self {
        let input_schema = InputSchema::new().into_value();
        let tool = Tool { name: name.into(), input_schema, ..Tool::default() };
        Self { tool, ui: ToolUi::default(), common: Common::without_arguments() }
    }

    described_methods!(tool);
    common_methods!();

    /// Sets the hint whether the tool changes nothing (`readOnlyHint`). Default: unspecified, which
    /// clients read as `false`.
    #[must_use]
    pub fn read_only(mut self, hint: bool) -> Self {
        self.tool.annotations.read_only = Some(hint);
        self
    }

    /// Sets the hint whether the tool may destroy data (`destructiveHint`). Default: unspecified,
    /// which clients read as `true`.
    #[must_use]
    pub fn destructive(mut self, hint: bool) -> Self {
        self.tool.annotations.destructive = Some(hint);
        self
    }

    /// Sets the hint whether repeated calls with the same arguments have no further effect
    /// (`idempotentHint`). Default: unspecified, which clients read as `false`.
    #[must_use]
    pub fn idempotent(mut self, hint: bool) -> Self {
        self.tool.annotations.idempotent = Some(hint);
        self
    }

    /// Sets the hint whether the tool interacts with systems outside the server (`openWorldHint`).
    /// Default: unspecified, which clients read as `true`.
    #[must_use]
    pub fn open_world(mut self, hint: bool) -> Self {
        self.tool.annotations.open_world = Some(hint);
        self
    }

    /// Sets the view that shows the results (MCP Apps): the URI (`ui://…`) of a resource of this
    /// server.
    #[must_use]
    pub fn view(mut self, uri: impl Into<String>) -> Self {
        self.ui.resource_uri = Some(uri.into());
        self
    }

    /// Sets the callers to which clients offer the tool (MCP Apps): the language model, views, or
    /// both. A hint that the server does not enforce. Default: both.
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

    /// Sets whether the handler decides when a call becomes a task, by
    /// [`Context::detach`](crate::Context::detach). Default `false`: a call becomes a task before
    /// the handler runs.
    #[must_use]
    pub fn detaches(mut self, detaches: bool) -> Self {
        self.common.detaches = detaches;
        self
    }

    /// Sets the arguments. The handler must read them into the types from which `input` was
    /// derived, because keywords that those types enforce are not checked again.
    #[must_use]
    pub fn input(mut self, mut input: InputSchema) -> Self {
        self.common.errors.append(&mut input.errors);
        self.common.argument_names = input.declared_names();
        self = self.enforced(input.into_value(), schema::published);
        self.common.reads_types = true;
        self
    }

    /// Sets the arguments as a JSON Schema of an object. Calls are validated against all keywords.
    ///
    /// Keywords that types do not produce, such as `if` and `contains`, require the default feature
    /// `json-schema`.
    ///
    /// Clients see the schema as written, without the formats that `schemars` derives for Rust
    /// integers, such as `uint8`. Some language models reject a tool with `oneOf`, `anyOf` or
    /// `allOf` at the root, so `build()` logs a warning about it.
    #[must_use]
    pub fn input_schema(mut self, schema: Value) -> Self {
        self.common.reads_types = false;
        // An object without any properties is free-form if it is written by hand.
        self.common.argument_names =
            schema::property_names(&schema).filter(|names| !names.is_empty() || schema.get("properties").is_some());
        self.enforced(schema, schema::published_as_written)
    }

    /// Sets the schema that the server enforces, and the one that clients see.
    fn enforced(mut self, schema: Value, published: fn(&Value) -> Value) -> Self {
        self.common.has_input = true;
        match schema::publishable(schema) {
            Ok(schema) => {
                self.tool.input_schema = published(&schema);
                self.common.enforced_schema = (schema != self.tool.input_schema).then_some(schema);
            }
            Err(error) => self.common.errors.push(error.to_string()),
        }
        self
    }

    /// Sets the output schema to that of the return type `R`. [`run`](Self::run) does so for the
    /// type that its function returns.
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

    /// Builds a tool that runs a blocking function or closure, whose parameters are extractors.
    ///
    /// The function is not async. Each call runs on a thread for blocking work, as with
    /// [`#[tool(blocking)]`](crate::docs::handlers#blocking-work). Schemas are derived as by
    /// [`run`](Self::run).
    ///
    /// ```
    /// use mcp_server::registry::ToolBuilder;
    ///
    /// let read = ToolBuilder::new("read").run_blocking(|| std::fs::read_to_string("notes.txt"));
    /// ```
    pub fn run_blocking<Parameters, F>(mut self, function: F) -> Item
    where
        F: BlockingFunction<Parameters, Returned: IntoToolResult>,
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

    /// Builds the tool with a [`Handler`], for control over how arguments are read as well as over
    /// the work.
    pub fn handler(mut self, handler: impl Handler) -> Item {
        if self.ui != ToolUi::default() {
            let ui = serde_json::to_value(&self.ui).unwrap_or_default();
            self.tool.meta.insert(app::META.to_owned(), ui);
        }
        self.common.item(Descriptor::Tool(self.tool), handler)
    }
}

debug_by_name!(ToolBuilder, tool);
