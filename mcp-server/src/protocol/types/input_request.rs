//! What a server asks of its client while it works on a call: in sessions a request of its own, in 2026-07-28 an entry of
//! `inputRequests`.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

use crate::protocol::revision::{since::Feature, version::ProtocolVersion};

/// One question to the client (2026-07-28, multi round-trip requests, `InputRequest`).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InputRequest {
    pub(crate) method: InputMethod,
    pub(crate) params: Value,
}

/// What can be asked of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputMethod {
    Elicit,
    CreateMessage,
    ListRoots,
}

impl InputMethod {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Elicit => "elicitation/create",
            Self::CreateMessage => "sampling/createMessage",
            Self::ListRoots => "roots/list",
        }
    }

    /// What the key of such a question begins with, when the handler gives it none.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Elicit => "elicitation",
            Self::CreateMessage => "sampling",
            Self::ListRoots => "roots",
        }
    }
}

impl InputRequest {
    /// The request as it stands in `inputRequests`.
    pub(crate) fn to_value(&self) -> Value {
        json!({"method": self.method.as_str(), "params": self.params})
    }

    /// The request as a message of a session.
    pub(crate) fn to_message(&self, id: u64) -> Bytes {
        json!({"jsonrpc": "2.0", "id": id, "method": self.method.as_str(), "params": self.params}).to_string().into()
    }

    /// The part of `ClientCapabilities` that a client declares when it can be asked this.
    pub(crate) fn required_capabilities(&self) -> Value {
        match self.method {
            InputMethod::ListRoots => json!({"roots": {}}),
            InputMethod::CreateMessage if self.params.get("tools").is_some() => json!({"sampling": {"tools": {}}}),
            InputMethod::CreateMessage => json!({"sampling": {}}),
            InputMethod::Elicit if self.params["mode"] == "url" => json!({"elicitation": {"url": {}}}),
            InputMethod::Elicit => json!({"elicitation": {}}),
        }
    }

    /// Whether a client that declares this can be asked.
    pub(crate) fn is_within(&self, declared: &Value) -> bool {
        let Some(capability) = (match self.method {
            InputMethod::ListRoots => declared.get("roots"),
            InputMethod::CreateMessage => declared.get("sampling"),
            InputMethod::Elicit => declared.get("elicitation"),
        }) else {
            return false;
        };
        match self.method {
            InputMethod::ListRoots => true,
            InputMethod::CreateMessage => self.params.get("tools").is_none() || capability.get("tools").is_some(),
            InputMethod::Elicit if self.params["mode"] == "url" => capability.get("url").is_some(),
            // Naming no mode means forms.
            InputMethod::Elicit => capability.get("form").is_some() || capability.get("url").is_none(),
        }
    }

    /// The question as a client of that revision knows it. The error says what the revision has no form for.
    pub(crate) fn for_version(mut self, version: ProtocolVersion) -> Result<Self, &'static str> {
        match self.method {
            InputMethod::Elicit if self.params["mode"] == "url" => {
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
                if self.params.get("tools").is_some() {
                    return Err("sampling with tools");
                }
                one_block_a_message(&mut self.params["messages"]);
            }
            InputMethod::CreateMessage | InputMethod::ListRoots => {}
        }
        Ok(self)
    }
}

/// Forms of 2025-06-18: titles of choices stand in `enumNames`, only booleans have defaults, and one choice is all there is.
fn simplify_form(properties: &mut Value) -> Result<(), &'static str> {
    for field in properties.as_object_mut().into_iter().flat_map(|properties| properties.values_mut()) {
        let Some(field) = field.as_object_mut() else { continue };
        if field.get("type").is_some_and(|kind| kind == "array") {
            return Err("forms with several choices");
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

/// Messages up to 2025-06-18 have one block of content each.
fn one_block_a_message(messages: &mut Value) {
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

/// What the user made of an elicitation (specification: `ElicitResult`).
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ElicitResult<'a> {
    pub(crate) action: ElicitAction,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<&'a RawValue>,
}

/// The three things that a user can do with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ElicitAction {
    Accept,
    Decline,
    Cancel,
}

/// `notifications/cancelled`, for a question that the server no longer waits for.
pub(crate) fn cancelled(id: u64, reason: &str) -> Bytes {
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id, "reason": reason}})
        .to_string()
        .into()
}

/// `notifications/elicitation/complete` (2025-11-25, elicitation, completion notifications).
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
    fn older_clients_are_asked_in_the_forms_they_know() {
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
    fn several_blocks_become_several_messages_where_one_is_all_there_may_be() {
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
    fn a_client_is_asked_only_what_it_declared() {
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
            assert_eq!(request.is_within(&declared), can, "{request:?} {declared}");
        }
    }
}
