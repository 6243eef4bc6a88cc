//! Notifications on the stream of a session: changed lists, and subscribed resources.

use mcp_server::{Context, Limits, McpModule, McpOptions, StreamableHttp, resource, tool};
use serde_json::{Value, json};
use tests::harness::{Client, Response, RunningServer, SESSION_VERSIONS, serve, until};

use crate::{items::http_options, listen::with_tokens};

/// Announces a change of all lists.
#[tool(server = "subscriptions")]
fn change_all(ctx: Context) {
    ctx.tools_changed();
    ctx.prompts_changed();
    ctx.resources_changed();
}

#[resource(server = "subscriptions", uri = "test://watched")]
fn watched() -> &'static str {
    "watched"
}

#[resource(server = "subscriptions", uri_template = "test://notes/{id}")]
fn note(#[arg] id: String) -> String {
    id
}

fn module(http: StreamableHttp, limits: Limits) -> McpModule {
    McpModule::for_root(McpOptions::new("subscriptions", "1").streamable_http(http).limits(limits))
}

async fn served() -> RunningServer {
    serve(module(http_options(), Limits::default())).await
}

fn updated(served: &RunningServer, uri: &str) {
    served.server.as_ref().unwrap().changes().resource_updated(uri);
}

async fn next(stream: &mut Response) -> (String, Value) {
    let mut message = stream.message().await.unwrap();
    (message["method"].as_str().unwrap().to_owned(), message["params"].take())
}

#[tokio::test]
async fn open_session_streams_receive_list_changes() {
    let served = served().await;
    let mut streams = Vec::new();
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        streams.push(client.send(client.stream_request()).await);
    }
    Client::stateless(&served).call("change_all", json!({})).await;
    for stream in &mut streams {
        for list in ["tools", "prompts", "resources"] {
            assert_eq!(next(stream).await, (format!("notifications/{list}/list_changed"), Value::Null));
        }
    }
}

#[tokio::test]
async fn session_receives_only_subscribed_resources() {
    let served = served().await;
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        let mut stream = client.send(client.stream_request()).await;
        for uri in ["test://watched", "test://notes/1", "test://watched"] {
            assert_eq!(client.result("resources/subscribe", json!({"uri": uri})).await, json!({}));
        }
        updated(&served, "test://notes/2");
        updated(&served, "test://notes/1");
        assert_eq!(
            next(&mut stream).await,
            ("notifications/resources/updated".to_owned(), json!({"uri": "test://notes/1"}))
        );
        for uri in ["test://notes/1", "test://no-such"] {
            assert_eq!(client.result("resources/unsubscribe", json!({"uri": uri})).await, json!({}));
        }
        updated(&served, "test://notes/1");
        updated(&served, "test://watched");
        assert_eq!(next(&mut stream).await.1["uri"], "test://watched");
        client.send(client.delete_request()).await;
    }
}

#[tokio::test]
async fn unknown_resource_cannot_be_subscribed() {
    let served = serve(module(http_options(), Limits::default().max_subscriptions(1))).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let rejected = client.response("resources/subscribe", json!({"uri": "test://no-such"})).await;
    assert_eq!(
        (&rejected["error"]["code"], &rejected["error"]["data"]),
        (&json!(-32002), &json!({"uri": "test://no-such"}))
    );
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        assert_eq!(client.response_to_invalid(method, json!({})).await["error"]["code"], -32602);
    }
    client.result("resources/subscribe", json!({"uri": "test://notes/1"})).await;
    let full = client.response("resources/subscribe", json!({"uri": "test://notes/2"})).await;
    assert_eq!(full["error"]["message"], "a session may subscribe to at most 1 resources: unsubscribe from some");
    client.result("resources/unsubscribe", json!({"uri": "test://notes/1"})).await;
    client.result("resources/subscribe", json!({"uri": "test://notes/2"})).await;
}

#[tokio::test]
async fn size_of_subscribed_uris_is_bounded() {
    let served = serve(module(http_options(), Limits::default().max_subscribed_bytes(100))).await;
    let uri = |note: &str| format!("test://notes/{}", note.repeat(40));
    let client = Client::in_session(&served, "2025-11-25").await;
    client.result("resources/subscribe", json!({"uri": uri("a")})).await;
    // A second subscription to the same URI takes nothing.
    client.result("resources/subscribe", json!({"uri": uri("a")})).await;
    for uri in [uri("b"), format!("test://unknown/{}", "b".repeat(60))] {
        let full = client.response("resources/subscribe", json!({"uri": uri})).await;
        assert_eq!(full["error"]["code"], 503, "{full}");
    }
    // A longer spelling of the same URI does not fit either.
    let spelled = format!("test://notes/{}", "%61".repeat(40));
    assert_eq!(client.response("resources/subscribe", json!({"uri": spelled})).await["error"]["code"], 503);
    client.result("resources/unsubscribe", json!({"uri": uri("a")})).await;
    client.result("resources/subscribe", json!({"uri": uri("b")})).await;
    let client = Client::stateless(&served);
    let filter = json!({"notifications": {"resourceSubscriptions": [uri("a"), uri("b")]}});
    let mut refused = client.send(client.request(1, "subscriptions/listen", filter)).await;
    assert_eq!(refused.json().await["error"]["code"], -32602);
}

#[tokio::test]
async fn changes_during_disconnect_are_delivered_once() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    client.result("resources/subscribe", json!({"uri": "test://watched"})).await;
    for _ in 0..3 {
        updated(&served, "test://watched");
    }
    // Changes before the stream is opened are delivered.
    let mut stream = client.send(client.stream_request()).await;
    let priming = stream.event().await.unwrap();
    assert_eq!(priming.id.as_deref(), Some("0-0"));
    let first = stream.event().await.unwrap();
    assert!(first.data.unwrap().contains("test://watched"));
    drop(stream);
    let changes = served.server.as_ref().unwrap().changes();
    for _ in 0..10 {
        changes.tools_changed();
        changes.resource_updated("test://watched");
        changes.prompts_changed();
    }
    let last = first.id.unwrap();
    until(async || {
        let mut resumed = client.send(client.resume_request(&last)).await;
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.push(next(&mut resumed).await.0);
        }
        seen.sort();
        seen == [
            "notifications/prompts/list_changed",
            "notifications/resources/updated",
            "notifications/tools/list_changed",
        ]
    })
    .await;
    // A new stream starts with unread changes.
    let mut fresh = client.send(client.stream_request()).await;
    fresh.event().await.unwrap();
    changes.resources_changed();
    assert_eq!(next(&mut fresh).await.0, "notifications/resources/list_changed");
}

#[tokio::test]
async fn stateless_mode_declares_no_subscriptions() {
    let served = serve(module(http_options().stateless_mode(true), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    assert_eq!(client.initialize_result["capabilities"], json!({"tools": {}, "resources": {}, "logging": {}}));
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        let rejected = client.response(method, json!({"uri": "test://watched"})).await;
        assert_eq!(rejected["error"]["code"], -32601);
    }
    // Stateless clients get notifications without sessions.
    let result = Client::stateless(&served).result("server/discover", json!({})).await;
    assert_eq!(result["capabilities"]["resources"], json!({"listChanged": true, "subscribe": true}));
}

#[tokio::test]
async fn unreadable_resource_cannot_be_subscribed() {
    let served = with_tokens(Limits::default()).await;
    let session = async |token: &str| {
        Client::new(&served, "2025-11-25").header("Authorization", format!("Bearer {token}")).initialize().await
    };
    let (ada, bob) = (session("ada").await, session("bob").await);
    let subscribe = |client: &Client, uri: &str| client.request(1, "resources/subscribe", json!({"uri": uri}));
    let mut rejected = ada.send(subscribe(&ada, "test://scoped")).await;
    assert!(rejected.header("www-authenticate").unwrap().contains("insufficient_scope"));
    assert_eq!(rejected.json().await["id"], 1);
    assert_eq!(rejected.status, 403);
    assert_eq!(ada.send(subscribe(&ada, "test://guarded")).await.json().await["result"], json!({}));
    let mut hidden = bob.send(subscribe(&bob, "test://guarded")).await;
    assert_eq!(hidden.json().await["error"]["code"], -32002);
}
