//! Prompts: listed, made from arguments that travel as text, refused when arguments are missing.

use mcp_server::{Args, CallError, Content, PromptMessage, PromptResult, Role, prompt};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tests::harness::{Client, Served, serve};

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

/// Nobody reads this.
#[prompt(server = "prompts")]
fn outspoken() -> PromptResult {
    PromptResult::new([PromptMessage::user("Hey")]).description("Read this")
}

#[prompt(server = "prompts")]
fn unavailable() -> Result<String, CallError> {
    Err(CallError::client("not today"))
}

async fn served() -> Served {
    serve(named("prompts")).await
}

#[tokio::test]
async fn the_list_says_what_each_is_made_from() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
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
async fn arguments_travel_as_text_and_arrive_typed() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
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
async fn arguments_that_are_missing_or_do_not_fit_are_invalid_params() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        for (params, words) in [
            (json!({"name": "review"}), vec!["`code`", "`lines`"]),
            (json!({"name": "review", "arguments": {"code": "x"}}), vec!["`lines`"]),
            (json!({"name": "review", "arguments": {"code": "x", "lines": "many"}}), vec!["`lines`", "\"many\""]),
            (json!({"name": "review", "arguments": {"code": "x", "lines": 12}}), vec!["`lines`", "12"]),
            (json!({"name": "plan-trip", "arguments": {}}), vec!["city"]),
            (json!({"name": "no-such"}), vec!["no-such"]),
            (json!({}), vec!["name"]),
            (json!({"name": "unavailable"}), vec!["not today"]),
        ] {
            let error = client.ask_wrongly("prompts/get", params.clone()).await["error"].take();
            assert_eq!(error["code"], -32602, "{params} {error}");
            for word in words {
                assert!(error["message"].as_str().unwrap().contains(word), "{params} {error}");
            }
        }
    }
}

#[tokio::test]
async fn a_result_without_a_description_has_that_of_its_prompt() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let described =
            async |name: &str| client.result("prompts/get", json!({"name": name})).await.get("description").cloned();
        assert_eq!(described("quiet").await, Some(json!("Says nothing of its own.")));
        assert_eq!(described("outspoken").await, Some(json!("Read this")));
        let without_either = client.result("prompts/get", json!({"name": "plan-trip", "arguments": {"city": "Rome"}}));
        assert_eq!(without_either.await.get("description"), None);
    }
}
