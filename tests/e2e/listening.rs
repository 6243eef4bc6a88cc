//! `subscriptions/listen`: what a client of the stateless era is told without asking, and how that ends.

use std::time::{Duration, SystemTime};

use mcp_server::{
    Authorization, CallInfo, Context, Denial, Guard, Limits, McpModule, McpOptions, Principal, ResponseMode,
    auth::{Credentials, TokenError, TokenVerifier, VerifyRequest},
    items, prompt, resource, tool,
};
use serde_json::{Value, json};
use tests::harness::{Answer, Client, Served, serve, until};

use crate::items::patient;

const ID: &str = "io.modelcontextprotocol/subscriptionId";

/// Says that the list of tools changed.
#[tool(server = "listening")]
fn change_tools(ctx: Context) {
    ctx.tools_changed();
}

/// Says that a resource changed.
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

fn module(limits: Limits) -> McpModule {
    McpModule::for_root(McpOptions::new("listening", "1").streamable_http(patient()).limits(limits))
}

async fn served() -> Served {
    serve(module(Limits::default())).await
}

/// Opens a subscription, and takes its acknowledgement.
async fn listen(client: &Client, id: impl Into<Value>, filter: Value) -> (Answer, Value) {
    let id = id.into();
    let request = client.request(id.clone(), "subscriptions/listen", json!({"notifications": filter}));
    let mut stream = client.send(request).await;
    assert_eq!(stream.status, 200, "{stream:?}");
    let mut first = stream.message().await.unwrap();
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(first["params"]["_meta"][ID], id);
    (stream, first["params"]["notifications"].take())
}

/// The next message, without the envelope.
async fn next(stream: &mut Answer) -> (String, Value) {
    let mut message = stream.message().await.unwrap();
    assert!(message.get("id").is_none(), "{message}");
    (message["method"].as_str().unwrap().to_owned(), message["params"].take())
}

#[tokio::test]
async fn the_acknowledgement_comes_first_and_says_what_is_served() {
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
async fn what_the_server_does_not_offer_is_not_acknowledged() {
    #[tool(server = "tools only")]
    fn lonely() {}
    let served = serve(McpModule::for_root(McpOptions::new("tools only", "1"))).await;
    let asked = json!({"toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true});
    let (_stream, filter) = listen(&Client::stateless(&served), "a", asked).await;
    assert_eq!(filter, json!({"toolsListChanged": true}));
}

#[tokio::test]
async fn a_client_is_told_what_it_asked_for_and_nothing_else() {
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
    let heard = [next(&mut tools).await, next(&mut prompts).await, next(&mut resources).await];
    let expected = [
        ("notifications/tools/list_changed".to_owned(), json!({"_meta": {ID: "listen-1"}})),
        ("notifications/prompts/list_changed".to_owned(), json!({"_meta": {ID: 7}})),
        ("notifications/resources/updated".to_owned(), json!({"uri": "test://notes/1", "_meta": {ID: -1}})),
    ];
    assert_eq!(heard, expected);
    // What has not been told by the time a later change was, never will be.
    client.call("update", json!({"uri": "test://watched"})).await;
    assert_eq!(next(&mut resources).await.1["uri"], "test://watched");
    served.server.as_ref().unwrap().begin_shutdown();
    for stream in [&mut tools, &mut prompts, &mut resources] {
        assert!(stream.message().await.unwrap()["result"].is_object());
        assert!(stream.message().await.is_none());
    }
}

#[tokio::test]
async fn the_server_ends_a_subscription_with_its_answer() {
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
async fn a_client_that_goes_away_gives_up_its_place() {
    let served = serve(module(Limits::default().max_subscription_streams(2))).await;
    let server = served.server.clone().unwrap();
    let client = Client::stateless(&served);
    let first = listen(&client, 1, json!({"toolsListChanged": true})).await;
    let second = listen(&client, 1, json!({"resourceSubscriptions": ["test://watched"]})).await;
    assert_eq!(server.open_subscriptions(), 2);
    let request = client.request(3, "subscriptions/listen", json!({"notifications": {}}));
    let mut refused = client.send(request).await;
    assert_eq!(refused.header("retry-after"), Some("30"));
    let refusal = refused.error(503, 503).await;
    assert_eq!(
        (&refusal["id"], &refusal["error"]["message"]),
        (&json!(3), &json!("too many subscriptions are open: try again later"))
    );
    drop((first, second));
    until(async || server.open_subscriptions() == 0).await;
    listen(&client, 4, json!({})).await;
}

#[tokio::test]
async fn a_filter_that_is_none_is_invalid_params() {
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
        let mut answer = client.send(client.request(1, "subscriptions/listen", params.clone()).unchecked()).await;
        assert_eq!(answer.json().await["error"]["code"], -32602, "{params}");
    }
    assert_eq!(served.server.as_ref().unwrap().open_subscriptions(), 0);
}

#[tokio::test]
async fn where_there_are_no_streams_there_is_nothing_to_listen_to() {
    let http = patient().response_mode(ResponseMode::Json);
    let served = serve(McpModule::for_root(McpOptions::new("listening", "1").streamable_http(http))).await;
    let client = Client::stateless(&served);
    let result = client.result("server/discover", json!({})).await;
    assert_eq!(result["capabilities"], json!({"tools": {}, "prompts": {}, "resources": {}, "logging": {}}));
    let request = client.request(1, "subscriptions/listen", json!({"notifications": {}}));
    client.send(request).await.error(404, -32601).await;
    // Nor is there for a client that takes none, or for one of a session.
    let served = self::served().await;
    let client = Client::stateless(&served);
    let request = client.request(1, "subscriptions/listen", json!({"notifications": {}}));
    client.send(request.with("Accept", "application/json")).await.error(400, -32600).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    assert_eq!(client.ask("subscriptions/listen", json!({"notifications": {}})).await["error"]["code"], -32601);
}

#[tokio::test]
async fn a_silent_subscription_is_kept_alive() {
    let http = patient().keep_alive(Duration::from_millis(20));
    let served = serve(McpModule::for_root(McpOptions::new("listening", "1").streamable_http(http))).await;
    let (mut stream, _) = listen(&Client::stateless(&served), 1, json!({})).await;
    for _ in 0..3 {
        assert!(stream.event().await.unwrap().comment);
    }
}

/// `name+scope+…`, and a number of seconds after which the token ends.
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

/// Takes the place of the open one.
#[resource(server = "nowhere", uri = "test://open", scopes("notes"))]
fn closed() -> &'static str {
    "closed"
}

pub(crate) async fn with_tokens(limits: Limits) -> Served {
    let authorization =
        Authorization::resource("http://localhost:9999/mcp").verifier("https://issuer.example.com", Tokens);
    let options = McpOptions::new("listening with tokens", "1").streamable_http(patient());
    serve(McpModule::for_root(options.authorization(authorization).limits(limits))).await
}

fn with_token(served: &Served, token: &str) -> Client {
    Client::stateless(served).header("Authorization", format!("Bearer {token}"))
}

#[tokio::test]
async fn nobody_is_told_of_resources_that_they_may_not_read() {
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
        let mut told = Vec::new();
        for _ in acknowledged.as_array().unwrap() {
            told.push(next(&mut stream).await.1["uri"].take());
        }
        told.sort_by_key(Value::to_string);
        assert_eq!(json!(told), acknowledged, "{token}");
        // Resources are told in the order in which they changed, once all that changed before are through: one too many would come first.
        changes.resource_updated("test://open");
        assert_eq!(next(&mut stream).await.1["uri"], "test://open", "{token}");
    }
}

#[tokio::test]
async fn who_may_no_longer_read_a_resource_is_no_longer_told_of_it() {
    let served = with_tokens(Limits::default()).await;
    let server = served.server.as_ref().unwrap();
    let uris = ["test://open", "test://guarded"];
    let (mut stream, _) = listen(&with_token(&served, "ada"), 1, json!({"resourceSubscriptions": uris})).await;
    let session = Client::new(&served, "2025-11-25").header("Authorization", "Bearer ada").begin().await;
    for uri in uris {
        session.result("resources/subscribe", json!({"uri": uri})).await;
    }
    let mut standalone = session.send(session.listening()).await;
    let [closed] = items![closed];
    server.registry().edit().remove_resource("test://open").add(closed).apply().unwrap();
    for uri in uris {
        server.changes().resource_updated(uri);
    }
    assert_eq!(next(&mut stream).await.1["uri"], "test://guarded");
    assert_eq!(next(&mut standalone).await.0, "notifications/resources/list_changed");
    assert_eq!(next(&mut standalone).await.1["uri"], "test://guarded");
    // What changed together is told in any order; what changed before comes before.
    server.changes().resource_updated("test://guarded");
    for stream in [&mut stream, &mut standalone] {
        assert_eq!(next(stream).await.1["uri"], "test://guarded");
    }
}

#[tokio::test]
async fn one_caller_does_not_take_the_places_of_all() {
    let served = with_tokens(Limits::default().max_subscription_streams_per_principal(1)).await;
    let (ada, bob) = (with_token(&served, "ada"), with_token(&served, "bob"));
    let _first = listen(&ada, 1, json!({})).await;
    let request = ada.request(2, "subscriptions/listen", json!({"notifications": {}}));
    ada.send(request).await.error(503, 503).await;
    listen(&bob, 1, json!({})).await;
}

#[tokio::test]
async fn a_subscription_ends_with_its_token() {
    let served = with_tokens(Limits::default()).await;
    let client = with_token(&served, "ada~2");
    let (mut stream, _) = listen(&client, 1, json!({"resourceSubscriptions": ["test://open"]})).await;
    let session = Client::new(&served, "2025-11-25").header("Authorization", "Bearer ada~2").begin().await;
    let mut standalone = session.send(session.listening()).await;
    assert_eq!(stream.messages().await[0]["result"]["resultType"], "complete");
    assert!(standalone.messages().await.is_empty());
    assert_eq!(served.server.as_ref().unwrap().open_subscriptions(), 0);
}
