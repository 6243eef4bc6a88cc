//! Refusals of requests whose body has not been read: every client receives them.

use axum::Router;
use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, Connection, Request, RunningServer, serve, serve_app};
use tokio::net::TcpListener;

use crate::items::{Gate, http_options, module, served};

/// Bodies that are larger than the buffers of a socket.
const LARGE: usize = 3 * 1024 * 1024;

/// Requests with a large body that is not read, and the status of their responses.
fn refused(padding: usize) -> Vec<(Request, u16)> {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"padding": "x".repeat(padding)}});
    let request = || Request::post(body.to_string());
    vec![
        (request().with("Host", "evil.example"), 403),
        (request().header("Origin", "https://evil.example"), 403),
        (request().header("Host", "localhost"), 400),
        (request().with("Content-Type", "text/plain"), 415),
        (request().header("Content-Encoding", "gzip"), 415),
        (request().with("Accept", "text/html"), 406),
        (request().path("/elsewhere"), 404),
        (request().path("/mcp/elsewhere"), 404),
        (request().header("MCP-Protocol-Version", "2025-11-25").header("Mcp-Session-Id", "gone"), 404),
    ]
}

async fn all_arrive_and_the_connection_stays(served: &RunningServer) {
    for chunked in [false, true] {
        for padding in [20_000, LARGE] {
            for (request, status) in refused(padding) {
                let request = if chunked { request.chunked() } else { request };
                let mut connection = served.connect().await;
                // The client writes the whole body before it reads.
                connection.start(&request).await;
                let response = connection.response().await;
                assert_eq!(response.status, status, "{:?}", request.value("host"));
                let next = response.into_connection().await.exchange(Request::initialize("2025-11-25")).await;
                assert_eq!(next.status, 200, "after {status}");
            }
        }
    }
}

#[tokio::test]
async fn refusals_of_large_bodies_arrive() {
    all_arrive_and_the_connection_stays(&served().await).await;
}

#[tokio::test]
async fn refusals_of_large_bodies_arrive_in_an_application() {
    let server = module(&Gate::new(), http_options(), Limits::default()).build().await.unwrap();
    let router = Router::new().merge(server.router()).fallback(async || axum::http::StatusCode::NOT_FOUND);
    let served =
        serve_app("/mcp", |listener: TcpListener| async move { axum::serve(listener, router).await.unwrap() }).await;
    let mut connection = served.connect().await;
    for (request, status) in refused(LARGE) {
        if status == 404 {
            continue;
        }
        connection.start(&request).await;
        let response = connection.response().await;
        assert_eq!(response.status, status);
        connection = response.into_connection().await;
    }
}

#[tokio::test]
async fn body_over_the_limit_is_refused_and_discarded() {
    let limits = Limits::default().max_body_bytes(100_000);
    let served = serve(module(&Gate::new(), http_options(), limits)).await;
    for chunked in [false, true] {
        let request = Request::post(vec![b' '; LARGE]);
        let mut connection = served.connect().await;
        connection.start(&if chunked { request.chunked() } else { request }).await;
        let mut response = connection.response().await;
        response.error(413, -32600).await;
        let next = response.into_connection().await.exchange(Request::initialize("2025-11-25")).await;
        assert_eq!(next.status, 200);
    }
}

#[tokio::test]
async fn more_than_the_discarded_bytes_closes_the_connection() {
    let limits = Limits::default().max_body_bytes(1_000).max_discarded_bytes(10_000);
    let served = serve(module(&Gate::new(), http_options(), limits)).await;
    let mut connection = served.connect().await;
    connection
        .write(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 99999999\r\n\r\n")
        .await;
    let response = connection.response().await;
    assert_eq!(response.status, 415);
    let mut connection = response.into_connection().await;
    connection.write(&vec![b' '; 20_000]).await;
    assert!(connection.read_to_end().await.is_empty());
}

#[tokio::test]
async fn refused_request_is_not_asked_for_its_body() {
    let served = served().await;
    for (head, status) in [("Content-Type: text/plain", 415), ("Content-Type: application/json\r\nOrigin: null", 403)] {
        let mut connection: Connection = served.connect().await;
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\n{head}\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
        );
        connection.write(head.as_bytes()).await;
        // The first response is the final one, and not 100.
        assert_eq!(connection.response().await.status, status);
    }
}

#[tokio::test]
async fn compressed_body_is_415_with_the_accepted_encodings() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for encoding in ["gzip", "GZIP", "br", "deflate", "zstd", "x-unknown", "gzip, identity"] {
            let request = client.raw([0x1f, 0x8b, 8, 0]).header("Content-Encoding", encoding);
            let mut response = client.send(request).await;
            assert_eq!(response.header("accept-encoding"), Some("identity"), "{encoding}");
            let error = response.error(415, -32600).await;
            assert!(error["error"]["message"].as_str().unwrap().contains("Content-Encoding"), "{error}");
        }
        for encoding in ["identity", "Identity", ""] {
            let request = client.request(1, "tools/list", json!({})).header("Content-Encoding", encoding);
            assert_eq!(client.send(request).await.status, 200, "{encoding:?}");
        }
    }
}
