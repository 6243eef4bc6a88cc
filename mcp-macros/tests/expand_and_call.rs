//! Annotated functions, listed and called through a module.

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use mcp_server::{
    __private::Entry, Args, CallError, Context, HeaderMap, Inject, Json, McpModule, McpOptions, PromptMessage,
    StreamableHttp, items, prompt, resource, tool,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Greets someone.
///
/// In words.
#[tool(name = "hello-world", title = "Hello", read_only, open_world = false, meta(kind = "greeting", weights = [1, 2]))]
async fn hello_world(
    /// Name of the person.
    #[arg(default = "World", length(max = 10), example = "Ada")]
    name: String,
    context: Context,
    #[arg(range(min = 1, max = 3))] times: Option<u8>,
    headers: HeaderMap,
    #[arg(rename = "tags", default = vec!["x".to_owned()], length(min = 1))] _tags: Vec<String>,
) -> String {
    assert_eq!(context.headers().len(), headers.len());
    format!("Hello, {name}!").repeat(usize::from(times.unwrap_or(1)))
}

#[derive(Deserialize, JsonSchema)]
struct Booking {
    city: String,
}

#[derive(Serialize, JsonSchema)]
struct Booked {
    city: String,
}

/// Books a room.
#[tool]
fn book(Args(booking): Args<Booking>, prefix: Inject<String>) -> Result<Json<Booked>, CallError> {
    if booking.city.is_empty() {
        return Err(CallError::client("missing city: expected a name"));
    }
    Ok(Json(Booked { city: format!("{}{}", *prefix, booking.city) }))
}

#[resource(uri = "mcp://readme", mime_type = "text/markdown", size = 2, audience(user), priority = 1)]
fn readme() -> &'static str {
    "# "
}

#[resource(uri_template = "mcp://books/{book}{?page}")]
fn page(#[arg] book: u64, #[arg(default = 1)] page: u32) -> String {
    format!("{book}/{page}")
}

/// Reviews code.
#[prompt(title = "Review")]
fn review(
    /// The language.
    #[arg]
    r#type: String,
    #[arg] strict: Option<bool>,
) -> PromptMessage {
    PromptMessage::user(format!("{type} {strict:?}", r#type = r#type))
}

async fn call(entries: impl IntoIterator<Item = Entry>, method: &str, params: Value) -> Value {
    let http = StreamableHttp::default().stateless_mode(true).enable_json_response(true);
    let module = McpModule::for_root(McpOptions::new("test", "1.0.0").streamable_http(http));
    let server = module.only(entries).provide("near ".to_owned()).build().await.expect("a valid module");
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let request = Request::post(server.path())
        .header(header::HOST, "localhost")
        .header("MCP-Protocol-Version", "2025-11-25")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json, text/event-stream")
        .body(Body::from(body))
        .expect("a request");
    let response = server.router().oneshot(request).await.expect("a response");
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
    let reply: Value = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&body)));
    reply.get("result").cloned().unwrap_or(reply)
}

#[tokio::test]
async fn tool_is_listed_with_all_settings() {
    let listed = call(items![hello_world], "tools/list", json!({})).await;
    assert_eq!(
        listed["tools"],
        json!([{
            "name": "hello-world",
            "title": "Hello",
            "description": "Greets someone.\n\nIn words.",
            "inputSchema": {
                "type": "object",
                "properties": {
                    "name": {
                        "type": "string", "description": "Name of the person.", "default": "World", "maxLength": 10, "examples": ["Ada"]
                    },
                    "times": {"type": ["integer", "null"], "minimum": 1, "maximum": 3},
                    "tags": {"type": "array", "items": {"type": "string"}, "default": ["x"], "minItems": 1}
                }
            },
            "annotations": {"readOnlyHint": true, "openWorldHint": false},
            "_meta": {"kind": "greeting", "weights": [1, 2]}
        }])
    );
}

#[tokio::test]
async fn tool_is_called_with_arguments_and_defaults() {
    for (arguments, expected) in
        [(json!({}), "Hello, World!"), (json!({"times": 2, "name": "Ada"}), "Hello, Ada!Hello, Ada!")]
    {
        let result =
            call(items![hello_world], "tools/call", json!({"name": "hello-world", "arguments": arguments})).await;
        assert_eq!(result["content"][0]["text"], expected, "{result}");
    }
}

#[tokio::test]
async fn invalid_arguments_are_named_in_the_error() {
    for (arguments, expected) in
        [(json!({"name": 5}), "`name`"), (json!({"times": 9}), "times"), (json!({"tags": {}}), "tags")]
    {
        let result =
            call(items![hello_world], "tools/call", json!({"name": "hello-world", "arguments": arguments})).await;
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        assert!(result["isError"] == true && text.contains(expected), "{result}");
    }
}

#[tokio::test]
async fn struct_takes_all_arguments_beside_providers() {
    let listed = call(items![book], "tools/list", json!({})).await;
    assert_eq!(listed["tools"][0]["inputSchema"]["required"], json!(["city"]));
    assert_eq!(listed["tools"][0]["outputSchema"]["required"], json!(["city"]));
    let result = call(items![book], "tools/call", json!({"name": "book", "arguments": {"city": "Rome"}})).await;
    assert_eq!(result["structuredContent"], json!({"city": "near Rome"}), "{result}");
}

#[tokio::test]
async fn resources_are_listed_and_read() {
    let listed = call(items![readme, page], "resources/list", json!({})).await;
    assert_eq!(
        listed["resources"],
        json!([{
            "uri": "mcp://readme", "name": "readme", "mimeType": "text/markdown", "size": 2,
            "annotations": {"audience": ["user"], "priority": 1.0}
        }])
    );
    for (uri, expected) in [("mcp://readme", "# "), ("mcp://books/7", "7/1"), ("mcp://books/7?page=3", "7/3")] {
        let result = call(items![readme, page], "resources/read", json!({"uri": uri})).await;
        assert_eq!(result["contents"][0]["text"], expected, "{result}");
    }
}

#[tokio::test]
async fn prompts_are_listed_and_rendered() {
    let listed = call(items![review], "prompts/list", json!({})).await;
    assert_eq!(
        listed["prompts"],
        json!([{
            "name": "review", "title": "Review", "description": "Reviews code.",
            "arguments": [
                {"name": "type", "description": "The language.", "required": true},
                {"name": "strict", "required": false}
            ]
        }])
    );
    let arguments = json!({"type": "rust", "strict": "true"});
    let result = call(items![review], "prompts/get", json!({"name": "review", "arguments": arguments})).await;
    assert_eq!(result["messages"][0]["content"]["text"], "rust Some(true)", "{result}");
}

#[test]
fn annotated_function_can_be_called_directly() {
    assert_eq!(page(1, 2), "1/2");
}

#[test]
fn entries_are_collected_with_their_places() {
    let collected: Vec<&Entry> = mcp_server::__private::inventory::iter::<Entry>().collect();
    let names = |name: &str| collected.iter().filter(|entry| entry.name == name).count();
    assert_eq!([names("hello-world"), names("book"), names("page"), names("review")], [1; 4]);
    let [readme] = items![readme];
    assert!(readme.place.file.ends_with("expand_and_call.rs") && readme.place.line > 1);
    assert_eq!(readme.module, module_path!());
    assert!(items![].is_empty());
}
