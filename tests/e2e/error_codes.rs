//! Table of all errors, with HTTP status and JSON-RPC code in each era.
//!
//! Pages of 2026-07-28: streamable HTTP (header validation, unsupported versions, unknown methods),
//! base protocol (error codes, `_meta`), resources, prompts, completion, pagination.
//! Pages of 2025-11-25: transports (sessions, protocol version header), elicitation (URL mode), and
//! those of the features above.

use mcp_server::{CallError, Context, UrlElicitation, prompt, protocol::CreateMessage, resource, tool};
use serde_json::{Value, json};
use tests::harness::{Client, Request, RunningServer, SESSION_VERSIONS, serve};

use crate::items::named;

/// Adds one.
#[tool(server = "errors")]
fn increment(#[arg(header = "Number")] number: Option<i64>) -> i64 {
    number.unwrap_or_default() + 1
}

#[tool(server = "errors")]
async fn think(ctx: Context) -> Result<String, CallError> {
    Ok(ctx.sample(CreateMessage::new(1).user("?")).await?.text())
}

#[tool(server = "errors")]
fn log_in() -> Result<String, CallError> {
    Err(CallError::url_elicitation_required([UrlElicitation::new("https://example.com/login", "Log in")]))
}

#[tool(server = "errors")]
fn forbidden() -> Result<String, CallError> {
    Err(CallError::forbidden("not you"))
}

/// Says something.
#[prompt(server = "errors")]
fn say(#[arg(complete = words)] word: String) -> Result<String, CallError> {
    if word == "broken" { Err(CallError::internal("the inside")) } else { Ok(word) }
}

fn words() -> [&'static str; 1] {
    ["hello"]
}

#[resource(server = "errors", uri = "mcp://broken")]
fn broken() -> Result<String, CallError> {
    Err(CallError::internal("the inside"))
}

/// HTTP status and code; `None` if the row does not apply to the era.
type Expected = Option<(u16, i64)>;

type Make = fn(&Client) -> Request;

/// Title, request, and the expectations for the session era and the stateless era.
type Row = (&'static str, Box<dyn Fn(&Client) -> Request>, (Expected, Expected));

fn requests(method: &'static str, params: Value) -> impl Fn(&Client) -> Request {
    move |client| client.request(1, method, params.clone())
}

fn completion(reference: &Value, argument: &str) -> Value {
    json!({"ref": reference, "argument": {"name": argument, "value": ""}})
}

async fn check(client: &Client, what: &str, request: Request, expected: (u16, i64)) {
    // Many requests are invalid on purpose.
    let mut reply = client.send(request.unchecked()).await;
    let error = if reply.is_stream() { reply.messages().await.pop().unwrap() } else { reply.json().await };
    assert_eq!(
        (reply.status, error["error"]["code"].as_i64()),
        (expected.0, Some(expected.1)),
        "{} {what}: {error}",
        client.version
    );
    assert!(error["error"]["message"].is_string() && error.get("result").is_none(), "{what}: {error}");
    if client.is_stateless() {
        let is_reserved = (-32_019..=-32_000).contains(&expected.1) || expected.1 == -32_042;
        assert!(!is_reserved, "{what}: a code that this revision must not use");
    }
}

async fn clients(served: &RunningServer) -> Vec<Client> {
    let mut clients = vec![Client::stateless(served)];
    for version in SESSION_VERSIONS {
        clients.push(Client::in_session(served, version).await);
    }
    clients
}

#[allow(clippy::too_many_lines, reason = "a table with a row for each code")]
fn table() -> Vec<Row> {
    let prompt = |name: &str| json!({"type": "ref/prompt", "name": name});
    let template = json!({"type": "ref/resource", "uri": "mcp://nowhere/{id}"});
    let both = |status, code| (Some((status, code)), Some((status, code)));
    vec![
        ("not JSON", Box::new(|client| client.raw("{").header("Mcp-Method", "ping")), both(400, -32700)),
        ("no message", Box::new(|client| client.raw("{}").header("Mcp-Method", "ping")), both(400, -32600)),
        (
            "no object of parameters",
            Box::new(|client| {
                client
                    .raw(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}"#)
                    .header("Mcp-Method", "tools/list")
            }),
            both(400, -32602),
        ),
        ("unknown method", Box::new(requests("no/such", json!({}))), (Some((200, -32601)), Some((404, -32601)))),
        ("method of another era", Box::new(requests("server/discover", json!({}))), (Some((200, -32601)), None)),
        ("method of another era", Box::new(requests("ping", json!({}))), (None, Some((404, -32601)))),
        (
            "method of another era",
            Box::new(requests("logging/setLevel", json!({"level": "info"}))),
            (None, Some((404, -32601))),
        ),
        ("unknown tool", Box::new(requests("tools/call", json!({"name": "no-such"}))), both(200, -32602)),
        ("no name", Box::new(requests("tools/call", json!({}))), both(200, -32602)),
        ("unknown prompt", Box::new(requests("prompts/get", json!({"name": "no-such"}))), both(200, -32602)),
        ("missing argument", Box::new(requests("prompts/get", json!({"name": "say"}))), both(200, -32602)),
        (
            "unknown resource",
            Box::new(requests("resources/read", json!({"uri": "mcp://nowhere"}))),
            (Some((200, -32002)), Some((200, -32602))),
        ),
        (
            "broken prompt",
            Box::new(requests("prompts/get", json!({"name": "say", "arguments": {"word": "broken"}}))),
            both(200, -32603),
        ),
        ("broken resource", Box::new(requests("resources/read", json!({"uri": "mcp://broken"}))), both(200, -32603)),
        ("bogus cursor", Box::new(requests("tools/list", json!({"cursor": "page-2"}))), both(200, -32602)),
        (
            "completion of no prompt",
            Box::new(requests("completion/complete", completion(&prompt("no-such"), "word"))),
            both(200, -32602),
        ),
        (
            "completion of no argument",
            Box::new(requests("completion/complete", completion(&prompt("say"), "no-such"))),
            both(200, -32602),
        ),
        (
            "completion of no template",
            Box::new(requests("completion/complete", completion(&template, "id"))),
            both(200, -32602),
        ),
        ("forbidden", Box::new(|client| client.call_request(1, "forbidden", json!({}))), both(200, 403)),
        ("bad level", Box::new(requests("logging/setLevel", json!({"level": "loud"}))), (Some((200, -32602)), None)),
        (
            "missing capability",
            Box::new(|client| client.call_request(1, "think", json!({}))),
            (None, Some((400, -32021))),
        ),
        (
            "headers that disagree",
            Box::new(|client| {
                client.call_request(1, "increment", json!({})).without("Mcp-Name").header("Mcp-Name", "decrement")
            }),
            (None, Some((400, -32020))),
        ),
        (
            "no method in a header",
            Box::new(|client| client.call_request(1, "increment", json!({})).without("Mcp-Method")),
            (None, Some((400, -32020))),
        ),
        (
            "no version in a header",
            Box::new(|client| client.call_request(1, "increment", json!({})).without("MCP-Protocol-Version")),
            (None, Some((400, -32020))),
        ),
        (
            "argument that a header lacks",
            Box::new(|client| client.call_request(1, "increment", json!({"number": 1}))),
            (None, Some((400, -32020))),
        ),
        (
            "no session",
            Box::new(|client| client.call_request(1, "increment", json!({})).without("Mcp-Session-Id")),
            (Some((400, -32600)), None),
        ),
        (
            "unknown session",
            Box::new(|client| {
                client
                    .call_request(1, "increment", json!({}))
                    .without("Mcp-Session-Id")
                    .header("Mcp-Session-Id", "no-such")
            }),
            (Some((404, -32001)), None),
        ),
    ]
}

#[tokio::test]
async fn errors_have_their_code_and_status_in_each_era() {
    let served = serve(named("errors")).await;
    let table = table();
    for client in clients(&served).await {
        for (what, request, (session, stateless)) in &table {
            let expected = if client.is_stateless() { stateless } else { session };
            if let Some(expected) = expected {
                check(&client, what, request(&client), *expected).await;
            }
        }
    }
}

#[tokio::test]
async fn unsupported_version_is_32022_with_supported_versions() {
    let served = serve(named("errors")).await;
    let client = Client::new(&served, "2099-01-01");
    let requests: [Make; 2] = [
        |client| {
            client.request(1, "tools/list", json!({"_meta": {"io.modelcontextprotocol/protocolVersion": "2099-01-01"}}))
        },
        |client| client.request(1, "tools/list", json!({})),
    ];
    for request in requests {
        let error = client.send(request(&client).unchecked()).await.error(400, -32022).await;
        assert_eq!(error["error"]["data"]["requested"], "2099-01-01");
        assert!(error["error"]["data"]["supported"].as_array().unwrap().contains(&json!("2026-07-28")));
    }
}

#[tokio::test]
async fn required_url_elicitation_is_32042_in_2025_11_25_only() {
    let served = serve(named("errors")).await;
    let mut client = Client::new(&served, "2025-11-25");
    client.capabilities = json!({"elicitation": {"url": {}}});
    let client = client.initialize().await;
    check(&client, "pages", client.call_request(1, "log_in", json!({})), (200, -32042)).await;
    let mut client = Client::stateless(&served);
    client.capabilities = json!({"elicitation": {"url": {}}});
    assert_eq!(client.result("tools/call", json!({"name": "log_in"})).await["resultType"], "input_required");
}
