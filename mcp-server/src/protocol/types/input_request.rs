//! Questions of a server to its client during a call: elicitation, sampling and roots.
//!
//! In a session, a question is a request of its own. Since 2026-07-28 it is an entry of
//! `inputRequests`.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

use super::capability::{ClientCapabilities, ElicitationCapability, SamplingCapability};
use crate::protocol::revision::{since::Feature, version::ProtocolVersion};

/// A question to the client (2026-07-28, multi round-trip requests, `InputRequest`).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InputRequest {
    pub(crate) method: InputMethod,
    pub(crate) params: Value,
}

/// Method of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputMethod {
    Elicit,
    CreateMessage,
    ListRoots,
}

impl InputMethod {
    /// Returns the name in messages.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Elicit => "elicitation/create",
            Self::CreateMessage => "sampling/createMessage",
            Self::ListRoots => "roots/list",
        }
    }

    /// Returns the prefix of the key of a question that the handler gave no key.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Elicit => "elicitation",
            Self::CreateMessage => "sampling",
            Self::ListRoots => "roots",
        }
    }
}

impl InputRequest {
    /// Returns the question as an entry of `inputRequests`.
    pub(crate) fn to_value(&self) -> Value {
        json!({"method": self.method.as_str(), "params": self.params})
    }

    /// Returns the question as a request in a session.
    pub(crate) fn to_message(&self, id: u64) -> Bytes {
        json!({"jsonrpc": "2.0", "id": id, "method": self.method.as_str(), "params": self.params}).to_string().into()
    }

    /// Returns `true` if the answer is only a decision of the user: a form without fields, or a
    /// page to open.
    pub(crate) fn asks_for_consent(&self) -> bool {
        let has_fields = || {
            let fields = &self.params["requestedSchema"]["properties"];
            fields.as_object().is_some_and(|fields| !fields.is_empty())
        };
        self.method == InputMethod::Elicit && (self.is_url() || !has_fields())
    }

    /// Returns the capabilities that a client needs to answer the question.
    pub(crate) fn required_capabilities(&self) -> ClientCapabilities {
        let required = ClientCapabilities::default();
        match self.method {
            InputMethod::ListRoots => required.roots(),
            InputMethod::CreateMessage if self.has_tools() => required.sampling(SamplingCapability::default().tools()),
            InputMethod::CreateMessage => required.sampling(SamplingCapability::default()),
            InputMethod::Elicit if self.is_url() => required.elicitation(ElicitationCapability::default().url()),
            InputMethod::Elicit => required.elicitation(ElicitationCapability::default()),
        }
    }

    /// Returns `true` if a client with the declared capabilities can answer the question.
    pub(crate) fn is_within(&self, declared: &ClientCapabilities) -> bool {
        match self.method {
            InputMethod::ListRoots => declared.roots.is_some(),
            InputMethod::CreateMessage => {
                declared.sampling.as_ref().is_some_and(|sampling| !self.has_tools() || sampling.tools.is_some())
            }
            InputMethod::Elicit => declared.elicitation.as_ref().is_some_and(|elicitation| {
                if self.is_url() { elicitation.url.is_some() } else { elicitation.has_forms() }
            }),
        }
    }

    /// Returns `true` for elicitation by URL.
    fn is_url(&self) -> bool {
        self.params["mode"] == "url"
    }

    /// Returns `true` for sampling with tools.
    fn has_tools(&self) -> bool {
        self.params.get("tools").is_some()
    }

    /// Adapts the question to a revision. The error names the feature that the revision lacks.
    pub(crate) fn for_version(mut self, version: ProtocolVersion) -> Result<Self, &'static str> {
        match self.method {
            InputMethod::Elicit if self.is_url() => {
                if !version.knows(Feature::UrlElicitation) {
                    return Err("elicitation by URL");
                }
                if version.knows(Feature::ElicitationWithoutId)
                    && let Some(params) = self.params.as_object_mut()
                {
                    params.remove("elicitationId");
                }
            }
            InputMethod::Elicit => {
                if !version.knows(Feature::Elicitation) {
                    return Err("elicitation");
                }
                if !version.knows(Feature::ElicitationChoices) {
                    simplify_form(&mut self.params["requestedSchema"]["properties"])?;
                }
            }
            InputMethod::CreateMessage if !version.knows(Feature::SamplingTools) => {
                if self.has_tools() {
                    return Err("sampling with tools");
                }
                split_messages(&mut self.params["messages"]);
            }
            InputMethod::CreateMessage | InputMethod::ListRoots => {}
        }
        Ok(self)
    }
}

/// Adapts the fields of a form to 2025-06-18.
///
/// Titles of choices are in `enumNames`, only booleans have defaults, and multiple selection is
/// missing.
fn simplify_form(properties: &mut Value) -> Result<(), &'static str> {
    for field in properties.as_object_mut().into_iter().flat_map(|properties| properties.values_mut()) {
        let Some(field) = field.as_object_mut() else { continue };
        if field.get("type").is_some_and(|kind| kind == "array") {
            return Err("forms with multiple selection");
        }
        if field.get("type").is_some_and(|kind| kind != "boolean") {
            field.remove("default");
        }
        if let Some(Value::Array(options)) = field.remove("oneOf") {
            let all = |member: &str| options.iter().map(|option| option[member].clone()).collect::<Vec<_>>();
            field.insert("enum".to_owned(), all("const").into());
            field.insert("enumNames".to_owned(), all("title").into());
        }
    }
    Ok(())
}

/// Splits messages with several content blocks, which revisions up to 2025-06-18 do not have.
fn split_messages(messages: &mut Value) {
    let Some(list) = messages.as_array_mut() else { return };
    *list = std::mem::take(list)
        .into_iter()
        .flat_map(|message| match &message["content"] {
            Value::Array(blocks) => {
                blocks.iter().map(|block| json!({"role": message["role"], "content": block})).collect()
            }
            _ => vec![message],
        })
        .collect();
}

/// Answer of the user to an elicitation (2026-07-28, schema `ElicitResult`).
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ElicitResult<'a> {
    pub(crate) action: ElicitAction,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<&'a RawValue>,
}

/// Action of the user in response to an elicitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ElicitAction {
    Accept,
    Decline,
    Cancel,
}

/// Writes `notifications/cancelled` for a question in a session.
pub(crate) fn cancelled(id: u64, reason: &str) -> Bytes {
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id, "reason": reason}})
        .to_string()
        .into()
}

/// Writes `notifications/elicitation/complete` (2025-11-25, elicitation, completion notifications).
pub(crate) fn elicitation_complete(elicitation_id: &str) -> Bytes {
    json!({
        "jsonrpc": "2.0", "method": "notifications/elicitation/complete", "params": {"elicitationId": elicitation_id}
    })
    .to_string()
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProtocolVersion as V;

    fn form(field: &Value) -> InputRequest {
        let params = json!({"message": "?", "requestedSchema": {"type": "object", "properties": {"field": field}}});
        InputRequest { method: InputMethod::Elicit, params }
    }

    fn field(version: ProtocolVersion, field: &Value) -> Result<Value, &'static str> {
        form(field).for_version(version).map(|mut asked| asked.params["requestedSchema"]["properties"]["field"].take())
    }

    #[test]
    fn for_version_simplifies_forms() {
        let titled = json!({"type": "string", "oneOf": [{"const": "a", "title": "A"}], "default": "a"});
        assert_eq!(
            field(V::V2025_06_18, &titled).unwrap(),
            json!({"type": "string", "enum": ["a"], "enumNames": ["A"]})
        );
        assert_eq!(field(V::V2025_11_25, &titled).unwrap(), titled);
        assert_eq!(
            field(V::V2025_06_18, &json!({"type": "boolean", "default": true})).unwrap(),
            json!({"type": "boolean", "default": true})
        );
        assert!(field(V::V2025_06_18, &json!({"type": "array"})).is_err());
        assert!(field(V::V2025_03_26, &titled).is_err());
    }

    #[test]
    fn for_version_splits_messages() {
        let (a, b) = (json!({"type": "text", "text": "a"}), json!({"type": "text", "text": "b"}));
        let params = json!({"messages": [{"role": "user", "content": [a, b]}], "maxTokens": 1});
        let asked = InputRequest { method: InputMethod::CreateMessage, params };
        assert_eq!(
            asked.clone().for_version(V::V2025_06_18).unwrap().params["messages"],
            json!([{"role": "user", "content": a}, {"role": "user", "content": b}])
        );
        assert_eq!(asked.clone().for_version(V::V2025_11_25).unwrap(), asked);
    }

    #[test]
    fn is_within_follows_declared_capabilities() {
        let url = InputRequest { method: InputMethod::Elicit, params: json!({"mode": "url"}) };
        let tools = InputRequest { method: InputMethod::CreateMessage, params: json!({"tools": []}) };
        let plain = InputRequest { method: InputMethod::CreateMessage, params: json!({}) };
        for (request, declared, can) in [
            (form(&json!({})), json!({"elicitation": {}}), true),
            (form(&json!({})), json!({"elicitation": {"form": {}, "url": {}}}), true),
            (form(&json!({})), json!({"elicitation": {"url": {}}}), false),
            (form(&json!({})), json!({"sampling": {}}), false),
            (url.clone(), json!({"elicitation": {}}), false),
            (url, json!({"elicitation": {"url": {}}}), true),
            (plain, json!({"sampling": {}}), true),
            (tools.clone(), json!({"sampling": {}}), false),
            (tools, json!({"sampling": {"tools": {}}}), true),
        ] {
            let capabilities = ClientCapabilities::deserialize(&declared).unwrap();
            assert_eq!(request.is_within(&capabilities), can, "{request:?} {declared}");
        }
    }
}
