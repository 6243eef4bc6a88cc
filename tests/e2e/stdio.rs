//! The stdio transport, with both eras on one connection.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use mcp_server::{
    Authorization, Context, Inject, Limits, LoggingLevel, McpModule, McpOptions, Principal,
    auth::{Anonymous, Credentials, TokenError, TokenVerifier, VerifyRequest},
    tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, SESSION_VERSIONS, StdioClient, StdioServer, serve, until};

use crate::items::{Gate, http_options, module, named};

/// Panics.
#[tool(server = "stdio")]
async fn rage() -> &'static str {
    panic!("enough")
}

/// Number of responses of `large`.
#[derive(Debug, Default)]
struct Answers(AtomicUsize);

/// Returns more than fits into the buffer of a pipe.
#[tool(server = "stdio")]
async fn large(answers: Inject<Answers>) -> String {
    answers.0.fetch_add(1, Ordering::SeqCst);
    "x".repeat(10_000)
}

/// Logs more than fits into the buffer of a pipe, and waits for its cancellation.
#[tool(server = "stdio")]
async fn chatter(ctx: Context) {
    for _ in 0..250 {
        ctx.log(LoggingLevel::Info, "x".repeat(2_000)).send();
    }
    ctx.cancellation().cancelled().await;
}

/// Rejects every token.
struct NoTokens;

impl TokenVerifier for NoTokens {
    async fn verify(&self, _: &Credentials<'_>, _: &VerifyRequest<'_>) -> Result<Principal, TokenError> {
        Err(TokenError::invalid("the token is not known"))
    }
}

/// Requires a scope.
#[tool(server = "stdio-scoped", scopes("secrets:read"))]
async fn secret() -> &'static str {
    "a secret"
}

/// Is public.
#[tool(server = "stdio-scoped", public)]
async fn news() -> &'static str {
    "news"
}

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_stdio-server");

pub(crate) async fn open(gate: &Arc<Gate>, limits: Limits) -> (StdioClient, StdioServer) {
    StdioClient::connect(module(gate, http_options(), limits)).await
}

pub(crate) fn calling(tool: &str, arguments: Value) -> Value {
    let mut params = json!({"name": tool});
    params["arguments"] = arguments;
    params
}

pub(crate) fn text(message: &Value) -> &str {
    message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{message}"))
}

#[tokio::test]
async fn both_eras_share_one_connection() {
    for version in SESSION_VERSIONS {
        let (mut client, serving) = open(&Gate::new(), Limits::default()).await;
        client.stateless_request(1, "server/discover", json!({})).await;
        assert_eq!(client.next().await.unwrap()["result"]["resultType"], "complete");
        client.initialize(version).await;
        client.request(2, "tools/call", calling("add", json!({"a": 1, "b": 2}))).await;
        let answer = client.next().await.unwrap();
        assert_eq!((text(&answer), answer["result"].get("resultType")), ("3", None));
        client.stateless_request(3, "tools/call", calling("add", json!({"a": 2, "b": 2}))).await;
        let answer = client.next().await.unwrap();
        assert_eq!((text(&answer), &answer["result"]["resultType"]), ("4", &json!("complete")));
        client.close();
        serving.ended().await;
        assert_eq!(client.next().await, None);
    }
}

#[tokio::test]
async fn request_before_initialize_is_rejected() {
    let (mut client, _serving) = open(&Gate::new(), Limits::default()).await;
    client.request(1, "ping", json!({})).await;
    assert_eq!(client.next().await.unwrap(), json!({"jsonrpc": "2.0", "id": 1, "result": {}}));
    client.request(2, "tools/list", json!({})).await;
    assert_eq!(client.error(-32600).await["id"], 2);
    client
        .unchecked()
        .request(3, "tools/list", json!({"_meta": {"io.modelcontextprotocol/protocolVersion": "1999-01-01"}}))
        .await;
    assert_eq!(client.error(-32022).await["id"], 3);
    client.stateless_request(4, "ping", json!({})).await;
    assert_eq!(client.error(-32601).await["id"], 4);
    client.initialize("2025-11-25").await;
    client
        .unchecked()
        .request(5, "initialize", json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {}}))
        .await;
    assert_eq!(client.error(-32600).await["id"], 5);
}

#[tokio::test]
async fn thousand_calls_in_flight_are_answered_once_each() {
    let gate = Gate::new();
    let (mut client, serving) = open(&gate, Limits::default()).await;
    client.initialize("2025-11-25").await;
    for id in 0..1_000 {
        if id % 2 == 0 {
            client.request(id, "tools/call", calling("wait", json!({}))).await;
        } else {
            client.stateless_request(id, "tools/call", calling("wait", json!({}))).await;
        }
    }
    for _ in 0..1_000 {
        gate.entered().await;
    }
    for _ in 0..1_000 {
        gate.open();
    }
    client.close();
    let mut ids = HashSet::new();
    while let Some(answer) = client.next().await {
        assert_eq!(text(&answer), "passed");
        assert!(ids.insert(answer["id"].as_i64().unwrap()), "{answer}");
    }
    assert_eq!(ids.len(), 1_000);
    serving.ended().await;
}

#[tokio::test]
async fn call_over_limit_and_duplicate_id_are_rejected() {
    let gate = Gate::new();
    let (mut client, _serving) = open(&gate, Limits::default().max_calls_on_stdio(1)).await;
    client.initialize("2025-11-25").await;
    client.request(1, "tools/call", calling("wait", json!({}))).await;
    gate.entered().await;
    client.stateless_request(2, "tools/call", calling("add", json!({"a": 1, "b": 2}))).await;
    assert_eq!(client.error(503).await["id"], 2);
    client.unchecked().stateless_request(1, "tools/call", calling("add", json!({"a": 1, "b": 2}))).await;
    assert_eq!(client.error(-32600).await["id"], 1, "ids are one namespace for both eras");
    client.request(3, "ping", json!({})).await;
    assert_eq!(client.next().await.unwrap()["id"], 3, "only calls need permits");
    gate.open();
    assert_eq!(client.next().await.unwrap()["id"], 1);
}

#[tokio::test]
async fn progress_is_sent_at_once_and_before_response() {
    let gate = Gate::new();
    let (mut client, _serving) = open(&gate, Limits::default()).await;
    client.initialize("2025-11-25").await;
    for stateless in [false, true] {
        let mut params = calling("talk", json!({}));
        params["_meta"]["progressToken"] = json!("t");
        if stateless {
            client.stateless_request("a", "tools/call", params).await;
        } else {
            client.request("a", "tools/call", params).await;
        }
        assert_eq!(client.next().await.unwrap()["params"]["progress"], 1.0);
        gate.entered().await;
        gate.open();
        assert_eq!(client.next().await.unwrap()["params"]["progress"], 2.0);
        assert_eq!(text(&client.next().await.unwrap()), "passed");
    }
}

#[tokio::test]
async fn log_level_is_kept_for_session() {
    let (mut client, _serving) = open(&Gate::new(), Limits::default()).await;
    client.initialize("2025-11-25").await;
    client.request(1, "logging/setLevel", json!({"level": "alert"})).await;
    assert_eq!(client.next().await.unwrap()["result"], json!({}));
    client.request(2, "tools/call", calling("chat", json!({}))).await;
    for level in ["alert", "emergency"] {
        assert_eq!(client.next().await.unwrap()["params"]["level"], level);
    }
    assert_eq!(client.next().await.unwrap()["id"], 2);
    client.unchecked().request(3, "logging/setLevel", json!({"level": "shout"})).await;
    assert_eq!(client.error(-32602).await["id"], 3);
}

#[tokio::test]
async fn cancelled_call_of_either_era_sends_nothing_more() {
    let gate = Gate::new();
    let (mut client, _serving) = open(&gate, Limits::default()).await;
    client.initialize("2025-11-25").await;
    for (id, tool) in [("silent", "wait"), ("speaking", "talk")] {
        for stateless in [false, true] {
            let mut params = calling(tool, json!({}));
            params["_meta"]["progressToken"] = json!("t");
            if stateless {
                client.stateless_request(id, "tools/call", params).await;
            } else {
                client.request(id, "tools/call", params).await;
            }
            if tool == "talk" {
                assert_eq!(client.next().await.unwrap()["method"], "notifications/progress");
            }
            gate.entered().await;
            // Repeated and unknown cancellations are ignored.
            for named in [json!(id), json!(id), json!("nothing"), json!({})] {
                client.unchecked().notify("notifications/cancelled", json!({"requestId": named})).await;
            }
            gate.cancelled().await;
            client.request("after", "ping", json!({})).await;
            assert_eq!(client.next().await.unwrap()["id"], "after");
        }
    }
    client.close();
    assert_eq!(client.next().await, None);
}

#[tokio::test]
async fn malformed_line_error_without_id_needs_its_revision() {
    for (version, is_sent) in [("2025-06-18", false), ("2025-11-25", true)] {
        let (mut client, _serving) = open(&Gate::new(), Limits::default().max_body_bytes(1_000)).await;
        client.initialize(version).await;
        let too_long = vec![b'x'; 1_001];
        for (line, code) in [(&b"garbage"[..], -32700), (b"[]", -32600), (b"{}", -32600), (&too_long, -32600)] {
            client.write(line).await;
            client.write(b"\n").await;
            if is_sent {
                assert_eq!(client.error(code).await.get("id"), None);
            }
        }
        client.write(b"\r\n\n{\"id\": 7, \"method\": \"ping\"}\n").await;
        assert_eq!(client.error(-32600).await["id"], 7, "an id that can be read is repeated");
        client.write(b"{\"jsonrpc\": \"2.0\", \"id\": 9, \"result\": {}}\n").await;
        client.request(8, "ping", json!({})).await;
        assert_eq!(client.next().await.unwrap()["id"], 8, "an unsolicited response is ignored");
    }
}

#[tokio::test]
async fn panic_is_error_response() {
    let (mut client, _serving) = StdioClient::connect(named("stdio").provide(Answers::default())).await;
    client.stateless_request(1, "tools/call", calling("rage", json!({}))).await;
    assert_eq!(client.error(-32603).await["id"], 1);
    client.stateless_request(2, "tools/list", json!({})).await;
    assert_eq!(client.next().await.unwrap()["id"], 2);
}

#[tokio::test]
async fn stalled_reader_pauses_input_and_no_handler() {
    const REQUESTS: usize = 500;
    let answers = Arc::new(Answers::default());
    let (mut client, serving) = StdioClient::connect(named("stdio").provide_shared(answers.clone())).await;
    client.initialize("2025-11-25").await;
    // All requests fit into the buffer of the pipe.
    for id in 0..REQUESTS {
        client.request(id, "tools/call", calling("large", json!({}))).await;
    }
    let written = || answers.0.load(Ordering::SeqCst);
    let (mut before, mut looks) = (0, 0);
    until(async || {
        looks = if written() == before { looks + 1 } else { 0 };
        before = written();
        looks == 20 && before > 0
    })
    .await;
    // Handlers ran ahead of the output, and the server stopped reading the input.
    assert!((64..REQUESTS).contains(&before), "{before}");
    client.close();
    let mut answered = HashSet::new();
    while let Some(answer) = client.next().await {
        assert_eq!(text(&answer).len(), 10_000);
        assert!(answered.insert(answer["id"].as_u64()), "{}", answer["id"]);
    }
    assert_eq!((answered.len(), written()), (REQUESTS, REQUESTS));
    serving.ended().await;
}

#[tokio::test]
async fn queued_messages_of_cancelled_call_are_discarded() {
    let (mut client, serving) = StdioClient::connect(named("stdio").provide(Answers::default())).await;
    client.initialize("2025-11-25").await;
    for stateless in [false, true] {
        let mut params = calling("chatter", json!({}));
        if stateless {
            params["_meta"]["io.modelcontextprotocol/logLevel"] = json!("info");
            client.stateless_request("chatter", "tools/call", params).await;
        } else {
            client.request("chatter", "tools/call", params).await;
        }
        // The messages fill the buffer of the pipe and the queue behind it.
        assert_eq!(client.next().await.unwrap()["method"], "notifications/message");
        client.notify("notifications/cancelled", json!({"requestId": "chatter"})).await;
        client.request("after", "ping", json!({})).await;
        while client.next().await.unwrap().get("id") != Some(&json!("after")) {}
        client.request("last", "ping", json!({})).await;
        assert_eq!(client.next().await.unwrap()["id"], "last");
    }
    client.close();
    assert_eq!(client.next().await, None);
    serving.ended().await;
}

#[tokio::test]
async fn items_requiring_principal_are_rejected() {
    let with = |anonymous| {
        let authorization = Authorization::resource("https://mcp.example/mcp")
            .verifier("https://issuer.example", NoTokens)
            .anonymous(anonymous);
        McpModule::for_root(McpOptions::new("stdio-scoped", "1").authorization(authorization))
    };
    let (mut client, _serving) = StdioClient::connect(with(Anonymous::PublicOnly)).await;
    client.stateless_request(1, "tools/call", calling("news", json!({}))).await;
    assert_eq!(text(&client.next().await.unwrap()), "news");
    client.stateless_request(2, "tools/call", calling("secret", json!({}))).await;
    assert_eq!(client.error(401).await["id"], 2);
    let denying = McpModule::for_root(McpOptions::new("stdio-locked", "1").authorization(
        Authorization::resource("https://mcp.example/mcp").verifier("https://issuer.example", NoTokens),
    ));
    let server = denying.build().await.unwrap();
    let rejected = server.serve_lines(tokio::io::empty(), tokio::io::sink(), std::future::pending()).await;
    assert!(rejected.unwrap_err().is_requires_token());
}

#[tokio::test]
async fn local_principal_has_its_scopes_on_stdio_only() {
    let server = |scopes: &[&str]| {
        let owner = Principal::builder("local", "ada").scopes(scopes).build();
        let authorization = Authorization::resource("https://mcp.example/mcp")
            .verifier("https://issuer.example", NoTokens)
            .anonymous(Anonymous::PublicOnly);
        let options = McpOptions::new("stdio-scoped", "1").authorization(authorization).local_principal(owner);
        McpModule::for_root(options.streamable_http(http_options()))
    };
    for (scopes, code) in [(&["secrets:read"][..], None), (&[], Some(403))] {
        let (mut client, _serving) = StdioClient::connect(server(scopes)).await;
        client.stateless_request(1, "tools/call", calling("secret", json!({}))).await;
        match code {
            None => assert_eq!(text(&client.next().await.unwrap()), "a secret"),
            Some(code) => assert_eq!(client.error(code).await["id"], 1),
        }
    }
    let served = serve(server(&["secrets:read"])).await;
    let client = Client::stateless(&served);
    assert_eq!(client.send(client.call_request(1, "secret", json!({}))).await.status, 401);
    let alone = McpOptions::new("stdio", "1").local_principal(Principal::builder("local", "ada").build());
    let errors = McpModule::for_root(alone).build().await.unwrap_err().to_string();
    assert!(errors.contains("`local_principal` without authorization"), "{errors}");
}

#[tokio::test]
async fn questions_and_answers_are_matched_to_calls() {
    let (mut client, _serving) = StdioClient::connect(named("asking")).await;
    client.initialize_as("2025-11-25", json!({"elicitation": {"form": {}, "url": {}}})).await;
    client.request("who", "tools/call", calling("greet", json!({}))).await;
    let question = client.next().await.unwrap();
    assert_eq!(question["method"], "elicitation/create");
    client.request("page", "tools/call", calling("log_in", json!({}))).await;
    let page = client.next().await.unwrap();
    for (question, content) in [(&page, None), (&question, Some(json!({"name": "Ada"})))] {
        let mut answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": "accept"}});
        if let Some(content) = content {
            answer["result"]["content"] = content;
        }
        client.send(&answer).await;
    }
    let mut said = Vec::new();
    for _ in 0..3 {
        let message = client.next().await.unwrap();
        said.push(if message.get("method").is_some() { message["method"].clone() } else { json!(text(&message)) });
    }
    said.sort_by_key(Value::to_string);
    // The notification does not belong to a call.
    assert_eq!(json!(said), json!(["Hello, Ada (None)", "agreed", "notifications/elicitation/complete"]));
    // A cancelled call cancels its question without a message.
    client.request("again", "tools/call", calling("greet", json!({}))).await;
    assert_eq!(client.next().await.unwrap()["method"], "elicitation/create");
    client.notify("notifications/cancelled", json!({"requestId": "again"})).await;
    client.request("after", "ping", json!({})).await;
    assert_eq!(client.next().await.unwrap()["id"], "after");
    client.close();
    assert_eq!(client.next().await, None);
}

#[tokio::test]
async fn line_of_100_mb_is_rejected_without_buffering() {
    let (mut client, mut child) = StdioClient::start(PROGRAM);
    client.initialize("2025-11-25").await;
    let megabyte = vec![b' '; 1024 * 1024];
    client.write(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"x\":\"").await;
    for _ in 0..100 {
        client.write(&megabyte).await;
    }
    client.write(b"\"}}\n").await;
    assert_eq!(client.error(-32600).await.get("id"), None);
    client.request(2, "ping", json!({})).await;
    assert_eq!(client.next().await.unwrap()["id"], 2);
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id().unwrap())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 48 * 1024, "{peak} kB");
    client.close();
    assert!(child.wait().await.unwrap().success());
}
