//! Upper bounds for the allocations of a call and the memory of an idle session.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use axum::body::Body;
use mcp_server::{CallError, Context, McpModule, McpOptions, McpServer, items, tool};
use tower::ServiceExt as _;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Add two integers
#[tool]
async fn add(#[arg] a: i64, #[arg] b: i64) -> i64 {
    a + b
}

/// Ask the user, who does not answer
#[tool]
async fn ask(ctx: Context) -> Result<&'static str, CallError> {
    Ok(if ctx.confirm("Sure?").await? { "yes" } else { "no" })
}

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"tests","version":"0"}}}"#;
const CALL: &str =
    r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":40}}}"#;
const STATELESS_CALL: &str = r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":40},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"tests","version":"0"},"io.modelcontextprotocol/clientCapabilities":{}}}}"#;

/// Allocations between a request in memory and its response in memory.
const ALLOCATIONS_PER_CALL: u64 = 23;
const BYTES_PER_SESSION: usize = 716;
/// Bytes of a call that waits for an answer, however large its request was.
const BYTES_PER_PARKED_CALL: usize = 16 * 1024;

// A single test, since the allocator counts for the whole process.
#[tokio::test(flavor = "current_thread")]
async fn call_and_idle_session_stay_within_bounds() {
    const SESSIONS: usize = 10_000;

    let _profiler = dhat::Profiler::builder().testing().build();
    let server = McpModule::for_root(McpOptions::new("footprint", "0")).only(items![add, ask]).build().await.unwrap();

    let session = open_session(&server, INITIALIZE).await;
    let stateless = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/call"), ("mcp-name", "add")];
    for (era, headers, body) in
        [("session", &[("mcp-session-id", session.as_str())][..], CALL), ("stateless", &stateless[..], STATELESS_CALL)]
    {
        let allocations = allocations_per_call(&server, headers, body).await;
        assert!(allocations <= ALLOCATIONS_PER_CALL, "{era}: {allocations} allocations a call");
    }

    let bytes = bytes_per_parked_call(&server).await;
    assert!(bytes <= BYTES_PER_PARKED_CALL, "{bytes} bytes a parked call");

    let before = dhat::HeapStats::get().curr_bytes;
    for _ in 0..SESSIONS {
        open_session(&server, INITIALIZE).await;
    }
    let bytes = (dhat::HeapStats::get().curr_bytes - before) / SESSIONS;
    assert!(bytes <= BYTES_PER_SESSION, "{bytes} bytes a session");
    assert_eq!(server.open_sessions(), SESSIONS + 2);
}

async fn allocations_per_call(server: &McpServer, headers: &[(&str, &str)], body: &'static str) -> u64 {
    const CALLS: u64 = 100;
    // Requests and router are created before counting, and a first call initializes caches.
    let router = server.router();
    let warm = router.clone().oneshot(request(headers, body)).await.unwrap();
    assert_eq!(warm.status(), 200);
    let calls: Vec<_> = (0..CALLS).map(|_| router.clone().oneshot(request(headers, body))).collect();
    let before = dhat::HeapStats::get().total_blocks;
    let mut responses = Vec::with_capacity(calls.len());
    for call in calls {
        responses.push(call.await.unwrap());
    }
    let allocations = dhat::HeapStats::get().total_blocks - before;
    assert!(responses.iter().all(|response| response.headers()["content-type"] == "application/json"));
    allocations / CALLS
}

async fn bytes_per_parked_call(server: &McpServer) -> usize {
    const CALLS: usize = 100;
    let capable = INITIALIZE.replace(r#""capabilities":{}"#, r#""capabilities":{"elicitation":{}}"#);
    let session = open_session(server, capable).await;
    let before = dhat::HeapStats::get().curr_bytes;
    let mut responses = Vec::with_capacity(CALLS);
    for id in 0..CALLS {
        let padding = "x".repeat(1024 * 1024);
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"ask","arguments":{{}},"_meta":{{"x":"{padding}"}}}}}}"#
        );
        drop(padding);
        responses.push(server.router().oneshot(request(&[("mcp-session-id", session.as_str())], call)).await.unwrap());
    }
    assert!(responses.iter().all(|response| response.headers()["content-type"] == "text/event-stream"));
    assert_eq!(server.calls_in_flight(), CALLS);
    (dhat::HeapStats::get().curr_bytes - before) / CALLS
}

async fn open_session(server: &McpServer, initialize: impl Into<Body>) -> String {
    let response = server.router().oneshot(request(&[], initialize)).await.unwrap();
    response.headers()["mcp-session-id"].to_str().unwrap().to_owned()
}

fn request(headers: &[(&str, &str)], body: impl Into<Body>) -> axum::extract::Request {
    let request = axum::http::Request::post("/mcp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream");
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(body.into()).unwrap()
}
