//! Retried calls of the stateless era: `requestState`, and its binding to the call.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use mcp_server::{
    CallError, Context, Inject, Limits, McpModule, McpOptions, SealingKeys, items, store::InMemorySpentStates, tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

#[derive(Default)]
struct Counted {
    runs: AtomicU32,
    reserved: AtomicU32,
}

#[derive(Deserialize, JsonSchema)]
struct Consent {
    ok: bool,
}

/// Reserves a seat once, and asks twice.
#[tool(server = "again")]
async fn book(#[arg] city: String, counted: Inject<Counted>, ctx: Context) -> Result<String, CallError> {
    counted.runs.fetch_add(1, Ordering::Relaxed);
    let seat = ctx
        .step("reserve", async {
            tokio::task::yield_now().await;
            Ok::<_, CallError>(counted.reserved.fetch_add(1, Ordering::Relaxed))
        })
        .await?;
    let first = ctx.elicit::<Consent>(format!("Seat {seat} to {city}?")).await?.accepted()?;
    let second = ctx.elicit::<Consent>("Really?").await?.accepted()?;
    Ok(format!("{seat} {} {}", first.ok, second.ok))
}

/// Asks the same question as `book`.
#[tool(server = "again")]
async fn rebook(#[arg] city: String, ctx: Context) -> Result<bool, CallError> {
    Ok(ctx.elicit::<Consent>(format!("Seat 0 to {city}?")).await?.accepted()?.ok)
}

/// Asks a different question in each run.
#[tool(server = "again")]
async fn fickle(counted: Inject<Counted>, ctx: Context) -> Result<bool, CallError> {
    let run = counted.runs.fetch_add(1, Ordering::Relaxed);
    Ok(ctx.elicit::<Consent>(format!("Question {run}?")).await?.accepted()?.ok)
}

/// Asks for consent, and echoes its argument.
#[tool(server = "again")]
async fn pay(#[arg] amount: u64, ctx: Context) -> Result<String, CallError> {
    ctx.elicit::<Consent>("Pay?").await?.accepted()?;
    Ok(format!("paid {amount}"))
}

/// Uses one key for two questions.
#[tool(server = "again")]
async fn namesakes(ctx: Context) -> Result<bool, CallError> {
    let (one, two) = tokio::join!(async { ctx.elicit::<Consent>("One?").key("same").await }, async {
        ctx.elicit::<Consent>("Two?").key("same").await
    },);
    Ok(one?.accepted()?.ok && two?.accepted()?.ok)
}

struct Server {
    served: RunningServer,
    counted: Arc<Counted>,
}

async fn server(options: McpOptions) -> Server {
    let counted = Arc::new(Counted::default());
    let module =
        McpModule::for_root(options).only(items![book, rebook, fickle, pay, namesakes]).provide_shared(counted.clone());
    Server { served: serve(module).await, counted }
}

fn options() -> McpOptions {
    McpOptions::new("again", "1")
}

fn client(served: &RunningServer) -> Client {
    Client::stateless(served).capabilities(json!({"elicitation": {}}))
}

fn yes() -> Value {
    json!({"action": "accept", "content": {"ok": true}})
}

/// Calls `book`, and returns the result with the first question.
async fn asked(client: &Client) -> Value {
    let result = client.call("book", json!({"city": "Rome"})).await;
    assert_eq!(result["resultType"], "input_required");
    result
}

async fn go_on(client: &Client, responses: Value, state: &Value) -> Value {
    client.send(client.retry_request("book", json!({"city": "Rome"}), responses, state.clone())).await.json().await
}

#[tokio::test]
async fn handler_runs_again_and_done_steps_do_not() {
    let server = server(options()).await;
    let client = client(&server.served);
    let (result, asked) = client.call_with_answers("book", json!({"city": "Rome"}), |_| yes()).await;
    assert_eq!(result["content"][0]["text"], "0 true true");
    assert_eq!(asked.iter().map(|asked| asked.key.as_str()).collect::<Vec<_>>(), ["elicitation-1", "elicitation-2"]);
    assert_eq!(server.counted.runs.load(Ordering::Relaxed), 3);
    assert_eq!(server.counted.reserved.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn each_round_has_its_own_state() {
    let server = server(options()).await;
    let client = client(&server.served);
    let first = asked(&client).await;
    let second = go_on(&client, json!({"elicitation-1": yes()}), &first["requestState"]).await["result"].take();
    assert_eq!(second["inputRequests"]["elicitation-2"]["params"]["message"], "Really?");
    assert!(second["inputRequests"].get("elicitation-1").is_none(), "an answered question is not asked again");
    assert_ne!(first["requestState"], second["requestState"]);
}

#[tokio::test]
async fn missing_answer_is_asked_again_and_extra_is_ignored() {
    let server = server(options()).await;
    let client = client(&server.served);
    let first = asked(&client).await;
    for responses in [json!({}), json!({"other": yes()}), json!({"elicitation-2": yes()})] {
        let result = go_on(&client, responses, &first["requestState"]).await["result"].take();
        assert_eq!(result["inputRequests"]["elicitation-1"]["params"]["message"], "Seat 0 to Rome?");
    }
    let nothing = client.retry_request("book", json!({"city": "Rome"}), Value::Null, first["requestState"].clone());
    let result = client.send(nothing.unchecked()).await.json().await["result"].take();
    assert_eq!(result["inputRequests"]["elicitation-1"]["params"]["message"], "Seat 0 to Rome?");
    let both = json!({"elicitation-1": yes(), "elicitation-2": yes()});
    let result = go_on(&client, both, &first["requestState"]).await["result"].take();
    assert!(result["inputRequests"].get("elicitation-2").is_some(), "early answers are ignored");
}

#[tokio::test]
async fn answer_without_a_state_counts_for_the_first_question_only() {
    let both = json!({"elicitation-1": yes(), "elicitation-2": yes()});
    let send = async |options: McpOptions, responses: &Value| {
        let server = server(options).await;
        let client = client(&server.served);
        let request = client.call_request(1, "book", json!({"city": "Rome"}));
        let request = request.param("inputResponses", responses.clone());
        client.send(request).await.json().await["result"]["inputRequests"].take()
    };
    let asked = send(options(), &both).await;
    assert!(asked.get("elicitation-1").is_none() && asked.get("elicitation-2").is_some(), "{asked}");
    let asked = send(options(), &json!({"elicitation-2": yes()})).await;
    assert!(asked.get("elicitation-1").is_some(), "{asked}");
    let asked = send(options().require_request_state(true), &both).await;
    assert!(asked.get("elicitation-1").is_some(), "{asked}");
}

#[tokio::test]
async fn answer_to_changed_question_is_asked_again() {
    let server = server(options()).await;
    let client = client(&server.served);
    let first = client.call("fickle", json!({})).await;
    let request =
        client.retry_request("fickle", json!({}), json!({"elicitation-1": yes()}), first["requestState"].clone());
    let second = client.send(request).await.json().await;
    assert_eq!(second["result"]["inputRequests"]["elicitation-1"]["params"]["message"], "Question 1?");
}

#[tokio::test]
async fn state_is_bound_to_item_and_arguments() {
    let server = server(options()).await;
    let client = client(&server.served);
    let state = asked(&client).await["requestState"].clone();
    let answer = json!({"elicitation-1": yes()});
    for (tool, arguments) in [("rebook", json!({"city": "Rome"})), ("book", json!({"city": "Oslo"}))] {
        let request = client.retry_request(tool, arguments, answer.clone(), state.clone());
        client.send(request).await.error(200, -32602).await;
    }
    let text = state.as_str().unwrap();
    for bogus in [format!("{text}-TAMPERED"), text[1..].to_owned(), String::new(), "bogus".to_owned()] {
        let response = go_on(&client, answer.clone(), &json!(bogus)).await;
        assert_eq!(response["error"]["code"], -32602, "{response}");
    }
    // Equal arguments with another spelling match.
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{{"name":"book","arguments":{{ "city" : "R\u006fme" }},"inputResponses":{answer},"requestState":{state},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{"elicitation":{{}}}}}}}}}}"#
    );
    let request = client.raw(body).header("Mcp-Method", "tools/call").header("Mcp-Name", "book");
    assert_eq!(client.send(request).await.json().await["result"]["resultType"], "input_required");
}

#[tokio::test]
async fn expired_state_is_rejected() {
    let server = server(options().limits(Limits::default().request_state_lifetime(Duration::from_millis(1)))).await;
    let client = client(&server.served);
    let state = asked(&client).await["requestState"].clone();
    let answer = json!({"elicitation-1": yes()});
    // The lifetime has a resolution of one second.
    tests::harness::until(async || go_on(&client, answer.clone(), &state).await["error"]["code"] == -32602).await;
}

#[tokio::test]
async fn replayed_state_repeats_no_step() {
    let server = server(options()).await;
    let client = client(&server.served);
    let state = asked(&client).await["requestState"].clone();
    for _ in 0..3 {
        let result = go_on(&client, json!({"elicitation-1": yes()}), &state).await;
        assert_eq!(result["result"]["inputRequests"]["elicitation-2"]["params"]["message"], "Really?");
    }
    assert_eq!(server.counted.reserved.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn replayed_state_is_rejected_with_spent_states() {
    let server = server(options().spent_states(InMemorySpentStates::new(100))).await;
    let client = client(&server.served);
    let state = asked(&client).await["requestState"].clone();
    let answer = json!({"elicitation-1": yes()});
    assert_eq!(go_on(&client, answer.clone(), &state).await["result"]["resultType"], "input_required");
    let runs = server.counted.runs.load(Ordering::Relaxed);
    assert_eq!(go_on(&client, answer, &state).await["error"]["code"], -32602);
    assert_eq!(server.counted.runs.load(Ordering::Relaxed), runs, "the handler did not run");
    let (result, _) = client.call_with_answers("book", json!({"city": "Rome"}), |_| yes()).await;
    assert_eq!(result["content"][0]["text"], "1 true true");
}

#[tokio::test]
async fn state_works_across_processes_and_key_rotation() {
    let (old, new) = ([1; 32], [2; 32]);
    let first = server(options().sealing_keys(SealingKeys::new(old))).await;
    let second = server(options().sealing_keys(SealingKeys::new(new).accept(old))).await;
    let third = server(options().sealing_keys(SealingKeys::new(new))).await;
    let stranger = server(options()).await;
    let [one, two, three, four] = [&first, &second, &third, &stranger].map(|server| client(&server.served));
    let begun = asked(&one).await;
    let answer = json!({"elicitation-1": yes()});
    assert_eq!(go_on(&four, answer.clone(), &begun["requestState"]).await["error"]["code"], -32602);
    let went_on = go_on(&two, answer, &begun["requestState"]).await["result"].take();
    let ended = go_on(&three, json!({"elicitation-2": yes()}), &went_on["requestState"]).await;
    assert_eq!(ended["result"]["content"][0]["text"], "0 true true");
    assert_eq!(second.counted.reserved.load(Ordering::Relaxed), 0, "the seat of the first process is kept");
}

#[tokio::test]
async fn call_fails_at_round_limit() {
    let server = server(options().limits(Limits::default().max_question_rounds(3))).await;
    let client = client(&server.served);
    let mut asked = 0;
    let call = json!({"name": "fickle"});
    let (response, _) = client
        .response_with_answers("tools/call", call, |_| {
            asked += 1;
            yes()
        })
        .await;
    assert_eq!(response["result"]["isError"], true, "{response}");
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn state_over_size_limit_is_tool_error() {
    let server = server(options().limits(Limits::default().max_request_state_bytes(50))).await;
    let result = client(&server.served).call("book", json!({"city": "Rome"})).await;
    assert_eq!(result["isError"], true, "{result}");
}

#[tokio::test]
async fn questions_with_same_key_are_numbered() {
    let server = server(options()).await;
    let result = client(&server.served).call("namesakes", json!({})).await;
    assert_eq!(result["inputRequests"]["same"]["params"]["message"], "One?");
    assert_eq!(result["inputRequests"]["same-2"]["params"]["message"], "Two?");
    let (result, _) = client(&server.served).call_with_answers("namesakes", json!({}), |_| yes()).await;
    assert_eq!(result["content"][0]["text"], "true");
}

#[tokio::test]
async fn state_is_bound_to_huge_numbers_exactly() {
    let server = server(options()).await;
    let client = client(&server.served);
    let meta = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}"#;
    let call = async |arguments: &str, more: &str| {
        let params = format!(r#"{{"name":"pay","arguments":{arguments}{more},"_meta":{meta}}}"#);
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
        let request = client.raw(body).header("Mcp-Method", "tools/call").header("Mcp-Name", "pay");
        client.send(request).await.json().await
    };
    let state = call(r#"{"amount":1,"x":18446744073709551616}"#, "").await["result"]["requestState"].clone();
    let more = format!(r#","inputResponses":{{"elicitation-1":{}}},"requestState":{state}"#, yes());
    for other in [r#"{"amount":2,"x":18446744073709551616}"#, r#"{"amount":1,"x":18446744073709551617}"#] {
        let rejected = call(other, &more).await;
        assert_eq!(rejected["error"]["code"], -32602, "{rejected}");
    }
    let paid = call(r#"{"x":18446744073709551616, "amount":1}"#, &more).await;
    assert_eq!(paid["result"]["content"][0]["text"], "paid 1", "{paid}");
}

#[tokio::test]
async fn unlimited_state_lifetime_is_accepted() {
    let limits = Limits::default().request_state_lifetime(Duration::MAX);
    let server = server(options().limits(limits).spent_states(InMemorySpentStates::new(100))).await;
    let (result, _) = client(&server.served).call_with_answers("book", json!({"city": "Rome"}), |_| yes()).await;
    assert_eq!(result["content"][0]["text"], "0 true true");
}
