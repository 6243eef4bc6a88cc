//! Foreign hosts and origins, which are rejected first, and CORS preflights.

use mcp_server::{Limits, StreamableHttp};
use serde_json::json;
use tests::harness::{Client, Request, serve};

use crate::{
    items::{Gate, module, served},
    principals::protected,
};

/// Head of a request whose body never arrives: a response proves that the server did not wait for
/// it.
fn promising(host: &str, more: &str) -> String {
    format!(
        "POST /mcp HTTP/1.1\r\nHost: {host}\r\n{more}Content-Type: text/plain\r\nContent-Length: 99999999999\r\n\r\n"
    )
}

#[tokio::test]
async fn foreign_host_or_origin_is_403_before_body() {
    let served = served().await;
    for head in [
        promising("evil.example", ""),
        promising("localhost.evil.example", ""),
        promising("localhost", "Origin: https://evil.example\r\n"),
        promising("localhost", "Origin: null\r\n"),
        promising("localhost", "Origin: http://localhost\r\nOrigin: http://127.0.0.1\r\n"),
        promising("", ""),
    ] {
        let mut connection = served.connect().await;
        connection.write(head.as_bytes()).await;
        connection.response().await.error(403, 403).await;
    }
}

#[tokio::test]
async fn missing_duplicate_or_invalid_host_is_400() {
    let served = served().await;
    for head in [
        promising("", "").replace("Host: \r\n", ""),
        promising("localhost", "Host: localhost\r\n"),
        promising("localhost", "Host: evil.example\r\n"),
        promising("localhost/mcp", ""),
        promising("user@localhost", ""),
    ] {
        // An absolute target does not replace a valid header.
        for head in [head.clone(), head.replace(" /mcp ", " http://localhost/mcp ")] {
            let mut connection = served.connect().await;
            connection.write(head.as_bytes()).await;
            connection.response().await.error(400, -32600).await;
        }
    }
}

#[tokio::test]
async fn absolute_target_overrides_host_header() {
    let served = served().await;
    let client = Client::stateless(&served);
    let request = |target: &str, host: &str| {
        client.call_request(1, "add", json!({"a": 1, "b": 2})).path(target).with("Host", host)
    };
    client.send(request("http://evil.example/mcp", "localhost")).await.error(403, 403).await;
    client.send(request("http://localhost@evil.example/mcp", "localhost")).await.error(400, -32600).await;
    let mut reply = client.send(request("http://localhost:3030/mcp", "evil.example")).await;
    assert_eq!(reply.json().await["result"]["content"][0]["text"], "3");
    // The check of the origin uses the same host.
    let own = request("http://localhost/mcp", "evil.example").header("Origin", "http://evil.example");
    client.send(own).await.error(403, 403).await;
}

#[tokio::test]
async fn foreign_origin_is_403_before_authentication() {
    let served = protected().await;
    for request in
        [Request::post("{}"), Request::get(), Request::new("DELETE"), Request::new("PUT"), Request::new("OPTIONS")]
    {
        served.send(request.clone().with("Host", "evil.example")).await.error(403, 403).await;
        served.send(request.header("Origin", "https://evil.example")).await.error(403, 403).await;
    }
    assert_eq!(served.send(Request::post("{}")).await.status, 401);
}

#[tokio::test]
async fn local_origin_gets_cors_headers() {
    let served = served().await;
    let client = Client::stateless(&served).header("Origin", "http://localhost:6274");
    let reply = client.send(client.call_request(1, "add", json!({"a": 1, "b": 2}))).await;
    assert_eq!(reply.header("access-control-allow-origin"), Some("http://localhost:6274"));
    assert!(reply.header("access-control-expose-headers").unwrap().contains("mcp-session-id"));
    assert_eq!(reply.header("vary"), Some("origin"));
}

#[tokio::test]
async fn allowed_hosts_and_origins_are_served() {
    let http =
        StreamableHttp::default().allowed_hosts(["mcp.example.com"]).allowed_origins(["https://app.example.com"]);
    let served = serve(module(&Gate::new(), http, Limits::default())).await;
    let client = Client::stateless(&served);
    let request = || client.call_request(1, "add", json!({"a": 1, "b": 2})).with("Host", "mcp.example.com:8443");
    for (origin, status) in [
        ("https://app.example.com", 200),
        ("https://mcp.example.com:8443", 200),
        ("https://app.example.com:444", 403),
        ("http://localhost", 403),
    ] {
        assert_eq!(client.send(request().header("Origin", origin)).await.status, status, "{origin}");
    }
}

#[tokio::test]
async fn any_host_makes_no_origin_own() {
    for hosts in [&["*"][..], &["mcp.example.com", "*"]] {
        let http = StreamableHttp::default().allowed_hosts(hosts.to_vec()).allowed_origins(["https://app.example.com"]);
        let served = serve(module(&Gate::new(), http, Limits::default())).await;
        let client = Client::stateless(&served);
        for (host, origin, status) in [
            ("evil.example", None, 200),
            ("evil.example", Some("http://evil.example"), 403),
            ("evil.example:3030", Some("http://evil.example:3030"), 403),
            ("mcp.example.com", Some("https://mcp.example.com"), 403),
            ("evil.example", Some("https://app.example.com"), 200),
            ("localhost", Some("http://localhost:6274"), 200),
        ] {
            let request = client.call_request(1, "add", json!({"a": 1, "b": 2})).with("Host", host);
            let request = origin.into_iter().fold(request, |request, origin| request.header("Origin", origin));
            assert_eq!(client.send(request).await.status, status, "{hosts:?} {host} {origin:?}");
            if let Some(origin) = origin {
                let preflight = Request::new("OPTIONS").with("Host", host).header("Origin", origin);
                let expected = if status == 200 { 204 } else { status };
                assert_eq!(served.send(preflight).await.status, expected, "{hosts:?} {host} {origin}");
            }
        }
    }
}

#[tokio::test]
async fn preflight_needs_no_token() {
    let served = protected().await;
    let preflight = Request::new("OPTIONS")
        .header("Origin", "http://localhost:6274")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization, mcp-method");
    let mut reply = served.send(preflight).await;
    assert_eq!((reply.status, reply.text().await.as_str()), (204, ""));
    assert_eq!(reply.header("access-control-allow-origin"), Some("http://localhost:6274"));
    assert!(reply.header("access-control-allow-methods").unwrap().contains("POST"));
    for name in [
        "authorization",
        "content-type",
        "mcp-protocol-version",
        "mcp-session-id",
        "mcp-method",
        "mcp-name",
        "last-event-id",
    ] {
        assert!(reply.header("access-control-allow-headers").unwrap().contains(name), "{name}");
    }
}

#[tokio::test]
async fn allow_header_names_supported_methods() {
    for (stateless, methods) in [(false, "GET, POST, DELETE, OPTIONS"), (true, "POST, OPTIONS")] {
        let http = StreamableHttp::default().stateless_mode(stateless);
        let served = serve(module(&Gate::new(), http, Limits::default())).await;
        let reply = served.send(Request::new("OPTIONS").header("Origin", "http://localhost")).await;
        assert_eq!((reply.status, reply.header("allow")), (204, Some(methods)));
        assert_eq!(reply.header("access-control-allow-methods"), Some(methods));
        let mut reply = served.send(Request::new("PUT")).await;
        assert_eq!(reply.header("allow"), Some(methods));
        let error = reply.error(405, -32600).await;
        assert!(error["error"]["message"].as_str().unwrap().ends_with(methods), "{error}");
    }
}

#[tokio::test]
async fn rejected_request_has_cors_headers() {
    let served = protected().await;
    let reply = served.send(Request::post("{}").header("Origin", "http://localhost")).await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (401, Some("http://localhost")));
    assert!(reply.header("access-control-expose-headers").unwrap().contains("www-authenticate"));
}
