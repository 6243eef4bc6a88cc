//! Caching of results in 2026-07-28: `ttlMs` and `cacheScope`.

use std::time::Duration;

use mcp_server::{
    Authorization, CacheScope, Caching, CallInfo, Context, Denial, Guard, McpModule, McpOptions, Principal,
    ResourceContents, ResourceResult,
    auth::{Anonymous, Credentials, TokenError, TokenVerifier, VerifyRequest},
    resource,
};
use serde_json::{Value, json};
use tests::harness::{Client, serve};

use crate::items::{http_options, named};

#[resource(server = "caching", uri = "mcp://kept", ttl = Duration::from_mins(5), cache_scope = "public")]
fn kept() -> &'static str {
    "kept"
}

#[resource(server = "caching", uri = "mcp://own", ttl = Duration::from_mins(5), cache_scope = "private")]
fn own() -> &'static str {
    "own"
}

#[resource(server = "caching", uri = "mcp://unsaid")]
fn unsaid() -> &'static str {
    "unsaid"
}

#[resource(server = "caching", uri_template = "mcp://result/{scope}", ttl = Duration::from_mins(5))]
fn result(#[arg] scope: String, ctx: Context) -> ResourceResult {
    let scope = if scope == "public" { CacheScope::Public } else { CacheScope::Private };
    let contents = ResourceContents::text(ctx.uri().unwrap_or_default(), "text");
    ResourceResult::new([contents]).ttl(Duration::from_secs(1)).cache_scope(scope)
}

struct Anybody;

impl Guard for Anybody {
    async fn check(&self, _: &CallInfo<'_>) -> Result<(), Denial> {
        Ok(())
    }
}

#[resource(server = "caching", uri_template = "mcp://guarded/{id}", guards(Anybody))]
fn guarded(#[arg] id: String, ctx: Context) -> ResourceResult {
    result(id, ctx)
}

#[resource(server = "guarded-caching", uri = "mcp://x", cache_scope = "public", guards(Anybody))]
fn behind_guard() -> &'static str {
    "x"
}

#[resource(server = "open-caching", uri = "mcp://open", cache_scope = "public", public)]
fn open() -> &'static str {
    "open"
}

fn hint(result: &Value) -> (u64, &str) {
    (result["ttlMs"].as_u64().unwrap(), result["cacheScope"].as_str().unwrap())
}

#[tokio::test]
async fn caching_comes_from_result_then_item_then_module() {
    let served = serve(named("caching")).await;
    let client = Client::stateless(&served);
    for (uri, expected) in [
        ("mcp://kept", (300_000, "public")),
        ("mcp://own", (300_000, "private")),
        ("mcp://unsaid", (0, "private")),
        ("mcp://result/public", (1_000, "public")),
        ("mcp://result/private", (1_000, "private")),
        ("mcp://guarded/public", (1_000, "private")),
    ] {
        assert_eq!(hint(&client.result("resources/read", json!({"uri": uri})).await), expected, "{uri}");
    }
    let session = Client::in_session(&served, "2025-11-25").await;
    let result = session.result("resources/read", json!({"uri": "mcp://kept"})).await;
    assert!(result.get("ttlMs").is_none() && result.get("cacheScope").is_none(), "{result}");
}

#[tokio::test]
async fn each_list_has_its_own_ttl() {
    let seconds = Duration::from_secs;
    let caching = Caching::default()
        .discover(seconds(1))
        .tools(seconds(2))
        .prompts(seconds(3))
        .resources(seconds(4))
        .resource_templates(seconds(5))
        .reading(seconds(6));
    for (caching, scope) in [(caching, "public"), (caching.private(), "private")] {
        let options = McpOptions::new("caching", "1").streamable_http(http_options()).caching(caching);
        let served = serve(McpModule::for_root(options)).await;
        let client = Client::stateless(&served);
        for (method, time) in
            [("server/discover", 1_000), ("resources/list", 4_000), ("resources/templates/list", 5_000)]
        {
            assert_eq!(hint(&client.result(method, json!({})).await), (time, scope), "{method}");
        }
        let read = client.result("resources/read", json!({"uri": "mcp://unsaid"})).await;
        assert_eq!(hint(&read), (6_000, "private"));
        let read = client.result("resources/read", json!({"uri": "mcp://kept"})).await;
        assert_eq!(hint(&read), (300_000, scope));
    }
}

struct Anyone;

impl TokenVerifier for Anyone {
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        Ok(Principal::builder("https://issuer.example.com", credentials.expose_token())
            .audience([request.resource().as_str()])
            .build())
    }
}

fn authorized(name: &str, anonymous: Anonymous) -> McpModule {
    let authorization = Authorization::resource("http://localhost:9999/mcp")
        .verifier("https://issuer.example.com", Anyone)
        .anonymous(anonymous);
    McpModule::for_root(McpOptions::new(name, "1").streamable_http(http_options()).authorization(authorization))
}

#[tokio::test]
async fn restricted_results_are_private() {
    let error = serve_error(named("guarded-caching")).await;
    assert!(error.contains("cache_scope") && error.contains("behind_guard"), "{error}");
    let error = serve_error(authorized("caching", Anonymous::Deny)).await;
    assert!(error.contains("cache_scope") && error.contains("kept"), "{error}");

    let served = serve(authorized("open-caching", Anonymous::PublicOnly)).await;
    let client = Client::stateless(&served);
    assert_eq!(hint(&client.result("resources/read", json!({"uri": "mcp://open"})).await).1, "public");
    assert_eq!(
        hint(&client.result("resources/list", json!({})).await).1,
        "public",
        "identical for all callers, and public"
    );
    let served = serve(authorized("no-such-items", Anonymous::Deny)).await;
    let client = Client::stateless(&served).header("Authorization", "Bearer ada");
    assert_eq!(hint(&client.result("server/discover", json!({})).await).1, "private", "callers need a token");
}

async fn serve_error(module: McpModule) -> String {
    module.build().await.unwrap_err().to_string()
}
