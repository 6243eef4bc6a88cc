//! Sampling: requests of a server to the language model of the client, and roots.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{annotations::Role, content::Content, tool::Tool};

/// A request to the client's language model to continue a conversation (`sampling/createMessage`).
///
/// Specification: `CreateMessageRequestParams` (2026-07-28).
///
/// ```
/// use mcp_server::protocol::CreateMessage;
///
/// let ask = CreateMessage::new(200).system_prompt("Answer in one word.").user("What is the capital of France?");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[must_use]
pub struct CreateMessage {
    /// Messages of the conversation, oldest first.
    pub messages: Vec<SamplingMessage>,
    /// Maximum number of tokens to sample.
    pub max_tokens: u32,
    /// Instructions for the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// Preferences for the choice of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_preferences: Option<ModelPreferences>,
    /// Randomness of the response. The range depends on the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Texts at which the model stops.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_sequences: Vec<String>,
    /// Parameters for the provider of the model, in the format of the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// Tools that the model may use. The client must declare `sampling.tools` (since 2025-11-25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<Tool>>,
    /// Rule for the use of the tools. `None` stands for [`ToolChoice::Auto`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
}

impl CreateMessage {
    /// Creates a request without messages that samples at most `max_tokens` tokens.
    pub fn new(max_tokens: u32) -> Self {
        Self {
            messages: Vec::new(),
            max_tokens,
            system_prompt: None,
            model_preferences: None,
            temperature: None,
            stop_sequences: Vec::new(),
            metadata: None,
            tools: None,
            tool_choice: None,
        }
    }

    /// Adds a message of the user.
    pub fn user(self, text: impl Into<String>) -> Self {
        self.message(SamplingMessage::text(Role::User, text))
    }

    /// Adds a message of the model.
    pub fn assistant(self, text: impl Into<String>) -> Self {
        self.message(SamplingMessage::text(Role::Assistant, text))
    }

    /// Adds a message.
    pub fn message(mut self, message: SamplingMessage) -> Self {
        self.messages.push(message);
        self
    }

    /// Sets the instructions for the model.
    pub fn system_prompt(mut self, text: impl Into<String>) -> Self {
        self.system_prompt = Some(text.into());
        self
    }

    /// Sets the preferences for the choice of the model.
    pub fn model_preferences(mut self, preferences: ModelPreferences) -> Self {
        self.model_preferences = Some(preferences);
        self
    }

    /// Sets the randomness of the response. The range depends on the model.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// Adds a text at which the model stops.
    pub fn stop_sequence(mut self, text: impl Into<String>) -> Self {
        self.stop_sequences.push(text.into());
        self
    }

    /// Sets the tools that the model may use, and whether it must use one.
    pub fn tools(mut self, tools: impl IntoIterator<Item = Tool>, choice: ToolChoice) -> Self {
        self.tools = Some(tools.into_iter().collect());
        self.tool_choice = Some(choice);
        self
    }
}

/// A message of a conversation with a language model.
///
/// Specification: `SamplingMessage` (2026-07-28). Several content blocks since 2025-11-25.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamplingMessage {
    /// Sender of the message.
    pub role: Role,
    /// Content blocks.
    #[serde(deserialize_with = "one_or_more", serialize_with = "one_as_itself")]
    pub content: Vec<SamplingContent>,
}

impl SamplingMessage {
    /// Creates a message from content blocks.
    pub fn new(role: Role, content: impl IntoIterator<Item = SamplingContent>) -> Self {
        Self { role, content: content.into_iter().collect() }
    }

    /// Creates a message with one text block.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self::new(role, [SamplingContent::Other(Content::text(text))])
    }
}

/// A content block of a sampling message.
///
/// Specification: `SamplingMessageContentBlock` (2026-07-28).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum SamplingContent {
    /// Use of a tool by the model, or the result of the tool.
    Tool(ToolExchange),
    /// Text, image or audio.
    Other(Content),
}

/// Use of a tool by the model, or the result of the tool.
///
/// Specification: `ToolUseContent`, `ToolResultContent` (since 2025-11-25).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolExchange {
    /// Use of a tool by the model.
    #[non_exhaustive]
    ToolUse {
        /// Id of this use of the tool, to which the result refers.
        id: String,
        /// Name of the tool.
        name: String,
        /// Arguments for the tool.
        input: Map<String, Value>,
    },
    /// Result of a tool.
    #[non_exhaustive]
    #[serde(rename_all = "camelCase")]
    ToolResult {
        /// Id of the [`ToolUse`](Self::ToolUse) that this result answers.
        tool_use_id: String,
        /// Content blocks for the model.
        content: Vec<Content>,
        /// `true` if the tool failed. The content then describes the error.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
}

impl ToolExchange {
    /// Creates the result of a tool. `tool_use_id` is the id of [`ToolExchange::ToolUse`].
    pub fn result(tool_use_id: impl Into<String>, content: impl IntoIterator<Item = Content>) -> Self {
        Self::ToolResult { tool_use_id: tool_use_id.into(), content: content.into_iter().collect(), is_error: false }
    }

    /// Creates the result of a failed tool. The model reads the text.
    pub fn error(tool_use_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self::ToolResult { tool_use_id: tool_use_id.into(), content: vec![Content::text(text)], is_error: true }
    }
}

/// Preferences for the choice of the language model. The client may ignore them.
///
/// Priorities are between 0 (unimportant) and 1 (most important). Specification: `ModelPreferences`
/// (2026-07-28).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModelPreferences {
    /// Names of models or parts of them, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<ModelHint>,
    /// Importance of a low cost, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_priority: Option<f64>,
    /// Importance of a low latency, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_priority: Option<f64>,
    /// Importance of advanced capabilities, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intelligence_priority: Option<f64>,
}

impl ModelPreferences {
    /// Adds the name of a model or a part of it, such as `claude`. Earlier hints take precedence.
    #[must_use]
    pub fn hint(mut self, name: impl Into<String>) -> Self {
        self.hints.push(ModelHint { name: name.into() });
        self
    }

    /// Sets the importance of a low cost, from 0 to 1.
    #[must_use]
    pub fn cost_priority(mut self, priority: f64) -> Self {
        self.cost_priority = Some(priority);
        self
    }

    /// Sets the importance of a low latency, from 0 to 1.
    #[must_use]
    pub fn speed_priority(mut self, priority: f64) -> Self {
        self.speed_priority = Some(priority);
        self
    }

    /// Sets the importance of advanced capabilities, from 0 to 1.
    #[must_use]
    pub fn intelligence_priority(mut self, priority: f64) -> Self {
        self.intelligence_priority = Some(priority);
        self
    }
}

/// A hint for the choice of the language model. [`ModelPreferences::hint`] creates one.
///
/// Specification: `ModelHint` (2026-07-28).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelHint {
    /// Name of a model, or a part of it.
    pub name: String,
}

/// Rule for the use of tools by the language model: allowed, required or forbidden.
///
/// Specification: `ToolChoice` (since 2025-11-25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
#[non_exhaustive]
pub enum ToolChoice {
    /// The model decides.
    Auto,
    /// The model must use at least one tool.
    Required,
    /// The model must not use tools.
    None,
}

/// Response of the language model to [`CreateMessage`].
///
/// Specification: `CreateMessageResult` (2026-07-28).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateMessageResult {
    /// Name of the model.
    pub model: String,
    /// Sender of the message, usually [`Role::Assistant`].
    pub role: Role,
    /// Content blocks.
    #[serde(deserialize_with = "one_or_more", serialize_with = "one_as_itself")]
    pub content: Vec<SamplingContent>,
    /// Reason why the model stopped: `endTurn`, `stopSequence`, `maxTokens`, `toolUse`, or a value
    /// of the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<String>,
}

impl CreateMessageResult {
    /// Returns the text blocks, joined without a separator.
    pub fn text(&self) -> String {
        let text = |content: &SamplingContent| match content {
            SamplingContent::Other(Content::Text { text, .. }) => Some(text.clone()),
            _ => None,
        };
        self.content.iter().filter_map(text).collect()
    }
}

/// A directory or file that the client offers to the server. It grants no permission.
///
/// Specification: `Root` (2026-07-28).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Root {
    /// URI with the scheme `file`.
    pub uri: String,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SamplingContent>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMore {
        More(Vec<SamplingContent>),
        One(SamplingContent),
    }
    OneOrMore::deserialize(deserializer).map(|content| match content {
        OneOrMore::More(content) => content,
        OneOrMore::One(content) => vec![content],
    })
}

fn one_as_itself<S: serde::Serializer>(content: &[SamplingContent], serializer: S) -> Result<S::Ok, S::Error> {
    match content {
        [one] => one.serialize(serializer),
        more => more.serialize(serializer),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn message_has_one_block_or_several() {
        let text = json!({"type": "text", "text": "a"});
        let tool = json!({"type": "tool_use", "id": "1", "name": "weather", "input": {"city": "Paris"}});
        let one: SamplingMessage = serde_json::from_value(json!({"role": "user", "content": text})).unwrap();
        let two: SamplingMessage =
            serde_json::from_value(json!({"role": "assistant", "content": [text, tool]})).unwrap();
        assert_eq!(serde_json::to_value(&one).unwrap()["content"], text);
        assert_eq!(serde_json::to_value(&two).unwrap()["content"], json!([text, tool]));
        assert!(
            matches!(&two.content[1], SamplingContent::Tool(ToolExchange::ToolUse { name, .. }) if name == "weather")
        );
    }
}
