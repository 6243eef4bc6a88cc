//! What rmcp's client must be able to talk about: a server that asks its user, its model and itself.
#![expect(deprecated, reason = "sampling and roots are on their way out of the protocol, but servers of today ask")]

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::{
    ErrorData, RoleClient, ServiceError,
    model::{
        CallToolRequestParams, CallToolResult, ClientCapabilities, CreateMessageRequestParams, CreateMessageResult,
        ElicitRequestParams, ElicitResult, ErrorCode, ListRootsResult, LoggingLevel,
    },
    service::Peer,
};
use serde_json::{Value, json};

use crate::{
    rust_client::{Connection, Heard, as_text, ascending, drain, object, text},
    servers::{Brief, Era},
};

/// The user, the model and the roots of a client, and what they were asked.
#[derive(Clone, Default)]
pub(crate) struct Person(Arc<Mutex<Vec<String>>>);

impl Person {
    /// What all of this needs.
    pub(crate) fn capabilities() -> ClientCapabilities {
        let able = json!({"elicitation": {"form": {}, "url": {}}, "sampling": {"tools": {}}, "roots": {}});
        serde_json::from_value(able).expect("capabilities")
    }

    pub(crate) async fn elicit(&self, asked: ElicitRequestParams, server: &Peer<RoleClient>) -> ElicitResult {
        let expected = expectations();
        let message = match asked {
            ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } => {
                let form = json!(requested_schema);
                assert!(form["properties"].get("city").is_none() || form == expected["form"], "{form}");
                self.note(message.clone());
                message
            }
            ElicitRequestParams::UrlElicitationParams { message, url, .. } => {
                self.note(format!("{message}: {url}"));
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
        let said = as_text(last.get("text").unwrap_or_else(|| &last["content"][0]["text"]));
        if said == expected["refused"] {
            return Err(ErrorData::new(ErrorCode(-1), as_text(&expected["refusal"]).to_owned(), None));
        }
        let prompt = asked["systemPrompt"].as_str().map_or(said.to_owned(), |system| format!("{system} {said}"));
        self.note(match asked["tools"].get(0) {
            Some(tool) => format!("{prompt} ({}, {})", as_text(&tool["name"]), as_text(&asked["toolChoice"]["mode"])),
            None => prompt,
        });
        let answer = json!({"role": "assistant", "model": "oracle", "content": expected["model"][said]});
        Ok(serde_json::from_value(answer).expect("an answer"))
    }

    pub(crate) fn list_roots(&self) -> ListRootsResult {
        self.note("roots".to_owned());
        serde_json::from_value(json!({"roots": expectations()["roots"]})).expect("roots")
    }

    fn note(&self, question: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(question);
    }

    /// What was asked since this was called last. Questions at a time come in any order.
    pub(crate) fn asked(&self) -> Value {
        let asked = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        ascending(asked.into_iter().map(Value::String).collect())
    }
}

pub(crate) async fn check(client: &Connection, heard: &mut Heard, person: &Person, brief: &Brief) {
    converses(client, heard, person, brief).await;
    refuses(client, brief).await;
    opens_a_page_first(client, brief).await;
}

async fn converses(client: &Connection, heard: &mut Heard, person: &Person, brief: &Brief) {
    let expected = expectations();
    let mut notified = Vec::new();
    for talk in expected["talks"].as_array().expect("talks") {
        let mut params = CallToolRequestParams::new(as_text(&talk["tool"]).to_owned());
        params.arguments = talk.get("arguments").map(|arguments| object(arguments.clone()));
        if brief.era == Era::Stateless {
            params.meta.get_or_insert_default().set_log_level(LoggingLevel::Warning);
        }
        let result = client.call_tool(params).await.unwrap_or_else(|error| panic!("{talk}: {error}"));
        if let Some(reason) = unaskable(brief) {
            assert_tool_error(&result, &reason);
            assert_eq!(person.asked(), json!([]));
            continue;
        }
        match talk.get("fails") {
            Some(reason) => assert_tool_error(&result, as_text(reason)),
            None => assert_eq!(text(&result), as_text(&talk["said"])),
        }
        assert_eq!(person.asked(), ascending(talk["asked"].as_array().cloned().expect("questions")));
        if brief.notifies {
            notified.extend(notifications(talk, brief.era));
        }
    }
    let notified = ascending(notified);
    if unaskable(brief).is_none() {
        assert_eq!(drain(heard, &notified).await, notified);
    }
    let journal = client.call_tool(CallToolRequestParams::new("journal")).await.expect("the journal");
    assert_eq!(text(&journal).lines().filter(|entry| expected["once"] == *entry).count(), 1, "{journal:?}");
}

/// What is to be heard during a talk.
fn notifications(talk: &Value, era: Era) -> Vec<Value> {
    let of_kind = |kind: &str| talk[kind][as_text(&json!(era))].as_array().cloned().unwrap_or_default();
    let mut notifications = of_kind("logs");
    notifications.extend(of_kind("progress").iter().map(|progress| json!(progress.as_f64())));
    // The notice that a page is done with is of the session era.
    notifications.extend(talk.get("completes").filter(|_| era == Era::Session).cloned());
    notifications
}

async fn refuses(client: &Connection, brief: &Brief) {
    let expected = expectations();
    let refusal = as_text(&expected["refusal"]);
    let arguments = object(json!({"about": expected["refused"]}));
    let thought = client.call_tool(CallToolRequestParams::new("think").with_arguments(arguments)).await;
    match (brief.era, thought) {
        (Era::Session, Ok(result)) => assert_tool_error(&result, &unaskable(brief).unwrap_or(refusal.to_owned())),
        // Where questions are rounds, an SDK that will not answer does not come back.
        (Era::Stateless, Err(error)) => assert!(error.to_string().contains(refusal), "{error}"),
        (_, other) => panic!("{other:?}"),
    }
}

async fn opens_a_page_first(client: &Connection, brief: &Brief) {
    let pay = || client.call_tool(CallToolRequestParams::new("pay"));
    let page = "https://example.com/pay";
    if brief.remembers && brief.era == Era::Session {
        let error = pay().await.expect_err("a page to open first");
        let ServiceError::McpError(error) = error else { panic!("{error:?}") };
        assert_eq!(error.code.0, -32042);
        assert_eq!(error.data.expect("pages")["elicitations"][0]["url"], page);
        open_page(client).await;
    } else if unaskable(brief).is_some() {
        // Nobody knows what the client can do.
        assert_tool_error(&pay().await.expect("a tool error"), page);
        open_page(client).await;
    }
    assert_eq!(text(&pay().await.expect("a receipt")), "paid");
}

/// What the browser does.
async fn open_page(server: &Peer<RoleClient>) {
    server.call_tool_once(CallToolRequestParams::new("open-page")).await.expect("an open page");
}

/// Why this server cannot ask its clients, if it cannot.
fn unaskable(brief: &Brief) -> Option<String> {
    let reason = match brief {
        Brief { era: Era::Session, remembers: false, .. } => "withoutSessions",
        Brief { era: Era::Session, notifies: false, .. } => "withoutStreams",
        _ => return None,
    };
    Some(as_text(&expectations()["unaskable"][reason]).to_owned())
}

fn assert_tool_error(result: &CallToolResult, reason: &str) {
    assert!(result.is_error == Some(true) && text(result).contains(reason), "{result:?}");
}

pub(crate) fn expectations() -> Value {
    serde_json::from_str(include_str!("conversation.json")).expect("expectations are JSON")
}
