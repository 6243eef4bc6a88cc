//! Questions of handlers to users, language models and clients, in both eras.

use std::time::Duration;

use mcp_server::{
    CallError, Context, Elicitation, McpModule, McpOptions, StreamableHttp, UrlElicitation, items, prompt,
    protocol::{CreateMessage, Tool, ToolChoice},
    resource, tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, Question, RunningServer, serve, until};

#[derive(Deserialize, JsonSchema)]
struct Person {
    /// First name
    #[schemars(length(min = 2))]
    name: String,
    age: Option<u8>,
}

/// Asks for a person.
#[tool(server = "asking")]
async fn greet(ctx: Context) -> Result<String, CallError> {
    Ok(match ctx.elicit::<Person>("Who are you?").await? {
        Elicitation::Accepted(person) => format!("Hello, {} ({:?})", person.name, person.age),
        Elicitation::Declined => "declined".to_owned(),
        Elicitation::Cancelled => "cancelled".to_owned(),
        _ => "unknown".to_owned(),
    })
}

/// Asks for consent.
#[tool(server = "asking")]
async fn delete(ctx: Context) -> Result<&'static str, CallError> {
    Ok(if ctx.confirm("Delete all?").key("delete").await? { "deleted" } else { "kept" })
}

/// Asks for consent with a form without fields.
#[tool(server = "asking")]
async fn agree(ctx: Context) -> Result<&'static str, CallError> {
    #[derive(Deserialize, JsonSchema)]
    struct Terms {}
    let Terms {} = ctx.elicit::<Terms>("Do you agree?").await?.accepted()?;
    Ok("agreed")
}

/// Asks with a form that clients cannot show.
#[tool(server = "asking")]
async fn ask_for_team(ctx: Context) -> Result<(), CallError> {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "only its schema is used")]
    struct Team {
        leader: Person,
    }
    ctx.elicit::<Team>("Who are you?").await?.accepted()?;
    Ok(())
}

/// Asks the user to open a page.
#[tool(server = "asking")]
async fn log_in(ctx: Context) -> Result<&'static str, CallError> {
    ctx.elicit_url("https://example.com/log-in", "Log in over there").id("login-7").await?.accepted()?;
    ctx.elicitation_complete("login-7");
    Ok("agreed")
}

/// Requires that the user has opened a page.
#[tool(server = "asking")]
async fn pay() -> Result<(), CallError> {
    Err(CallError::url_elicitation_required([UrlElicitation::new("https://example.com/pay", "Pay first").id("pay-1")]))
}

/// Asks the language model.
#[tool(server = "asking")]
async fn think(#[arg] about: String, ctx: Context) -> Result<String, CallError> {
    Ok(ctx.sample(CreateMessage::new(100).system_prompt("Be brief.").user(about)).await?.text())
}

/// Lets the language model use a tool.
#[tool(server = "asking")]
async fn think_with_tools(ctx: Context) -> Result<String, CallError> {
    let weather = Tool::new("weather", json!({"type": "object"}));
    let reply = ctx.sample(CreateMessage::new(100).user("How warm is it?").tools([weather], ToolChoice::Auto)).await?;
    Ok(format!("{} {:?}", reply.content.len(), reply.stop_reason))
}

/// Asks for the roots.
#[tool(server = "asking")]
async fn places(ctx: Context) -> Result<String, CallError> {
    Ok(ctx.roots().await?.into_iter().map(|root| root.uri).collect::<Vec<_>>().join(" "))
}

/// Asks two questions concurrently.
#[tool(server = "asking")]
async fn both(ctx: Context) -> Result<String, CallError> {
    let (person, places) = tokio::join!(async { ctx.elicit::<Person>("Who are you?").key("person").await }, async {
        ctx.roots().key("places").await
    },);
    Ok(format!("{} in {}", person?.accepted()?.name, places?.len()))
}

/// Reports progress, and then asks.
#[tool(server = "asking")]
async fn report_and_ask(ctx: Context) -> Result<String, CallError> {
    ctx.progress(1.0).send();
    Ok(ctx.elicit::<Person>("Who are you?").await?.accepted()?.name)
}

/// Asks with a short timeout.
#[tool(server = "asking")]
async fn hurry(ctx: Context) -> Result<String, CallError> {
    Ok(ctx.elicit::<Person>("Quick!").timeout(Duration::from_millis(20)).await?.accepted()?.name)
}

/// Asks with one key until the answer is complete.
#[tool(server = "asking")]
async fn insist(ctx: Context) -> Result<String, CallError> {
    loop {
        let person = ctx.elicit::<Person>("How old are you?").key("age").await?.accepted()?;
        if let Some(age) = person.age {
            return Ok(format!("{age}"));
        }
    }
}

/// Retries a step until it succeeds, and then asks.
#[tool(server = "asking")]
async fn try_again(ctx: Context) -> Result<String, CallError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let step = async { if tries < 3 { Err(CallError::client("not yet")) } else { Ok(tries) } };
        if let Ok(tried) = ctx.step("reserve", step).await {
            let name = ctx.elicit::<Person>("Who are you?").await?.accepted()?.name;
            return Ok(format!("{name} after {tried}"));
        }
    }
}

/// Uses one key for two steps.
#[tool(server = "asking")]
async fn reuse_key(ctx: Context) -> Result<u8, CallError> {
    ctx.step("same", async { Ok::<_, CallError>(1) }).await?;
    ctx.step("same", async { Ok::<_, CallError>(2) }).await
}

/// Asks within a prompt.
#[prompt(server = "asking")]
async fn introduce(ctx: Context) -> Result<String, CallError> {
    Ok(format!("I am {}", ctx.elicit::<Person>("Who are you?").await?.accepted()?.name))
}

/// A resource that depends on the user.
#[resource(server = "asking", uri = "asking://me")]
async fn me(ctx: Context) -> Result<String, CallError> {
    Ok(ctx.elicit::<Person>("Who are you?").await?.accepted()?.name)
}

pub(crate) async fn server() -> RunningServer {
    serve(module(McpOptions::new("asking", "1"))).await
}

pub(crate) fn module(options: McpOptions) -> McpModule {
    McpModule::for_root(options).only(items![
        greet,
        delete,
        agree,
        ask_for_team,
        log_in,
        pay,
        think,
        think_with_tools,
        places,
        both,
        report_and_ask,
        hurry,
        insist,
        try_again,
        reuse_key,
        introduce,
        me
    ])
}

pub(crate) fn able() -> Value {
    json!({"elicitation": {"form": {}, "url": {}}, "sampling": {"tools": {}}, "roots": {}})
}

/// Creates a client of every revision with elicitation.
pub(crate) async fn able_clients(served: &RunningServer) -> Vec<Client> {
    let mut clients = vec![Client::stateless(served).capabilities(able())];
    for version in ["2025-06-18", "2025-11-25"] {
        clients.push(Client::new(served, version).capabilities(able()).initialize().await);
    }
    clients
}

fn accept(content: Value) -> Value {
    let mut answer = json!({"action": "accept"});
    answer["content"] = content;
    answer
}

fn answered(asked: &Question) -> Value {
    match asked.method.as_str() {
        "elicitation/create" => accept(json!({"name": "joe", "age": 7})),
        "roots/list" => json!({"roots": [{"uri": "file:///home/joe"}]}),
        _ => {
            json!({"role": "assistant", "model": "m", "content": {"type": "text", "text": "hm"}, "stopReason": "endTurn"})
        }
    }
}

pub(crate) fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}"))
}

#[tokio::test]
async fn elicitation_is_accepted_declined_or_cancelled() {
    let served = server().await;
    for client in able_clients(&served).await {
        for (answer, said) in [
            (accept(json!({"name": "joe"})), "Hello, joe (None)"),
            (accept(json!({"name": "joe", "age": 7})), "Hello, joe (Some(7))"),
            (json!({"action": "decline"}), "declined"),
            (json!({"action": "cancel"}), "cancelled"),
        ] {
            let (result, asked) = client.call_with_answers("greet", json!({}), |_| answer.clone()).await;
            assert_eq!(text(&result), said, "{}", client.version);
            assert_eq!(asked.len(), 1);
            assert_eq!(asked[0].method, "elicitation/create");
            assert_eq!(
                asked[0].params,
                json!({"message": "Who are you?", "requestedSchema": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string", "description": "First name", "minLength": 2},
                        "age": {"type": "integer", "minimum": 0, "maximum": 255},
                    },
                    "required": ["name"],
                }})
            );
        }
    }
}

#[tokio::test]
async fn confirmation_has_no_fields() {
    let served = server().await;
    for client in able_clients(&served).await {
        for (answer, said) in [
            (json!({"action": "accept"}), "deleted"),
            (accept(json!({})), "deleted"),
            (json!({"action": "decline"}), "kept"),
            (json!({"action": "cancel"}), "kept"),
        ] {
            let (result, asked) = client.call_with_answers("delete", json!({}), |_| answer.clone()).await;
            assert_eq!(text(&result), said, "{}", client.version);
            let schema = json!({"type": "object", "properties": {}});
            assert_eq!(asked[0].method, "elicitation/create");
            assert_eq!(asked[0].params, json!({"message": "Delete all?", "requestedSchema": schema}));
            if client.is_stateless() {
                assert_eq!(asked[0].key, "delete");
            }
            let (result, asked) = client.call_with_answers("agree", json!({}), |_| answer.clone()).await;
            assert_eq!(text(&result) == "agreed", answer["action"] == "accept", "{result}");
            assert_eq!(asked[0].params["requestedSchema"], schema);
        }
    }
    for client in [Client::stateless(&served), Client::in_session(&served, "2025-11-25").await] {
        let response = client.response("tools/call", json!({"name": "delete"})).await;
        assert!(response.to_string().contains("elicitation"), "the client cannot be asked: {response}");
    }
}

#[tokio::test]
async fn form_that_clients_cannot_show_is_not_asked() {
    let served = server().await;
    for client in able_clients(&served).await {
        let (result, asked) = client.call_with_answers("ask_for_team", json!({}), |_| json!({})).await;
        assert_eq!((result["isError"].clone(), asked.len()), (json!(true), 0), "{result}");
        assert!(!text(&result).contains("leader"), "the error is masked: {result}");
    }
}

#[tokio::test]
async fn form_answer_violating_schema_is_rejected() {
    let served = server().await;
    for client in able_clients(&served).await {
        for content in [json!({"name": "x"}), json!({}), json!({"name": 5}), json!({"name": "joe", "age": 300})] {
            let call = json!({"name": "greet"});
            let (response, _) = client.response_with_answers("tools/call", call, |_| accept(content.clone())).await;
            assert_eq!(response["error"]["code"], -32602, "{response}");
        }
    }
}

#[tokio::test]
async fn sampling_and_roots_are_answered() {
    let served = server().await;
    for client in able_clients(&served).await {
        let (result, asked) = client.call_with_answers("think", json!({"about": "life"}), answered).await;
        assert_eq!(text(&result), "hm");
        assert_eq!(asked[0].method, "sampling/createMessage");
        assert_eq!(
            asked[0].params,
            json!({"messages": [{"role": "user", "content": {"type": "text", "text": "life"}}],
                "systemPrompt": "Be brief.", "maxTokens": 100})
        );
        let (result, asked) = client.call_with_answers("places", json!({}), answered).await;
        assert_eq!(text(&result), "file:///home/joe");
        assert_eq!(asked[0].method, "roots/list");
    }
}

#[tokio::test]
async fn sampling_with_tools_needs_its_revision() {
    let served = server().await;
    let answer = json!({"role": "assistant", "model": "m", "stopReason": "toolUse", "content": [
        {"type": "text", "text": "let me see"}, {"type": "tool_use", "id": "1", "name": "weather", "input": {}}]});
    for client in able_clients(&served).await {
        let call = client.call_with_answers("think_with_tools", json!({}), |_| answer.clone()).await;
        if client.version == "2025-06-18" {
            assert!(text(&call.0).contains("without sampling with tools"), "{call:?}");
            continue;
        }
        assert_eq!(text(&call.0), "2 Some(\"toolUse\")");
        assert_eq!(call.1[0].params["toolChoice"], json!({"mode": "auto"}));
        assert_eq!(call.1[0].params["tools"][0]["name"], "weather");
    }
}

#[tokio::test]
async fn concurrent_questions_are_answered() {
    let served = server().await;
    for client in able_clients(&served).await {
        let (result, asked) = client.call_with_answers("both", json!({}), answered).await;
        assert_eq!(text(&result), "joe in 1");
        assert_eq!(asked.len(), 2);
        if client.is_stateless() {
            assert_eq!(asked.iter().map(|asked| asked.key.as_str()).collect::<Vec<_>>(), ["person", "places"]);
        }
    }
}

#[tokio::test]
async fn repeated_question_is_asked_again() {
    let served = server().await;
    for client in able_clients(&served).await {
        let mut ages = [None, None, Some(7)].into_iter();
        let (result, asked) = client
            .call_with_answers("insist", json!({}), |_| match ages.next().unwrap() {
                Some(age) => accept(json!({"name": "joe", "age": age})),
                None => accept(json!({"name": "joe"})),
            })
            .await;
        assert_eq!(text(&result), "7", "{}", client.version);
        let keys: Vec<&str> = asked.iter().map(|asked| asked.key.as_str()).collect();
        assert_eq!(keys.len(), 3);
        assert!(!client.is_stateless() || keys == ["age", "age-2", "age-3"], "{keys:?}");
    }
}

#[tokio::test]
async fn failed_step_is_retried_and_done_step_is_not() {
    let served = server().await;
    for client in able_clients(&served).await {
        let (result, _) = client.call_with_answers("try_again", json!({}), answered).await;
        assert_eq!(text(&result), "joe after 3", "{}", client.version);
        let result = client.call("reuse_key", json!({})).await;
        assert_eq!(result["isError"], true, "an error in every era: {result}");
    }
}

#[tokio::test]
async fn progress_precedes_later_question() {
    let served = server().await;
    for client in able_clients(&served).await {
        let mut params = json!({"name": "report_and_ask"});
        params["_meta"] = json!({"progressToken": "t"});
        let (response, asked) = client.response_with_answers("tools/call", params, answered).await;
        assert_eq!(text(&response["result"]), "joe");
        assert_eq!(asked.len(), 1);
    }
}

#[tokio::test]
async fn prompts_and_resources_ask_questions() {
    let served = server().await;
    for client in able_clients(&served).await {
        let (response, _) = client.response_with_answers("prompts/get", json!({"name": "introduce"}), answered).await;
        assert_eq!(response["result"]["messages"][0]["content"]["text"], "I am joe", "{response}");
        let (response, _) =
            client.response_with_answers("resources/read", json!({"uri": "asking://me"}), answered).await;
        assert_eq!(response["result"]["contents"][0]["text"], "joe", "{response}");
    }
}

#[tokio::test]
async fn undeclared_capability_is_never_used() {
    let served = server().await;
    for (tool, required) in [
        ("greet", json!({"elicitation": {}})),
        ("log_in", json!({"elicitation": {"url": {}}})),
        ("think", json!({"sampling": {}})),
        ("think_with_tools", json!({"sampling": {"tools": {}}})),
        ("places", json!({"roots": {}})),
    ] {
        let client = Client::stateless(&served);
        let error = client.send(client.call_request(1, tool, json!({"about": "x"}))).await.error(400, -32021).await;
        assert_eq!(error["error"]["data"], json!({"requiredCapabilities": required}));
        let client = Client::in_session(&served, "2025-11-25").await;
        let result = client.call(tool, json!({"about": "x"})).await;
        assert_eq!(result["isError"], true);
        assert!(text(&result).contains(&required.to_string()), "{result}");
    }
}

#[tokio::test]
async fn stateless_mode_reports_that_it_cannot_ask() {
    let options = McpOptions::new("asking", "1").streamable_http(StreamableHttp::default().stateless_mode(true));
    let served = serve(module(options)).await;
    for version in ["2025-06-18", "2025-11-25"] {
        let client = Client::new(&served, version).capabilities(able()).initialize().await;
        for tool in ["greet", "log_in", "think", "places"] {
            let result = client.call(tool, json!({"about": "x"})).await;
            assert_eq!(result["isError"], true);
            assert!(text(&result).contains("a server without sessions cannot ask"), "{result}");
        }
        let result = client.call("pay", json!({})).await;
        assert!(text(&result).contains("Pay first: https://example.com/pay"), "{result}");
    }
}

#[tokio::test]
async fn refused_question_reaches_handler_as_error() {
    let served = server().await;
    let client = Client::new(&served, "2025-11-25").capabilities(able()).initialize().await;
    let mut reply = client.send(client.call_request(1, "think", json!({"about": "x"}))).await;
    let question = reply.message().await.unwrap();
    assert_eq!(client.respond_with_error(question["id"].clone(), "User rejected sampling request").await.status, 202);
    let result = reply.message().await.unwrap();
    assert!(text(&result["result"]).contains("User rejected sampling request"), "{result}");
}

#[tokio::test]
async fn timed_out_question_is_cancelled() {
    let served = server().await;
    let client = Client::new(&served, "2025-11-25").capabilities(able()).initialize().await;
    let mut reply = client.send(client.call_request(1, "hurry", json!({}))).await;
    let question = reply.message().await.unwrap();
    let cancelled = reply.message().await.unwrap();
    assert_eq!(cancelled["method"], "notifications/cancelled");
    assert_eq!(cancelled["params"]["requestId"], question["id"]);
    let result = reply.message().await.unwrap();
    assert!(text(&result["result"]).contains("did not answer"), "{result}");
    // A late reply is ignored.
    assert_eq!(client.respond(question["id"].clone(), json!({"action": "cancel"})).await.status, 202);
}

#[tokio::test]
async fn cancelled_call_sends_no_more_questions() {
    let served = server().await;
    let client = Client::new(&served, "2025-11-25").capabilities(able()).initialize().await;
    let mut reply = client.send(client.call_request("a", "greet", json!({}))).await;
    reply.message().await.unwrap();
    assert_eq!(client.cancel("a").await.status, 202);
    assert!(reply.message().await.is_none(), "nothing is sent after the cancellation");
    let server = served.server.as_ref().unwrap();
    until(async || server.calls_in_flight() == 0).await;
}

#[tokio::test]
async fn answer_from_other_session_is_ignored() {
    let served = server().await;
    let client = Client::new(&served, "2025-11-25").capabilities(able()).initialize().await;
    let stranger = Client::new(&served, "2025-11-25").capabilities(able()).initialize().await;
    let mut reply = client.send(client.call_request(1, "greet", json!({}))).await;
    let question = reply.message().await.unwrap();
    assert_eq!(stranger.respond(question["id"].clone(), accept(json!({"name": "eve"}))).await.status, 202);
    assert_eq!(client.respond(question["id"].clone(), accept(json!({"name": "joe"}))).await.status, 202);
    assert_eq!(text(&reply.message().await.unwrap()["result"]), "Hello, joe (None)");
}
