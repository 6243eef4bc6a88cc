//! Sampling: what a server asks of the client's language model, and what that says (specification: client features, sampling).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{annotations::Role, content::Content, tool::Tool};

/// A request to the language model of the client (specification: `CreateMessageRequestParams`).
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
    /// What has been said so far, oldest first.
    pub messages: Vec<SamplingMessage>,
    /// The most tokens to sample.
    pub max_tokens: u32,
    /// Instructions for the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// Which model to choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_preferences: Option<ModelPreferences>,
    /// How varied the answer may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Texts at which the model stops.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_sequences: Vec<String>,
    /// More for the provider of the model, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// Tools that the model may ask for. The client must have declared `sampling.tools`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<Tool>>,
    /// Whether it may, must or must not ask for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
}

impl CreateMessage {
    /// A request without any message, for at most so many tokens.
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

    /// Instructions for the model.
    pub fn system_prompt(mut self, text: impl Into<String>) -> Self {
        self.system_prompt = Some(text.into());
        self
    }

    /// Which model to choose.
    pub fn model_preferences(mut self, preferences: ModelPreferences) -> Self {
        self.model_preferences = Some(preferences);
        self
    }

    /// How varied the answer may be.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// A text at which the model stops. May be called again.
    pub fn stop_sequence(mut self, text: impl Into<String>) -> Self {
        self.stop_sequences.push(text.into());
        self
    }

    /// Tools that the model may ask for, and whether it must.
    pub fn tools(mut self, tools: impl IntoIterator<Item = Tool>, choice: ToolChoice) -> Self {
        self.tools = Some(tools.into_iter().collect());
        self.tool_choice = Some(choice);
        self
    }
}

/// One message of a conversation with a model (specification: `SamplingMessage`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamplingMessage {
    /// Who said it.
    pub role: Role,
    /// What was said.
    #[serde(deserialize_with = "one_or_more", serialize_with = "one_as_itself")]
    pub content: Vec<SamplingContent>,
}

impl SamplingMessage {
    /// A message of these blocks.
    pub fn new(role: Role, content: impl IntoIterator<Item = SamplingContent>) -> Self {
        Self { role, content: content.into_iter().collect() }
    }

    /// A message of one text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self::new(role, [SamplingContent::Other(Content::text(text))])
    }
}

/// A block of a message (specification: `SamplingMessageContentBlock`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum SamplingContent {
    /// The model asks for a tool, or is told what a tool said.
    Tool(ToolExchange),
    /// Text, image or audio.
    Other(Content),
}

/// The model's side of a tool (specification: `ToolUseContent`, `ToolResultContent`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolExchange {
    /// The model asks for a tool.
    ToolUse {
        /// Names this use.
        id: String,
        /// The tool.
        name: String,
        /// Its arguments.
        input: Map<String, Value>,
    },
    /// What the tool said.
    #[serde(rename_all = "camelCase")]
    ToolResult {
        /// The use that this is the result of.
        tool_use_id: String,
        /// For the model to read.
        content: Vec<Content>,
        /// The tool failed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
}

/// What to look for in a model (specification: `ModelPreferences`). Priorities are between 0 and 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelPreferences {
    /// Names or parts of names of models, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<ModelHint>,
    /// How much a low price matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_priority: Option<f64>,
    /// How much speed matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_priority: Option<f64>,
    /// How much intelligence matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intelligence_priority: Option<f64>,
}

/// The name of a model, or a part of it (specification: `ModelHint`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelHint {
    /// The name.
    pub name: String,
}

/// Whether a model asks for tools (specification: `ToolChoice`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
pub enum ToolChoice {
    /// As it likes.
    Auto,
    /// At least one.
    Required,
    /// None.
    None,
}

/// What the model said (specification: `CreateMessageResult`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateMessageResult {
    /// The model.
    pub model: String,
    /// Who speaks.
    pub role: Role,
    /// What it said.
    #[serde(deserialize_with = "one_or_more", serialize_with = "one_as_itself")]
    pub content: Vec<SamplingContent>,
    /// Why it stopped: `endTurn`, `stopSequence`, `maxTokens`, `toolUse` or something of the provider's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<String>,
}

impl CreateMessageResult {
    /// The texts that were said, one after the other.
    pub fn text(&self) -> String {
        let text = |content: &SamplingContent| match content {
            SamplingContent::Other(Content::Text { text, .. }) => Some(text.clone()),
            _ => None,
        };
        self.content.iter().filter_map(text).collect()
    }
}

/// A place that the client says the server may work in (specification: `Root`). A statement of the client, not a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Root {
    /// A `file://` URI.
    pub uri: String,
    /// A name for humans.
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
    fn a_message_is_one_block_or_several() {
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
