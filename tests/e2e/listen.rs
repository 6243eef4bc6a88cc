//! `subscriptions/listen`: subscriptions of the stateless era.

use std::time::{Duration, SystemTime};

use mcp_server::{
    Authorization, CallInfo, Context, Denial, Guard, Limits, McpModule, McpOptions, Principal, ResponseMode,
    auth::{Credentials, TokenError, TokenVerifier, VerifyRequest},
    items, prompt, resource, tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, Response, RunningServer, serve, until, within};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpSocket,
};

use crate::items::http_options;

const ID: &str = "io.modelcontextprotocol/subscriptionId";

/// Announces a change of the list of tools.
#[tool(server = "listening")]
fn change_tools(ctx: Context) {
    ctx.tools_changed();
}

/// Announces a change of a resource.
#[tool(server = "listening")]
fn update(#[arg] uri: String, ctx: Context) {
    ctx.resource_updated(uri);
}

#[prompt(server = "listening")]
fn ask() -> &'static str {
    "?"
}

#[resource(server = "listening", uri = "test://watched")]
fn watched() -> &'static str {
    "watched"
}

#[resource(server = "listening", uri_template = "test://notes/{id}")]
fn note(#[arg] id: String) -> String {
    id
}

#[tool(server = "listening")]
fn add(#[arg] a: i64, #[arg] b: i64) -> i64 {
    a + b
}

#[resource(server = "listening", uri_template = "test://long/{text}")]
fn long(#[arg] text: String) -> String {
    text
}

fn module(limits: Limits) -> McpModule {
    McpModule::for_root(McpOptions::new("listening", "1").streamable_http(http_options()).limits(limits))
}

async fn served() -> RunningServer {
    serve(module(Limits::default())).await
}

/// Opens a subscription, and reads its acknowledgement.
async fn listen(client: &Client, id: impl Into<Value>, filter: Value) -> (Response, Value) {
    let id = id.into();
    let request = client.request(id.clone(), "subscriptions/listen", json!({"notifications": filter}));
    let mut stream = client.send(request).await;
    assert_eq!(stream.status, 200, "{stream:?}");
    let mut first = stream.message().await.unwrap();
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(first["params"]["_meta"][ID], id);
    (stream, first["params"]["notifications"].take())
}

/// Reads the method and the parameters of the next message.
async fn next(stream: &mut Response) -> (String, Value) {
    let mut message = stream.message().await.unwrap();
    assert!(message.get("id").is_none(), "{message}");
    (message["method"].as_str().unwrap().to_owned(), message["params"].take())
}

#[tokio::test]
async fn acknowledgement_lists_served_subscriptions() {
    let served = served().await;
    let client = Client::stateless(&served);
    for (asked, acknowledged) in [
        (json!({}), json!({})),
        (json!({"toolsListChanged": true, "promptsListChanged": false}), json!({"toolsListChanged": true})),
        (
            json!({"toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true}),
            json!({"toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true}),
        ),
        (
            json!({"resourceSubscriptions": ["test://watched", "test://no-such", "test://notes/1", "test://watched"]}),
            json!({"resourceSubscriptions": ["test://notes/1", "test://watched"]}),
        ),
        (json!({"somethingNew": true}), json!({})),
    ] {
        let (_stream, filter) = listen(&client, 1, asked.clone()).await;
        assert_eq!(filter, acknowledged, "{asked}");
    }
}

#[tokio::test]
async fn unsupported_subscription_is_not_acknowledged() {
    #[tool(server = "tools only")]
    fn lonely() {}
    let served = serve(McpModule::for_root(McpOptions::new("tools only", "1"))).await;
    let asked = json!({"toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true});
    let (_stream, filter) = listen(&Client::stateless(&served), "a", asked).await;
    assert_eq!(filter, json!({"toolsListChanged": true}));
}

#[tokio::test]
async fn client_receives_only_subscribed_changes() {
    let served = served().await;
    let client = Client::stateless(&served);
    let (mut tools, _) = listen(&client, "listen-1", json!({"toolsListChanged": true})).await;
    let (mut prompts, _) = listen(&client, 7, json!({"promptsListChanged": true})).await;
    let uris = json!({"resourceSubscriptions": ["test://watched", "test://notes/1"]});
    let (mut resources, _) = listen(&client, -1, uris).await;
    client.call("change_tools", json!({})).await;
    for uri in ["test://notes/2", "test://no-such", "test://notes/1"] {
        client.call("update", json!({"uri": uri})).await;
    }
    served.server.as_ref().unwrap().changes().prompts_changed();
    let notified = [next(&mut tools).await, next(&mut prompts).await, next(&mut resources).await];
    let expected = [
        ("notifications/tools/list_changed".to_owned(), json!({"_meta": {ID: "listen-1"}})),
        ("notifications/prompts/list_changed".to_owned(), json!({"_meta": {ID: 7}})),
        ("notifications/resources/updated".to_owned(), json!({"uri": "test://notes/1", "_meta": {ID: -1}})),
    ];
    assert_eq!(notified, expected);
    // Changes are delivered in order: an earlier one would have come first.
    client.call("update", json!({"uri": "test://watched"})).await;
    assert_eq!(next(&mut resources).await.1["uri"], "test://watched");
    served.server.as_ref().unwrap().begin_shutdown();
    for stream in [&mut tools, &mut prompts, &mut resources] {
        assert!(stream.message().await.unwrap()["result"].is_object());
        assert!(stream.message().await.is_none());
    }
}

#[tokio::test]
async fn shutdown_ends_subscription_with_result() {
    let mut served = served().await;
    let client = Client::stateless(&served);
    let mut streams = Vec::new();
    for id in [json!(3), json!("three")] {
        streams.push((id.clone(), listen(&client, id, json!({"toolsListChanged": true})).await.0));
    }
    served.stop();
    for (id, mut stream) in streams {
        let expected = json!({
            "jsonrpc": "2.0", "id": id, "result": {"resultType": "complete", "_meta": {ID: id}}
        });
        assert_eq!(stream.messages().await, [expected]);
    }
    served.ended().await;
}

#[tokio::test]
async fn disconnect_releases_listener_permit() {
    let served = serve(module(Limits::default().max_subscription_streams(2))).await;
    let server = served.server.clone().unwrap();
    let client = Client::stateless(&served);
    let first = listen(&client, 1, json!({"toolsListChanged": true})).await;
    let second = listen(&client, 1, json!({"resourceSubscriptions": ["test://watched"]})).await;
    assert_eq!(server.open_subscriptions(), 2);
    let request = client.request(3, "subscriptions/listen", json!({"notifications": {}}));
    let mut rejected = client.send(request).await;
    assert_eq!(rejected.header("retry-after"), Some("30"));
    let rejection = rejected.error(503, 503).await;
    assert_eq!(
        (&rejection["id"], &rejection["error"]["message"]),
        (&json!(3), &json!("too many subscriptions are open: try again later"))
    );
    drop((first, second));
    until(async || server.open_subscriptions() == 0).await;
    listen(&client, 4, json!({})).await;
}

#[tokio::test]
async fn invalid_filter_is_invalid_params() {
    let served = serve(module(Limits::default().max_subscriptions(2))).await;
    let client = Client::stateless(&served);
    let too_many = json!({"resourceSubscriptions": ["test://notes/1", "test://notes/2", "test://notes/3"]});
    for params in [
        json!({}),
        json!({"notifications": null}),
        json!({"notifications": []}),
        json!({"notifications": {"toolsListChanged": "yes"}}),
        json!({"notifications": {"resourceSubscriptions": "test://watched"}}),
        json!({"notifications": {"resourceSubscriptions": [1]}}),
        json!({"notifications": too_many}),
        json!({"notifications": {"taskIds": ["1", "2", "3"]}}),
        json!({"notifications": {"taskIds": ["1", "2"], "resourceSubscriptions": ["test://notes/1"]}}),
        json!({"notifications": {"taskIds": [1]}}),
    ] {
        let mut reply = client.send(client.request(1, "subscriptions/listen", params.clone()).unchecked()).await;
        assert_eq!(reply.json().await["error"]["code"], -32602, "{params}");
    }
    assert_eq!(served.server.as_ref().unwrap().open_subscriptions(), 0);
}

#[tokio::test]
async fn listen_without_streams_is_rejected() {
    let http = http_options().response_mode(ResponseMode::Json);
    let served = serve(McpModule::for_root(McpOptions::new("listening", "1").streamable_http(http))).await;
    let client = Client::stateless(&served);
    let result = client.result("server/discover", json!({})).await;
    assert_eq!(result["capabilities"], json!({"tools": {}, "prompts": {}, "resources": {}, "logging": {}}));
    let request = client.request(1, "subscriptions/listen", json!({"notifications": {}}));
    client.send(request).await.error(404, -32601).await;
    // The same holds for a client that accepts no streams, and for one in a session.
    let served = self::served().await;
    let client = Client::stateless(&served);
    let request = client.request(1, "subscriptions/listen", json!({"notifications": {}}));
    client.send(request.with("Accept", "application/json")).await.error(400, -32600).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    assert_eq!(client.response("subscriptions/listen", json!({"notifications": {}})).await["error"]["code"], -32601);
}

#[tokio::test]
async fn silent_subscription_gets_keep_alive_comments() {
    let http = http_options().keep_alive(Duration::from_millis(20));
    let served = serve(McpModule::for_root(McpOptions::new("listening", "1").streamable_http(http))).await;
    let (mut stream, _) = listen(&Client::stateless(&served), 1, json!({})).await;
    for _ in 0..3 {
        assert!(stream.event().await.unwrap().comment);
    }
}

/// Tokens of the form `name+scope+…~seconds`, where the number of seconds until expiry is optional.
struct Tokens;

impl TokenVerifier for Tokens {
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        let (who, seconds) = credentials.expose_token().split_once('~').unwrap_or((credentials.expose_token(), "3600"));
        let mut words = who.split('+');
        let principal = Principal::builder("https://issuer.example.com", words.next().unwrap_or_default())
            .scopes(words)
            .audience([request.resource().as_str()])
            .expires_at(SystemTime::now() + Duration::from_secs(seconds.parse().unwrap()));
        Ok(principal.build())
    }
}

struct NotForBob;

impl Guard for NotForBob {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        match call.principal() {
            Some(who) if who.subject() == "bob" => Err(Denial::hidden()),
            _ => Ok(()),
        }
    }
}

#[resource(server = "listening with tokens", uri = "test://open")]
fn open() -> &'static str {
    "open"
}

#[resource(server = "listening with tokens", uri = "test://scoped", scopes("notes"))]
fn scoped() -> &'static str {
    "scoped"
}

#[resource(server = "listening with tokens", uri = "test://guarded", guards(NotForBob))]
fn guarded() -> &'static str {
    "guarded"
}

/// A resource that replaces the open one.
#[resource(server = "nowhere", uri = "test://open", scopes("notes"))]
fn closed() -> &'static str {
    "closed"
}

pub(crate) async fn with_tokens(limits: Limits) -> RunningServer {
    let authorization =
        Authorization::resource("http://localhost:9999/mcp").verifier("https://issuer.example.com", Tokens);
    let options = McpOptions::new("listening with tokens", "1").streamable_http(http_options());
    serve(McpModule::for_root(options.authorization(authorization).limits(limits))).await
}

fn with_token(served: &RunningServer, token: &str) -> Client {
    Client::stateless(served).header("Authorization", format!("Bearer {token}"))
}

#[tokio::test]
async fn unreadable_resource_is_not_notified() {
    let served = with_tokens(Limits::default()).await;
    let uris = json!({"resourceSubscriptions": ["test://open", "test://scoped", "test://guarded"]});
    for (token, acknowledged) in [
        ("ada", json!(["test://guarded", "test://open"])),
        ("ada+notes", json!(["test://guarded", "test://open", "test://scoped"])),
        ("bob", json!(["test://open"])),
    ] {
        let (mut stream, filter) = listen(&with_token(&served, token), 1, uris.clone()).await;
        assert_eq!(filter["resourceSubscriptions"], acknowledged, "{token}");
        let changes = served.server.as_ref().unwrap().changes();
        for uri in ["test://scoped", "test://guarded", "test://open"] {
            changes.resource_updated(uri);
        }
        let mut received = Vec::new();
        for _ in acknowledged.as_array().unwrap() {
            received.push(next(&mut stream).await.1["uri"].take());
        }
        received.sort_by_key(Value::to_string);
        assert_eq!(json!(received), acknowledged, "{token}");
        // Changes are delivered in order: a superfluous one would come first.
        changes.resource_updated("test://open");
        assert_eq!(next(&mut stream).await.1["uri"], "test://open", "{token}");
    }
}

#[tokio::test]
async fn lost_access_stops_notifications() {
    let served = with_tokens(Limits::default()).await;
    let server = served.server.as_ref().unwrap();
    let uris = ["test://open", "test://guarded"];
    let (mut stream, _) = listen(&with_token(&served, "ada"), 1, json!({"resourceSubscriptions": uris})).await;
    let session = Client::new(&served, "2025-11-25").header("Authorization", "Bearer ada").initialize().await;
    for uri in uris {
        session.result("resources/subscribe", json!({"uri": uri})).await;
    }
    let mut standalone = session.send(session.stream_request()).await;
    let [closed] = items![closed];
    server.registry().edit().remove_resource("test://open").add(closed).apply().unwrap();
    for uri in uris {
        server.changes().resource_updated(uri);
    }
    assert_eq!(next(&mut stream).await.1["uri"], "test://guarded");
    assert_eq!(next(&mut standalone).await.0, "notifications/resources/list_changed");
    assert_eq!(next(&mut standalone).await.1["uri"], "test://guarded");
    // Changes of one batch are delivered in any order, after those of earlier batches.
    server.changes().resource_updated("test://guarded");
    for stream in [&mut stream, &mut standalone] {
        assert_eq!(next(stream).await.1["uri"], "test://guarded");
    }
}

#[tokio::test]
async fn listen_over_principal_limit_is_503() {
    let served = with_tokens(Limits::default().max_subscription_streams_per_principal(1)).await;
    let (ada, bob) = (with_token(&served, "ada"), with_token(&served, "bob"));
    let _first = listen(&ada, 1, json!({})).await;
    let request = ada.request(2, "subscriptions/listen", json!({"notifications": {}}));
    ada.send(request).await.error(503, 503).await;
    listen(&bob, 1, json!({})).await;
}

#[tokio::test]
async fn expired_token_ends_subscription() {
    let served = with_tokens(Limits::default()).await;
    let client = with_token(&served, "ada~2");
    let (mut stream, _) = listen(&client, 1, json!({"resourceSubscriptions": ["test://open"]})).await;
    let session = Client::new(&served, "2025-11-25").header("Authorization", "Bearer ada~2").initialize().await;
    let mut standalone = session.send(session.stream_request()).await;
    assert_eq!(stream.messages().await[0]["result"]["resultType"], "complete");
    assert!(standalone.messages().await.is_empty());
    assert_eq!(served.server.as_ref().unwrap().open_subscriptions(), 0);
}

#[tokio::test]
async fn change_reaches_all_clients_of_both_eras() {
    const CLIENTS: usize = 100;
    let served = serve(module(Limits::default())).await;
    let mut streams = Vec::new();
    for number in 0..CLIENTS {
        let client = Client::stateless(&served);
        let params = json!({"notifications": {"toolsListChanged": true}});
        let mut stream = client.send(client.request(number, "subscriptions/listen", params)).await;
        stream.message().await.unwrap();
        streams.push(stream);
        let client = Client::in_session(&served, "2025-11-25").await;
        streams.push(client.send(client.stream_request()).await);
    }
    let server = served.server.as_ref().unwrap();
    assert_eq!((server.open_subscriptions(), server.open_sessions()), (CLIENTS, CLIENTS));
    let caller = Client::stateless(&served);
    for round in 0..3 {
        server.changes().tools_changed();
        assert_eq!(caller.call_text("add", json!({"a": round, "b": 1})).await, (round + 1).to_string());
        for stream in &mut streams {
            assert_eq!(stream.message().await.unwrap()["method"], "notifications/tools/list_changed");
        }
    }
}

#[tokio::test]
async fn unread_subscription_is_ended_and_delays_no_other() {
    let served = serve(module(Limits::default().send_timeout(Duration::from_millis(300)))).await;
    let server = served.server.as_ref().unwrap();
    // URIs of maximum length fill the buffers between both sides soon.
    let uris: Vec<_> = (0..6).map(|number| format!("test://long/{number}{}", "x".repeat(8_000))).collect();
    let params = json!({"notifications": {"resourceSubscriptions": uris, "toolsListChanged": true}});
    let client = Client::stateless(&served);
    let request = client.request(1, "subscriptions/listen", params).at(&served.path);
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut deaf = socket.connect(served.address).await.unwrap();
    deaf.write_all(&request.to_bytes()).await.unwrap();
    until(async || server.open_subscriptions() == 1).await;
    // A second client reads its stream.
    let params = json!({"notifications": {"toolsListChanged": true}});
    let mut stream = client.send(client.request(2, "subscriptions/listen", params)).await;
    stream.message().await.unwrap();
    until(async || {
        for uri in &uris {
            server.changes().resource_updated(uri.as_str());
        }
        server.changes().tools_changed();
        assert_eq!(stream.message().await.unwrap()["method"], "notifications/tools/list_changed");
        server.open_subscriptions() == 1
    })
    .await;
    // Data that was sent before can still be read. Then the connection ends without a result.
    let mut rest = Vec::new();
    _ = within(deaf.read_to_end(&mut rest)).await;
    let text = String::from_utf8_lossy(&rest);
    assert!(text.contains("acknowledged") && !text.contains("resultType"));
}
