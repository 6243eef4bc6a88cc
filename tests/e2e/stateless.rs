//! The stateless revision 2026-07-28: `server/discover`, `_meta` and headers.

use mcp_server::{Limits, McpOptions};
use serde_json::{Value, json};
use tests::harness::{Client, Request, STATELESS, serve};

use crate::items::{Gate, http_options, module, named, served, with_options};

const INFO: &str = "io.modelcontextprotocol/serverInfo";

#[tokio::test]
async fn discover_describes_the_server() {
    let options = McpOptions::new("e2e", "1.2.3")
        .title("End to end")
        .instructions("Add numbers.")
        .streamable_http(http_options());
    let served = serve(with_options(options, &Gate::new())).await;
    let result = Client::stateless(&served).result("server/discover", json!({})).await;
    let versions = ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];
    assert_eq!(result["supportedVersions"], json!(versions));
    assert_eq!(result["capabilities"], json!({"tools": {"listChanged": true}, "logging": {}}));
    assert_eq!(result["instructions"], "Add numbers.");
    assert_eq!(result["_meta"][INFO], json!({"name": "e2e", "version": "1.2.3", "title": "End to end"}));
    assert_eq!((&result["resultType"], &result["cacheScope"]), (&json!("complete"), &json!("public")));
    assert!(result["ttlMs"].is_u64());
}

#[tokio::test]
async fn every_result_has_type_and_server_info() {
    #[mcp_server::resource(uri = "test://text", server = "every result")]
    fn text() -> &'static str {
        "text"
    }
    #[mcp_server::prompt(server = "every result")]
    fn ask() -> &'static str {
        "why?"
    }
    #[mcp_server::tool(server = "every result")]
    fn act() -> mcp_server::ToolResult {
        mcp_server::ToolResult::text("done").meta("com.example/took", 3)
    }
    let served = serve(named("every result")).await;
    let client = Client::stateless(&served);
    for (method, params, cacheable) in [
        ("server/discover", json!({}), true),
        ("tools/list", json!({}), true),
        ("prompts/list", json!({}), true),
        ("resources/list", json!({}), true),
        ("resources/templates/list", json!({}), true),
        ("resources/read", json!({"uri": "test://text"}), true),
        ("tools/call", json!({"name": "act"}), false),
        ("prompts/get", json!({"name": "ask"}), false),
    ] {
        let result = client.result(method, params).await;
        assert_eq!(result["resultType"], "complete", "{method}");
        assert_eq!(result["_meta"][INFO]["name"], "every result", "{method}");
        assert_eq!(result["ttlMs"].is_u64(), cacheable, "{method}");
        assert_eq!(matches!(result["cacheScope"].as_str(), Some("public" | "private")), cacheable, "{method}");
    }
    assert_eq!(client.call("act", json!({})).await["_meta"]["com.example/took"], 3);
}

#[tokio::test]
async fn list_ttl_is_configurable() {
    let options = McpOptions::new("e2e", "1").caching(mcp_server::Caching::lists(std::time::Duration::from_secs(7)));
    let served = serve(with_options(options, &Gate::new())).await;
    assert_eq!(Client::stateless(&served).result("tools/list", json!({})).await["ttlMs"], 7_000);
}

#[tokio::test]
async fn incomplete_meta_is_400() {
    let served = served().await;
    let version = ("io.modelcontextprotocol/protocolVersion", json!(STATELESS));
    let capabilities = ("io.modelcontextprotocol/clientCapabilities", json!({}));
    for (meta, code) in [
        (None, -32602),
        (Some(vec![]), -32602),
        (Some(vec![capabilities.clone()]), -32602),
        (Some(vec![version.clone()]), -32602),
        (Some(vec![version.clone(), (capabilities.0, json!([]))]), -32602),
    ] {
        let mut params = json!({});
        if let Some(meta) = meta {
            params["_meta"] =
                meta.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<serde_json::Map<_, _>>().into();
        }
        let message = json!({"jsonrpc": "2.0", "id": "x", "method": "server/discover", "params": params});
        let request = Request::message(&message)
            .header("MCP-Protocol-Version", STATELESS)
            .header("Mcp-Method", "server/discover");
        assert_eq!(served.send(request.unchecked()).await.error(400, code).await["id"], "x", "{params}");
    }
    let params = json!({"_meta": {version.0: version.1, capabilities.0: capabilities.1}});
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": params});
    let request =
        Request::message(&message).header("MCP-Protocol-Version", STATELESS).header("Mcp-Method", "server/discover");
    assert_eq!(served.send(request).await.status, 200, "`clientInfo` is optional");
}

#[tokio::test]
async fn meta_member_of_wrong_type_is_named() {
    let served = served().await;
    let client = Client::stateless(&served);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": STATELESS, "io.modelcontextprotocol/clientCapabilities": {}
    });
    for (member, values) in [
        ("clientInfo", &["5", "\"tests\"", "[]", "true", "{\"name\":5}", "{\"name\":\"a\",\"version\":1}"][..]),
        ("clientCapabilities", &["5", "\"all\"", "[]", "true"]),
        ("logLevel", &["5", "\"loud\"", "[]", "{}", "true"]),
    ] {
        let key = format!("io.modelcontextprotocol/{member}");
        for value in values {
            for (method, params) in [
                ("tools/call", json!({"name": "add", "arguments": {"a": 1, "b": 2}})),
                ("tools/list", json!({})),
                ("server/discover", json!({})),
            ] {
                let mut meta = meta.clone();
                meta[&key] = serde_json::from_str(value).unwrap();
                let request = client.request(3, method, params).param("_meta", meta);
                let error = client.send(request).await.error(400, -32602).await;
                let text = error["error"]["message"].as_str().unwrap();
                assert!(text.contains(&key), "{member} {value}: {text}");
                assert_eq!(error["id"], 3);
            }
        }
    }
}

#[tokio::test]
async fn headers_contradicting_body_are_400() {
    let served = served().await;
    let client = Client::stateless(&served);
    let call = || client.call_request(9, "add", json!({"a": 1, "b": 2}));
    for request in [
        call().with("Mcp-Method", "tools/list"),
        call().with("Mcp-Method", "TOOLS/CALL"),
        call().without("Mcp-Method"),
        call().with("Mcp-Name", "echo"),
        call().with("Mcp-Name", "ADD"),
        call().without("Mcp-Name"),
        call().with("MCP-Protocol-Version", "2025-11-25"),
        call().with("MCP-Protocol-Version", "v999.0.0"),
        call().without("MCP-Protocol-Version"),
    ] {
        assert_eq!(client.send(request).await.error(400, -32020).await["id"], 9);
    }
    let wrong = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {}});
    client
        .send(client.raw(wrong.to_string()).header("Mcp-Method", "notifications/initialized"))
        .await
        .error(400, -32020)
        .await;
}

#[tokio::test]
async fn unsupported_version_error_lists_supported_versions() {
    let served = served().await;
    let client = Client::stateless(&served);
    let body = json!({"jsonrpc": "2.0", "id": 4, "method": "tools/list", "params": {"_meta": {
        "io.modelcontextprotocol/protocolVersion": "v999.0.0", "io.modelcontextprotocol/clientCapabilities": {}
    }}});
    let request =
        client.raw(body.to_string()).with("MCP-Protocol-Version", "v999.0.0").header("Mcp-Method", "tools/list");
    let error = client.send(request).await.error(400, -32022).await;
    assert_eq!((&error["id"], &error["error"]["data"]["requested"]), (&json!(4), &json!("v999.0.0")));
    let discovered = client.result("server/discover", json!({})).await;
    assert_eq!(error["error"]["data"]["supported"], discovered["supportedVersions"]);
}

#[tokio::test]
async fn session_id_is_ignored() {
    let served = served().await;
    let client = Client::stateless(&served).claim_session("no-such");
    let mut reply = client.send(client.call_request(1, "add", json!({"a": 1, "b": 2}))).await;
    assert_eq!((reply.status, reply.header("mcp-session-id")), (200, None));
    assert_eq!(reply.json().await["result"]["content"][0]["text"], "3");
    assert_eq!(served.server.as_ref().unwrap().open_sessions(), 0);
}

#[tokio::test]
async fn lists_are_identical_and_one_line() {
    let served = serve(module(&Gate::new(), http_options(), Limits::default())).await;
    let client = Client::stateless(&served);
    let first = client.send(client.request(1, "tools/list", json!({}))).await.text().await;
    for _ in 0..3 {
        assert_eq!(client.send(client.request(1, "tools/list", json!({}))).await.text().await, first);
    }
    assert!(!first.contains('\n'));
}

#[tokio::test]
async fn response_of_client_is_400() {
    let served = served().await;
    let client = Client::stateless(&served);
    let body: Value = json!({"jsonrpc": "2.0", "id": 4, "result": {}});
    client.send(client.raw(body.to_string())).await.error(400, -32600).await;
}
