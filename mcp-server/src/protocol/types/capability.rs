//! Capabilities that clients and servers declare.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Capabilities that a client declares.
///
/// An absent member is a capability that the client lacks. Specification: `ClientCapabilities`
/// (2026-07-28).
///
/// ```
/// use mcp_server::protocol::{ClientCapabilities, SamplingCapability};
///
/// let required = ClientCapabilities::default().sampling(SamplingCapability::default().tools());
/// assert_eq!(required.to_string(), r#"{"sampling":{"tools":{}}}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClientCapabilities {
    /// Elicitation: questions to the user (since 2025-06-18).
    #[serde(default, deserialize_with = "declared", skip_serializing_if = "Option::is_none")]
    pub elicitation: Option<ElicitationCapability>,
    /// Sampling: requests to the language model of the client.
    #[serde(default, deserialize_with = "declared", skip_serializing_if = "Option::is_none")]
    pub sampling: Option<SamplingCapability>,
    /// Roots: directories that the server may work in.
    #[serde(default, deserialize_with = "declared", skip_serializing_if = "Option::is_none")]
    pub roots: Option<ListCapability>,
    /// Settings of extensions, by name of the extension (since 2026-07-28).
    #[serde(default, deserialize_with = "object_or_empty", skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
    /// Experimental capabilities, by name.
    #[serde(default, deserialize_with = "object_or_empty", skip_serializing_if = "Map::is_empty")]
    pub experimental: Map<String, Value>,
    /// Capabilities that no revision defines for clients, by name.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Elicitation modes of a client.
///
/// Specification: `ClientCapabilities.elicitation` (2026-07-28). Modes since 2025-11-25.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ElicitationCapability {
    /// Settings of elicitation with forms. `None` if undeclared; see
    /// [`has_forms`](Self::has_forms).
    #[serde(default, deserialize_with = "declared", skip_serializing_if = "Option::is_none")]
    pub form: Option<Map<String, Value>>,
    /// Settings of elicitation by URL. `None` if the client does not support it.
    #[serde(default, deserialize_with = "declared", skip_serializing_if = "Option::is_none")]
    pub url: Option<Map<String, Value>>,
}

/// Sampling features of a client.
///
/// Specification: `ClientCapabilities.sampling` (2026-07-28). Features since 2025-11-25.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamplingCapability {
    /// Settings of sampling with tools. `None` if the client does not support it.
    #[serde(default, deserialize_with = "declared", skip_serializing_if = "Option::is_none")]
    pub tools: Option<Map<String, Value>>,
    /// Settings of context inclusion (`includeContext`). `None` if the client does not support it.
    #[serde(default, deserialize_with = "declared", skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
}

/// Capabilities that a server declares, derived from its items.
///
/// Specification: `ServerCapabilities` (2026-07-28).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServerCapabilities {
    /// Capability of tools. `None` if the server offers none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<ListCapability>,
    /// Capability of resources and resource templates. `None` if the server offers none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourcesCapability>,
    /// Capability of prompts. `None` if the server offers none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<ListCapability>,
    /// Settings of argument completion (since 2025-03-26). `None` if the server has no completions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completions: Option<Map<String, Value>>,
    /// Settings of log messages. `None` if the server sends none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging: Option<Map<String, Value>>,
    /// Settings of extensions, by name of the extension (since 2026-07-28).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// Notifications about a list of tools, prompts or roots.
///
/// Specification: `ServerCapabilities.tools`, `ServerCapabilities.prompts`,
/// `ClientCapabilities.roots` (2026-07-28).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListCapability {
    /// `true` if the declaring side sends notifications about changes of the list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub list_changed: bool,
}

/// Notifications about resources.
///
/// Specification: `ServerCapabilities.resources` (2026-07-28).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourcesCapability {
    /// `true` if the server sends notifications about changes of the list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub list_changed: bool,
    /// `true` if clients can subscribe to changes of a resource.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub subscribe: bool,
}

impl ClientCapabilities {
    /// Declares elicitation. `ElicitationCapability::default()` means forms.
    #[must_use]
    pub fn elicitation(mut self, elicitation: ElicitationCapability) -> Self {
        self.elicitation = Some(elicitation);
        self
    }

    /// Adds sampling.
    #[must_use]
    pub fn sampling(mut self, sampling: SamplingCapability) -> Self {
        self.sampling = Some(sampling);
        self
    }

    /// Adds roots.
    #[must_use]
    pub fn roots(mut self) -> Self {
        self.roots = Some(ListCapability::default());
        self
    }

    /// Adds an extension without settings.
    #[must_use]
    pub fn extension(mut self, name: impl Into<String>) -> Self {
        self.extensions.insert(name.into(), Value::Object(Map::new()));
        self
    }

    /// Returns `true` if the extension with this name is declared, such as
    /// `io.modelcontextprotocol/ui`.
    pub fn has_extension(&self, name: &str) -> bool {
        self.extensions.get(name).is_some_and(Value::is_object)
    }
}

/// Writes the JSON object.
impl fmt::Display for ClientCapabilities {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl ElicitationCapability {
    /// Adds elicitation by URL.
    #[must_use]
    pub fn url(mut self) -> Self {
        self.url = Some(Map::new());
        self
    }

    /// Returns `true` if the client supports forms, which a client without any declared mode does
    /// as well.
    pub fn has_forms(&self) -> bool {
        self.form.is_some() || self.url.is_none()
    }
}

impl SamplingCapability {
    /// Adds sampling with tools.
    #[must_use]
    pub fn tools(mut self) -> Self {
        self.tools = Some(Map::new());
        self
    }
}

/// Reads a capability. A member that is present is declared, even if its value is not an object.
fn declared<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: DeserializeOwned + Default,
    D: Deserializer<'de>,
{
    let value = Value::deserialize(deserializer)?;
    Ok(Some(T::deserialize(value).unwrap_or_default()))
}

/// Reads an object. Any other value counts as an empty one.
fn object_or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    declared(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn client_capabilities_keep_all_members() {
        for declared in [
            json!({}),
            json!({"elicitation": {"form": {}, "url": {}}, "sampling": {"tools": {}}, "roots": {"listChanged": true}}),
            json!({"extensions": {"com.example/x": {"a": 1}}, "experimental": {"b": {}}, "tasks": {"list": {}}}),
        ] {
            let capabilities = ClientCapabilities::deserialize(&declared).unwrap();
            assert_eq!(serde_json::to_value(capabilities).unwrap(), declared);
        }
    }

    #[test]
    fn present_member_counts_as_declared() {
        let declared = json!({"elicitation": {"url": true}, "sampling": null, "roots": [], "extensions": 1});
        let capabilities = ClientCapabilities::deserialize(&declared).unwrap();
        assert!(capabilities.elicitation.as_ref().is_some_and(|it| it.url.is_some() && !it.has_forms()));
        assert!(capabilities.sampling.is_some() && capabilities.roots.is_some());
        assert!(capabilities.extensions.is_empty());
    }
}
