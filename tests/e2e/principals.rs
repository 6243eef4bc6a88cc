//! Principals: tokens, the sessions that they own, and protected metadata.

use mcp_server::{
    Authorization, CallError, Context, Limits, McpModule, McpOptions, Principal, StreamableHttp,
    auth::{Anonymous, Credentials, TokenError, TokenVerifier, VerifyRequest},
    items, tool,
};
use serde_json::json;
use tests::harness::{Client, Request, RunningServer, serve};

use crate::items::http_options;

pub(crate) const ISSUER: &str = "https://issuer.example.com";

/// Accepts tokens such as `ada`, and `ada+notes.write` with the scope `notes:write`.
pub(crate) struct Names;

impl TokenVerifier for Names {
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        let mut parts = credentials.expose_token().split('+');
        match parts.next() {
            Some(name @ ("ada" | "bob")) => Ok(Principal::builder(ISSUER, name)
                .scopes(parts.map(|scope| scope.replace('.', ":")))
                .audience([request.resource().as_str()])
                .build()),
            _ => Err(TokenError::invalid("the token is not known")),
        }
    }
}

/// Returns the caller, and whether the token is visible.
#[tool(server = "principals")]
fn whoami(who: Principal, headers: mcp_server::HeaderMap) -> String {
    format!("{} {}", who.subject(), headers.contains_key("authorization"))
}

/// Returns the names of the visible headers with credentials.
#[tool(server = "credentials")]
fn credentials(headers: mcp_server::HeaderMap) -> String {
    let names = ["cookie", "proxy-authorization", "x-custom"];
    names.into_iter().filter(|name| headers.contains_key(*name)).collect::<Vec<_>>().join(" ")
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Consent {
    ok: bool,
}

/// Asks the caller.
#[tool(server = "principals")]
async fn agree(who: Principal, ctx: Context) -> Result<String, CallError> {
    let consent = ctx.elicit::<Consent>("Do you agree?").await?.accepted()?;
    Ok(format!("{} {}", who.subject(), consent.ok))
}

#[tool(server = "principals", scopes("notes:write"))]
fn write() -> &'static str {
    "written"
}

/// Serves a module that requires a token.
pub(crate) async fn protected() -> RunningServer {
    limited(Limits::default()).await
}

async fn limited(limits: Limits) -> RunningServer {
    let authorization = Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names);
    let options =
        McpOptions::new("principals", "1").streamable_http(http_options()).authorization(authorization).limits(limits);
    serve(McpModule::for_root(options)).await
}

async fn session_of(served: &RunningServer, token: &str) -> Client {
    Client::new(served, "2025-11-25").header("Authorization", format!("Bearer {token}")).initialize().await
}

#[tokio::test]
async fn missing_or_invalid_token_is_401() {
    let served = protected().await;
    let client = Client::stateless(&served);
    for request in [
        client.request(1, "tools/list", json!({})),
        client.call_request(1, "no-such", json!({})),
        Request::post("{bad"),
        Request::post("{}").with("Content-Type", "text/plain"),
        Request::get(),
        Request::new("DELETE"),
    ] {
        let mut reply = served.send(request).await;
        let challenge = reply.header("www-authenticate").unwrap().to_owned();
        let metadata = "resource_metadata=\"http://localhost:9999/.well-known/oauth-protected-resource/mcp\"";
        assert!(challenge.starts_with("Bearer ") && challenge.contains(metadata), "{challenge}");
        assert!(!challenge.contains("error="), "a missing token is not an invalid one: {challenge}");
        reply.error(401, 401).await;
    }
    let mut reply = served.send(Request::get().header("Authorization", "Bearer eve")).await;
    assert!(reply.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));
    reply.error(401, 401).await;
}

#[tokio::test]
async fn handler_sees_principal_and_no_token() {
    let served = protected().await;
    let stateless = Client::stateless(&served).header("Authorization", "Bearer bob");
    for client in [session_of(&served, "bob").await, stateless] {
        assert_eq!(client.call_text("whoami", json!({})).await, "bob false");
        assert_eq!(client.response("tools/call", json!({"name": "no-such"})).await["error"]["code"], -32602);
    }
}

#[tokio::test]
async fn session_of_other_principal_is_404() {
    let served = protected().await;
    let ada = session_of(&served, "ada").await;
    let stream = ada.send(ada.stream_request()).await;
    assert_eq!(stream.status, 200);
    let bob = Client::new(&served, "2025-11-25")
        .claim_session(ada.session.as_deref().unwrap())
        .header("Authorization", "Bearer bob");
    bob.send(bob.request(1, "tools/list", json!({}))).await.error(404, -32001).await;
    bob.send(bob.stream_request()).await.error(404, -32001).await;
    bob.send(bob.delete_request()).await.error(404, -32001).await;
    bob.cancel(1).await.error(404, -32001).await;
    // Another token of the same principal opens the same session.
    let again = Client::new(&served, "2025-11-25").claim_session(ada.session.as_deref().unwrap());
    let again = again.header("Authorization", "Bearer ada+notes.write");
    assert_eq!(again.call_text("whoami", json!({})).await, "ada false");
    let anonymous = Client::new(&served, "2025-11-25").claim_session(ada.session.as_deref().unwrap());
    anonymous.send(anonymous.request(1, "ping", json!({}))).await.error(401, 401).await;
}

#[tokio::test]
async fn session_over_principal_limit_ends_its_longest_idle_one() {
    let served = limited(Limits::default().max_sessions_per_principal(2)).await;
    let first = session_of(&served, "ada").await;
    let second = session_of(&served, "ada").await;
    let bob = session_of(&served, "bob").await;
    assert_eq!(first.call_text("whoami", json!({})).await, "ada false");
    let third = session_of(&served, "ada").await;
    second.send(second.request(1, "tools/list", json!({}))).await.error(404, -32001).await;
    for client in [&first, &third] {
        assert_eq!(client.call_text("whoami", json!({})).await, "ada false");
    }
    assert_eq!(bob.call_text("whoami", json!({})).await, "bob false");
}

#[tokio::test]
async fn session_over_principal_limit_is_503_while_all_are_busy() {
    let served = limited(Limits::default().max_sessions_per_principal(2)).await;
    let first = session_of(&served, "ada").await;
    let second = session_of(&served, "ada").await;
    let streams = [first.send(first.stream_request()).await, second.send(second.stream_request()).await];
    let mut reply = served.send(Request::initialize("2025-11-25").header("Authorization", "Bearer ada")).await;
    assert!(reply.header("retry-after").is_some());
    let error = reply.error(503, 503).await;
    assert!(error["error"]["message"].as_str().unwrap().contains("share"), "{error}");
    assert_eq!(session_of(&served, "bob").await.call_text("whoami", json!({})).await, "bob false");
    drop(streams);
    first.send(first.delete_request()).await;
    assert!(session_of(&served, "ada").await.session.is_some());
}

#[tool(server = "public names", public)]
fn hello() -> &'static str {
    "hello"
}

#[tokio::test]
async fn unknown_item_looks_like_protected_item() {
    for (items, status, code) in [(items![hello, whoami].to_vec(), 401, 401), (items![hello].to_vec(), 200, -32602)] {
        let authorization = Authorization::resource("http://localhost:9999/mcp")
            .verifier(ISSUER, Names)
            .anonymous(Anonymous::PublicOnly);
        let options = McpOptions::new("principals", "1").authorization(authorization);
        let served = serve(McpModule::for_root(options).only(items)).await;
        let client = Client::stateless(&served);
        assert_eq!(client.call_text("hello", json!({})).await, "hello");
        // Without protected items an unknown name reveals nothing.
        client.send(client.call_request(1, "no-such", json!({}))).await.error(status, code).await;
    }
}

#[tokio::test]
async fn missing_scope_is_403_with_scope() {
    let served = protected().await;
    for token in ["ada", "ada+notes.read"] {
        let stateless = Client::stateless(&served).header("Authorization", format!("Bearer {token}"));
        for client in [session_of(&served, token).await, stateless] {
            let mut reply = client.send(client.call_request(5, "write", json!({}))).await;
            let challenge = reply.header("www-authenticate").unwrap().to_owned();
            for part in ["error=\"insufficient_scope\"", "scope=\"notes:write\"", "resource_metadata="] {
                assert!(challenge.contains(part), "{challenge}");
            }
            assert_eq!(reply.error(403, 403).await["id"], 5);
        }
    }
    let client = session_of(&served, "ada+notes.write").await;
    assert_eq!(client.call_text("write", json!({})).await, "written");
}

#[tokio::test]
async fn protected_lists_are_private() {
    let served = protected().await;
    let client = Client::stateless(&served).header("Authorization", "Bearer ada");
    for method in ["tools/list", "server/discover"] {
        assert_eq!(client.result(method, json!({})).await["cacheScope"], "private", "{method}");
    }
}

#[tokio::test]
async fn metadata_allows_only_reading() {
    let served = protected().await;
    let request = |method| Request::new(method).path("/.well-known/oauth-protected-resource/mcp");
    for method in ["GET", "HEAD"] {
        let reply = served.send(request(method)).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, Some("public, max-age=300")), "{method}");
    }
    let preflight = served.send(request("OPTIONS").header("Origin", "https://app.example.com")).await;
    assert_eq!((preflight.status, preflight.header("allow")), (204, Some("GET, HEAD, OPTIONS")));
    assert_eq!(preflight.header("access-control-allow-methods"), Some("GET, HEAD, OPTIONS"));
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    for method in ["POST", "DELETE"] {
        let mut reply = served.send(request(method)).await;
        assert_eq!((reply.header("allow"), reply.header("cache-control")), (Some("GET, HEAD, OPTIONS"), None));
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        let error = reply.error(405, -32600).await;
        assert!(error["error"]["message"].as_str().unwrap().ends_with("GET, HEAD, OPTIONS"), "{error}");
    }
}

#[tokio::test]
async fn metadata_is_public_at_both_paths() {
    let served = protected().await;
    for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
        let mut reply = served.send(Request::get().path(path)).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, Some("*")), "{path}");
        let document = reply.json().await;
        assert_eq!(document["resource"], "http://localhost:9999/mcp");
        assert_eq!(document["authorization_servers"], json!([ISSUER]));
    }
}

#[tokio::test]
async fn request_state_is_bound_to_principal() {
    let served = protected().await;
    let [ada, bob] = ["ada", "bob"].map(|token| {
        let client = Client::stateless(&served).capabilities(json!({"elicitation": {}}));
        client.header("Authorization", format!("Bearer {token}"))
    });
    let state = ada.call("agree", json!({})).await["requestState"].clone();
    let answer = json!({"elicitation-1": {"action": "accept", "content": {"ok": true}}});
    let going_on = |client: &Client| client.retry_request("agree", json!({}), answer.clone(), state.clone());
    bob.send(going_on(&bob)).await.error(200, -32602).await;
    // Another token of the same principal works.
    let ada_again = Client::stateless(&served).capabilities(json!({"elicitation": {}}));
    let ada_again = ada_again.header("Authorization", "Bearer ada+notes.write");
    let answered = ada_again.send(going_on(&ada_again)).await.json().await;
    assert_eq!(answered["result"]["content"][0]["text"], "ada true");
}

#[tokio::test]
async fn handlers_see_cookies_and_proxy_credentials_only_if_asked_for() {
    for (expose, visible) in [(false, "x-custom"), (true, "cookie proxy-authorization x-custom")] {
        let options =
            McpOptions::new("credentials", "1").streamable_http(StreamableHttp::default().expose_credentials(expose));
        let served = serve(McpModule::for_root(options)).await;
        for client in Client::both_eras(&served).await {
            let client =
                client.header("Cookie", "a=b").header("Proxy-Authorization", "Basic eA==").header("X-Custom", "1");
            assert_eq!(client.call_text("credentials", json!({})).await, visible);
        }
    }
}
