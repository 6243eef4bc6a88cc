//! What HTTP itself must look like: methods, media types, lengths, and headers that are there once.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mcp_server::{Limits, McpModule, McpOptions};
use serde_json::{Value, json};
use tests::harness::{Answer, Client, Request, serve, within};

use crate::items::{Gate, module, named, patient, served};

#[tokio::test]
async fn a_body_that_is_not_json_by_its_type_is_415() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let request = || client.calling(1, "add", json!({"a": 1, "b": 2}));
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
async fn accept_decides_between_json_and_a_stream() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let request = || client.calling(1, "add", json!({"a": 1, "b": 2}));
        for (accept, stream) in [
            (None, false),
            (Some("*/*"), false),
            (Some("application/json, text/event-stream"), false),
            (Some("application/json"), false),
            (Some("text/event-stream"), true),
            (Some("text/event-stream, application/json;q=0"), true),
            // The closest range decides, wherever it stands (RFC 9110, section 12.5.1).
            (Some("*/*, application/json;q=0"), true),
            (Some("application/json;q=0, application/*, text/*"), true),
            (Some("text/event-stream;q=0, */*;q=0.1"), false),
            (Some("*/*;q=0, application/json"), false),
        ] {
            let request = match accept {
                Some(accept) => request().with("Accept", accept),
                None => request().without("Accept"),
            };
            let mut answer = client.send(request).await;
            assert_eq!((answer.status, answer.is_stream()), (200, stream), "{accept:?} {}", client.version);
            let response = answer.messages().await.pop().unwrap();
            assert_eq!(response["result"]["content"][0]["text"], "3");
        }
        for accept in ["text/html", "*/*;q=0", "*/*, text/event-stream;q=0, application/json;q=0"] {
            client.send(request().with("Accept", accept)).await.error(406, -32600).await;
        }
    }
}

#[tokio::test]
async fn a_client_that_takes_no_json_gets_every_answer_as_a_stream() {
    async fn answered(client: &Client, request: Request) -> Answer {
        let mut answer = client.send(request.with("Accept", "text/event-stream")).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-cache")), "{answer:?}");
        let messages = answer.messages().await;
        assert!(messages.len() == 1 && messages[0]["result"].is_object(), "{messages:?}");
        answer
    }
    #[mcp_server::resource(server = "streams only", uri = "test://watched")]
    fn watched() -> &'static str {
        "watched"
    }
    for http in [patient(), patient().enable_json_response(true), patient().stateless_mode(true)] {
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
        // Errors with a status of their own are told in JSON, whatever the client takes.
        let unknown = stateless.request(1, "no/such", json!({})).with("Accept", "text/event-stream");
        stateless.send(unknown).await.error(404, -32601).await;
    }
}

#[tokio::test]
async fn a_client_that_takes_no_stream_gets_json_however_much_is_said() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let request = client.calling_with_progress(1, "count", json!({"to": 3}), "t");
        let mut answer = client.send(request.with("Accept", "application/json")).await;
        assert_eq!(answer.json().await["result"]["content"][0]["text"], "counted to 3");
    }
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_413_before_it_is_sent() {
    let served = serve(module(&Gate::new(), patient(), Limits::default().max_body_bytes(1_000))).await;
    let mut connection = served.connect().await;
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n";
    connection.write(head.as_bytes()).await;
    connection.answer().await.error(413, -32600).await;
}

#[tokio::test]
async fn a_body_that_grows_too_large_is_413() {
    let served = serve(module(&Gate::new(), patient(), Limits::default().max_body_bytes(10_000))).await;
    for client in Client::of_both_eras(&served).await {
        let fits = client.calling(1, "echo", json!({"message": "x".repeat(9_000)}));
        assert_eq!(client.send(fits.clone()).await.status, 200);
        assert_eq!(client.send(fits.chunked()).await.status, 200);
        let large = client.calling(1, "echo", json!({"message": "x".repeat(10_000)}));
        client.send(large.clone()).await.error(413, -32600).await;
        client.send(large.chunked()).await.error(413, -32600).await;
    }
}

#[tokio::test]
async fn a_body_without_end_is_read_no_further_than_the_limit() {
    let served = serve(module(&Gate::new(), patient(), Limits::default().max_body_bytes(1_000))).await;
    let mut connection = served.connect().await;
    let head =
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    connection.write(head.as_bytes()).await;
    // The chunk promises more than is ever sent: only a server that stops reading can answer.
    connection.write(format!("fffffff\r\n{}", "x".repeat(2_000)).as_bytes()).await;
    connection.answer().await.error(413, -32600).await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let limits = Limits::default().body_timeout(std::time::Duration::from_millis(50));
    let served = serve(module(&Gate::new(), patient(), limits)).await;
    let mut connection = served.connect().await;
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{";
    connection.write(head.as_bytes()).await;
    connection.answer().await.error(408, -32600).await;
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let limits = Limits::default().header_timeout(std::time::Duration::from_millis(50));
    let served = serve(module(&Gate::new(), patient(), limits)).await;
    let mut connection = served.connect().await;
    connection.write(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\n").await;
    within(connection.rest()).await;
}

#[tokio::test]
async fn a_connection_goes_on_after_a_stream() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let mut answer = client.send(client.calling_with_progress(1, "count", json!({"to": 3}), "t")).await;
        for id in 2..5 {
            assert!(answer.is_stream());
            let request = client.calling_with_progress(id, "count", json!({"to": 3}), "t");
            answer = answer.into_connection().await.exchange(request).await;
        }
        assert_eq!(answer.messages().await.pop().unwrap()["id"], 4);
    }
}

#[tokio::test]
async fn a_broken_chunk_does_no_harm() {
    let served = served().await;
    let mut connection = served.connect().await;
    let head =
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    connection.write(format!("{head}zz\r\n").as_bytes()).await;
    connection.answer().await.error(400, -32600).await;
    assert_eq!(Client::stateless(&served).call_text("add", json!({"a": 1, "b": 1})).await, "2");
}

#[tokio::test]
async fn other_methods_are_405_and_say_which_there_are() {
    let served = served().await;
    for method in ["PUT", "PATCH", "TRACE"] {
        let mut answer = served.send(Request::new(method)).await;
        assert_eq!(answer.header("allow"), Some("GET, POST, DELETE, OPTIONS"));
        answer.error(405, -32600).await;
    }
}

#[tokio::test]
async fn a_client_of_the_era_without_sessions_has_no_stream_to_open() {
    let served = served().await;
    let client = Client::stateless(&served);
    client.send(client.listening()).await.error(400, -32600).await;
    client.send(client.ending()).await.error(400, -32600).await;
}

#[tokio::test]
async fn a_header_that_counts_is_there_once() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        for name in ["MCP-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name"] {
            let request = client.calling(1, "add", json!({"a": 1, "b": 2})).with(name, "add").header(name, "add");
            assert_eq!(client.send(request).await.error(400, -32020).await["id"], 1, "{name}");
        }
    }
    let client = Client::in_session(&served, "2025-11-25").await;
    client.send(client.resuming("0-0").header("Last-Event-ID", "0-0")).await.error(400, -32020).await;
}

#[tokio::test]
async fn a_header_that_cannot_be_read_is_told_under_the_id_of_its_request() {
    let served = served().await;
    let not_text = "\u{e9}";
    for client in Client::of_both_eras(&served).await {
        for name in ["MCP-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name"] {
            let request = client.calling("a", "add", json!({"a": 1, "b": 2})).with(name, not_text);
            let error = client.send(request).await.error(400, -32020).await;
            assert_eq!(error["id"], "a", "{name}");
            assert!(error["error"]["message"].as_str().unwrap().contains(name), "{error}");
            // What has no id, or one that cannot be read, has none in the answer either.
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
async fn names_in_headers_are_compared_after_decoding_and_without_blanks() {
    #[mcp_server::prompt(name = "grüße", server = "names in headers")]
    fn greetings() -> &'static str {
        "hallo"
    }
    let served = serve(named("names in headers").only(mcp_server::items![greetings, crate::items::add])).await;
    let client = Client::stateless(&served);
    let get = || client.request(1, "prompts/get", json!({"name": "grüße"}));
    let wrap = |text: &str| format!("=?base64?{}?=", STANDARD.encode(text));
    let answer = client.send(get().with("Mcp-Name", wrap("grüße"))).await.json().await;
    assert_eq!(answer["result"]["messages"][0]["content"]["text"], "hallo", "{answer}");
    for name in [wrap("grusse"), "=?base64?dGVzd!!?=".to_owned(), "=?base64?/w==?=".to_owned()] {
        assert_eq!(client.send(get().with("Mcp-Name", name)).await.error(400, -32020).await["id"], 1);
    }
    let call = || client.calling(1, "add", json!({"a": 1, "b": 2}));
    for (name, value) in
        [("Mcp-Name", wrap("add")), ("Mcp-Name", "   add  ".to_owned()), ("MCP-NAME", "add".to_owned())]
    {
        assert_eq!(client.send(call().with(name, value)).await.status, 200);
    }
}

#[tokio::test]
async fn every_refusal_is_a_message_of_json_rpc() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for (request, status) in [
        (Request::new("PUT"), 405),
        (Request::post("{}").with("Host", "evil.example"), 403),
        (Request::post("{}").with("Content-Type", "text/plain"), 415),
        (Request::post("{}").with("Accept", "image/png"), 406),
        (Request::post("{"), 400),
        (Request::post("{}"), 400),
        (client.request(1, "ping", json!({})).with("Mcp-Session-Id", "nobody"), 404),
        (Request::get(), 400),
        (Request::get().with("Accept", "application/json"), 406),
        (Request::new("DELETE").header("Mcp-Session-Id", "nobody"), 404),
        (Request::get().path("/elsewhere"), 404),
    ] {
        let mut answer = served.send(request.clone()).await;
        assert_eq!(answer.status, status, "{request:?}");
        let body: Value = within(answer.json()).await;
        assert!(body["jsonrpc"] == "2.0" && body["error"]["message"].is_string(), "{request:?} {body}");
    }
}
