//! The registry: items that are added and removed while the server is running.

use std::{future::ready, sync::Arc};

use mcp_server::{
    CallError, CallResult, Context, Inject, Limits, McpModule, McpOptions, Registry, ToolResult,
    context::ItemKind,
    handler, items, prompt,
    registry::{Item, ResourceBuilder, ToolBuilder},
    resource, tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, Response, RunningServer, serve};

use crate::items::{Gate, http_options};

/// Is registered from the start.
#[tool(server = "registration")]
fn first() -> &'static str {
    "first"
}

/// Adds another tool.
#[tool(server = "registration")]
fn unlock(registry: Inject<Registry>) -> Result<&'static str, mcp_server::BuildErrors> {
    let [secret] = items![secret];
    registry.add(secret)?;
    Ok("unlocked")
}

/// Is added later.
#[tool(server = "nowhere")]
fn secret(#[arg] number: i64) -> i64 {
    number * 2
}

/// Is added later, and waits.
#[tool(server = "nowhere")]
async fn slow(gate: Inject<Gate>, ctx: Context) -> String {
    gate.pass(&ctx).await
}

#[prompt(server = "nowhere")]
fn late() -> &'static str {
    "late"
}

#[resource(server = "nowhere", uri = "test://late")]
fn late_resource() -> &'static str {
    "late"
}

#[resource(server = "nowhere", uri_template = "test://late/{id}")]
fn late_template(#[arg] id: String) -> String {
    id
}

async fn served(gate: &Arc<Gate>) -> RunningServer {
    let options = McpOptions::new("registration", "1").streamable_http(http_options()).limits(Limits::default());
    serve(McpModule::for_root(options.offers([ItemKind::Prompt])).provide_shared(gate.clone())).await
}

fn registry(served: &RunningServer) -> &Registry {
    served.server.as_ref().unwrap().registry()
}

async fn tools(client: &Client) -> Vec<String> {
    let tools = client.result("tools/list", json!({})).await["tools"].take();
    tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

/// Opens the stream on which a client of either era receives changes of lists.
async fn listening(client: &Client) -> Response {
    if client.is_stateless() {
        let filter = json!({"toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true});
        let request = client.request(9, "subscriptions/listen", json!({"notifications": filter}));
        let mut stream = client.send(request).await;
        stream.message().await.unwrap();
        stream
    } else {
        client.send(client.stream_request()).await
    }
}

async fn notified(stream: &mut Response) -> String {
    stream.message().await.unwrap()["method"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn added_tool_is_listed_called_and_notified() {
    let served = served(&Gate::new()).await;
    for client in Client::both_eras(&served).await {
        let mut stream = listening(&client).await;
        assert_eq!(client.response("tools/call", json!({"name": "secret"})).await["error"]["code"], -32602);
        assert_eq!(client.call_text("unlock", json!({})).await, "unlocked");
        assert_eq!(notified(&mut stream).await, "notifications/tools/list_changed");
        assert_eq!(tools(&client).await, ["first", "unlock", "secret"]);
        assert_eq!(client.call_text("secret", json!({"number": 21})).await, "42");
        let rejected = client.call("secret", json!({"number": "x"})).await;
        assert_eq!(rejected["isError"], true);
        assert!(registry(&served).remove_tool("secret"));
        assert!(!registry(&served).remove_tool("secret"), "it has been removed already");
        assert_eq!(notified(&mut stream).await, "notifications/tools/list_changed");
        assert_eq!(tools(&client).await, ["first", "unlock"]);
        assert_eq!(client.response("tools/call", json!({"name": "secret"})).await["error"]["code"], -32602);
    }
}

#[tokio::test]
async fn every_kind_can_be_added_and_removed() {
    let served = served(&Gate::new()).await;
    let registry = registry(&served);
    for client in Client::both_eras(&served).await {
        let mut stream = listening(&client).await;
        // The kind is offered although there is no item yet.
        assert_eq!(client.result("prompts/list", json!({})).await["prompts"], json!([]));
        let [late, late_resource, late_template] = items![late, late_resource, late_template];
        registry.add(late).unwrap();
        assert_eq!(notified(&mut stream).await, "notifications/prompts/list_changed");
        registry.edit().add(late_resource).add(late_template).apply().unwrap();
        let text = |result: Value| result["contents"][0]["text"].clone();
        assert_eq!(text(client.result("resources/read", json!({"uri": "test://late"})).await), "late");
        assert_eq!(text(client.result("resources/read", json!({"uri": "test://late/7"})).await), "7");
        let message = client.result("prompts/get", json!({"name": "late"})).await["messages"][0].take();
        assert_eq!(message["content"]["text"], "late");
        assert!(registry.remove_prompt("late"));
        assert!(registry.remove_resource("test://late"));
        assert!(registry.remove_resource_template("test://late/{id}"));
        for (method, member) in [
            ("prompts/list", "prompts"),
            ("resources/list", "resources"),
            ("resources/templates/list", "resourceTemplates"),
        ] {
            assert_eq!(client.result(method, json!({})).await[member], json!([]), "what was offered stays offered");
        }
        assert!(client.response("resources/read", json!({"uri": "test://late/7"})).await["error"].is_object());
    }
}

#[tokio::test]
async fn call_in_flight_survives_removal_of_tool() {
    let gate = Gate::new();
    let served = served(&gate).await;
    for client in Client::both_eras(&served).await {
        let [slow] = items![slow];
        registry(&served).add(slow).unwrap();
        let mut connection = served.connect().await;
        connection.start(&client.call_request("slow", "slow", json!({}))).await;
        gate.entered().await;
        assert!(registry(&served).remove_tool("slow"));
        assert_eq!(client.response("tools/call", json!({"name": "slow"})).await["error"]["code"], -32602);
        gate.open();
        assert_eq!(connection.response().await.json().await["result"]["content"][0]["text"], "passed");
    }
}

fn by_hand(name: &str) -> Item {
    ToolBuilder::new(name).handler(|_: Context| -> Result<handler::HandlerFuture, CallError> {
        Ok(Box::pin(ready(Ok(CallResult::Tool(ToolResult::text("by hand"))))))
    })
}

#[tokio::test]
async fn invalid_edit_is_rejected_without_effect() {
    #[tool(server = "nowhere")]
    fn needy(_clock: Inject<std::time::Instant>) {}
    let served = served(&Gate::new()).await;
    let registry = registry(&served);
    let mut stream = listening(&Client::stateless(&served)).await;
    let [needy] = items![needy];
    for (item, expected) in [
        (by_hand("first"), "duplicate tool `first`, at"),
        (by_hand("bad name"), "invalid name: expected 1 to 128 of"),
        (needy.into(), "`needy`"),
        (
            ResourceBuilder::new("no-uri", "x").handler(|_: Context| -> Result<handler::HandlerFuture, CallError> {
                Ok(Box::pin(ready(Err(CallError::client("never read")))))
            }),
            "invalid URI `no-uri`: expected an absolute URI",
        ),
        (
            ResourceBuilder::new("test://café", "x").handler(
                |_: Context| -> Result<handler::HandlerFuture, CallError> {
                    Ok(Box::pin(ready(Err(CallError::client("never read")))))
                },
            ),
            "invalid URI `test://café`: expected an absolute URI",
        ),
    ] {
        let errors = registry.edit().add(by_hand("fine")).add(item).remove_tool("first").apply().unwrap_err();
        assert!(errors.to_string().contains(expected), "{errors}");
    }
    let client = Client::stateless(&served);
    assert_eq!(tools(&client).await, ["first", "unlock"]);
    // Only this edit is a change.
    assert!(registry.edit().remove_tool("first").add(by_hand("first")).apply().unwrap(), "an item can be replaced");
    assert!(!registry.edit().remove_tool("no-such").apply().unwrap());
    assert_eq!(notified(&mut stream).await, "notifications/tools/list_changed");
    assert_eq!(client.call_text("first", json!({})).await, "by hand");
    served.server.as_ref().unwrap().begin_shutdown();
    assert_eq!(stream.messages().await.len(), 1, "one notification");
}

#[tokio::test]
async fn registry_of_dropped_server_returns_error() {
    let server =
        McpModule::for_root(McpOptions::new("registration", "1")).provide_shared(Gate::new()).build().await.unwrap();
    let registry = server.registry().clone();
    drop(server);
    let errors = registry.add(by_hand("late")).unwrap_err();
    assert!(errors.to_string().contains("the server of this registry is not built yet, or was dropped"), "{errors}");
    assert!(!registry.remove_tool("first"));
}
