//! Completion of arguments, from functions, closures, enums and providers.

use std::time::Duration;

use mcp_server::{
    Args, CallError, CallInfo, Chosen, Completion, Context, Denial, Guard, Inject, Limits, McpModule, McpOptions,
    Typed,
    extract::InputSchema,
    handler::{CallResult, HandlerFuture},
    prompt,
    protocol::PromptResult,
    registry::{PromptBuilder, ResourceBuilder},
    resource,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, SESSION_VERSIONS, serve, within};

use crate::items::{http_options, named};

struct Atlas(Vec<(&'static str, &'static str)>);

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "only its schema is used")]
enum Style {
    Lazy,
    Brisk,
    /// With many stops.
    Busy,
}

/// Plans a journey.
#[prompt(server = "completion")]
#[allow(unused_variables, reason = "only completed")]
fn journey(
    #[arg(complete = countries)] country: String,
    #[arg(complete = cities)] city: String,
    #[arg] style: Option<Style>,
    #[arg] wishes: Option<String>,
) -> String {
    city
}

fn countries() -> [&'static str; 2] {
    ["Italy", "France"]
}

async fn cities(typed: Typed, chosen: Chosen, atlas: Inject<Atlas>) -> Result<Vec<String>, CallError> {
    let within = |country: &str| chosen.get("country").is_none_or(|chosen| chosen == country);
    Ok(typed.matching(atlas.0.iter().filter(|(country, _)| within(country)).map(|(_, city)| *city)))
}

#[derive(Default, Deserialize, JsonSchema)]
struct Choice {
    shelf: Option<String>,
}

/// A note.
#[resource(server = "completion", uri_template = "mcp://{shelf}/notes/{id}")]
fn note(#[arg] shelf: Shelf, #[arg(complete = ids)] id: String) -> String {
    format!("{shelf:?} {id}")
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Shelf {
    Upper,
    Lower,
}

#[expect(clippy::needless_pass_by_value, reason = "what completes takes what it asks for by value")]
fn ids(Args(choice): Args<Choice>, typed: Typed, ctx: Context) -> Vec<String> {
    assert!(ctx.is_completion());
    let count = if choice.shelf.as_deref() == Some("lower") { 3 } else { 250 };
    (0..count).map(|number| format!("{}{number}", &*typed)).collect()
}

/// Fixed.
#[resource(server = "completion", uri = "mcp://fixed")]
fn fixed() -> &'static str {
    "fixed"
}

struct Closed;

impl Guard for Closed {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        assert_eq!(call.item().name(), "closed");
        Err(Denial::forbidden("closed"))
    }
}

struct Unseen;

impl Guard for Unseen {
    async fn check(&self, _: &CallInfo<'_>) -> Result<(), Denial> {
        Err(Denial::hidden())
    }
}

#[prompt(server = "completion", guards(Closed))]
fn closed(#[arg(complete = countries)] country: String) -> String {
    country
}

#[prompt(server = "completion", guards(Unseen))]
fn unseen(#[arg(complete = countries)] country: String) -> String {
    country
}

#[resource(server = "completion", uri_template = "unseen://{country}", guards(Unseen))]
fn unseen_template(#[arg(complete = countries)] country: String) -> String {
    country
}

#[prompt(server = "completion")]
fn failing(#[arg(complete = fails)] a: String, #[arg(complete = asks)] b: String) -> String {
    a + &b
}

fn fails() -> Result<Completion, std::io::Error> {
    Err(std::io::Error::other("secret path"))
}

async fn asks(ctx: Context) -> Result<Vec<String>, CallError> {
    ctx.roots().await.map(|_| Vec::new())
}

/// A prompt without completions.
#[prompt(server = "no-completion")]
fn plain(#[arg] text: String) -> String {
    text
}

#[prompt(server = "slow-completion")]
fn slow(#[arg(complete = never)] text: String) -> String {
    text
}

async fn never() -> Vec<String> {
    std::future::pending().await
}

fn answers(_: Context) -> Result<HandlerFuture, CallError> {
    Ok(Box::pin(async { Ok(CallResult::Prompt(PromptResult::default())) }))
}

fn module() -> McpModule {
    let mut input = InputSchema::new();
    input.argument::<String>("code", mcp_server::extract::ArgumentOptions::default());
    let codes = vec!["alpha".to_owned(), "beta".to_owned()];
    let by_hand = PromptBuilder::new("by-hand")
        .input(&input)
        .complete("code", move |typed: Typed| typed.matching(codes.clone()))
        .handler(answers);
    named("completion").provide(Atlas(vec![("Italy", "Rome"), ("Italy", "Milan"), ("France", "Rouen")])).item(by_hand)
}

fn of_prompt(name: &str, argument: &str, typed: &str) -> Value {
    json!({"ref": {"type": "ref/prompt", "name": name}, "argument": {"name": argument, "value": typed}})
}

fn of_template(uri: &str, argument: &str, typed: &str) -> Value {
    json!({"ref": {"type": "ref/resource", "uri": uri}, "argument": {"name": argument, "value": typed}})
}

fn chosen(mut params: Value, arguments: &Value) -> Value {
    params["context"] = json!({"arguments": arguments});
    params
}

#[tokio::test]
async fn every_source_completes_in_every_revision() {
    let served = serve(module()).await;
    let template = "mcp://{shelf}/notes/{id}";
    for version in SESSION_VERSIONS.into_iter().chain(["2026-07-28"]) {
        let client = if version == "2026-07-28" {
            Client::stateless(&served)
        } else {
            Client::in_session(&served, version).await
        };
        for (params, values) in [
            (of_prompt("journey", "country", "x"), vec!["Italy", "France"]),
            (of_prompt("journey", "city", "RO"), vec!["Rome", "Rouen"]),
            (chosen(of_prompt("journey", "city", "ro"), &json!({"country": "Italy"})), vec!["Rome"]),
            (of_prompt("journey", "style", "b"), vec!["brisk", "busy"]),
            (of_prompt("journey", "wishes", "a"), vec![]),
            (of_prompt("by-hand", "code", "al"), vec!["alpha"]),
            (of_template(template, "shelf", ""), vec!["upper", "lower"]),
            (chosen(of_template(template, "id", "7"), &json!({"shelf": "lower"})), vec!["70", "71", "72"]),
            (chosen(of_template("mcp://upper/notes/1", "id", "7"), &json!({"shelf": "lower"})), vec!["70", "71", "72"]),
        ] {
            let result = client.result("completion/complete", params.clone()).await;
            let mut found: Vec<&str> = result["completion"]["values"]
                .as_array()
                .unwrap()
                .iter()
                .map(|value| value.as_str().unwrap())
                .collect();
            let mut values = values;
            if params["argument"]["name"] == "style" {
                // A schema with descriptions lists the values of an enum in its own order.
                found.sort_unstable();
                values.sort_unstable();
            }
            assert_eq!(found, values, "{version} {params}");
            assert_eq!(result["completion"]["total"], values.len(), "{version} {params}");
            assert_eq!(result["completion"]["hasMore"], false, "{version} {params}");
            assert_eq!(result.get("resultType").is_some(), client.is_stateless());
        }
    }
}

#[tokio::test]
async fn values_over_hundred_are_cut_with_total() {
    let served = serve(module()).await;
    for client in Client::both_eras(&served).await {
        let params = of_template("mcp://{shelf}/notes/{id}", "id", "n");
        let completion = client.result("completion/complete", params).await["completion"].take();
        assert_eq!(completion["values"].as_array().unwrap().len(), 100);
        assert_eq!((&completion["total"], &completion["hasMore"]), (&json!(250), &json!(true)));
    }
}

#[tokio::test]
async fn unknown_reference_or_argument_is_invalid_params() {
    let served = serve(module()).await;
    let journey = || of_prompt("journey", "city", "");
    let without = |member: &str| {
        let mut params = journey();
        params.as_object_mut().unwrap().remove(member);
        params
    };
    let with = |member: &str, value: Value| {
        let mut params = journey();
        params[member] = value;
        params
    };
    for client in Client::both_eras(&served).await {
        for (params, word) in [
            (of_prompt("nowhere", "city", ""), "nowhere"),
            (of_prompt("journey", "town", ""), "`city`"),
            (of_template("mcp://nowhere/{x}", "x", ""), "mcp://nowhere"),
            (of_template("mcp://{shelf}/notes/{id}", "town", ""), "`shelf`, `id`"),
            (of_template("mcp://fixed", "id", ""), "has no arguments"),
            (without("ref"), "`params.ref`"),
            (without("argument"), "`params.argument`"),
            (with("ref", json!({"type": "ref/tool", "name": "x"})), "ref/tool"),
            (with("ref", json!(["ref/prompt"])), "`params.ref`"),
            (with("argument", json!({"name": "city"})), "value"),
            (with("argument", json!({"name": "city", "value": 5})), "`params.argument`"),
            (with("context", json!({"arguments": {"country": 5}})), "`params.context`"),
            (with("context", json!([])), "`params.context`"),
        ] {
            let request = client.request(client.next_id(), "completion/complete", params.clone());
            let error = client.send(request.unchecked()).await.json().await["error"].take();
            assert_eq!(error["code"], -32602, "{params} {error}");
            assert!(error["message"].as_str().unwrap().contains(word), "{params} {error}");
        }
    }
}

#[tokio::test]
async fn inaccessible_item_cannot_be_completed() {
    let served = serve(module()).await;
    for client in Client::both_eras(&served).await {
        let rejected = async |params| client.response("completion/complete", params).await["error"].take();
        assert_eq!(rejected(of_prompt("closed", "country", "")).await["code"], 403);
        assert_eq!(rejected(of_prompt("closed", "no-such", "")).await["code"], 403, "and its arguments are not shown");
        let (hidden, absent) =
            (rejected(of_prompt("unseen", "x", "")).await, rejected(of_prompt("absent", "x", "")).await);
        assert_eq!(hidden.to_string().replace("unseen", "absent"), absent.to_string());
        let hidden = rejected(of_template("unseen://{country}", "country", "")).await;
        let absent = rejected(of_template("absent://{country}", "country", "")).await;
        assert_eq!(hidden.to_string().replace("unseen", "absent"), absent.to_string());
    }
}

#[tokio::test]
async fn long_template_of_a_client_is_not_parsed() {
    let served = serve(module()).await;
    // Parsing takes quadratic time in the number of variables.
    let variables: Vec<String> = (0..200_000).map(|number| format!("{{v{number}}}")).collect();
    let uri = variables.join("/");
    for client in Client::both_eras(&served).await {
        let params = json!({"ref": {"type": "ref/resource", "uri": uri}, "argument": {"name": "v0", "value": ""}});
        let response = within(client.response("completion/complete", params)).await;
        assert_eq!(response["error"]["code"], -32602);
    }
}

#[tokio::test]
async fn failed_completion_error_is_masked() {
    let served = serve(module()).await;
    for client in Client::both_eras(&served).await {
        let error = client.response("completion/complete", of_prompt("failing", "a", "")).await["error"].take();
        assert_eq!(error["code"], -32603);
        assert!(!error.to_string().contains("secret"), "{error}");
        let error = client.response("completion/complete", of_prompt("failing", "b", "")).await["error"].take();
        assert!(error["code"].is_i64(), "a completion cannot ask: {error}");
    }
}

#[tokio::test]
async fn completion_times_out_like_a_call() {
    let options = McpOptions::new("slow-completion", "1")
        .streamable_http(http_options())
        .limits(Limits::default().call_timeout(Some(Duration::from_millis(50))));
    let served = serve(McpModule::for_root(options)).await;
    for client in Client::both_eras(&served).await {
        let error = client.response("completion/complete", of_prompt("slow", "text", "")).await["error"].take();
        assert_eq!(error["code"], -32603, "{error}");
    }
}

#[tokio::test]
async fn capability_is_declared_only_with_completions() {
    let (completing, plain) = (serve(module()).await, serve(named("no-completion")).await);
    for (served, completes) in [(&completing, true), (&plain, false)] {
        for version in SESSION_VERSIONS {
            let client = Client::in_session(served, version).await;
            let declared = client.initialize_result["capabilities"].get("completions").is_some();
            assert_eq!(declared, completes && version != "2024-11-05", "{version}");
        }
        let discovered = Client::stateless(served).result("server/discover", json!({})).await;
        assert_eq!(discovered["capabilities"].get("completions").is_some(), completes);
        for client in Client::both_eras(served).await {
            let response = client.response("completion/complete", of_prompt("plain", "text", "")).await;
            assert_eq!(response["error"]["code"], if completes { -32602 } else { -32601 });
        }
    }
}

#[tokio::test]
async fn invalid_builder_completion_fails_build() {
    let prompt = PromptBuilder::new("by-hand").complete("code", || ["a"]).handler(answers);
    let needs = ResourceBuilder::template("x://{a}", "needs")
        .complete("a", |atlas: Inject<Atlas>| vec![atlas.0.len().to_string()])
        .handler(|_: Context| -> Result<HandlerFuture, CallError> { Err(CallError::hidden()) });
    let module = McpModule::for_root(McpOptions::new("by-hand", "1")).only([]).item(prompt).item(needs);
    let error = module.build().await.unwrap_err().to_string();
    assert!(error.contains("unknown argument `code`"), "{error}");
    assert!(error.contains("Atlas"), "{error}");
}
