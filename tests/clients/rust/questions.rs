//! Questions of the server that rmcp's client must answer.

use rmcp::{
    ServiceError,
    model::{CallToolRequestParams, CallToolResult, LoggingLevel},
};
use serde_json::{Value, json};
use tests::harness::Era;

use super::{
    connection::{Connection, Notifications, drain, object, text},
    person::{Person, as_text, ascending, expectations, open_page},
};
use crate::servers::Brief;

pub(crate) async fn check(client: &Connection, notifications: &mut Notifications, person: &Person, brief: &Brief) {
    answers_questions(client, notifications, person, brief).await;
    reports_refused_question(client, brief).await;
    opens_a_page_first(client, brief).await;
}

async fn answers_questions(client: &Connection, notifications: &mut Notifications, person: &Person, brief: &Brief) {
    let expected = expectations();
    let mut notified = Vec::new();
    for conversation in expected["conversations"].as_array().expect("conversations") {
        let mut params = CallToolRequestParams::new(as_text(&conversation["tool"]).to_owned());
        params.arguments = conversation.get("arguments").map(|arguments| object(arguments.clone()));
        if brief.era == Era::Stateless {
            params.meta.get_or_insert_default().set_log_level(LoggingLevel::Warning);
        }
        let result = client.call_tool(params).await.unwrap_or_else(|error| panic!("{conversation}: {error}"));
        if let Some(reason) = unsupported(brief) {
            assert_tool_error(&result, &reason);
            assert_eq!(person.take_questions(), json!([]));
            continue;
        }
        match conversation.get("fails") {
            Some(reason) => assert_tool_error(&result, as_text(reason)),
            None => assert_eq!(text(&result), as_text(&conversation["said"])),
        }
        assert_eq!(person.take_questions(), ascending(conversation["asked"].as_array().cloned().expect("questions")));
        if brief.notifies {
            notified.extend(notifications_of(conversation, brief.era));
        }
    }
    let notified = ascending(notified);
    if unsupported(brief).is_none() {
        assert_eq!(drain(notifications, &notified).await, notified);
    }
    let journal = client.call_tool(CallToolRequestParams::new("journal")).await.expect("the journal");
    assert_eq!(text(&journal).lines().filter(|entry| expected["once"] == *entry).count(), 1, "{journal:?}");
}

/// Notifications of one conversation.
fn notifications_of(conversation: &Value, era: Era) -> Vec<Value> {
    let of_kind = |kind: &str| conversation[kind][as_text(&json!(era))].as_array().cloned().unwrap_or_default();
    let mut notifications = of_kind("logs");
    notifications.extend(of_kind("progress").iter().map(|progress| json!(progress.as_f64())));
    // Only the session era has notifications of completed elicitations.
    notifications.extend(conversation.get("completes").filter(|_| era == Era::Session).cloned());
    notifications
}

async fn reports_refused_question(client: &Connection, brief: &Brief) {
    let expected = expectations();
    let refusal = as_text(&expected["refusal"]);
    let arguments = object(json!({"about": expected["refused"]}));
    let result = client.call_tool(CallToolRequestParams::new("think").with_arguments(arguments)).await;
    match (brief.era, result) {
        (Era::Session, Ok(result)) => assert_tool_error(&result, &unsupported(brief).unwrap_or(refusal.to_owned())),
        // In the stateless era an SDK that refuses a question does not retry the call.
        (Era::Stateless, Err(error)) => assert!(error.to_string().contains(refusal), "{error}"),
        (_, other) => panic!("{other:?}"),
    }
}

async fn opens_a_page_first(client: &Connection, brief: &Brief) {
    let pay = || client.call_tool(CallToolRequestParams::new("pay"));
    let page = "https://example.com/pay";
    if brief.remembers && brief.era == Era::Session {
        let error = pay().await.expect_err("a page must be opened first");
        let ServiceError::McpError(error) = error else { panic!("{error:?}") };
        assert_eq!(error.code.0, -32042);
        assert_eq!(error.data.expect("pages")["elicitations"][0]["url"], page);
        open_page(client).await;
    } else if unsupported(brief).is_some() {
        // The server does not know the capabilities of the client.
        assert_tool_error(&pay().await.expect("a tool error"), page);
        open_page(client).await;
    }
    assert_eq!(text(&pay().await.expect("a receipt")), "paid");
}

/// Reason for which the server cannot ask, if it cannot.
fn unsupported(brief: &Brief) -> Option<String> {
    let reason = match brief {
        Brief { era: Era::Session, remembers: false, .. } => "withoutSessions",
        Brief { era: Era::Session, notifies: false, .. } => "withoutStreams",
        _ => return None,
    };
    Some(as_text(&expectations()["unsupported"][reason]).to_owned())
}

fn assert_tool_error(result: &CallToolResult, reason: &str) {
    assert!(result.is_error == Some(true) && text(result).contains(reason), "{result:?}");
}
