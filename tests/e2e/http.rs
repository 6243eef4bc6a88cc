//! The HTTP layer: methods, media types, lengths and headers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mcp_server::{Limits, McpModule, McpOptions};
use serde_json::{Value, json};
use tests::harness::{Client, Request, Response, serve, within};

use crate::items::{Gate, http_options, module, named, served};

#[tokio::test]
async fn non_json_content_type_is_415() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let request = || client.call_request(1, "add", json!({"a": 1, "b": 2}));
        for kind in
            ["text/plain", "application/jsonx", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
        {
            client.send(request().with("Content-Type", kind)).await.error(415, -32600).await;
        }
        client.send(request().without("Content-Type")).await.error(415, -32600).await;
        for kind in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
            assert_eq!(client.send(request().with("Content-Type", kind)).await.status, 200, "{kind}");
        }
    }
}

#[tokio::test]
async fn accept_header_selects_json_or_stream() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let request = || client.call_request(1, "add", json!({"a": 1, "b": 2}));
        for (accept, stream) in [
            (None, false),
            (Some("*/*"), false),
            (Some("application/json, text/event-stream"), false),
            (Some("application/json"), false),
            (Some("text/event-stream"), true),
            (Some("text/event-stream, application/json;q=0"), true),
            // The most specific range wins, in any position (RFC 9110, section 12.5.1).
            (Some("*/*, application/json;q=0"), true),
            (Some("application/json;q=0, application/*, text/*"), true),
            (Some("text/event-stream;q=0, */*;q=0.1"), false),
            (Some("*/*;q=0, application/json"), false),
        ] {
            let request = match accept {
                Some(accept) => request().with("Accept", accept),
                None => request().without("Accept"),
            };
            let mut reply = client.send(request).await;
            assert_eq!((reply.status, reply.is_stream()), (200, stream), "{accept:?} {}", client.version);
            let response = reply.messages().await.pop().unwrap();
            assert_eq!(response["result"]["content"][0]["text"], "3");
        }
        for accept in ["text/html", "*/*;q=0", "*/*, text/event-stream;q=0, application/json;q=0"] {
            client.send(request().with("Accept", accept)).await.error(406, -32600).await;
        }
    }
}

#[tokio::test]
async fn stream_only_client_gets_streams() {
    async fn answered(client: &Client, request: Request) -> Response {
        let mut reply = client.send(request.with("Accept", "text/event-stream")).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-cache")), "{reply:?}");
        let messages = reply.messages().await;
        assert!(messages.len() == 1 && messages[0]["result"].is_object(), "{messages:?}");
        reply
    }
    #[mcp_server::resource(server = "streams only", uri = "test://watched")]
    fn watched() -> &'static str {
        "watched"
    }
    for http in [http_options(), http_options().enable_json_response(true), http_options().stateless_mode(true)] {
        let options = McpOptions::new("streams only", "1").streamable_http(http.clone());
        let served = serve(McpModule::for_root(options)).await;
        let opened = answered(&Client::new(&served, "2025-11-25"), Request::initialize("2025-11-25")).await;
        let mut client = Client::new(&served, "2025-11-25");
        client.session = opened.header("mcp-session-id").map(str::to_owned);
        let mut methods = vec![
            ("ping", json!({})),
            ("logging/setLevel", json!({"level": "info"})),
            ("resources/read", json!({"uri": "test://watched"})),
            ("resources/list", json!({})),
        ];
        if client.session.is_some() {
            methods.push(("resources/subscribe", json!({"uri": "test://watched"})));
            methods.push(("resources/unsubscribe", json!({"uri": "test://watched"})));
        }
        for (method, params) in methods {
            answered(&client, client.request(1, method, params)).await;
        }
        let stateless = Client::stateless(&served);
        answered(&stateless, stateless.request(1, "server/discover", json!({}))).await;
        // Errors with an HTTP status are JSON, independent of `Accept`.
        let unknown = stateless.request(1, "no/such", json!({})).with("Accept", "text/event-stream");
        stateless.send(unknown).await.error(404, -32601).await;
    }
}

#[tokio::test]
async fn json_only_client_gets_json_despite_progress() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let request = client.call_request_with_progress(1, "count", json!({"to": 3}), "t");
        let mut reply = client.send(request.with("Accept", "application/json")).await;
        assert_eq!(reply.json().await["result"]["content"][0]["text"], "counted to 3");
    }
}

#[tokio::test]
async fn oversized_content_length_is_413_before_body() {
    let served = serve(module(&Gate::new(), http_options(), Limits::default().max_body_bytes(1_000))).await;
    let mut connection = served.connect().await;
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n";
    connection.write(head.as_bytes()).await;
    connection.response().await.error(413, -32600).await;
}

#[tokio::test]
async fn oversized_body_is_413() {
    let served = serve(module(&Gate::new(), http_options(), Limits::default().max_body_bytes(10_000))).await;
    for client in Client::both_eras(&served).await {
        let fits = client.call_request(1, "echo", json!({"message": "x".repeat(9_000)}));
        assert_eq!(client.send(fits.clone()).await.status, 200);
        assert_eq!(client.send(fits.chunked()).await.status, 200);
        let large = client.call_request(1, "echo", json!({"message": "x".repeat(10_000)}));
        client.send(large.clone()).await.error(413, -32600).await;
        client.send(large.chunked()).await.error(413, -32600).await;
    }
}

#[tokio::test]
async fn endless_body_is_read_only_to_limit() {
    let served = serve(module(&Gate::new(), http_options(), Limits::default().max_body_bytes(1_000))).await;
    let mut connection = served.connect().await;
    let head =
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    connection.write(head.as_bytes()).await;
    // The chunk is never completed, so only a server that stops reading can respond.
    connection.write(format!("fffffff\r\n{}", "x".repeat(2_000)).as_bytes()).await;
    connection.response().await.error(413, -32600).await;
}

#[tokio::test]
async fn missing_body_times_out_with_408() {
    let limits = Limits::default().body_timeout(std::time::Duration::from_millis(50));
    let served = serve(module(&Gate::new(), http_options(), limits)).await;
    let mut connection = served.connect().await;
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{";
    connection.write(head.as_bytes()).await;
    connection.response().await.error(408, -32600).await;
}

#[tokio::test]
async fn incomplete_head_times_out() {
    let limits = Limits::default().header_timeout(std::time::Duration::from_millis(50));
    let served = serve(module(&Gate::new(), http_options(), limits)).await;
    let mut connection = served.connect().await;
    connection.write(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\n").await;
    within(connection.read_to_end()).await;
}

#[tokio::test]
async fn connection_is_reusable_after_stream() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 3}), "t")).await;
        for id in 2..5 {
            assert!(reply.is_stream());
            let request = client.call_request_with_progress(id, "count", json!({"to": 3}), "t");
            reply = reply.into_connection().await.exchange(request).await;
        }
        assert_eq!(reply.messages().await.pop().unwrap()["id"], 4);
    }
}

#[tokio::test]
async fn invalid_chunk_is_400() {
    let served = served().await;
    let mut connection = served.connect().await;
    let head =
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    connection.write(format!("{head}zz\r\n").as_bytes()).await;
    connection.response().await.error(400, -32600).await;
    assert_eq!(Client::stateless(&served).call_text("add", json!({"a": 1, "b": 1})).await, "2");
}

#[tokio::test]
async fn other_methods_are_405_with_allow_header() {
    let served = served().await;
    for method in ["PUT", "PATCH", "TRACE"] {
        let mut reply = served.send(Request::new(method)).await;
        assert_eq!(reply.header("allow"), Some("GET, POST, DELETE, OPTIONS"));
        reply.error(405, -32600).await;
    }
}

#[tokio::test]
async fn stateless_get_and_delete_are_400() {
    let served = served().await;
    let client = Client::stateless(&served);
    client.send(client.stream_request()).await.error(400, -32600).await;
    client.send(client.delete_request()).await.error(400, -32600).await;
}

#[tokio::test]
async fn different_values_of_a_header_are_rejected() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for name in ["MCP-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name"] {
            let request = client.call_request(1, "add", json!({"a": 1, "b": 2})).with(name, "add").header(name, "Add");
            assert_eq!(client.send(request).await.error(400, -32020).await["id"], 1, "{name}");
        }
        let request = client.call_request(1, "add", json!({"a": 1, "b": 2})).header("Content-Type", "text/plain");
        client.send(request).await.error(415, -32600).await;
    }
    let client = Client::in_session(&served, "2025-11-25").await;
    client.send(client.resume_request("0-0").header("Last-Event-ID", "0-1")).await.error(400, -32020).await;
}

#[tokio::test]
async fn equal_copies_of_a_header_count_once() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let request = || client.call_request(1, "add", json!({"a": 1, "b": 2}));
        for name in ["MCP-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name", "Content-Type"] {
            let Some(value) = request().value(name).map(str::to_owned) else { continue };
            for repeated in [
                request().header(name, &value),
                request().with(name, format!("{value}, {value}")),
                request().with(name, format!("{value},{value}")).header(name, format!("{value},{value}")),
            ] {
                let response = client.send(repeated).await.last_message().await;
                assert_eq!(response["result"]["content"][0]["text"], "3", "{name}: {response}");
            }
        }
    }
}

#[tokio::test]
async fn headers_that_contradict_the_body_are_rejected_in_both_eras() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let request = || client.call_request(1, "add", json!({"a": 1, "b": 2}));
        for (name, value) in [("Mcp-Method", "tools/list"), ("Mcp-Method", "Tools/call"), ("Mcp-Name", "echo")] {
            let error = client.send(request().with(name, value)).await.error(400, -32020).await;
            assert_eq!(error["id"], 1, "{name}: {value}");
        }
        let agrees = request().with("Mcp-Method", "tools/call").with("Mcp-Name", "add");
        assert_eq!(client.send(agrees).await.status, 200);
        let notification = client.notification("notifications/vendor", json!({}));
        client.send(notification.with("Mcp-Method", "notifications/other")).await.error(400, -32020).await;
    }
    let opening = Request::initialize("2025-11-25").header("Mcp-Method", "tools/call");
    served.send(opening).await.error(400, -32020).await;
}

#[tokio::test]
async fn unreadable_header_error_has_request_id() {
    let served = served().await;
    let not_text = "\u{e9}";
    for client in Client::both_eras(&served).await {
        for name in ["MCP-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name"] {
            let request = client.call_request("a", "add", json!({"a": 1, "b": 2})).with(name, not_text);
            let error = client.send(request).await.error(400, -32020).await;
            assert_eq!(error["id"], "a", "{name}");
            assert!(error["error"]["message"].as_str().unwrap().contains(name), "{error}");
            // Without a readable id the response has none either.
            let notification = client.notification("notifications/vendor", json!({})).with(name, not_text);
            assert_eq!(client.send(notification).await.error(400, -32020).await.get("id"), None, "{name}");
            let no_json = client.raw("{").with(name, not_text);
            assert_eq!(client.send(no_json).await.error(400, -32700).await.get("id"), None, "{name}");
        }
    }
    let client = Client::in_session(&served, "2025-03-26").await;
    let batch = client.raw(br#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#).header("Mcp-Name", not_text);
    assert_eq!(client.send(batch).await.error(400, -32020).await.get("id"), None);
}

#[tokio::test]
async fn mcp_name_is_decoded_and_trimmed_for_comparison() {
    #[mcp_server::prompt(name = "grüße", server = "names in headers")]
    fn greetings() -> &'static str {
        "hallo"
    }
    let served = serve(named("names in headers").only(mcp_server::items![greetings, crate::items::add])).await;
    let client = Client::stateless(&served);
    let get = || client.request(1, "prompts/get", json!({"name": "grüße"}));
    let wrap = |text: &str| format!("=?base64?{}?=", STANDARD.encode(text));
    let reply = client.send(get().with("Mcp-Name", wrap("grüße"))).await.json().await;
    assert_eq!(reply["result"]["messages"][0]["content"]["text"], "hallo", "{reply}");
    for name in [wrap("grusse"), "=?base64?dGVzd!!?=".to_owned(), "=?base64?/w==?=".to_owned()] {
        assert_eq!(client.send(get().with("Mcp-Name", name)).await.error(400, -32020).await["id"], 1);
    }
    let call = || client.call_request(1, "add", json!({"a": 1, "b": 2}));
    for (name, value) in
        [("Mcp-Name", wrap("add")), ("Mcp-Name", "   add  ".to_owned()), ("MCP-NAME", "add".to_owned())]
    {
        assert_eq!(client.send(call().with(name, value)).await.status, 200);
    }
}

#[tokio::test]
async fn every_rejection_is_json_rpc() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for (request, status) in [
        (Request::new("PUT"), 405),
        (Request::post("{}").with("Host", "evil.example"), 403),
        (Request::post("{}").with("Content-Type", "text/plain"), 415),
        (Request::post("{}").with("Accept", "image/png"), 406),
        (Request::post("{"), 400),
        (Request::post("{}"), 400),
        (client.request(1, "ping", json!({})).with("Mcp-Session-Id", "no-such"), 404),
        (Request::get(), 400),
        (Request::get().with("Accept", "application/json"), 406),
        (Request::new("DELETE").header("Mcp-Session-Id", "no-such"), 404),
        (Request::get().path("/elsewhere"), 404),
    ] {
        let mut reply = served.send(request.clone()).await;
        assert_eq!(reply.status, status, "{request:?}");
        let body: Value = within(reply.json()).await;
        assert!(body["jsonrpc"] == "2.0" && body["error"]["message"].is_string(), "{request:?} {body}");
    }
    let unknown: Value = within(served.send(Request::get().path("/elsewhere")).await.json()).await;
    assert_eq!(unknown["error"]["message"], "unknown path: expected `/mcp`");
}
