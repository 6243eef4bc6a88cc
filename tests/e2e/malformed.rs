//! Malformed bodies and their error codes, in both eras.

use mcp_server::Limits;
use serde_json::{Value, json};
use tests::harness::{Client, serve};

use crate::items::{Gate, http_options, module, served};

/// Sends a malformed body as a client of each era, and checks code and id of the error.
async fn rejected(body: &[u8], code: i64, id: Option<Value>) {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let request = client.raw(body).header("Mcp-Method", "ping");
        let error = client.send(request).await.error(400, code).await;
        assert_eq!(error.get("id"), id.as_ref(), "{} {error}", client.version);
    }
}

#[tokio::test]
async fn invalid_json_is_parse_error() {
    for body in ["", "{", "{bad json", "[", "\"", "{\"jsonrpc\":\"2.0\",}"] {
        rejected(body.as_bytes(), -32700, None).await;
    }
}

#[tokio::test]
async fn invalid_utf8_is_parse_error() {
    rejected(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}", -32700, None).await;
}

#[tokio::test]
async fn non_json_rpc_is_invalid_request() {
    for (body, id) in [
        ("1", None),
        ("null", None),
        ("\"ping\"", None),
        ("{}", None),
        (r#"{"id":1,"method":"ping"}"#, Some(json!(1))),
        (r#"{"jsonrpc":"1.0","id":"a","method":"ping"}"#, Some(json!("a"))),
        (r#"{"jsonrpc":"2.0","id":1}"#, Some(json!(1))),
        (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, Some(json!(1))),
    ] {
        rejected(body.as_bytes(), -32600, id).await;
    }
}

#[tokio::test]
async fn id_of_other_type_is_invalid_request() {
    for id in ["null", "1.5", "true", "[1]", "{}"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        rejected(body.as_bytes(), -32600, None).await;
    }
}

#[tokio::test]
async fn whole_number_in_any_spelling_is_an_id() {
    let served = served().await;
    for id in ["1.0", "-0.0", "1e3", "10E-1", "12345678901234567890123.0"] {
        for client in Client::both_eras(&served).await {
            let meta = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;
            let meta = if client.is_stateless() { meta } else { "{}" };
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list","params":{{"_meta":{meta}}}}}"#);
            let text = client.send(client.raw(body).with("Mcp-Method", "tools/list")).await.text().await;
            assert!(text.contains(&format!("\"id\":{id},")), "{id}: {text}");
        }
    }
}

#[tokio::test]
async fn byte_order_mark_is_ignored() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let request = client.request(1, "tools/list", json!({})).prefixed(b"\xef\xbb\xbf");
        let response = client.send(request).await.text().await;
        assert!(response.contains("\"tools\":["), "{response}");
    }
}

#[tokio::test]
async fn ids_are_returned_unchanged() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for id in [json!(0), json!(-7), json!(9_007_199_254_740_993_i64), json!(""), json!("a b"), json!("ä\"\\")] {
            let request = client.request(id.clone(), "tools/list", json!({}));
            assert_eq!(client.send(request).await.json().await["id"], id);
        }
    }
}

#[tokio::test]
async fn batch_is_invalid_request() {
    rejected(br#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600, None).await;
    rejected(b" []", -32600, None).await;
}

#[tokio::test]
async fn malformed_params_are_invalid_params() {
    for params in [
        r#"["add"]"#,
        r#"{"name":"add","_meta":[]}"#,
        r#"{"name":"add","_meta":{"io.modelcontextprotocol/protocolVersion":5}}"#,
        r#"{"name":"add","name":"add"}"#,
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
        rejected(body.as_bytes(), -32602, Some(json!(1))).await;
    }
}

#[tokio::test]
async fn nesting_over_limit_is_rejected() {
    let served = serve(module(&Gate::new(), http_options(), Limits::default().max_json_depth(10))).await;
    for client in Client::both_eras(&served).await {
        // Message, parameters and arguments already have a depth of three.
        for (depth, allowed) in [(7, true), (8, false), (100_000, false)] {
            let arguments =
                format!(r#"{{"message":"[[[[[[[[[[[[","more":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
            let meta = client.request(1, "tools/call", json!({"name": "echo"}));
            let bytes = String::from_utf8(meta.to_bytes()).unwrap();
            let (_, body) = bytes.split_once("\r\n\r\n").unwrap();
            let body = body.replacen("\"name\":\"echo\"", &format!("\"name\":\"echo\",\"arguments\":{arguments}"), 1);
            let request = client.raw(body).header("Mcp-Method", "tools/call").header("Mcp-Name", "echo");
            let mut reply = client.send(request).await;
            if allowed {
                assert_eq!(reply.json().await["result"]["content"][0]["text"], "[[[[[[[[[[[[");
            } else {
                reply.error(400, -32600).await;
            }
        }
    }
}

#[tokio::test]
async fn endless_nesting_is_rejected_before_parsing() {
    rejected("[".repeat(1_000_000).as_bytes(), -32600, None).await;
    rejected(r#"{"a":"#.repeat(200_000).as_bytes(), -32600, None).await;
}

#[tokio::test]
async fn connection_is_reusable_after_rejected_body() {
    let served = served().await;
    let client = Client::stateless(&served);
    let mut reply = client.send(client.raw("{bad")).await;
    reply.error(400, -32700).await;
    let connection = reply.into_connection().await;
    let mut reply = connection.exchange(client.call_request(1, "add", json!({"a": 1, "b": 2}))).await;
    assert_eq!(reply.json().await["result"]["content"][0]["text"], "3");
}

#[tokio::test]
async fn unknown_and_null_members_are_ignored() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":null,"_meta":null,"more":[1]},"extra":{}}"#,
        " \n{\"params\":{},\t\"method\":\"tools\\u002flist\",\"id\":1,\"jsonrpc\":\"2.0\"}\r\n",
    ] {
        let reply = client.send(client.raw(body)).await.json().await;
        assert!(reply["result"]["tools"].is_array(), "{body} {reply}");
    }
}

#[tokio::test]
async fn request_without_id_is_ignored_notification() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    for client in Client::both_eras(&served).await {
        let reply = client.send(client.notification("tools/call", json!({"name": "wait"})).unchecked()).await;
        assert_eq!(reply.status, 202);
        assert_eq!(served.server.as_ref().unwrap().calls_in_flight(), 0);
    }
}

#[tokio::test]
async fn notification_with_id_is_unknown_method() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for method in ["notifications/initialized", "notifications/cancelled"] {
        assert_eq!(
            client.response_to_invalid(method, json!({"requestId": 1})).await["error"]["code"],
            -32601,
            "{method}"
        );
    }
}

#[tokio::test]
async fn mutated_messages_are_always_answered() {
    // A deterministic generator makes failures reproducible.
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let bytes = client.call_request(1, "add", json!({"a": 1, "b": -2})).to_bytes();
        let body = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        let mut connection = served.connect().await;
        for _ in 0..700 {
            let mut changed = bytes[body..].to_vec();
            for _ in 0..=next(3) {
                let at = next(changed.len().max(1));
                if changed.is_empty() {
                    break;
                }
                match next(4) {
                    0 => changed[at] = b"{}[]\",:\\0n \xff"[next(12)],
                    1 => _ = changed.remove(at),
                    2 => changed.insert(at, b"{}[]\",:\\0n \xff"[next(12)]),
                    _ => changed.truncate(at.max(1)),
                }
            }
            let text = String::from_utf8_lossy(&changed).into_owned();
            let request = client.raw(changed).header("Mcp-Method", "tools/call").header("Mcp-Name", "add");
            let mut reply = connection.exchange(request).await;
            if reply.status != 202 {
                let message = reply.json().await;
                assert!([200, 400, 404].contains(&reply.status), "{} {text} {message}", reply.status);
                let code = &message["error"]["code"];
                assert!(message["result"].is_object() || code.is_i64() && *code != -32603, "{text} {message}");
            }
            connection = reply.into_connection().await;
        }
    }
    assert_eq!(served.server.as_ref().unwrap().open_sessions(), 1);
}
