//! `initialize`: negotiation, session ids, capabilities and ping.

use std::sync::Arc;

use mcp_server::{Limits, StreamableHttp};
use serde_json::{Value, json};
use tests::harness::{Client, Request, SESSION_VERSIONS, STATELESS, serve};

use crate::items::{Gate, http_options, module, served};

#[tokio::test]
async fn initialize_negotiates_known_or_latest_version() {
    let served = served().await;
    for version in SESSION_VERSIONS {
        let reply = served.send(Request::initialize(version)).await.json().await;
        assert_eq!(reply["result"]["protocolVersion"], version);
    }
    for version in [STATELESS, "1999-01-01", "2025-11-26", "", "latest"] {
        let reply = served.send(Request::initialize(version)).await.json().await;
        assert_eq!(reply["result"]["protocolVersion"], "2025-11-25", "{version}");
    }
}

#[tokio::test]
async fn initialize_negotiates_by_its_body_whatever_its_header_says() {
    let served = served().await;
    for header in ["2027-01-01", "2026-07-28", "2024-11-05", "v1"] {
        for (requested, agreed) in [("2025-06-18", "2025-06-18"), ("2027-01-01", "2025-11-25")] {
            let request = Request::initialize(requested).header("MCP-Protocol-Version", header);
            let response = served.send(request).await.last_message().await;
            assert_eq!(response["result"]["protocolVersion"], agreed, "{header}");
        }
    }
}

#[tokio::test]
async fn session_ids_are_long_and_unique() {
    let served = served().await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        let reply = served.send(Request::initialize("2025-11-25")).await;
        let id = reply.header("mcp-session-id").unwrap().to_owned();
        assert!(id.len() >= 32 && id.bytes().all(|byte| byte.is_ascii_graphic()), "{id}");
        ids.push(id);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}

#[tokio::test]
async fn capabilities_match_items() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    assert_eq!(client.initialize_result["capabilities"], json!({"tools": {"listChanged": true}, "logging": {}}));
    assert_eq!(client.initialize_result["serverInfo"], json!({"name": "e2e", "version": "1.2.3"}));
    for client in Client::both_eras(&served).await {
        for method in ["prompts/list", "resources/list", "resources/templates/list"] {
            assert_eq!(
                client.response(method, json!({})).await["error"]["code"],
                -32601,
                "{method} {}",
                client.version
            );
        }
    }
}

#[tokio::test]
async fn initialize_without_version_is_invalid_params() {
    let served = served().await;
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}});
    let mut reply = served.send(Request::message(&message).unchecked()).await;
    assert_eq!(reply.header("mcp-session-id"), None);
    assert_eq!(reply.json().await["error"]["code"], -32602);
}

#[tokio::test]
async fn session_id_generator_is_used() {
    let http = http_options().session_id_generator(|| "session-of-mine".to_owned());
    let served = serve(module(&Gate::new(), http, Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    assert_eq!(client.session.as_deref(), Some("session-of-mine"));
    assert_eq!(client.result("ping", json!({})).await, json!({}));
    // A repeated id would give the session of one client to another.
    let mut reply = served.send(Request::initialize("2025-11-25")).await;
    assert_eq!(reply.header("mcp-session-id"), None);
    reply.error(500, -32603).await;
}

#[tokio::test]
async fn invalid_generated_session_id_is_500() {
    let generator: Arc<dyn Fn() -> String + Send + Sync> = Arc::new(|| "two words\r\nX-Evil: 1".to_owned());
    let http = StreamableHttp::default().session_id_generator(move || generator());
    let served = serve(module(&Gate::new(), http, Limits::default())).await;
    let mut reply = served.send(Request::initialize("2025-11-25")).await;
    assert_eq!((reply.header("mcp-session-id"), reply.header("x-evil")), (None, None));
    reply.error(500, -32603).await;
}

#[tokio::test]
async fn ping_result_is_empty_in_every_session() {
    let served = served().await;
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        assert_eq!(client.response("ping", json!({})).await, json!({"jsonrpc": "2.0", "id": 1, "result": {}}));
    }
}

#[tokio::test]
async fn notifications_and_responses_are_202() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for body in [
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "method": "notifications/roots/list_changed"}),
        json!({"jsonrpc": "2.0", "method": "notifications/unheard_of", "params": {"a": 1}}),
        json!({"jsonrpc": "2.0", "id": 17, "result": {}}),
        json!({"jsonrpc": "2.0", "id": 17, "error": {"code": 1, "message": "no"}}),
    ] {
        let mut reply = client.send(client.raw(body.to_string())).await;
        assert_eq!((reply.status, reply.text().await.as_str()), (202, ""), "{body}");
    }
}

#[tokio::test]
async fn unknown_method_is_32601() {
    let served = served().await;
    let session = Client::in_session(&served, "2025-11-25").await;
    for method in ["no/such", "server/discover", "resources/subscribe", "Tools/list", ""] {
        session.send(session.request(7, method, json!({})).unchecked()).await.error(200, -32601).await;
    }
    let stateless = Client::stateless(&served);
    for method in ["no/such", "initialize", "ping", "logging/setLevel", "resources/subscribe"] {
        let error = stateless.send(stateless.request(7, method, json!({})).unchecked()).await.error(404, -32601).await;
        assert_eq!(error["id"], 7);
    }
}

#[tokio::test]
async fn unknown_names_and_cursors_are_invalid_params() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (method, params) in [
            ("tools/call", json!({"name": "no-such-tool"})),
            ("tools/call", json!({})),
            ("tools/list", json!({"cursor": "page-2"})),
        ] {
            let reply = client.response_to_invalid(method, params.clone()).await;
            assert_eq!(reply["error"]["code"], -32602, "{method} {params} {reply}");
        }
    }
}

#[tokio::test]
async fn unsupported_version_header_is_400() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for version in ["1999-01-01", "v999.0.0", "2025-11-25x"] {
        let request = client.request(1, "ping", json!({})).with("MCP-Protocol-Version", version);
        let error = client.send(request).await.error(400, -32022).await;
        assert_eq!(error["error"]["data"]["requested"], version);
        let supported: Vec<Value> =
            SESSION_VERSIONS.iter().chain([&STATELESS]).rev().map(|version| (*version).into()).collect();
        assert_eq!(error["error"]["data"]["supported"], Value::from(supported));
    }
}
