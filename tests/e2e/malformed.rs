//! Bodies that are no message: each refused with the code that says what is wrong with it, in both eras.

use mcp_server::Limits;
use serde_json::{Value, json};
use tests::harness::{Client, serve};

use crate::items::{Gate, module, patient, served};

/// Sends the body as a client of each era, under headers that name a method.
async fn refused(body: &[u8], code: i64, id: Option<Value>) {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let request = client.raw(body).header("Mcp-Method", "ping");
        let error = client.send(request).await.error(400, code).await;
        assert_eq!(error.get("id"), id.as_ref(), "{} {error}", client.version);
    }
}

#[tokio::test]
async fn what_is_not_json_is_a_parse_error() {
    for body in ["", "{", "{bad json", "[", "\"", "{\"jsonrpc\":\"2.0\",}"] {
        refused(body.as_bytes(), -32700, None).await;
    }
}

#[tokio::test]
async fn what_is_not_utf8_is_a_parse_error() {
    refused(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}", -32700, None).await;
}

#[tokio::test]
async fn what_is_not_json_rpc_is_an_invalid_request() {
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
        refused(body.as_bytes(), -32600, id).await;
    }
}

#[tokio::test]
async fn an_id_is_a_string_or_an_integer() {
    for id in ["null", "1.5", "1e3", "true", "[1]", "{}"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        refused(body.as_bytes(), -32600, None).await;
    }
}

#[tokio::test]
async fn ids_come_back_as_they_were_sent() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        for id in [json!(0), json!(-7), json!(9_007_199_254_740_993_i64), json!(""), json!("a b"), json!("ä\"\\")] {
            let request = client.request(id.clone(), "tools/list", json!({}));
            assert_eq!(client.send(request).await.json().await["id"], id);
        }
    }
}

#[tokio::test]
async fn a_batch_is_an_invalid_request() {
    refused(br#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600, None).await;
    refused(b" []", -32600, None).await;
}

#[tokio::test]
async fn parameters_that_no_method_may_have_are_refused_with_their_message() {
    for params in [
        r#"["add"]"#,
        r#"{"name":"add","_meta":[]}"#,
        r#"{"name":"add","_meta":{"io.modelcontextprotocol/protocolVersion":5}}"#,
        r#"{"name":"add","name":"add"}"#,
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
        refused(body.as_bytes(), -32602, Some(json!(1))).await;
    }
}

#[tokio::test]
async fn nesting_beyond_the_limit_is_refused_and_up_to_it_is_not() {
    let served = serve(module(&Gate::new(), patient(), Limits::default().max_json_depth(10))).await;
    for client in Client::of_both_eras(&served).await {
        // The message, its parameters and the arguments are three of ten.
        for (depth, allowed) in [(7, true), (8, false), (100_000, false)] {
            let arguments =
                format!(r#"{{"message":"[[[[[[[[[[[[","more":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
            let meta = client.request(1, "tools/call", json!({"name": "echo"}));
            let bytes = String::from_utf8(meta.to_bytes()).unwrap();
            let (_, body) = bytes.split_once("\r\n\r\n").unwrap();
            let body = body.replacen("\"name\":\"echo\"", &format!("\"name\":\"echo\",\"arguments\":{arguments}"), 1);
            let request = client.raw(body).header("Mcp-Method", "tools/call").header("Mcp-Name", "echo");
            let mut answer = client.send(request).await;
            if allowed {
                assert_eq!(answer.json().await["result"]["content"][0]["text"], "[[[[[[[[[[[[");
            } else {
                answer.error(400, -32600).await;
            }
        }
    }
}

#[tokio::test]
async fn nesting_that_never_ends_is_refused_before_it_is_read() {
    refused("[".repeat(1_000_000).as_bytes(), -32600, None).await;
    refused(r#"{"a":"#.repeat(200_000).as_bytes(), -32600, None).await;
}

#[tokio::test]
async fn a_connection_goes_on_after_a_refused_body() {
    let served = served().await;
    let client = Client::stateless(&served);
    let mut answer = client.send(client.raw("{bad")).await;
    answer.error(400, -32700).await;
    let connection = answer.into_connection().await;
    let mut answer = connection.exchange(client.calling(1, "add", json!({"a": 1, "b": 2}))).await;
    assert_eq!(answer.json().await["result"]["content"][0]["text"], "3");
}

#[tokio::test]
async fn members_that_nobody_knows_and_members_of_null_do_no_harm() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":null,"_meta":null,"more":[1]},"extra":{}}"#,
        " \n{\"params\":{},\t\"method\":\"tools\\u002flist\",\"id\":1,\"jsonrpc\":\"2.0\"}\r\n",
    ] {
        let answer = client.send(client.raw(body)).await.json().await;
        assert!(answer["result"]["tools"].is_array(), "{body} {answer}");
    }
}

#[tokio::test]
async fn a_request_without_an_id_is_a_notification_and_does_nothing() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    for client in Client::of_both_eras(&served).await {
        let answer = client.send(client.notification("tools/call", json!({"name": "wait"})).unchecked()).await;
        assert_eq!(answer.status, 202);
        assert_eq!(served.server.as_ref().unwrap().calls_in_flight(), 0);
    }
}

#[tokio::test]
async fn a_notification_with_an_id_is_no_method() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for method in ["notifications/initialized", "notifications/cancelled"] {
        assert_eq!(client.ask_wrongly(method, json!({"requestId": 1})).await["error"]["code"], -32601, "{method}");
    }
}

#[tokio::test]
async fn whatever_a_message_is_changed_into_it_is_answered() {
    // A small generator, so that a failure can be repeated.
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let bytes = client.calling(1, "add", json!({"a": 1, "b": -2})).to_bytes();
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
            let mut answer = connection.exchange(request).await;
            if answer.status != 202 {
                let message = answer.json().await;
                assert!([200, 400, 404].contains(&answer.status), "{} {text} {message}", answer.status);
                let code = &message["error"]["code"];
                assert!(message["result"].is_object() || code.is_i64() && *code != -32603, "{text} {message}");
            }
            connection = answer.into_connection().await;
        }
    }
    assert_eq!(served.server.as_ref().unwrap().open_sessions(), 1);
}
