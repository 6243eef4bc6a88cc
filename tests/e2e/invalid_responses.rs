//! Invalid responses of clients to questions: the question fails at once, and is never answered by
//! half a response.

use mcp_server::McpOptions;
use serde_json::{Value, json};
use tests::harness::{Client, StdioClient};

use crate::questions::{able, module, server};

/// Members of responses that are neither a result nor an error.
const INVALID: [&str; 18] = [
    r#""error":null"#,
    r#""error":{}"#,
    r#""error":5"#,
    r#""error":"no""#,
    r#""error":[1,"no"]"#,
    r#""error":true"#,
    r#""error":{"code":1}"#,
    r#""error":{"message":"no"}"#,
    r#""error":{"code":"1","message":"no"}"#,
    r#""error":{"code":1.5,"message":"no"}"#,
    r#""error":{"code":1,"message":null}"#,
    r#""result":null"#,
    r#""result":null,"error":null"#,
    r#""result":5"#,
    r#""result":[]"#,
    r#""result":"accept","error":null"#,
    r#""result":{"action":"decline"},"error":{"code":1,"message":"no"}"#,
    r#""result":{"action":"decline"},"error":{}"#,
];

fn response(id: &Value, members: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},{members}}}"#)
}

fn assert_failed(message: &Value, members: &str) {
    let text = message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{members}: {message}"));
    assert_eq!(message["result"]["isError"], true, "{members}");
    assert!(text.contains("elicitation/create") && text.contains("invalid"), "{members}: {text}");
}

#[tokio::test]
async fn invalid_response_is_400_and_fails_its_question() {
    let served = server().await;
    for version in ["2025-06-18", "2025-11-25"] {
        let client = Client::new(&served, version).capabilities(able()).initialize().await;
        for members in INVALID {
            let mut reply = client.send(client.call_request(client.next_id(), "greet", json!({}))).await;
            let question = reply.message().await.unwrap();
            let response = client.raw(response(&question["id"], members));
            client.send(response).await.error(400, -32600).await;
            assert_failed(&reply.message().await.unwrap(), members);
        }
    }
}

#[tokio::test]
async fn invalid_response_of_other_session_fails_no_question() {
    let served = server().await;
    let client = Client::new(&served, "2025-11-25").capabilities(able()).initialize().await;
    let other = Client::new(&served, "2025-11-25").capabilities(able()).initialize().await;
    let mut reply = client.send(client.call_request(1, "greet", json!({}))).await;
    let question = reply.message().await.unwrap();
    let invalid = response(&question["id"], r#""error":null"#);
    other.send(other.raw(invalid.clone())).await.error(400, -32600).await;
    let claimed = Client::new(&served, "2025-11-25").claim_session("unknown");
    claimed.send(claimed.raw(invalid)).await.error(400, -32600).await;
    client.respond(question["id"].clone(), json!({"action": "decline"})).await;
    assert_eq!(reply.message().await.unwrap()["result"]["content"][0]["text"], "declined");
}

#[tokio::test]
async fn stdio_invalid_response_fails_its_question() {
    let (mut client, _serving) = StdioClient::connect(module(McpOptions::new("asking", "1"))).await;
    client.initialize_as("2025-11-25", able()).await;
    let long = format!(r#""result":{{"action":"decline"}},"more":"{}""#, "x".repeat(5_000_000));
    for members in INVALID.into_iter().chain([long.as_str()]) {
        client.request(1, "tools/call", json!({"name": "greet"})).await;
        let question = client.next().await.unwrap();
        client.write(format!("{}\n", response(&question["id"], members)).as_bytes()).await;
        let message = client.next().await.unwrap();
        let members = &members[..members.len().min(100)];
        if members.contains("more") {
            assert!(message.to_string().contains("too long"), "{message}");
        } else {
            assert_failed(&message, members);
        }
    }
}

#[tokio::test]
async fn batch_with_invalid_response_answers_its_other_ids() {
    let (mut client, _serving) = StdioClient::connect(module(McpOptions::new("asking", "1"))).await;
    client.initialize("2025-03-26").await;
    let batch =
        format!(r#"[{},{{"jsonrpc":"2.0","id":"p","method":"ping"}}]"#, response(&json!(77), r#""error":null"#));
    client.write(format!("{batch}\n").as_bytes()).await;
    let answer = client.next().await.unwrap();
    assert_eq!((&answer[0]["id"], &answer[0]["error"]["code"]), (&json!("p"), &json!(-32600)), "{answer}");
}
