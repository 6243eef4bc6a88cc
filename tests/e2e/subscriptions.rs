//! What a session is told on the stream that belongs to no call: that lists changed, and resources that it subscribed to.

use mcp_server::{Context, Limits, McpModule, McpOptions, StreamableHttp, resource, tool};
use serde_json::{Value, json};
use tests::harness::{Answer, Client, SESSION_VERSIONS, Served, serve, until};

use crate::{items::patient, listening::with_tokens};

/// Says that everything changed.
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

async fn served() -> Served {
    serve(module(patient(), Limits::default())).await
}

fn updated(served: &Served, uri: &str) {
    served.server.as_ref().unwrap().changes().resource_updated(uri);
}

async fn next(stream: &mut Answer) -> (String, Value) {
    let mut message = stream.message().await.unwrap();
    (message["method"].as_str().unwrap().to_owned(), message["params"].take())
}

#[tokio::test]
async fn every_session_that_listens_hears_that_lists_changed() {
    let served = served().await;
    let mut streams = Vec::new();
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        streams.push(client.send(client.listening()).await);
    }
    Client::stateless(&served).call("change_all", json!({})).await;
    for stream in &mut streams {
        for list in ["tools", "prompts", "resources"] {
            assert_eq!(next(stream).await, (format!("notifications/{list}/list_changed"), Value::Null));
        }
    }
}

#[tokio::test]
async fn a_session_hears_of_the_resources_that_it_subscribed_to() {
    let served = served().await;
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        let mut stream = client.send(client.listening()).await;
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
        client.send(client.ending()).await;
    }
}

#[tokio::test]
async fn what_is_no_resource_cannot_be_subscribed_to() {
    let served = serve(module(patient(), Limits::default().max_subscriptions(1))).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let refused = client.ask("resources/subscribe", json!({"uri": "test://no-such"})).await;
    assert_eq!(
        (&refused["error"]["code"], &refused["error"]["data"]),
        (&json!(-32002), &json!({"uri": "test://no-such"}))
    );
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        assert_eq!(client.ask_wrongly(method, json!({})).await["error"]["code"], -32602);
    }
    client.result("resources/subscribe", json!({"uri": "test://notes/1"})).await;
    let full = client.ask("resources/subscribe", json!({"uri": "test://notes/2"})).await;
    assert_eq!(full["error"]["message"], "a session may subscribe to at most 1 resources: unsubscribe from some");
    client.result("resources/unsubscribe", json!({"uri": "test://notes/1"})).await;
    client.result("resources/subscribe", json!({"uri": "test://notes/2"})).await;
}

#[tokio::test]
async fn what_happens_while_a_client_is_away_waits_for_it_once() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    client.result("resources/subscribe", json!({"uri": "test://watched"})).await;
    for _ in 0..3 {
        updated(&served, "test://watched");
    }
    // Whoever subscribes before the stream is open misses nothing.
    let mut stream = client.send(client.listening()).await;
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
        let mut resumed = client.send(client.resuming(&last)).await;
        let mut told = Vec::new();
        for _ in 0..3 {
            told.push(next(&mut resumed).await.0);
        }
        told.sort();
        told == [
            "notifications/prompts/list_changed",
            "notifications/resources/updated",
            "notifications/tools/list_changed",
        ]
    })
    .await;
    // A stream that begins anew begins with what nobody has read.
    let mut fresh = client.send(client.listening()).await;
    fresh.event().await.unwrap();
    changes.resources_changed();
    assert_eq!(next(&mut fresh).await.0, "notifications/resources/list_changed");
}

#[tokio::test]
async fn a_server_without_sessions_does_not_claim_to_tell_anybody() {
    let served = serve(module(patient().stateless_mode(true), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    assert_eq!(client.introduction["capabilities"], json!({"tools": {}, "resources": {}, "logging": {}}));
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        let refused = client.ask(method, json!({"uri": "test://watched"})).await;
        assert_eq!(refused["error"]["code"], -32601);
    }
    // Clients of the stateless era do not need sessions to be told.
    let result = Client::stateless(&served).result("server/discover", json!({})).await;
    assert_eq!(result["capabilities"]["resources"], json!({"listChanged": true, "subscribe": true}));
}

#[tokio::test]
async fn who_may_not_read_a_resource_may_not_subscribe_to_it() {
    let served = with_tokens(Limits::default()).await;
    let session = async |token: &str| {
        Client::new(&served, "2025-11-25").header("Authorization", format!("Bearer {token}")).begin().await
    };
    let (ada, bob) = (session("ada").await, session("bob").await);
    let subscribe = |client: &Client, uri: &str| client.request(1, "resources/subscribe", json!({"uri": uri}));
    let mut refused = ada.send(subscribe(&ada, "test://scoped")).await;
    assert!(refused.header("www-authenticate").unwrap().contains("insufficient_scope"));
    assert_eq!(refused.json().await["id"], 1);
    assert_eq!(refused.status, 403);
    assert_eq!(ada.send(subscribe(&ada, "test://guarded")).await.json().await["result"], json!({}));
    let mut hidden = bob.send(subscribe(&bob, "test://guarded")).await;
    assert_eq!(hidden.json().await["error"]["code"], -32002);
}
