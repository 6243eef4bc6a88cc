//! What handlers ask of users, language models and clients, in both eras.

use std::time::Duration;

use mcp_server::{
    CallError, Context, Elicitation, Limits, McpModule, McpOptions, StreamableHttp, UrlElicitation, items, prompt,
    protocol::{CreateMessage, Tool, ToolChoice},
    resource, tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Asked, Client, SESSION_VERSIONS, Served, serve, until};

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

/// Sends the user to a page.
#[tool(server = "asking")]
async fn log_in(ctx: Context) -> Result<&'static str, CallError> {
    ctx.elicit_url("https://example.com/log-in", "Log in over there").id("login-7").await?.accepted()?;
    ctx.elicitation_complete("login-7");
    Ok("agreed")
}

/// Works for users who have been on the page only.
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
    let answer = ctx.sample(CreateMessage::new(100).user("How warm is it?").tools([weather], ToolChoice::Auto)).await?;
    Ok(format!("{} {:?}", answer.content.len(), answer.stop_reason))
}

/// Asks where it may work.
#[tool(server = "asking")]
async fn places(ctx: Context) -> Result<String, CallError> {
    Ok(ctx.roots().await?.into_iter().map(|root| root.uri).collect::<Vec<_>>().join(" "))
}

/// Asks two things at a time.
#[tool(server = "asking")]
async fn both(ctx: Context) -> Result<String, CallError> {
    let (person, places) = tokio::join!(async { ctx.elicit::<Person>("Who are you?").key("person").await }, async {
        ctx.roots().key("places").await
    },);
    Ok(format!("{} in {}", person?.accepted()?.name, places?.len()))
}

/// Says how far it is, and then asks.
#[tool(server = "asking")]
async fn report_and_ask(ctx: Context) -> Result<String, CallError> {
    ctx.progress(1.0).send();
    Ok(ctx.elicit::<Person>("Who are you?").await?.accepted()?.name)
}

/// Does not wait long for the answer.
#[tool(server = "asking")]
async fn hurry(ctx: Context) -> Result<String, CallError> {
    Ok(ctx.elicit::<Person>("Quick!").timeout(Duration::from_millis(20)).await?.accepted()?.name)
}

/// Asks until the answer will do, under one name.
#[tool(server = "asking")]
async fn insist(ctx: Context) -> Result<String, CallError> {
    loop {
        let person = ctx.elicit::<Person>("How old are you?").key("age").await?.accepted()?;
        if let Some(age) = person.age {
            return Ok(format!("{age}"));
        }
    }
}

/// Tries a step until it works, and then asks.
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

/// Gives two steps one name.
#[tool(server = "asking")]
async fn mistake(ctx: Context) -> Result<u8, CallError> {
    ctx.step("same", async { Ok::<_, CallError>(1) }).await?;
    ctx.step("same", async { Ok::<_, CallError>(2) }).await
}

/// Greets in a prompt.
#[prompt(server = "asking")]
async fn introduce(ctx: Context) -> Result<String, CallError> {
    Ok(format!("I am {}", ctx.elicit::<Person>("Who are you?").await?.accepted()?.name))
}

/// A resource that depends on the user.
#[resource(server = "asking", uri = "asking://me")]
async fn me(ctx: Context) -> Result<String, CallError> {
    Ok(ctx.elicit::<Person>("Who are you?").await?.accepted()?.name)
}

async fn server() -> Served {
    serve(module(McpOptions::new("asking", "1"))).await
}

fn module(options: McpOptions) -> McpModule {
    McpModule::for_root(options).only(items![
        greet,
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
        mistake,
        introduce,
        me
    ])
}

fn able() -> Value {
    json!({"elicitation": {"form": {}, "url": {}}, "sampling": {"tools": {}}, "roots": {}})
}

/// Clients of every revision that knows elicitation.
async fn able_clients(served: &Served) -> Vec<Client> {
    let mut clients = vec![Client::stateless(served).capable(able())];
    for version in ["2025-06-18", "2025-11-25"] {
        clients.push(Client::new(served, version).capable(able()).begin().await);
    }
    clients
}

fn accept(content: Value) -> Value {
    let mut answer = json!({"action": "accept"});
    answer["content"] = content;
    answer
}

fn answered(asked: &Asked) -> Value {
    match asked.method.as_str() {
        "elicitation/create" => accept(json!({"name": "joe", "age": 7})),
        "roots/list" => json!({"roots": [{"uri": "file:///home/joe"}]}),
        _ => {
            json!({"role": "assistant", "model": "m", "content": {"type": "text", "text": "hm"}, "stopReason": "endTurn"})
        }
    }
}

fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}"))
}

#[tokio::test]
async fn the_user_accepts_declines_or_cancels() {
    let served = server().await;
    for client in able_clients(&served).await {
        for (answer, said) in [
            (accept(json!({"name": "joe"})), "Hello, joe (None)"),
            (accept(json!({"name": "joe", "age": 7})), "Hello, joe (Some(7))"),
            (json!({"action": "decline"}), "declined"),
            (json!({"action": "cancel"}), "cancelled"),
        ] {
            let (result, asked) = client.converse_with_tool("greet", json!({}), |_| answer.clone()).await;
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
async fn an_answer_that_breaks_the_promise_of_the_form_is_refused() {
    let served = server().await;
    for client in able_clients(&served).await {
        for content in [json!({"name": "x"}), json!({}), json!({"name": 5}), json!({"name": "joe", "age": 300})] {
            let call = json!({"name": "greet"});
            let (response, _) = client.converse("tools/call", call, |_| accept(content.clone())).await;
            assert_eq!(response["error"]["code"], -32602, "{response}");
        }
    }
}

#[tokio::test]
async fn the_model_and_the_client_answer_too() {
    let served = server().await;
    for client in able_clients(&served).await {
        let (result, asked) = client.converse_with_tool("think", json!({"about": "life"}), answered).await;
        assert_eq!(text(&result), "hm");
        assert_eq!(asked[0].method, "sampling/createMessage");
        assert_eq!(
            asked[0].params,
            json!({"messages": [{"role": "user", "content": {"type": "text", "text": "life"}}],
                "systemPrompt": "Be brief.", "maxTokens": 100})
        );
        let (result, asked) = client.converse_with_tool("places", json!({}), answered).await;
        assert_eq!(text(&result), "file:///home/joe");
        assert_eq!(asked[0].method, "roots/list");
    }
}

#[tokio::test]
async fn a_model_may_ask_for_tools_where_the_revision_has_them() {
    let served = server().await;
    let answer = json!({"role": "assistant", "model": "m", "stopReason": "toolUse", "content": [
        {"type": "text", "text": "let me see"}, {"type": "tool_use", "id": "1", "name": "weather", "input": {}}]});
    for client in able_clients(&served).await {
        let call = client.converse_with_tool("think_with_tools", json!({}), |_| answer.clone()).await;
        if client.version == "2025-06-18" {
            assert!(text(&call.0).contains("does not know sampling with tools"), "{call:?}");
            continue;
        }
        assert_eq!(text(&call.0), "2 Some(\"toolUse\")");
        assert_eq!(call.1[0].params["toolChoice"], json!({"mode": "auto"}));
        assert_eq!(call.1[0].params["tools"][0]["name"], "weather");
    }
}

#[tokio::test]
async fn several_questions_are_asked_at_a_time() {
    let served = server().await;
    for client in able_clients(&served).await {
        let (result, asked) = client.converse_with_tool("both", json!({}), answered).await;
        assert_eq!(text(&result), "joe in 1");
        assert_eq!(asked.len(), 2);
        if client.is_stateless() {
            assert_eq!(asked.iter().map(|asked| asked.key.as_str()).collect::<Vec<_>>(), ["person", "places"]);
        }
    }
}

#[tokio::test]
async fn a_question_that_is_put_again_is_asked_again() {
    let served = server().await;
    for client in able_clients(&served).await {
        let mut ages = [None, None, Some(7)].into_iter();
        let (result, asked) = client
            .converse_with_tool("insist", json!({}), |_| match ages.next().unwrap() {
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
async fn a_step_that_failed_is_tried_again_and_one_that_is_done_is_not() {
    let served = server().await;
    for client in able_clients(&served).await {
        let (result, _) = client.converse_with_tool("try_again", json!({}), answered).await;
        assert_eq!(text(&result), "joe after 3", "{}", client.version);
        let result = client.call("mistake", json!({})).await;
        assert_eq!(result["isError"], true, "a mistake in every era: {result}");
    }
}

#[tokio::test]
async fn what_was_said_before_a_question_comes_before_it() {
    let served = server().await;
    for client in able_clients(&served).await {
        let mut params = json!({"name": "report_and_ask"});
        params["_meta"] = json!({"progressToken": "t"});
        let (response, asked) = client.converse("tools/call", params, answered).await;
        assert_eq!(text(&response["result"]), "joe");
        assert_eq!(asked.len(), 1);
    }
}

#[tokio::test]
async fn prompts_and_resources_may_ask_as_well() {
    let served = server().await;
    for client in able_clients(&served).await {
        let (response, _) = client.converse("prompts/get", json!({"name": "introduce"}), answered).await;
        assert_eq!(response["result"]["messages"][0]["content"]["text"], "I am joe", "{response}");
        let (response, _) = client.converse("resources/read", json!({"uri": "asking://me"}), answered).await;
        assert_eq!(response["result"]["contents"][0]["text"], "joe", "{response}");
    }
}

#[tokio::test]
async fn pages_are_opened_with_the_users_consent() {
    let served = server().await;
    let page = json!({"mode": "url", "message": "Log in over there", "url": "https://example.com/log-in"});
    for client in able_clients(&served).await {
        let consent = |_: &Asked| json!({"action": "accept"});
        let (result, asked) = client.converse_with_tool("log_in", json!({}), consent).await;
        let mut expected = page.clone();
        match client.version.as_str() {
            "2025-06-18" => {
                assert!(text(&result).contains("does not know elicitation by URL"));
                continue;
            }
            "2025-11-25" => expected["elicitationId"] = "login-7".into(),
            _ => {}
        }
        assert_eq!(asked[0].params, expected);
        assert_eq!(text(&result), "agreed");
    }
    let client = Client::new(&served, "2025-11-25").capable(able()).begin().await;
    let mut answer = client.send(client.calling(1, "log_in", json!({}))).await;
    let question = answer.message().await.unwrap();
    assert_eq!(client.respond(question["id"].clone(), json!({"action": "accept"})).await.status, 202);
    let notice = answer.message().await.unwrap();
    assert_eq!(notice["method"], "notifications/elicitation/complete");
    assert_eq!(notice["params"], json!({"elicitationId": "login-7"}));
}

#[tokio::test]
async fn pages_that_are_needed_first_are_told_in_the_words_of_each_revision() {
    let served = server().await;
    for version in SESSION_VERSIONS {
        let client = Client::new(&served, version).capable(able()).begin().await;
        let response = client.ask("tools/call", json!({"name": "pay"})).await;
        if version == "2025-11-25" {
            assert_eq!(response["error"]["code"], -32042);
            let page = json!({"mode": "url", "message": "Pay first", "url": "https://example.com/pay",
                "elicitationId": "pay-1"});
            assert_eq!(response["error"]["data"], json!({"elicitations": [page]}));
        } else {
            assert!(text(&response["result"]).contains("https://example.com/pay"), "{response}");
        }
    }
    let client = Client::stateless(&served).capable(able());
    let result = client.result("tools/call", json!({"name": "pay"})).await;
    assert_eq!(result["resultType"], "input_required");
    let page = json!({"mode": "url", "message": "Pay first", "url": "https://example.com/pay"});
    assert_eq!(result["inputRequests"]["page-1"], json!({"method": "elicitation/create", "params": page}));
}

#[tokio::test]
async fn pages_are_not_asked_for_for_ever() {
    let served = serve(module(McpOptions::new("asking", "1").limits(Limits::default().max_question_rounds(2)))).await;
    let client = Client::stateless(&served).capable(able());
    let (response, asked) =
        client.converse("tools/call", json!({"name": "pay"}), |_| json!({"action": "accept"})).await;
    assert_eq!(response["result"]["isError"], true, "{response}");
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn a_client_is_never_asked_for_what_it_did_not_declare() {
    let served = server().await;
    for (tool, required) in [
        ("greet", json!({"elicitation": {}})),
        ("log_in", json!({"elicitation": {"url": {}}})),
        ("think", json!({"sampling": {}})),
        ("think_with_tools", json!({"sampling": {"tools": {}}})),
        ("places", json!({"roots": {}})),
    ] {
        let client = Client::stateless(&served);
        let error = client.send(client.calling(1, tool, json!({"about": "x"}))).await.error(400, -32021).await;
        assert_eq!(error["error"]["data"], json!({"requiredCapabilities": required}));
        let client = Client::in_session(&served, "2025-11-25").await;
        let result = client.call(tool, json!({"about": "x"})).await;
        assert_eq!(result["isError"], true);
        assert!(text(&result).contains(&required.to_string()), "{result}");
    }
}

#[tokio::test]
async fn without_sessions_nobody_is_blamed_for_what_is_not_known() {
    let options = McpOptions::new("asking", "1").streamable_http(StreamableHttp::default().stateless_mode(true));
    let served = serve(module(options)).await;
    for version in ["2025-06-18", "2025-11-25"] {
        let client = Client::new(&served, version).capable(able()).begin().await;
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
async fn a_client_may_refuse_and_the_handler_hears_why() {
    let served = server().await;
    let client = Client::new(&served, "2025-11-25").capable(able()).begin().await;
    let mut answer = client.send(client.calling(1, "think", json!({"about": "x"}))).await;
    let question = answer.message().await.unwrap();
    assert_eq!(client.refuse(question["id"].clone(), "User rejected sampling request").await.status, 202);
    let result = answer.message().await.unwrap();
    assert!(text(&result["result"]).contains("User rejected sampling request"), "{result}");
}

#[tokio::test]
async fn who_answers_too_late_is_told_not_to_bother() {
    let served = server().await;
    let client = Client::new(&served, "2025-11-25").capable(able()).begin().await;
    let mut answer = client.send(client.calling(1, "hurry", json!({}))).await;
    let question = answer.message().await.unwrap();
    let cancelled = answer.message().await.unwrap();
    assert_eq!(cancelled["method"], "notifications/cancelled");
    assert_eq!(cancelled["params"]["requestId"], question["id"]);
    let result = answer.message().await.unwrap();
    assert!(text(&result["result"]).contains("did not answer"), "{result}");
    // Too late, and no mistake.
    assert_eq!(client.respond(question["id"].clone(), json!({"action": "cancel"})).await.status, 202);
}

#[tokio::test]
async fn a_withdrawn_call_asks_nothing_more() {
    let served = server().await;
    let client = Client::new(&served, "2025-11-25").capable(able()).begin().await;
    let mut answer = client.send(client.calling("a", "greet", json!({}))).await;
    answer.message().await.unwrap();
    assert_eq!(client.cancel("a").await.status, 202);
    assert!(answer.message().await.is_none(), "nothing is sent after the cancellation");
    let server = served.server.as_ref().unwrap();
    until(async || server.calls_in_flight() == 0).await;
}

#[tokio::test]
async fn the_answer_of_another_session_is_none() {
    let served = server().await;
    let client = Client::new(&served, "2025-11-25").capable(able()).begin().await;
    let stranger = Client::new(&served, "2025-11-25").capable(able()).begin().await;
    let mut answer = client.send(client.calling(1, "greet", json!({}))).await;
    let question = answer.message().await.unwrap();
    assert_eq!(stranger.respond(question["id"].clone(), accept(json!({"name": "eve"}))).await.status, 202);
    assert_eq!(client.respond(question["id"].clone(), accept(json!({"name": "joe"}))).await.status, 202);
    assert_eq!(text(&answer.message().await.unwrap()["result"]), "Hello, joe (None)");
}
