//! Invalid notifications and responses, which are never answered as requests.

use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, StdioClient};

use crate::items::{Gate, http_options, module, named, served};

/// Invalid responses.
const RESPONSES: [&str; 6] = [
    r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}"#,
    r#"{"jsonrpc":"1.0","id":1,"result":{}}"#,
    r#"{"jsonrpc":"2.0","id":1.5,"result":{}}"#,
    r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}"#,
    r#"{"jsonrpc":"2.0","id":1,"result":{},"result":{}}"#,
    r#"{"jsonrpc":"2.0","result":{}}"#,
];

/// Invalid notifications.
const NOTIFICATIONS: [&str; 6] = [
    r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}"#,
    r#"{"jsonrpc":"2.0","method":"notifications/x","params":{"_meta":5}}"#,
    r#"{"jsonrpc":"2.0","method":"notifications/x","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":5}}}"#,
    r#"{"jsonrpc":"2.0","method":"notifications/x","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"1"}}}"#,
    r#"{"jsonrpc":"2.0","method":5}"#,
    r#"{"method":"notifications/x"}"#,
];

/// Response of a client that could not read a message of the server (2025-11-25 and later).
const ERROR_WITHOUT_ID: &str = r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}}"#;

#[tokio::test]
async fn invalid_notifications_are_ignored_on_stdio() {
    let (mut client, _serving) = StdioClient::connect(module(&Gate::new(), http_options(), Limits::default())).await;
    for in_session in [false, true] {
        if in_session {
            client.initialize("2025-11-25").await;
        }
        for line in RESPONSES.into_iter().chain(NOTIFICATIONS).chain([ERROR_WITHOUT_ID]) {
            client.write(line.as_bytes()).await;
            client.write(b"\n").await;
            client.request(line, "ping", json!({})).await;
            assert_eq!(client.next().await.unwrap(), json!({"jsonrpc": "2.0", "id": line, "result": {}}));
        }
    }
}

#[tokio::test]
async fn invalid_notifications_are_400_without_id() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for body in RESPONSES.into_iter().chain(NOTIFICATIONS) {
            let mut reply = client.send(client.raw(body).header("Mcp-Method", "notifications/x")).await;
            assert_eq!(reply.status, 400, "{} {body}", client.version);
            let error = reply.json().await;
            assert!(error["error"]["code"].is_i64() && error.get("id").is_none(), "{} {body} {error}", client.version);
        }
    }
}

#[tokio::test]
async fn error_without_id_is_accepted_in_sessions_only() {
    let served = served().await;
    for body in [ERROR_WITHOUT_ID, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#] {
        let [session, stateless] = Client::both_eras(&served).await;
        assert_eq!(session.send(session.raw(body)).await.status, 202);
        let error = stateless.send(stateless.raw(body)).await.error(400, -32600).await;
        assert_eq!(error.get("id"), None, "{error}");
    }
}

#[tokio::test]
async fn malformed_answer_fails_its_question_only() {
    for answer in [r#""result":null"#, r#""result":5"#, r#""error":{}"#] {
        let (mut client, _serving) = StdioClient::connect(named("asking")).await;
        client.initialize_as("2025-11-25", json!({"elicitation": {}})).await;
        client.request(1, "tools/call", json!({"name": "greet"})).await;
        let question = client.next().await.unwrap();
        assert_eq!(question["method"], "elicitation/create");
        client.write(format!(r#"{{"jsonrpc":"2.0","id":{},{answer}}}"#, question["id"]).as_bytes()).await;
        client.write(b"\n").await;
        let failed = client.next().await.unwrap();
        assert_eq!(failed["id"], 1, "{failed}");
        assert!(failed["error"].is_object() || failed["result"]["isError"] == true, "{failed}");
    }
}
