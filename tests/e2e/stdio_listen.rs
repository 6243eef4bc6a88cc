//! Subscriptions on stdio, in both eras on one connection.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use mcp_server::{CallInfo, Context, Denial, Guard, Limits, McpModule, McpOptions, ResponseMode, resource, tool};
use serde_json::{Value, json};
use tests::harness::{SESSION_VERSIONS, StdioClient, within};

use crate::items::{Gate, http_options};

const ID: &str = "io.modelcontextprotocol/subscriptionId";

/// Announces a change of the list of tools, and of a resource.
#[tool(server = "stdio-listening")]
fn change(#[arg] uri: String, ctx: Context) {
    ctx.resource_updated(uri);
    ctx.tools_changed();
}

struct Never;

impl Guard for Never {
    async fn check(&self, _: &CallInfo<'_>) -> Result<(), Denial> {
        Err(Denial::forbidden("forbidden"))
    }
}

#[resource(server = "stdio-listening", uri = "test://forbidden", guards(Never))]
fn forbidden() -> &'static str {
    "forbidden"
}

#[resource(server = "stdio-listening", uri_template = "test://notes/{id}")]
fn note(#[arg] id: String) -> String {
    id
}

/// Gate of one test.
static GATE: LazyLock<Arc<Gate>> = LazyLock::new(Gate::new);

struct Slow;

impl Guard for Slow {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        GATE.pass(call.context()).await;
        Ok(())
    }
}

#[resource(server = "stdio-listening", uri = "test://slow", guards(Slow))]
fn slow() -> &'static str {
    "slow"
}

/// Gate of another test.
static SECOND_GATE: LazyLock<Arc<Gate>> = LazyLock::new(Gate::new);

struct Slower;

impl Guard for Slower {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        SECOND_GATE.pass(call.context()).await;
        Ok(())
    }
}

#[resource(server = "stdio-listening", uri = "test://slower", guards(Slower))]
fn slower() -> &'static str {
    "slower"
}

fn options() -> McpOptions {
    McpOptions::new("stdio-listening", "1").streamable_http(http_options())
}

/// Opens a subscription, and reads its acknowledgement.
async fn listen(client: &mut StdioClient, id: impl Into<Value>, filter: Value) {
    let id = id.into();
    client.stateless_request(id.clone(), "subscriptions/listen", json!({"notifications": filter})).await;
    let message = client.next().await.unwrap();
    assert_eq!(message["method"], "notifications/subscriptions/acknowledged", "{message}");
    assert_eq!(message["params"], json!({"notifications": filter, "_meta": {ID: id}}));
}

/// Announces a change of a resource and of the tools. Returns this many notifications, sorted.
async fn changing(client: &mut StdioClient, uri: &str, messages: usize) -> Vec<String> {
    let params = json!({"name": "change", "arguments": {"uri": uri}});
    client.stateless_request("change", "tools/call", params).await;
    let mut changes = Vec::new();
    for _ in 0..=messages {
        let message = client.next().await.unwrap();
        match message["method"].as_str() {
            None => assert_eq!(message["id"], "change", "{message}"),
            Some(method) => {
                let what = method.trim_start_matches("notifications/");
                let uri = message["params"]["uri"].as_str().unwrap_or_default();
                changes.push(format!("{what} {uri} {}", message["params"]["_meta"][ID]));
            }
        }
    }
    changes.sort();
    changes
}

/// Messages at the end of a subscription that the server ends: the cancellation of the request, and
/// its result.
fn end_messages(id: &Value) -> [Value; 2] {
    [
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id, "_meta": {ID: id}}}),
        json!({"jsonrpc": "2.0", "id": id, "result": {"resultType": "complete", "_meta": {ID: id}}}),
    ]
}

/// Reads the rest, which must be the last messages of these subscriptions.
async fn ended(client: &mut StdioClient, ids: impl IntoIterator<Item = Value>) {
    let mut rest = Vec::new();
    while let Some(message) = client.next().await {
        rest.push(message);
    }
    assert_end_messages(rest, ids);
}

fn assert_end_messages(mut rest: Vec<Value>, ids: impl IntoIterator<Item = Value>) {
    for id in ids {
        let (of_it, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|message| subscription(message) == &id);
        assert_eq!(of_it, end_messages(&id));
        rest = others;
    }
    assert!(rest.is_empty(), "{rest:?}");
}

fn subscription(message: &Value) -> &Value {
    let members = message.get("params").unwrap_or(&message["result"]);
    &members["_meta"][ID]
}

#[tokio::test]
async fn subscriptions_receive_changes_until_shutdown() {
    for mode in [ResponseMode::Adaptive, ResponseMode::Json, ResponseMode::Stream] {
        let http = http_options().response_mode(mode);
        let (mut client, mut serving) =
            StdioClient::connect(McpModule::for_root(options().streamable_http(http))).await;
        client.stateless_request(0, "server/discover", json!({})).await;
        let discovered = client.next().await.unwrap();
        let resources = json!({"listChanged": true, "subscribe": true});
        assert_eq!(discovered["result"]["capabilities"]["resources"], resources, "{mode:?}");
        listen(&mut client, "tools", json!({"toolsListChanged": true})).await;
        listen(&mut client, 7, json!({"resourceSubscriptions": ["test://notes/1"]})).await;
        listen(&mut client, "nothing", json!({})).await;
        let changes = changing(&mut client, "test://notes/1", 2).await;
        assert_eq!(changes, ["resources/updated test://notes/1 7", "tools/list_changed  \"tools\""]);
        assert_eq!(changing(&mut client, "test://notes/2", 1).await, ["tools/list_changed  \"tools\""]);
        serving.shut_down();
        ended(&mut client, [json!("nothing"), json!("tools"), json!(7)]).await;
        serving.ended().await;
    }
}

#[tokio::test]
async fn cancelled_subscription_receives_nothing_more() {
    let (mut client, mut serving) = StdioClient::connect(McpModule::for_root(options())).await;
    for id in [json!("cancelled"), json!("kept"), json!(3)] {
        listen(&mut client, id, json!({"toolsListChanged": true})).await;
    }
    for id in [json!("cancelled"), json!(3), json!(3), json!("kep")] {
        client.notify("notifications/cancelled", json!({"requestId": id})).await;
    }
    assert_eq!(changing(&mut client, "test://notes/1", 1).await, ["tools/list_changed  \"kept\""]);
    serving.shut_down();
    ended(&mut client, [json!("kept")]).await;
    serving.ended().await;
}

#[tokio::test]
async fn subscription_cancelled_in_guard_is_never_acknowledged() {
    let (mut client, mut serving) = StdioClient::connect(McpModule::for_root(options())).await;
    let filter = json!({"toolsListChanged": true, "resourceSubscriptions": ["test://slow"]});
    client.stateless_request("early", "subscriptions/listen", json!({"notifications": filter})).await;
    GATE.entered().await;
    client.notify("notifications/cancelled", json!({"requestId": "early"})).await;
    // Changes that happen meanwhile follow the acknowledgement.
    client.stateless_request("late", "subscriptions/listen", json!({"notifications": filter})).await;
    GATE.entered().await;
    assert!(changing(&mut client, "test://notes/1", 0).await.is_empty());
    GATE.open();
    GATE.open();
    let acknowledged = client.next().await.unwrap();
    assert_eq!(acknowledged["params"], json!({"notifications": filter, "_meta": {ID: "late"}}));
    let change = client.next().await.unwrap();
    assert_eq!(
        (&change["method"], &change["params"]["_meta"][ID]),
        (&json!("notifications/tools/list_changed"), &json!("late"))
    );
    serving.shut_down();
    ended(&mut client, [json!("late")]).await;
    serving.ended().await;
}

#[tokio::test]
async fn subscription_counts_as_request_in_flight() {
    let limits = Limits::default().max_calls_on_stdio(2);
    let (mut client, _serving) = StdioClient::connect(McpModule::for_root(options().limits(limits))).await;
    listen(&mut client, 1, json!({"toolsListChanged": true})).await;
    for (method, params) in [
        ("subscriptions/listen", json!({"notifications": {}})),
        ("tools/call", json!({"name": "change", "arguments": {"uri": "test://notes/1"}})),
    ] {
        client.unchecked().stateless_request(1, method, params).await;
        assert_eq!(client.error(-32600).await["id"], 1, "{method}");
    }
    listen(&mut client, 2, json!({})).await;
    client.stateless_request(3, "subscriptions/listen", json!({"notifications": {}})).await;
    assert_eq!(client.error(503).await["id"], 3);
    client.unchecked().stateless_request(4, "subscriptions/listen", json!({})).await;
    assert_eq!(client.error(-32602).await["id"], 4);
}

#[tokio::test]
async fn listen_in_batch_is_rejected() {
    let (mut client, _serving) = StdioClient::connect(McpModule::for_root(options())).await;
    client.initialize("2025-03-26").await;
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}});
    let params = json!({"notifications": {"toolsListChanged": true}, "_meta": meta});
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    client.send(&json!([ping, {"jsonrpc": "2.0", "id": 2, "method": "subscriptions/listen", "params": params}])).await;
    let responses = client.next().await.unwrap();
    assert_eq!((&responses[0]["id"], &responses[1]["id"]), (&json!(1), &json!(2)));
    assert_eq!(responses[1]["error"]["code"], -32600, "{responses}");
    // The session still receives its own notification.
    assert_eq!(changing(&mut client, "test://notes/1", 1).await, ["tools/list_changed  null"]);
}

#[tokio::test]
async fn end_of_input_does_not_wait_for_subscriptions() {
    let limits = Limits::default().drain_timeout(Duration::from_hours(1));
    let (mut client, serving) = StdioClient::connect(McpModule::for_root(options().limits(limits))).await;
    listen(&mut client, 1, json!({"toolsListChanged": true})).await;
    client.close();
    assert_eq!(client.next().await, None);
    serving.ended().await;
}

#[tokio::test]
async fn session_receives_lists_and_subscribed_resources() {
    // The session option of HTTP does not affect stdio.
    for stateless in [false, true] {
        for version in SESSION_VERSIONS {
            let http = http_options().stateless_mode(stateless);
            let (mut client, mut serving) =
                StdioClient::connect(McpModule::for_root(options().streamable_http(http))).await;
            let initialized = client.initialize(version).await;
            let resources = json!({"listChanged": true, "subscribe": true});
            assert_eq!(initialized["result"]["capabilities"]["resources"], resources, "{version} {stateless}");
            for (id, uri) in [(1, "test://notes/1"), (2, "test://notes/2"), (3, "test://notes/1")] {
                client.request(id, "resources/subscribe", json!({"uri": uri})).await;
                assert_eq!(client.next().await.unwrap()["result"], json!({}));
            }
            client.request(4, "resources/subscribe", json!({"uri": "test://nowhere"})).await;
            assert_eq!(client.error(-32002).await["id"], 4);
            let both = ["resources/updated test://notes/1 null", "tools/list_changed  null"];
            assert_eq!(changing(&mut client, "test://notes/1", 2).await, both);
            client.request(5, "resources/unsubscribe", json!({"uri": "test://notes/1"})).await;
            assert_eq!(client.next().await.unwrap()["result"], json!({}));
            assert_eq!(changing(&mut client, "test://notes/1", 1).await, both[1..]);
            // Each era on the connection receives its own notification.
            listen(&mut client, "listen", json!({"toolsListChanged": true})).await;
            assert_eq!(changing(&mut client, "test://no", 2).await, ["tools/list_changed  \"listen\"", both[1]]);
            serving.shut_down();
            ended(&mut client, [json!("listen")]).await;
            serving.ended().await;
        }
    }
}

#[tokio::test]
async fn unsubscribe_wins_over_pending_subscribe() {
    const URI: &str = "test://slower";
    let (mut client, _serving) = StdioClient::connect(McpModule::for_root(options())).await;
    client.initialize("2025-11-25").await;
    let lists = ["tools/list_changed  null"];
    let updated = [format!("resources/updated {URI} null"), lists[0].to_owned()];
    // The last request wins, independent of the duration of its guard.
    for (rounds, changes) in [
        (["subscribe", "unsubscribe"].repeat(2), &lists.map(str::to_owned)[..]),
        (vec!["subscribe", "unsubscribe", "subscribe"], &updated),
    ] {
        let permitted = rounds.iter().filter(|what| **what == "subscribe").count();
        for (id, what) in rounds.iter().enumerate() {
            client.request(id, &format!("resources/{what}"), json!({"uri": URI})).await;
            if *what == "subscribe" {
                SECOND_GATE.entered().await;
            } else {
                assert_eq!(client.next().await.unwrap()["id"], id, "unsubscribing does not wait for the guard");
            }
        }
        for _ in 0..permitted {
            SECOND_GATE.open();
            assert_eq!(client.next().await.unwrap()["result"], json!({}));
        }
        assert_eq!(changing(&mut client, URI, changes.len()).await, changes);
        // Notifications are delivered in order: an earlier one would have come first.
        assert_eq!(changing(&mut client, "test://nothing", 1).await, lists);
    }
    client.request("last", "resources/unsubscribe", json!({"uri": URI})).await;
    assert_eq!(client.next().await.unwrap()["id"], "last");
    assert_eq!(changing(&mut client, URI, 1).await, lists);
}

#[tokio::test]
async fn pending_subscribe_counts_toward_limit() {
    let limits = Limits::default().max_subscriptions(1);
    let (mut client, _serving) = StdioClient::connect(McpModule::for_root(options().limits(limits))).await;
    client.initialize("2025-11-25").await;
    for _ in 0..2 {
        // The permit of a rejected request is released.
        client.request(1, "resources/subscribe", json!({"uri": "test://forbidden"})).await;
        assert_eq!(client.error(403).await["id"], 1);
    }
    client.request(2, "resources/subscribe", json!({"uri": "test://notes/1"})).await;
    assert_eq!(client.next().await.unwrap()["id"], 2);
    client.request(3, "resources/subscribe", json!({"uri": "test://notes/1"})).await;
    assert_eq!(client.next().await.unwrap()["result"], json!({}), "a repeated subscription needs no permit");
    client.request(4, "resources/subscribe", json!({"uri": "test://notes/2"})).await;
    assert_eq!(client.error(503).await["id"], 4);
}

#[tokio::test]
async fn end_of_one_connection_leaves_others_open() {
    let server = McpModule::for_root(options()).build().await.unwrap();
    let (mut first, mut serving) = StdioClient::connect_to(server.clone());
    let (mut second, _serving) = StdioClient::connect_to(server.clone());
    first.initialize("2025-11-25").await;
    second.initialize("2025-11-25").await;
    listen(&mut first, 1, json!({"toolsListChanged": true})).await;
    listen(&mut second, 2, json!({"toolsListChanged": true})).await;
    serving.shut_down();
    ended(&mut first, [json!(1)]).await;
    assert_eq!(first.next().await, None);
    serving.ended().await;
    let changes = ["tools/list_changed  2", "tools/list_changed  null"];
    assert_eq!(changing(&mut second, "test://nothing", 2).await, changes);
    listen(&mut second, 3, json!({"toolsListChanged": true})).await;
    let changes = ["tools/list_changed  2", "tools/list_changed  3", "tools/list_changed  null"];
    assert_eq!(changing(&mut second, "test://nothing", 3).await, changes);
    // The shutdown of the server ends all connections.
    server.begin_shutdown();
    let mut rest = Vec::new();
    for _ in 0..4 {
        rest.push(second.next().await.unwrap());
    }
    assert_end_messages(rest, [json!(2), json!(3)]);
}

#[tokio::test]
async fn signal_ends_subscriptions_with_results() {
    let (mut client, mut child) = StdioClient::start(env!("CARGO_BIN_EXE_stdio-server"));
    listen(&mut client, 1, json!({"toolsListChanged": true})).await;
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    ended(&mut client, [json!(1)]).await;
    assert!(within(child.wait()).await.unwrap().success());
}
