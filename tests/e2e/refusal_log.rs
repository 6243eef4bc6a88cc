//! Refusals: each is in the log once and is seen by the hook once, with the values that decided it.

use std::{
    sync::{Arc, Mutex},
    time::{Instant, UNIX_EPOCH},
};

use axum::Router;
use mcp_server::{
    Authorization, CallError, CallInfo, Context, Denial, Guard, Limits, McpModule, McpOptions, Principal, Refusal,
    RefusalKind, SealingKeys, StreamableHttp,
    auth::{Anonymous, Credentials, ScopeFailure, TokenError, TokenVerifier, VerifyRequest},
    prompt,
    protocol::CreateMessage,
    resource,
    store::InMemorySpentStates,
    tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, Request, Response, RunningServer, StdioClient, StdioServer, serve, serve_app, until};
use tokio::net::TcpListener;

use crate::{
    failures::{log, take_lines},
    items::Gate,
    principals::ISSUER,
};

const RESOURCE: &str = "http://localhost:9999/mcp";

/// Text that forges a line of a log, colors it and turns its direction.
const FORGED: &str = "x\r\n2026-01-01T00:00:00Z ERROR forged: level=ERROR\u{1b}[31m\u{2028}\u{202e}\u{85}";

/// Accepts and rejects tokens as their text says.
struct Tokens;

impl TokenVerifier for Tokens {
    async fn verify(&self, credentials: &Credentials<'_>, _: &VerifyRequest<'_>) -> Result<Principal, TokenError> {
        let ada = |issuer: &str, audience: &str| Principal::builder(issuer, "ada").audience([audience]);
        match credentials.expose_token() {
            "ada" => Ok(ada(ISSUER, RESOURCE).scopes(["notes:read"]).build()),
            "bob" => Ok(Principal::builder(ISSUER, "bob").audience([RESOURCE]).build()),
            "expired" => Ok(ada(ISSUER, RESOURCE).expires_at(UNIX_EPOCH).build()),
            "issuer" => Ok(ada("https://evil.example", RESOURCE).build()),
            "audience" => Ok(ada(ISSUER, "https://other.example/mcp").build()),
            "blocked" => Err(TokenError::forbidden("the account is blocked").caused_by("blocked by Eve")),
            "unavailable" => Err(TokenError::unavailable(std::time::Duration::from_secs(3)).caused_by("no route")),
            "broken" => Err(TokenError::internal("the database is gone")),
            "forged" => Err(TokenError::invalid("unknown token").caused_by(FORGED)),
            "forged-broken" => Err(TokenError::internal(FORGED)),
            "forged-issuer" => Ok(ada(&format!("https://evil.example/{FORGED}"), RESOURCE).build()),
            "forged-audience" => Ok(ada(ISSUER, FORGED).build()),
            "forged-subject" => Ok(Principal::builder(ISSUER, FORGED).audience([RESOURCE]).build()),
            _ => Err(TokenError::invalid("unknown token")),
        }
    }
}

/// Denies a call as its argument says.
struct Denies;

impl Guard for Denies {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        let arguments: Value = serde_json::from_str(&call.arguments())?;
        Err(match arguments["how"].as_str().unwrap_or_default() {
            "forbidden" => Denial::forbidden("not on Sundays"),
            "client" => Denial::client("try again later"),
            "hidden" => Denial::hidden(),
            "error" => std::io::Error::other("the secret reason").into(),
            _ => return Ok(()),
        })
    }
}

#[tool(server = "refusal-log", public, guards(Denies))]
fn guarded(#[arg] how: String) -> String {
    how
}

#[tool(server = "refusal-log", scopes("notes:write"))]
fn write() {}

#[tool(server = "refusal-log", roles("admin"), listing = "always")]
fn manage() {}

#[tool(server = "refusal-log", roles("admin"))]
fn concealed() {}

#[tool(server = "refusal-log", public)]
fn add(#[arg] a: i64, #[arg(header = "B")] b: i64) -> i64 {
    a + b
}

#[tool(server = "refusal-log", public)]
async fn think(ctx: Context) -> Result<String, CallError> {
    Ok(ctx.sample(CreateMessage::new(1).user("?")).await?.text())
}

#[tool(server = "refusal-log", public)]
async fn agree(ctx: Context) -> Result<String, CallError> {
    Ok(ctx.confirm("Really?").await?.to_string())
}

#[tool(server = "refusal-log", public)]
async fn talk(#[arg] how: String, ctx: Context) -> Result<String, CallError> {
    ctx.progress(1.0).send();
    tokio::task::yield_now().await;
    Err(if how == "forbidden" { CallError::forbidden("not you") } else { CallError::client("no such city") })
}

#[prompt(server = "refusal-log", public)]
fn say(#[arg] word: String) -> String {
    word
}

#[resource(server = "refusal-log", uri = "test://admin", roles("admin"))]
fn secret() -> &'static str {
    "secret"
}

/// A refusal as the hook saw it.
#[derive(Clone, Debug)]
struct Seen {
    kind: RefusalKind,
    status: Option<u16>,
    code: Option<i64>,
    principal: Option<String>,
    /// All values in one line.
    line: String,
}

/// The refusals that a hook saw.
#[derive(Clone, Default)]
struct Hook(Arc<Mutex<Vec<Seen>>>);

impl Hook {
    fn record(&self, refusal: &Refusal<'_>) {
        self.0.lock().unwrap().push(Seen {
            kind: refusal.kind(),
            status: refusal.status(),
            code: refusal.code().map(|code| code.0.into()),
            principal: refusal.principal().map(|principal| principal.subject().to_owned()),
            line: refusal.to_string(),
        });
    }

    fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Options whose hook records refusals, and whose log is not limited by their number.
fn options() -> (McpOptions, Hook) {
    options_of("refusal-log")
}

fn options_of(server: &str) -> (McpOptions, Hook) {
    log();
    let hook = Hook::default();
    let recording = hook.clone();
    let options = McpOptions::new(server, "1")
        .sealing_keys(SealingKeys::new([1; 32]))
        .limits(Limits::default().max_logged_refusals(u32::MAX).max_body_bytes(10_000))
        .on_refusal(move |refusal| recording.record(refusal));
    (options.authorization(authorization()), hook)
}

fn authorization() -> Authorization {
    Authorization::resource(RESOURCE).verifier(ISSUER, Tokens).anonymous(Anonymous::PublicOnly)
}

async fn served() -> (RunningServer, Hook) {
    let (options, hook) = options();
    (serve(McpModule::for_root(options)).await, hook)
}

async fn clients(served: &RunningServer, token: &str) -> [Client; 2] {
    let with_token = |client: Client| client.header("Authorization", format!("Bearer {token}"));
    [with_token(Client::new(served, "2025-11-25")).initialize().await, with_token(Client::stateless(served))]
}

/// The lines of refusals that this test has logged.
fn refusals_logged() -> Vec<String> {
    take_lines().into_iter().filter(|line| line.contains("mcp_server::refusal: ")).collect()
}

/// Checks that there was one refusal of that kind, in the log and for the hook, with these values.
fn assert_one(hook: &Hook, kind: &str, values: &[&str], about: &str) -> Seen {
    let (seen, lines) = (hook.take(), refusals_logged());
    assert_eq!((seen.len(), lines.len()), (1, 1), "{about}: {seen:?} {lines:#?}");
    assert_eq!(seen[0].kind.as_str(), kind, "{about}: {}", seen[0].line);
    assert!(lines[0].contains(&format!("kind=\"{kind}\"")), "{about}: {}", lines[0]);
    for value in values {
        assert!(lines[0].contains(value), "{about}: {value} is not in {}", lines[0]);
        assert!(seen[0].line.contains(value), "{about}: {value} is not in {}", seen[0].line);
    }
    seen[0].clone()
}

type Make = Box<dyn Fn(&Client) -> Request>;

/// A request, the kind of its refusal in each era (empty if it does not apply), and values that
/// the log and the hook show.
type Row = (Make, [&'static str; 2], &'static [&'static str]);

fn row(make: impl Fn(&Client) -> Request + 'static, kinds: [&'static str; 2], values: &'static [&'static str]) -> Row {
    (Box::new(make), kinds, values)
}

fn ping(client: &Client) -> Request {
    client.request(1, "tools/list", json!({}))
}

fn call(tool: &'static str, arguments: Value) -> impl Fn(&Client) -> Request {
    move |client| client.call_request(1, tool, arguments.clone()).unchecked()
}

fn with(name: &'static str, value: &'static str) -> impl Fn(&Client) -> Request {
    move |client| ping(client).with(name, value).unchecked()
}

fn token(token: &'static str) -> impl Fn(&Client) -> Request {
    move |client| ping(client).with("Authorization", format!("Bearer {token}"))
}

fn rows() -> Vec<Row> {
    [rows_of_http(), rows_of_access(), rows_of_messages()].into_iter().flatten().collect()
}

/// Returns the kind for both eras.
fn both(kind: &'static str) -> [&'static str; 2] {
    [kind, kind]
}

fn rows_of_http() -> Vec<Row> {
    vec![
        row(with("Host", "evil.example:80"), both("host"), &["seen=\"evil.example:80\"", "localhost", "status=403"]),
        row(with("Host", "user@localhost"), both("host"), &["seen=\"user@localhost\"", "status=400"]),
        row(|client| ping(client).without("Host"), both("host"), &["status=400"]),
        row(with("Origin", "https://evil.example"), both("origin"), &["seen=\"https://evil.example\""]),
        row(with("Content-Type", "text/plain"), both("content_type"), &["seen=\"text/plain\"", "status=415"]),
        row(with("Content-Encoding", "gzip"), both("content_encoding"), &["seen=\"gzip\""]),
        row(with("Accept", "text/html"), both("accept"), &["seen=\"text/html\"", "status=406"]),
        row(call("add", json!({"a": "x".repeat(20_000)})), both("body"), &["at most 10000 bytes", "status=413"]),
        row(with("Mcp-Method", "prompts/list"), both("header"), &["prompts/list", "method=\"tools/list\""]),
        row(with("MCP-Protocol-Version", "v9"), ["version", "header"], &["v9", "method=\"tools/list\""]),
        row(
            |client| {
                ping(client).with("MCP-Protocol-Version", "v9").param("_meta", json!({
                "io.modelcontextprotocol/protocolVersion": "v9", "io.modelcontextprotocol/clientCapabilities": {},
            }))
            },
            both("version"),
            &["seen=\"v9\"", "2026-07-28", "code=-32022"],
        ),
        row(with("Mcp-Session-Id", "0123456789"), ["session", ""], &["seen=\"01234567…\"", "status=404"]),
        row(|client| ping(client).without("Mcp-Session-Id"), ["session", ""], &["status=400"]),
        row(token("bob"), ["session_owner", ""], &["status=404", "subject=\"bob\""]),
        row(|client| client.resume_request("9-9").unchecked(), ["event", ""], &["seen=\"9-9\"", "status=400"]),
        row(|_| Request::new("PUT"), both("http_method"), &["seen=\"PUT\"", "status=405"]),
        row(|client| ping(client).path("/elsewhere"), both("path"), &["seen=\"/elsewhere\"", "expected=\"/mcp\""]),
    ]
}

fn rows_of_access() -> Vec<Row> {
    vec![
        row(|client| call("write", json!({}))(client).without("Authorization"), ["", "login"], &["status=401"]),
        row(with("Authorization", "Bearer a b"), both("credentials"), &["status=400"]),
        row(token("unknown"), both("token"), &["unknown token", "status=401"]),
        row(token("expired"), both("expired_token"), &["status=401"]),
        row(token("issuer"), both("issuer"), &["seen=\"https://evil.example\"", ISSUER]),
        row(token("audience"), both("audience"), &["seen=\"https://other.example/mcp\"", RESOURCE]),
        row(token("blocked"), both("denied"), &["reason=\"blocked by Eve\"", "status=403"]),
        row(token("unavailable"), both("authorization_server"), &["reason=\"no route\"", "status=503"]),
        row(token("broken"), both("verifier"), &["reason=\"the database is gone\"", "status=500"]),
        row(
            call("write", json!({})),
            both("scope"),
            &[
                "expected=\"notes:write\"",
                "seen=\"notes:read\"",
                "item=\"write\"",
                "method=\"tools/call\"",
                "subject=\"ada\"",
                "status=403",
            ],
        ),
        row(call("manage", json!({})), both("role"), &["roles: admin", "item=\"manage\"", "code=403"]),
        row(call("concealed", json!({})), both("hidden"), &["item=\"concealed\"", "hidden", "roles: admin"]),
        row(
            |client| client.request(1, "resources/read", json!({"uri": "test://admin"})),
            both("hidden"),
            &["item=\"test://admin\"", "method=\"resources/read\""],
        ),
        row(call("guarded", json!({"how": "forbidden"})), both("denied"), &["not on Sundays", "item=\"guarded\""]),
        row(call("guarded", json!({"how": "client"})), both("denied"), &["try again later"]),
        row(call("guarded", json!({"how": "hidden"})), both("hidden"), &["item=\"guarded\""]),
    ]
}

fn rows_of_messages() -> Vec<Row> {
    vec![
        row(|client| client.raw("{"), both("json"), &["code=-32700", "status=400"]),
        row(|client| client.raw("[".repeat(500)), both("json"), &["nested", "status=400"]),
        row(|client| client.raw(r#"{"id":1,"method":"ping"}"#), both("message"), &["jsonrpc", "status=400"]),
        row(
            |client| client.request(1, "no/such", json!({})).with("Mcp-Method", "no/such").unchecked(),
            both("method"),
            &["method=\"no/such\"", "code=-32601"],
        ),
        row(|client| ping(client).param("cursor", json!("forged")), both("cursor"), &["code=-32602"]),
        row(
            |client| client.request(1, "tools/call", json!({"name": "add", "arguments": 1})).unchecked(),
            both("params"),
            &["arguments", "method=\"tools/call\""],
        ),
        row(call("no-such", json!({})), both("item"), &["item=\"no-such\"", "method=\"tools/call\""]),
        row(
            |client| client.request(1, "resources/read", json!({"uri": "test://none"})),
            both("item"),
            &["item=\"test://none\""],
        ),
        row(
            |client| client.request(1, "prompts/get", json!({"name": "say"})),
            both("arguments"),
            &["argument=\"word\"", "item=\"say\"", "code=-32602"],
        ),
        row(
            |client| call("add", json!({"a": "one", "b": 2}))(client).with("Mcp-Param-B", "2"),
            both("arguments"),
            &["argument=\"a\"", "item=\"add\"", "expected integer"],
        ),
        row(
            |client| call("add", json!({"a": 1, "b": 2}))(client).with("Mcp-Param-B", "3"),
            ["", "header"],
            &["Mcp-Param-B", "item=\"add\""],
        ),
        row(
            |client| call("think", json!({}))(client).param("requestState", json!("forged")),
            ["", "request_state"],
            &["item=\"think\""],
        ),
        row(call("think", json!({})), both("capability"), &["sampling", "item=\"think\""]),
    ]
}

#[tokio::test]
async fn every_refusal_is_logged_and_seen_once() {
    let (served, hook) = served().await;
    for (era, client) in clients(&served, "ada").await.iter().enumerate() {
        assert_eq!((hook.take().len(), refusals_logged().len()), (0, 0));
        for (index, (make, kinds, values)) in rows().iter().enumerate() {
            if kinds[era].is_empty() {
                continue;
            }
            let request = make(client);
            let about = format!("row {index} ({}) in era {era}", kinds[era]);
            let mut response = client.send(request.unchecked()).await;
            let body: Value = serde_json::from_str(&response.text().await).unwrap();
            let seen = assert_one(&hook, kinds[era], values, &about);
            let answered = (Some(response.status), body["error"]["code"].as_i64());
            assert_eq!((seen.status, seen.code), answered, "{about}");
        }
    }
}

#[tokio::test]
async fn missing_token_is_logged_without_other_credentials() {
    let (options, hook) = options_of("e2e-none");
    let authorization = Authorization::resource(RESOURCE).verifier(ISSUER, Tokens);
    let served = serve(McpModule::for_root(options.authorization(authorization))).await;
    for (header, value) in [
        (None, "missing access token"),
        (Some("Basic c2VjcmV0OnNlY3JldA=="), "seen=\"Basic\""),
        (Some("c2VjcmV0OnNlY3JldA"), "has no bearer token"),
    ] {
        let request = Request::get();
        let request = header.map_or(request.clone(), |header| request.header("Authorization", header));
        assert_eq!(served.send(request).await.status, 401);
        let seen = assert_one(&hook, "login", &[value], "no bearer token");
        assert!(!seen.line.contains("c2VjcmV0"), "{}", seen.line);
    }
}

#[tokio::test]
async fn served_requests_are_no_refusals() {
    let (served, hook) = served().await;
    for client in clients(&served, "ada").await {
        assert_eq!(client.call_text("guarded", json!({"how": "served"})).await, "served");
        client.response("tools/list", json!({})).await;
        // The error of a handler, and a masked error of a guard, which is logged as an error.
        client.response("tools/call", json!({"name": "talk", "arguments": {"how": "client"}})).await;
        client.response("tools/call", json!({"name": "guarded", "arguments": {"how": "error"}})).await;
    }
    assert!(hook.take().is_empty() && refusals_logged().is_empty());
}

#[tokio::test]
async fn missing_scope_is_a_refusal_as_a_tool_error_too() {
    let (options, hook) = options();
    let served =
        serve(McpModule::for_root(options.authorization(authorization().scope_failure(ScopeFailure::ToolError)))).await;
    for client in clients(&served, "ada").await {
        client.response("tools/call", json!({"name": "write"})).await;
        let seen = assert_one(&hook, "scope", &["expected=\"notes:write\"", "item=\"write\""], "write");
        assert_eq!((seen.status, seen.code), (Some(200), None));
    }
}

#[tokio::test]
async fn replayed_request_state_is_a_refusal() {
    let (options, hook) = options();
    let served = serve(McpModule::for_root(options.spent_states(InMemorySpentStates::new(100)))).await;
    let client = Client::stateless(&served).capabilities(json!({"elicitation": {}}));
    let asked = client.call("agree", json!({})).await;
    let key = asked["inputRequests"].as_object().unwrap().keys().next().unwrap().clone();
    let answers = json!({key: {"action": "accept", "content": {}}});
    let again = || client.retry_request("agree", json!({}), answers.clone(), asked["requestState"].clone());
    client.send(again()).await.text().await;
    assert_eq!((hook.take().len(), refusals_logged().len()), (0, 0));
    client.send(again()).await.text().await;
    assert_one(&hook, "request_state", &["used before", "item=\"agree\"", "code=-32602"], "replayed");
}

#[tokio::test]
async fn refusal_of_a_streamed_call_has_no_status() {
    let (served, hook) = served().await;
    for client in clients(&served, "ada").await {
        let request = client.call_request_with_progress(1, "talk", json!({"how": "forbidden"}), "t");
        client.send(request).await.messages().await;
        let seen = assert_one(&hook, "denied", &["not you", "item=\"talk\"", "code=403"], "talk");
        assert_eq!((seen.status, seen.principal.as_deref()), (None, Some("ada")));
    }
}

#[tokio::test]
async fn refusals_of_a_batch_are_seen_one_by_one() {
    let (options, hook) = options();
    let served = serve(McpModule::for_root(options)).await;
    let client = Client::new(&served, "2025-03-26").header("Authorization", "Bearer ada").initialize().await;
    let call =
        |id: u32, tool: &str| json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool}});
    let batch = json!([call(1, "no-such"), call(2, "add"), {"jsonrpc": "2.0", "id": 3, "method": "no/such"}]);
    client.send(client.raw(batch.to_string())).await.text().await;
    let mut kinds: Vec<&str> = hook.take().iter().map(|seen| seen.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["arguments", "item", "method"]);
    assert_eq!(refusals_logged().len(), 3);
    client.send(client.raw("[]")).await.text().await;
    assert_one(&hook, "message", &["empty batch"], "an empty batch");
}

#[tokio::test]
async fn refusals_on_stdio_are_logged_and_seen_once() {
    let (options, hook) = options();
    let owner = Principal::builder("local", "owner").build();
    let module = McpModule::for_root(options.local_principal(owner));
    let (mut client, _server): (StdioClient, StdioServer) = StdioClient::connect(module).await;
    client.initialize("2025-11-25").await;
    let request = |method: &str, params: Value| json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    let call = |tool: &str, arguments: Value| request("tools/call", json!({"name": tool, "arguments": arguments}));
    for (message, kind, values) in [
        ("{".to_owned(), "json", &["code=-32700"][..]),
        (format!("\"{}\"", "x".repeat(20_000)), "body", &["at most 10000 bytes"]),
        (r#"{"id":1,"method":"ping"}"#.to_owned(), "message", &["jsonrpc"]),
        (request("no/such", json!({})).to_string(), "method", &["method=\"no/such\""]),
        (call("no-such", json!({})).to_string(), "item", &["item=\"no-such\""]),
        (call("add", json!({"a": 1})).to_string(), "arguments", &["argument=\"b\""]),
        (call("write", json!({})).to_string(), "scope", &["expected=\"notes:write\"", "subject=\"owner\""]),
        (call("concealed", json!({})).to_string(), "hidden", &["item=\"concealed\""]),
        (call("guarded", json!({"how": "forbidden"})).to_string(), "denied", &["not on Sundays"]),
        (
            request("resources/subscribe", json!({"uri": "test://admin"})).to_string(),
            "hidden",
            &["method=\"resources/subscribe\""],
        ),
        (request("initialize", json!({})).to_string(), "message", &["duplicate"]),
    ] {
        client.write(format!("{message}\n").as_bytes()).await;
        client.unchecked().next().await.unwrap();
        let seen = assert_one(&hook, kind, values, &message[..message.len().min(100)]);
        assert_eq!(seen.status, None);
    }
    // A malformed notification has no response.
    client.write(b"{\"jsonrpc\":\"2.0\",\"method\":1}\n").await;
    client.stateless_request(9, "tools/call", json!({"name": "no-such"})).await;
    client.next().await.unwrap();
    let kinds: Vec<RefusalKind> = hook.take().iter().map(|seen| seen.kind).collect();
    assert_eq!(kinds, [RefusalKind::Message, RefusalKind::Item]);
}

#[tokio::test]
async fn content_of_a_refusal_cannot_forge_the_log() {
    let (served, hook) = served().await;
    let mut checked = 0;
    let bytes = String::from_utf8_lossy(FORGED.as_bytes()).replace(['\r', '\n', '\u{1b}'], " ");
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, FORGED);
    for client in clients(&served, "ada").await {
        take_lines();
        let mut requests: Vec<Request> =
            ["Host", "Origin", "Authorization", "Mcp-Session-Id", "Accept", "Content-Type"]
                .into_iter()
                .map(|name| ping(&client).with(name, bytes.clone()))
                .collect();
        for name in ["forged", "forged-broken", "forged-issuer", "forged-audience", "forged-subject"] {
            requests.push(call("write", json!({}))(&client).with("Authorization", format!("Bearer {name}")));
        }
        requests.extend([
            ping(&client).with("Mcp-Method", format!("=?base64?{encoded}?=")),
            client.call_request(1, "add", json!({})).with("Mcp-Name", format!("=?base64?{encoded}?=")),
            client.request(1, FORGED, json!({})).without("Mcp-Method"),
            client.request(1, FORGED, json!({})).with("Mcp-Method", "x"),
            client.call_request(1, FORGED, json!({})).with("Mcp-Name", format!("=?base64?{encoded}?=")),
            client.call_request(1, "add", json!({"a": FORGED, "b": 1})).with("Mcp-Param-B", "1"),
            client.call_request(1, "add", json!({FORGED: 1})),
            client
                .request(1, "resources/read", json!({"uri": FORGED}))
                .with("Mcp-Name", format!("=?base64?{encoded}?=")),
            ping(&client).param("cursor", json!(FORGED)),
            ping(&client).param("_meta", json!({"io.modelcontextprotocol/protocolVersion": FORGED})),
            client.raw(format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{}\"}}", "a".repeat(5_000))),
        ]);
        for request in requests {
            client.send(request.unchecked()).await.text().await;
            let (seen, lines) = (hook.take(), take_lines());
            if seen.is_empty() {
                // A session of its own subject is no refusal, and neither are unknown arguments.
                continue;
            }
            checked += 1;
            assert_eq!((seen.len(), lines.len()), (1, 1), "{seen:?} {lines:#?}");
            for text in [&lines[0], &seen[0].line] {
                assert!(!text.chars().any(char::is_control), "{text:?}");
                assert!(!text.contains(['\u{2028}', '\u{202e}', '\u{85}']), "{text:?}");
                assert!(text.len() < 2_500, "{text}");
                assert!(!text.contains("Bearer") || text.contains("expected `Bearer TOKEN`"), "{text}");
            }
        }
    }
    assert!(checked >= 40, "{checked}");
}

#[tokio::test]
async fn flood_is_logged_by_its_number() {
    const REFUSALS: usize = 10_000;
    const PER_SECOND: usize = 10;
    log();
    let hook = Hook::default();
    let recording = hook.clone();
    let options = McpOptions::new("e2e-none", "1").on_refusal(move |refusal| recording.record(refusal));
    let served = serve(McpModule::for_root(options)).await;
    take_lines();
    let began = Instant::now();
    let mut connection = served.connect().await;
    for _ in 0..REFUSALS {
        let mut response: Response = connection.exchange(Request::get().with("Accept", "text/html")).await;
        response.text().await;
        connection = response.into_connection().await;
    }
    served.send(Request::get().with("Host", "evil.example")).await;
    let mut lines = Vec::new();
    let suppressed = |line: &String| {
        let (_, rest) = line.split_once("suppressed=").unwrap_or(("", "0"));
        rest.split(' ').next().unwrap().parse::<usize>().unwrap()
    };
    let mut counted = 0;
    until(async || {
        lines.extend(take_lines());
        let of_kind = || lines.iter().filter(|line| line.contains("kind=\"accept\""));
        let logged = of_kind().filter(|line| line.contains("refused a request")).count();
        counted = logged + of_kind().map(suppressed).sum::<usize>();
        counted >= REFUSALS
    })
    .await;
    assert_eq!(counted, REFUSALS);
    let seconds = usize::try_from(began.elapsed().as_secs()).unwrap() + 2;
    assert!(lines.len() <= seconds * (PER_SECOND + 1) + 1, "{} lines in {seconds} s", lines.len());
    assert_eq!(hook.take().len(), REFUSALS + 1);
    let of_host: Vec<_> = lines.iter().filter(|line| line.contains("kind=\"host\"")).collect();
    assert!(of_host.len() == 1 && of_host[0].contains("WARN"), "a flood suppresses no other kind");
}

#[tokio::test]
async fn limits_that_are_reached_are_refusals() {
    let (options, hook) = options();
    let gate = Gate::new();
    let limits = |limits: Limits| limits.max_logged_refusals(u32::MAX);
    for (limits, kind, name) in [
        (limits(Limits::default().max_calls(1)), "overload", "max_calls"),
        (limits(Limits::default().max_calls_per_session(1)), "quota", "max_calls_per_session"),
    ] {
        let hook = Hook::default();
        let recording = hook.clone();
        let options = McpOptions::new("e2e", "1").limits(limits).on_refusal(move |refusal| recording.record(refusal));
        let served = serve(crate::items::with_options(options, &gate)).await;
        let client = Client::in_session(&served, "2025-11-25").await;
        let (waiting, refused) = (client.call_request(1, "wait", json!({})), client.call_request(2, "wait", json!({})));
        let first = client.send(waiting);
        let second = async {
            gate.entered().await;
            let response = client.send(refused).await;
            gate.open();
            response.status
        };
        let (_, status) = tokio::join!(first, second);
        assert_eq!(status, 503);
        assert_one(&hook, kind, &[name, "status=503", "method=\"tools/call\""], kind);
    }
    // One session too many.
    let options = options.limits(limits(Limits::default().max_sessions(1)));
    let served = serve(McpModule::for_root(options)).await;
    let _open = Client::in_session(&served, "2025-11-25").await;
    assert!(Client::new(&served, "2025-11-25").try_initialize().await.is_err());
    assert_one(&hook, "overload", &["max_sessions", "seen=\"1 sessions\"", "method=\"initialize\""], "sessions");
}

#[tokio::test]
async fn refusals_of_a_mounted_router_are_logged_and_seen() {
    let (options, hook) = options();
    let http = StreamableHttp::default().allowed_hosts(["mcp.example.com"]);
    let server = McpModule::for_root(options.streamable_http(http)).build().await.unwrap();
    let router = Router::new().nest("/api", server.router());
    let served =
        serve_app("/api/mcp", |listener: TcpListener| async move { axum::serve(listener, router).await.unwrap() })
            .await;
    served.send(Request::get().with("Host", "evil.example")).await;
    assert_one(&hook, "host", &["seen=\"evil.example\"", "mcp.example.com", "status=403"], "mounted");
}

#[tokio::test]
async fn panic_of_the_hook_does_not_reach_the_client() {
    log();
    let options = McpOptions::new("e2e-none", "1").on_refusal(|_| panic!("the hook"));
    let served = serve(McpModule::for_root(options)).await;
    for _ in 0..3 {
        assert_eq!(served.send(Request::get().with("Host", "evil.example")).await.status, 403);
    }
    let lines = take_lines();
    assert_eq!(lines.iter().filter(|line| line.contains("on_refusal")).count(), 1, "{lines:#?}");
    assert_eq!(lines.iter().filter(|line| line.contains("kind=\"host\"")).count(), 3, "{lines:#?}");
}
