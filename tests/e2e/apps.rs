//! MCP Apps: tools with views, and views with their requirements.

use mcp_server::{
    McpModule, McpOptions, items,
    registry::{ResourceBuilder, ToolBuilder},
    resource, tool,
};
use serde_json::json;
use tests::harness::{Client, SESSION_VERSIONS, serve};

/// Tells the time.
#[tool(server = "apps", view = "ui://clock/face")]
async fn clock() -> &'static str {
    "noon"
}

/// Winds the clock. Only the view may call it.
#[tool(server = "apps", view = "ui://clock/face", visibility(app))]
async fn wind() -> &'static str {
    "wound"
}

/// The face of the clock.
#[resource(
    server = "apps",
    uri = "ui://clock/face",
    ui(
        connect_domains("https://time.example.com"),
        resource_domains("https://cdn.example.com"),
        permissions(geolocation),
        prefers_border
    )
)]
async fn face() -> &'static str {
    "<!doctype html><title>Clock</title>"
}

/// A view without requirements.
#[resource(server = "apps", uri = "ui://clock/plain")]
async fn plain() -> &'static str {
    "<!doctype html>"
}

fn module() -> McpModule {
    McpModule::for_root(McpOptions::new("apps", "1")).only(items![clock, wind, face, plain])
}

#[tokio::test]
async fn tools_publish_view_and_visibility() {
    let served = serve(module()).await;
    for client in Client::both_eras(&served).await {
        let tools = client.result("tools/list", json!({})).await["tools"].take();
        assert_eq!(tools[0]["_meta"], json!({"ui": {"resourceUri": "ui://clock/face"}}));
        assert_eq!(tools[1]["_meta"], json!({"ui": {"resourceUri": "ui://clock/face", "visibility": ["app"]}}));
    }
}

#[tokio::test]
async fn views_are_listed_and_read_as_app_html() {
    let served = serve(module()).await;
    let needs = json!({"ui": {
        "csp": {"connectDomains": ["https://time.example.com"], "resourceDomains": ["https://cdn.example.com"]},
        "permissions": {"geolocation": {}},
        "prefersBorder": true,
    }});
    for client in Client::both_eras(&served).await {
        let resources = client.result("resources/list", json!({})).await["resources"].take();
        let read = client.result("resources/read", json!({"uri": "ui://clock/face"})).await["contents"][0].take();
        for view in [&resources[0], &read] {
            assert_eq!(view["mimeType"], "text/html;profile=mcp-app");
            assert_eq!(view["_meta"], needs);
        }
        assert_eq!(read["text"], "<!doctype html><title>Clock</title>");
        let plain = client.result("resources/read", json!({"uri": "ui://clock/plain"})).await["contents"][0].take();
        assert_eq!(plain["mimeType"], "text/html;profile=mcp-app");
        assert!(plain.get("_meta").is_none(), "{plain}");
    }
}

#[tokio::test]
async fn server_with_views_declares_ui_extension() {
    let extension = json!({"io.modelcontextprotocol/ui": {"mimeTypes": ["text/html;profile=mcp-app"]}});
    let served = serve(module()).await;
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        assert_eq!(client.initialize_result["capabilities"]["extensions"], extension);
    }
    let discovered = Client::stateless(&served).result("server/discover", json!({})).await;
    assert_eq!(discovered["capabilities"]["extensions"], extension);
    let without = serve(McpModule::for_root(McpOptions::new("apps", "1")).only(items![])).await;
    let discovered = Client::stateless(&without).result("server/discover", json!({})).await;
    assert!(discovered["capabilities"].get("extensions").is_none());
}

#[tokio::test]
async fn unknown_or_non_html_view_fails_build() {
    let tool = ToolBuilder::new("lost").view("ui://nowhere").handler(clock_by_hand);
    let view = ResourceBuilder::new("ui://clock/text", "text").mime_type("text/plain").handler(clock_by_hand);
    let messages = McpModule::for_root(McpOptions::new("apps", "1")).only(items![]).item(tool).item(view).build().await;
    let messages = messages.unwrap_err().to_string();
    assert!(messages.contains("the tool `lost`: unknown view `ui://nowhere`"), "{messages}");
    assert!(messages.contains("text/html;profile=mcp-app"), "{messages}");
}

fn clock_by_hand(_: mcp_server::Context) -> Result<mcp_server::handler::HandlerFuture, mcp_server::CallError> {
    Ok(Box::pin(async { Err(mcp_server::CallError::client("never called")) }))
}
