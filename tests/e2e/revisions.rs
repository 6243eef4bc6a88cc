//! Members and content types that each revision defines.

use mcp_server::{
    Content, Json, McpModule, McpOptions, ToolResult, prompt,
    protocol::{Icon, Resource},
    resource, tool,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use tests::harness::{Client, RunningServer, SESSION_VERSIONS, STATELESS, serve};

use crate::items::http_options;

#[derive(Serialize, JsonSchema)]
struct Sum {
    sum: i64,
}

/// Adds.
#[tool(server = "revisions", title = "Add", read_only, icon = "https://example.com/add.png", meta(kind = "math"))]
fn sum(#[arg] a: i64, #[arg] b: i64) -> Json<Sum> {
    Json(Sum { sum: a + b })
}

/// Returns several content types.
#[tool(server = "revisions")]
fn media() -> ToolResult {
    ToolResult::content([
        Content::audio(b"sound", "audio/wav"),
        Content::resource_link(Resource::new("test://manual", "manual")),
        Content::image(b"picture", "image/png"),
    ])
}

#[resource(
    server = "revisions",
    uri = "test://manual",
    title = "Manual",
    priority = 0.5,
    icon = "https://example.com/m.png",
    meta(kind = "text")
)]
fn manual() -> &'static str {
    "Read me."
}

#[prompt(server = "revisions", title = "Ask", icon = "https://example.com/ask.png")]
fn ask(#[arg(title = "Topic")] topic: String) -> Content {
    Content::audio(topic, "audio/wav")
}

async fn served() -> RunningServer {
    let options = McpOptions::new("revisions", "1.0.0")
        .title("Revisions")
        .description("Speaks them all.")
        .website_url("https://example.com")
        .icon(Icon::new("https://example.com/icon.png"))
        .instructions("Ask.")
        .streamable_http(http_options());
    serve(McpModule::for_root(options)).await
}

async fn clients(served: &RunningServer) -> Vec<Client> {
    let mut clients = vec![Client::stateless(served)];
    for version in SESSION_VERSIONS {
        clients.push(Client::in_session(served, version).await);
    }
    clients
}

#[tokio::test]
async fn initialize_result_follows_revision() {
    let served = served().await;
    for version in SESSION_VERSIONS {
        let initialized = Client::in_session(&served, version).await.initialize_result;
        let info = &initialized["serverInfo"];
        assert_eq!((&info["name"], &info["version"]), (&json!("revisions"), &json!("1.0.0")));
        assert_eq!(info.get("title").is_some(), version >= "2025-06-18", "{version}");
        for member in ["icons", "description", "websiteUrl"] {
            assert_eq!(info.get(member).is_some(), version >= "2025-11-25", "{version} {member}");
        }
        assert_eq!(initialized["instructions"], "Ask.");
        assert_eq!(
            initialized["capabilities"],
            json!({
                "tools": {"listChanged": true}, "resources": {"listChanged": true, "subscribe": true},
                "prompts": {"listChanged": true}, "logging": {}
            })
        );
    }
}

#[tokio::test]
async fn lists_follow_revision() {
    let served = served().await;
    for client in clients(&served).await {
        let version = client.version.as_str();
        let tools = client.result("tools/list", json!({})).await;
        let tool = tools["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "sum").unwrap();
        assert!(tool["description"] == "Adds." && tool["inputSchema"]["type"] == "object");
        let resource = client.result("resources/list", json!({})).await["resources"][0].take();
        let prompt = client.result("prompts/list", json!({})).await["prompts"][0].take();
        for (item, member, since) in [
            (tool, "annotations", "2025-03-26"),
            (tool, "title", "2025-06-18"),
            (tool, "outputSchema", "2025-06-18"),
            (tool, "_meta", "2025-06-18"),
            (tool, "icons", "2025-11-25"),
            (&resource, "annotations", "2024-11-05"),
            (&resource, "title", "2025-06-18"),
            (&resource, "_meta", "2025-06-18"),
            (&resource, "icons", "2025-11-25"),
            (&prompt, "arguments", "2024-11-05"),
            (&prompt, "title", "2025-06-18"),
            (&prompt, "icons", "2025-11-25"),
            (&prompt["arguments"][0], "title", "2025-06-18"),
        ] {
            assert_eq!(item.get(member).is_some(), version >= since, "{version} {member} {item}");
        }
    }
}

#[tokio::test]
async fn structured_content_has_text_for_older_revisions() {
    let served = served().await;
    for client in clients(&served).await {
        let result = client.call("sum", json!({"a": 1, "b": 2})).await;
        assert_eq!(result["content"], json!([{"type": "text", "text": "{\"sum\":3}"}]));
        let expected = json!({"sum": 3});
        assert_eq!(result.get("structuredContent"), (client.version.as_str() >= "2025-06-18").then_some(&expected));
    }
}

#[tokio::test]
async fn content_types_follow_revision() {
    let served = served().await;
    for client in clients(&served).await {
        let content = client.call("media", json!({})).await["content"].take();
        let kinds: Vec<_> = content.as_array().unwrap().iter().map(|block| block["type"].as_str().unwrap()).collect();
        let expected = match client.version.as_str() {
            "2024-11-05" => ["resource", "text", "image"],
            "2025-03-26" => ["audio", "text", "image"],
            _ => ["audio", "resource_link", "image"],
        };
        assert_eq!(kinds, expected, "{}", client.version);
        assert!(content[1].to_string().contains("test://manual"));
        let messages =
            client.result("prompts/get", json!({"name": "ask", "arguments": {"topic": "x"}})).await["messages"].take();
        assert_eq!(messages[0]["content"]["type"], expected[0]);
    }
}

#[tokio::test]
async fn stateless_members_are_absent_in_session_era() {
    let served = served().await;
    for client in clients(&served).await {
        let later = client.version == STATELESS;
        for (method, params) in [
            ("tools/list", json!({})),
            ("resources/read", json!({"uri": "test://manual"})),
            ("tools/call", json!({"name": "sum", "arguments": {"a": 1, "b": 2}})),
        ] {
            let result = client.result(method, params).await;
            assert_eq!(result.get("resultType").is_some(), later, "{} {method}", client.version);
            assert_eq!(result.get("_meta").is_some(), later, "{} {method}", client.version);
            if !later {
                assert!(result.get("ttlMs").is_none() && result.get("cacheScope").is_none());
            }
        }
    }
}
