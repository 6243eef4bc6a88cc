//! What a tool says about itself, and what it returns.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use super::{content::Content, implementation::Icon};

/// A tool as `tools/list` shows it (specification: `Tool`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Tool {
    /// Name for programs: 1 to 128 of `A-Z a-z 0-9 _ - .`.
    pub name: String,
    /// Name for humans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it does, for the language model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON Schema of the arguments, an object.
    pub input_schema: Value,
    /// JSON Schema of `structuredContent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
    /// Hints about what a call does.
    #[serde(default, skip_serializing_if = "ToolAnnotations::is_empty")]
    pub annotations: ToolAnnotations,
    /// Pictures for a user interface.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Icon>,
    /// More about it, for programs.
    #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
    pub meta: Map<String, Value>,
}

/// Hints about what a call does. They are hints: a client does not rely on them (specification: `ToolAnnotations`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolAnnotations {
    /// Name for humans, where the client does not know [`Tool::title`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// It changes nothing.
    #[serde(default, rename = "readOnlyHint", skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// What it changes may be lost.
    #[serde(default, rename = "destructiveHint", skip_serializing_if = "Option::is_none")]
    pub destructive: Option<bool>,
    /// A second call with the same arguments changes nothing more.
    #[serde(default, rename = "idempotentHint", skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
    /// It reaches out to things beyond the server.
    #[serde(default, rename = "openWorldHint", skip_serializing_if = "Option::is_none")]
    pub open_world: Option<bool>,
}

impl Tool {
    /// A tool for a language model to ask for (see [`CreateMessage::tools`](crate::protocol::CreateMessage::tools)): its name, and the JSON
    /// Schema of its arguments.
    #[must_use]
    pub fn new(name: impl Into<String>, input_schema: Value) -> Self {
        Self { name: name.into(), input_schema, ..Self::default() }
    }

    /// What it does, for the language model.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl ToolAnnotations {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a tool returns (specification: `CallToolResult`).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ToolResult {
    /// Blocks for the language model.
    pub content: Vec<Content>,
    /// The value behind them, for programs: JSON that fits the tool's output schema.
    pub structured_content: Option<Box<RawValue>>,
    /// The call failed, and the content says why.
    pub is_error: bool,
    /// More about it, for programs.
    pub meta: Map<String, Value>,
}

impl ToolResult {
    /// A result of one block of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: vec![Content::text(text)], ..Self::default() }
    }

    /// A failed call: the text tells the language model what to do about it.
    pub fn error(text: impl Into<String>) -> Self {
        Self { is_error: true, ..Self::text(text) }
    }

    /// A result of these blocks.
    pub fn content(content: impl IntoIterator<Item = Content>) -> Self {
        Self { content: content.into_iter().collect(), ..Self::default() }
    }

    /// The same result with a value for programs beside the blocks.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn structured(mut self, value: &impl Serialize) -> Result<Self, serde_json::Error> {
        self.structured_content = Some(serde_json::value::to_raw_value(value)?);
        Ok(self)
    }

    /// The same result with one more member in its `_meta`.
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.meta.insert(key.into(), value.into());
        self
    }
}
