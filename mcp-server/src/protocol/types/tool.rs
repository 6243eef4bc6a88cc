//! Tools, their annotations and their results.

use serde::{Deserialize, Serialize, ser::Error as _};
use serde_json::{Map, Value, value::RawValue};

use super::{
    content::Content,
    finite::{NOT_FINITE, lost_float},
    implementation::Icon,
};

/// A tool in the response to `tools/list`, or a tool offered to the language model in sampling.
///
/// Specification: `Tool` (2026-07-28). Annotations since 2025-03-26; title, output schema and
/// `_meta` since 2025-06-18; icons since 2025-11-25.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Tool {
    /// Name that identifies the tool: 1 to 128 characters of `A-Z a-z 0-9 _ - .`.
    pub name: String,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description for the language model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON Schema of the arguments. Its type is `object`.
    pub input_schema: Value,
    /// JSON Schema of `structuredContent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
    /// Hints about the effects of a call.
    #[serde(default, skip_serializing_if = "ToolAnnotations::is_empty")]
    pub annotations: ToolAnnotations,
    /// Icons for the user interface.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Icon>,
    /// Metadata (`_meta`), by key.
    #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
    pub meta: Map<String, Value>,
}

/// Hints about the effects of a call. Clients must not rely on the hints of servers that they do
/// not trust.
///
/// Specification: `ToolAnnotations` (since 2025-03-26).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolAnnotations {
    /// Display name for clients that do not know [`Tool::title`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `true` if a call changes nothing. The default of the specification is `false`.
    #[serde(default, rename = "readOnlyHint", skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// `true` if a call may destroy data. The default of the specification is `true`.
    #[serde(default, rename = "destructiveHint", skip_serializing_if = "Option::is_none")]
    pub destructive: Option<bool>,
    /// `true` if repeating a call has no further effect. The default of the specification is
    /// `false`.
    #[serde(default, rename = "idempotentHint", skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
    /// `true` if a call reaches systems outside the server. The default of the specification is
    /// `true`.
    #[serde(default, rename = "openWorldHint", skip_serializing_if = "Option::is_none")]
    pub open_world: Option<bool>,
}

impl Tool {
    /// Creates a tool for sampling from its name and the JSON Schema of its arguments.
    ///
    /// Pass it to [`CreateMessage::tools`](crate::protocol::CreateMessage::tools).
    #[must_use]
    pub fn new(name: impl Into<String>, input_schema: Value) -> Self {
        Self { name: name.into(), input_schema, ..Self::default() }
    }

    /// Sets the description for the language model.
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

/// Result of a tool call.
///
/// Specification: `CallToolResult` (2026-07-28). Structured content since 2025-06-18.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ToolResult {
    /// Content blocks for the language model.
    pub content: Vec<Content>,
    /// Result as JSON, for programs. It matches the output schema of the tool.
    pub structured_content: Option<Box<RawValue>>,
    /// `true` if the call failed. The content then describes the error.
    pub is_error: bool,
    /// Metadata (`_meta`), by key.
    pub meta: Map<String, Value>,
}

impl ToolResult {
    /// Creates a result with one text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: vec![Content::text(text)], ..Self::default() }
    }

    /// Creates the result of a failed call. The language model reads the text and can react to it.
    pub fn error(text: impl Into<String>) -> Self {
        Self { is_error: true, ..Self::text(text) }
    }

    /// Creates a result from content blocks.
    pub fn content(content: impl IntoIterator<Item = Content>) -> Self {
        Self { content: content.into_iter().collect(), ..Self::default() }
    }

    /// Sets the structured content, in addition to the content blocks.
    ///
    /// # Errors
    /// Fails if the value cannot be serialized as JSON, and if it has a float that is NaN or
    /// infinite. In an `Option<f64>` such a float becomes `null`.
    pub fn structured(mut self, value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let structured = serde_json::value::to_raw_value(value)?;
        // Only a `null` can stand for a float without a form in JSON.
        if structured.get().contains("null")
            && let Some(path) = lost_float(value)
        {
            let place = if path.is_empty() { "the result".to_owned() } else { format!("`{path}`") };
            return Err(serde_json::Error::custom(format!("invalid output at {place}: {NOT_FINITE}")));
        }
        self.structured_content = Some(structured);
        Ok(self)
    }

    /// Adds a member to the metadata (`_meta`).
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.meta.insert(key.into(), value.into());
        self
    }
}
