//! Prompts: lists, text arguments, and missing arguments.

use mcp_server::{Args, CallError, Content, PromptMessage, PromptResult, Role, prompt};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tests::harness::{Client, RunningServer, serve};

use crate::items::named;

/// Reviews code.
#[prompt(server = "prompts", title = "Review")]
fn review(
    /// The code.
    #[arg]
    code: String,
    #[arg] lines: u32,
    #[arg(default = "English")] language: String,
    #[arg] strict: Option<bool>,
) -> String {
    format!("{code} {lines} {language} {strict:?}")
}

#[derive(Deserialize, JsonSchema)]
struct Trip {
    /// Where to.
    city: String,
    days: Option<u8>,
}

#[prompt(server = "prompts", name = "plan-trip")]
fn plan(Args(trip): Args<Trip>) -> Vec<PromptMessage> {
    vec![
        PromptMessage::user(format!("Plan {:?} days in {}.", trip.days, trip.city)),
        PromptMessage::assistant(Content::image([1], "image/png")),
    ]
}

#[prompt(server = "prompts")]
fn described() -> Result<PromptResult, CallError> {
    let message = PromptMessage::assistant("Hello");
    assert_eq!(message.role, Role::Assistant);
    Ok(PromptResult::new([message]).description("A greeting"))
}

/// Says nothing of its own.
#[prompt(server = "prompts")]
fn quiet() -> PromptResult {
    PromptResult::new([PromptMessage::user("Hush")])
}

/// Is overridden by the result.
#[prompt(server = "prompts")]
fn outspoken() -> PromptResult {
    PromptResult::new([PromptMessage::user("Hey")]).description("Read this")
}

#[prompt(server = "prompts")]
fn unavailable() -> Result<String, CallError> {
    Err(CallError::client("not today"))
}

#[derive(Debug, Deserialize, JsonSchema)]
enum Kind {
    A,
    B,
}

/// Has optional arguments of many types.
#[expect(clippy::too_many_arguments, reason = "one for each type")]
#[prompt(server = "prompts")]
fn form(
    #[arg] text: Option<String>,
    #[arg] on: Option<bool>,
    #[arg] kind: Option<Kind>,
    #[arg] n: Option<u32>,
    #[arg] list: Option<Vec<u8>>,
    #[arg(default = 3)] times: u8,
    #[arg(default = "x")] word: String,
) -> String {
    format!("{text:?} {on:?} {kind:?} {n:?} {list:?} {times} {word:?}")
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "tests read the fields through `Debug`")]
struct Blanks {
    text: Option<String>,
    on: Option<bool>,
    kind: Option<Kind>,
    n: Option<u32>,
    #[serde(default)]
    times: u8,
}

#[prompt(server = "prompts")]
fn form_all(Args(form): Args<Blanks>) -> String {
    format!("{form:?}")
}

async fn served() -> RunningServer {
    serve(named("prompts")).await
}

#[tokio::test]
async fn prompt_list_describes_arguments() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let prompts = client.result("prompts/list", json!({})).await["prompts"].take();
        assert_eq!(
            prompts[0],
            json!({"name": "review", "title": "Review", "description": "Reviews code.", "arguments": [
                {"name": "code", "description": "The code.", "required": true},
                {"name": "lines", "required": true},
                {"name": "language", "required": false},
                {"name": "strict", "required": false}
            ]})
        );
        let trip = &prompts[1];
        assert_eq!(trip["name"], "plan-trip");
        assert_eq!(trip["arguments"][0], json!({"name": "city", "description": "Where to.", "required": true}));
        assert_eq!(trip["arguments"][1]["required"], false);
    }
}

#[tokio::test]
async fn text_arguments_are_converted_to_types() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let get = async |name: &str, arguments| {
            client.result("prompts/get", json!({"name": name, "arguments": arguments})).await
        };
        let result = get("review", json!({"code": "x", "lines": "12", "strict": "true"})).await;
        assert_eq!(
            result["messages"],
            json!([{"role": "user", "content": {"type": "text", "text": "x 12 English Some(true)"}}])
        );
        let result = get("plan-trip", json!({"city": "Rome", "days": "3"})).await;
        assert_eq!(result["messages"][0]["content"]["text"], "Plan Some(3) days in Rome.");
        assert_eq!(
            (&result["messages"][1]["role"], &result["messages"][1]["content"]["type"]),
            (&json!("assistant"), &json!("image"))
        );
        let result = get("described", json!({})).await;
        assert_eq!(
            (&result["description"], &result["messages"][0]["content"]["text"]),
            (&json!("A greeting"), &json!("Hello"))
        );
    }
}

#[tokio::test]
async fn empty_and_null_arguments_are_absent() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let get = async |name: &str, arguments| {
            let params = json!({"name": name, "arguments": arguments});
            let response = client.response_to_invalid("prompts/get", params).await;
            response["result"]["messages"][0]["content"]["text"]
                .as_str()
                .unwrap_or_else(|| panic!("{response}"))
                .to_owned()
        };
        let none = "None None None None None 3 \"x\"";
        for nothing in ["", " "] {
            let blank = json!({"on": nothing, "kind": nothing, "n": nothing, "list": nothing, "times": nothing});
            assert_eq!(get("form", blank).await, none, "{nothing:?}");
        }
        let null =
            json!({"text": null, "on": null, "kind": null, "n": null, "list": null, "times": null, "word": null});
        assert_eq!(get("form", null).await, none);
        // The empty text is a text.
        assert_eq!(get("form", json!({"text": "", "word": ""})).await, "Some(\"\") None None None None 3 \"\"");
        assert_eq!(get("form", json!({"on": "true", "n": "5"})).await, "None Some(true) None Some(5) None 3 \"x\"");

        let blanks = |text: &str| format!("Blanks {{ text: {text}, on: None, kind: None, n: None, times: 0 }}");
        let blank = json!({"text": "", "on": "", "kind": "", "n": "", "times": ""});
        assert_eq!(get("form_all", blank).await, blanks("Some(\"\")"));
        let null = json!({"text": null, "on": null, "kind": null, "n": null, "times": null});
        assert_eq!(get("form_all", null).await, blanks("None"));
        assert!(get("form_all", json!({"on": "", "kind": "B"})).await.contains("kind: Some(B)"));
    }
}

#[tokio::test]
async fn missing_or_invalid_argument_is_invalid_params() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (params, words) in [
            (json!({"name": "review"}), vec!["`code`", "`lines`"]),
            (json!({"name": "review", "arguments": {"code": "x"}}), vec!["`lines`"]),
            (json!({"name": "review", "arguments": {"code": "x", "lines": "many"}}), vec!["`lines`", "\"many\""]),
            (json!({"name": "review", "arguments": {"code": "x", "lines": 12}}), vec!["`lines`", "12"]),
            (json!({"name": "review", "arguments": {"code": "x", "lines": ""}}), vec!["`lines`", "integer"]),
            (json!({"name": "review", "arguments": {"code": "x", "lines": null}}), vec!["`lines`", "missing"]),
            (json!({"name": "form", "arguments": {"on": "maybe"}}), vec!["`on`", "maybe"]),
            (json!({"name": "form_all", "arguments": {"on": "maybe", "n": ""}}), vec!["`on`", "maybe"]),
            (json!({"name": "plan-trip", "arguments": {"city": null}}), vec!["city"]),
            (json!({"name": "plan-trip", "arguments": {}}), vec!["city"]),
            (json!({"name": "no-such"}), vec!["no-such"]),
            (json!({}), vec!["name"]),
            (json!({"name": "unavailable"}), vec!["not today"]),
        ] {
            let error = client.response_to_invalid("prompts/get", params.clone()).await["error"].take();
            assert_eq!(error["code"], -32602, "{params} {error}");
            for word in words {
                assert!(error["message"].as_str().unwrap().contains(word), "{params} {error}");
            }
        }
    }
}

#[tokio::test]
async fn result_description_defaults_to_prompt_description() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let described =
            async |name: &str| client.result("prompts/get", json!({"name": name})).await.get("description").cloned();
        assert_eq!(described("quiet").await, Some(json!("Says nothing of its own.")));
        assert_eq!(described("outspoken").await, Some(json!("Read this")));
        let without_either = client.result("prompts/get", json!({"name": "plan-trip", "arguments": {"city": "Rome"}}));
        assert_eq!(without_either.await.get("description"), None);
    }
}
