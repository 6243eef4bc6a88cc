//! The user, the model and the roots of rmcp's client.

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::{
    ErrorData, RoleClient,
    model::{
        CallToolRequestParams, ClientCapabilities, CreateMessageRequestParams, CreateMessageResult,
        ElicitRequestParams, ElicitResult, ErrorCode, ListRootsResult,
    },
    service::Peer,
};
use serde_json::{Value, json};

/// Answers questions, and records them.
#[derive(Clone, Default)]
pub(crate) struct Person(Arc<Mutex<Vec<String>>>);

impl Person {
    /// Capabilities that the questions require.
    pub(crate) fn capabilities() -> ClientCapabilities {
        let capabilities = json!({"elicitation": {"form": {}, "url": {}}, "sampling": {"tools": {}}, "roots": {}});
        serde_json::from_value(capabilities).expect("capabilities")
    }

    pub(crate) async fn elicit(&self, asked: ElicitRequestParams, server: &Peer<RoleClient>) -> ElicitResult {
        let expected = expectations();
        let message = match asked {
            ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } => {
                let form = json!(requested_schema);
                assert!(form["properties"].get("city").is_none() || form == expected["form"], "{form}");
                self.record(message.clone());
                message
            }
            ElicitRequestParams::UrlElicitationParams { message, url, .. } => {
                self.record(format!("{message}: {url}"));
                if message == "Pay first" {
                    open_page(server).await;
                }
                message
            }
            other => panic!("{other:?}"),
        };
        serde_json::from_value(expected["user"][message].clone()).expect("an answer")
    }

    pub(crate) fn create_message(&self, asked: &CreateMessageRequestParams) -> Result<CreateMessageResult, ErrorData> {
        let expected = expectations();
        let asked = json!(asked);
        let content = &asked["messages"].as_array().and_then(|messages| messages.last()).expect("a message")["content"];
        let last = content.get(0).unwrap_or(content);
        let text = as_text(last.get("text").unwrap_or_else(|| &last["content"][0]["text"]));
        if text == expected["refused"] {
            return Err(ErrorData::new(ErrorCode(-1), as_text(&expected["refusal"]).to_owned(), None));
        }
        let prompt = asked["systemPrompt"].as_str().map_or(text.to_owned(), |system| format!("{system} {text}"));
        self.record(match asked["tools"].get(0) {
            Some(tool) => format!("{prompt} ({}, {})", as_text(&tool["name"]), as_text(&asked["toolChoice"]["mode"])),
            None => prompt,
        });
        let answer = json!({"role": "assistant", "model": "oracle", "content": expected["model"][text]});
        Ok(serde_json::from_value(answer).expect("an answer"))
    }

    pub(crate) fn list_roots(&self) -> ListRootsResult {
        self.record("roots".to_owned());
        serde_json::from_value(json!({"roots": expectations()["roots"]})).expect("roots")
    }

    fn record(&self, question: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(question);
    }

    /// Takes the recorded questions, sorted: concurrent questions arrive in any order.
    pub(crate) fn take_questions(&self) -> Value {
        let questions = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        ascending(questions.into_iter().map(Value::String).collect())
    }
}

/// Opens the page of the tool `pay`, as a browser would.
pub(crate) async fn open_page(server: &Peer<RoleClient>) {
    server.call_tool_once(CallToolRequestParams::new("open-page")).await.expect("an open page");
}

/// Questions and answers that every client shares.
pub(crate) fn expectations() -> Value {
    serde_json::from_str(include_str!("../questions.json")).expect("expectations are JSON")
}

pub(crate) fn ascending(mut values: Vec<Value>) -> Value {
    let rank = |value: &Value| (value.as_f64(), value.to_string());
    values.sort_by(|one, other| rank(one).partial_cmp(&rank(other)).expect("numbers"));
    Value::Array(values)
}

pub(crate) fn as_text(value: &Value) -> &str {
    value.as_str().expect("text")
}
