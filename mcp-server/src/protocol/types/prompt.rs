//! Prompts, their arguments and their messages.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{annotations::Role, content::Content, implementation::Icon};

/// A prompt in the response to `prompts/list`.
///
/// Specification: `Prompt` (2026-07-28). Title and `_meta` since 2025-06-18, icons since
/// 2025-11-25.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Prompt {
    /// Name that identifies the prompt.
    pub name: String,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Purpose of the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Arguments that the prompt takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<PromptArgument>,
    /// Icons for the user interface.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Icon>,
    /// Metadata (`_meta`), by key.
    #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
    pub meta: Map<String, Value>,
}

/// An argument of a prompt. Its value is a string in messages.
///
/// Specification: `PromptArgument` (2026-07-28). Title since 2025-06-18.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PromptArgument {
    /// Name that identifies the argument.
    pub name: String,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Meaning of the argument.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `true` if a value must be given.
    #[serde(default)]
    pub required: bool,
}

/// A message of a prompt.
///
/// Specification: `PromptMessage` (2026-07-28).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PromptMessage {
    /// Sender of the message.
    pub role: Role,
    /// Content of the message.
    pub content: Content,
}

impl PromptMessage {
    /// Creates a message of the user.
    pub fn user(content: impl Into<Content>) -> Self {
        Self { role: Role::User, content: content.into() }
    }

    /// Creates a message of the language model.
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self { role: Role::Assistant, content: content.into() }
    }
}

/// Result of rendering a prompt.
///
/// Specification: `GetPromptResult` (2026-07-28).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PromptResult {
    /// Description of the messages. `None` stands for the description of the prompt.
    pub description: Option<String>,
    /// Messages in order.
    pub messages: Vec<PromptMessage>,
    /// Metadata (`_meta`), by key.
    pub meta: Map<String, Value>,
}

impl PromptResult {
    /// Creates a result from messages in order.
    pub fn new(messages: impl IntoIterator<Item = PromptMessage>) -> Self {
        Self { messages: messages.into_iter().collect(), ..Self::default() }
    }

    /// Sets the description of the messages.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}
