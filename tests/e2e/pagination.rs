//! Pagination of lists: page size, cursors, and their binding to callers.

use std::collections::BTreeSet;

use mcp_server::{
    Authorization, CallError, Context, McpModule, McpOptions, Principal, SealingKeys,
    auth::{Access, Credentials, TokenError, TokenVerifier, VerifyRequest},
    handler::{CallResult, HandlerFuture},
    protocol::{PromptResult, ResourceResult, ToolResult},
    registry::{PromptBuilder, ResourceBuilder, ToolBuilder},
};
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::items::http_options;

const ISSUER: &str = "https://issuer.example.com";

/// Methods of the lists, the members that hold the items, and the keys of the items.
const LISTS: [(&str, &str, &str); 4] = [
    ("tools/list", "tools", "name"),
    ("prompts/list", "prompts", "name"),
    ("resources/list", "resources", "uri"),
    ("resources/templates/list", "resourceTemplates", "uriTemplate"),
];

fn answers(outcome: CallResult) -> impl Fn(Context) -> Result<HandlerFuture, CallError> + Send + Sync {
    move |_| {
        let outcome = outcome.clone();
        Ok(Box::pin(async move { Ok(outcome) }))
    }
}

/// Module with this many items of each kind.
fn module(options: McpOptions, count: usize) -> McpModule {
    with_roles(options, count, false)
}

/// Module with this many items of each kind, some of whose tools require the role of an editor.
fn with_roles(options: McpOptions, count: usize, is_authorized: bool) -> McpModule {
    (0..count).fold(McpModule::for_root(options).only([]), |module, index| {
        // Roles require authorization.
        let is_for_editors = is_authorized && index % 2 == 1 && index > 20;
        let access = || if is_for_editors { Access::new().roles(["editor"]) } else { Access::new() };
        module
            .item(
                ToolBuilder::new(format!("tool-{index}"))
                    .access(access())
                    .handler(answers(CallResult::Tool(ToolResult::default()))),
            )
            .item(
                PromptBuilder::new(format!("prompt-{index}"))
                    .handler(answers(CallResult::Prompt(PromptResult::default()))),
            )
            .item(
                ResourceBuilder::new(format!("mcp://fixed/{index}"), format!("fixed-{index}"))
                    .handler(answers(CallResult::Resource(ResourceResult::default()))),
            )
            .item(
                ResourceBuilder::template(format!("mcp://family/{index}/{{id}}"), format!("family-{index}"))
                    .handler(answers(CallResult::Resource(ResourceResult::default()))),
            )
    })
}

fn options(page_size: usize) -> McpOptions {
    McpOptions::new("pages", "1").streamable_http(http_options()).page_size(page_size)
}

async fn served(page_size: usize, count: usize) -> RunningServer {
    serve(module(options(page_size), count)).await
}

/// Reads all pages, and returns the keys of their items.
async fn pages(client: &Client, method: &str, member: &str, key: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut params = json!({});
    loop {
        let result = client.result(method, params).await;
        let keys = result[member].as_array().unwrap().iter().map(|item| item[key].as_str().unwrap().to_owned());
        pages.push(keys.collect());
        match result.get("nextCursor") {
            Some(cursor) => params = json!({"cursor": cursor}),
            None => return pages,
        }
    }
}

async fn first_cursor(client: &Client, method: &str) -> Value {
    client.result(method, json!({})).await["nextCursor"].take()
}

#[tokio::test]
async fn pages_have_configured_size_and_cover_list() {
    for (page_size, lengths) in [(3, vec![3, 3, 2]), (4, vec![4, 4]), (8, vec![8]), (1_000, vec![8])] {
        let served = served(page_size, 8).await;
        for client in Client::both_eras(&served).await {
            for (method, member, key) in LISTS {
                let pages = pages(&client, method, member, key).await;
                assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), lengths, "{method}");
                let all: BTreeSet<_> = pages.concat().into_iter().collect();
                assert_eq!(all.len(), 8, "{method}: each once");
            }
        }
    }
}

#[tokio::test]
async fn default_page_size_is_thousand() {
    let options = || McpOptions::new("pages", "1").streamable_http(http_options());
    for (count, lengths) in [(1_000, vec![1_000]), (1_001, vec![1_000, 1])] {
        let served = serve(module(options(), count)).await;
        let pages = pages(&Client::stateless(&served), "tools/list", "tools", "name").await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), lengths);
    }
}

#[tokio::test]
async fn foreign_or_invalid_cursor_is_invalid_params() {
    let (served, other) = (served(3, 8).await, served(3, 8).await);
    for client in Client::both_eras(&served).await {
        let cursor = first_cursor(&client, "tools/list").await;
        let text = cursor.as_str().unwrap();
        let foreign = first_cursor(&Client::stateless(&other), "tools/list").await;
        let turned: String = text.chars().rev().collect();
        for (method, bad) in [
            ("tools/list", json!("")),
            ("tools/list", json!("page-2")),
            ("tools/list", json!(format!("{text}A"))),
            ("tools/list", json!(text[..text.len() - 4])),
            ("tools/list", json!(turned)),
            ("tools/list", foreign),
            ("prompts/list", cursor.clone()),
            ("resources/list", cursor.clone()),
            ("resources/templates/list", cursor.clone()),
        ] {
            let error = client.response(method, json!({"cursor": bad})).await["error"].take();
            assert_eq!(error["code"], -32602, "{method} {bad} {error}");
            assert!(error["message"].as_str().unwrap().contains("cursor"), "{error}");
        }
        for bad in [json!(5), json!({})] {
            let request = client.request(client.next_id(), "tools/list", json!({"cursor": bad}));
            let error = client.send(request.unchecked()).await.json().await["error"].take();
            assert_eq!(error["code"], -32602, "{bad}");
        }
        let page = client.result("tools/list", json!({"cursor": cursor})).await;
        assert_eq!(page["tools"][0]["name"], "tool-3");
    }
}

#[tokio::test]
async fn replicas_with_same_key_share_cursors() {
    let replica = || serve(module(options(3).sealing_keys(SealingKeys::new([7; 32])), 8));
    let (one, two) = (replica().await, replica().await);
    let cursor = first_cursor(&Client::stateless(&one), "tools/list").await;
    let page = Client::stateless(&two).result("tools/list", json!({"cursor": cursor})).await;
    assert_eq!(page["tools"][0]["name"], "tool-3");
    let shorter = serve(module(options(3).sealing_keys(SealingKeys::new([7; 32])), 2)).await;
    let page = Client::stateless(&shorter).result("tools/list", json!({"cursor": cursor})).await;
    assert_eq!(page["tools"], json!([]), "the items after the cursor are gone");
}

#[tokio::test]
async fn zero_page_size_fails_build() {
    let error = module(options(0), 1).build().await.unwrap_err().to_string();
    assert!(error.contains("page_size"), "{error}");
}

/// Accepts names as tokens, with roles: `ada+editor`.
struct Names;

impl TokenVerifier for Names {
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        let mut parts = credentials.expose_token().split('+');
        let name = parts.next().unwrap_or_default();
        Ok(Principal::builder(ISSUER, name)
            .roles(parts.map(str::to_owned))
            .audience([request.resource().as_str()])
            .build())
    }
}

#[tokio::test]
async fn cursor_of_caller_with_other_list_is_rejected() {
    let authorization = Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names);
    let served = serve(with_roles(options(10).authorization(authorization), 40, true)).await;
    let of = |token: &str| Client::stateless(&served).header("Authorization", format!("Bearer {token}"));
    let (ada, bob) = (of("ada+editor"), of("bob"));
    let lengths = |pages: Vec<Vec<String>>| pages.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lengths(pages(&ada, "tools/list", "tools", "name").await), [10, 10, 10, 10]);
    assert_eq!(lengths(pages(&bob, "tools/list", "tools", "name").await), [10, 10, 10]);
    let cursor = first_cursor(&ada, "tools/list").await;
    assert_eq!(bob.response("tools/list", json!({"cursor": cursor})).await["error"]["code"], -32602);
    assert!(ada.response("tools/list", json!({"cursor": cursor})).await.get("result").is_some());
    // Both callers see the same list of prompts.
    let cursor = first_cursor(&ada, "prompts/list").await;
    assert!(bob.response("prompts/list", json!({"cursor": cursor})).await.get("result").is_some());
}
