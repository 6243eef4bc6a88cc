//! Headers of 2026-07-28 that repeat arguments: `Mcp-Param-…`.

use mcp_server::{
    Args, CallError, CallInfo, Context, Denial, Guard, Limits, McpModule, McpOptions, handler::HandlerFuture,
    registry::ToolBuilder, tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::items::{Gate, named};

/// Mirrors arguments of every type.
#[tool(server = "mirrored")]
fn query(
    #[arg(header = "Region")] region: Option<String>,
    #[arg(header = "Shard")] shard: Option<i64>,
    #[arg(header = "Fast")] fast: Option<bool>,
    #[arg(header = "Zone", default = "a")] zone: Zone,
    #[arg] sql: Option<String>,
) -> String {
    format!("{region:?} {shard:?} {fast:?} {zone:?} {sql:?}")
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Zone {
    A,
    /// The second one.
    B,
}

impl From<&str> for Zone {
    fn from(_: &str) -> Self {
        Self::A
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Nested {
    place: Place,
    #[schemars(extend("x-mcp-header" = "Tenant"))]
    tenant: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
struct Place {
    #[schemars(extend("x-mcp-header" = "Region"))]
    region: Option<String>,
}

#[tool(server = "mirrored")]
fn nested(Args(nested): Args<Nested>) -> String {
    format!("{} {:?}", nested.tenant, nested.place.region)
}

#[tool(server = "mirrored")]
fn plain(#[arg] region: String) -> String {
    region
}

struct Unseen;

impl Guard for Unseen {
    async fn check(&self, _: &CallInfo<'_>) -> Result<(), Denial> {
        Err(Denial::hidden())
    }
}

#[tool(server = "mirrored", guards(Unseen))]
fn unseen(#[arg(header = "Region")] region: String) -> String {
    region
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Far {
    place: Behind,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Behind {
    #[schemars(extend("x-mcp-header" = "Region"))]
    region: String,
}

#[tool(server = "mirrored-rejected")]
fn behind_a_reference(Args(far): Args<Far>) -> String {
    format!("{far:?} {}", far.place.region)
}

#[tool(server = "mirrored-rejected")]
fn of_a_float(#[arg(header = "Ratio")] ratio: f64) -> f64 {
    ratio
}

async fn served() -> RunningServer {
    serve(named("mirrored")).await
}

async fn send(served: &RunningServer, tool: &str, arguments: &Value, headers: &[(&str, &str)]) -> (u16, Value) {
    let client = Client::stateless(served);
    let request = client.call_request(1, tool, arguments.clone());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, *value));
    let mut reply = client.send(request).await;
    (reply.status, reply.json().await)
}

#[tokio::test]
async fn matching_headers_are_accepted() {
    let served = served().await;
    for (arguments, headers) in [
        (json!({}), vec![]),
        (json!({"region": null, "shard": null}), vec![]),
        (json!({"region": "Hello"}), vec![("Mcp-Param-Region", "Hello")]),
        (json!({"region": "Hello"}), vec![("mcp-param-region", "  Hello\t")]),
        (json!({"region": "Hello"}), vec![("MCP-PARAM-REGION", "=?base64?SGVsbG8=?=")]),
        (json!({"region": "SGVsbG8="}), vec![("Mcp-Param-Region", "SGVsbG8=")]),
        (json!({"region": "=?base64?SGVsbG8="}), vec![("Mcp-Param-Region", "=?base64?SGVsbG8=")]),
        (json!({"region": "=?BASE64?SGVsbG8=?="}), vec![("Mcp-Param-Region", "=?BASE64?SGVsbG8=?=")]),
        (json!({"region": "=?base64?literal?="}), vec![("Mcp-Param-Region", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=")]),
        (json!({"region": "Hello, 世界"}), vec![("Mcp-Param-Region", "=?base64?SGVsbG8sIOS4lueVjA==?=")]),
        (json!({"region": " padded "}), vec![("Mcp-Param-Region", "=?base64?IHBhZGRlZCA=?=")]),
        (json!({"region": "line1\nline2"}), vec![("Mcp-Param-Region", "=?base64?bGluZTEKbGluZTI=?=")]),
        (json!({"region": ""}), vec![("Mcp-Param-Region", "")]),
        (json!({"region": "a\tb c"}), vec![("Mcp-Param-Region", "a\tb c")]),
        (json!({"shard": 42}), vec![("Mcp-Param-Shard", "42")]),
        (json!({"shard": 42}), vec![("Mcp-Param-Shard", "42.0")]),
        (json!({"shard": -7}), vec![("Mcp-Param-Shard", "=?base64?LTc=?=")]),
        (json!({"fast": true}), vec![("Mcp-Param-Fast", "true")]),
        (json!({"fast": false, "zone": "b"}), vec![("Mcp-Param-Fast", "false"), ("Mcp-Param-Zone", "b")]),
        (json!({"sql": "x"}), vec![("Mcp-Param-Sql", "y"), ("Mcp-Param-Other", "\"")]),
    ] {
        let (status, reply) = send(&served, "query", &arguments, &headers).await;
        assert_eq!(status, 200, "{arguments} {headers:?} {reply}");
        assert!(reply["result"].get("isError").is_none(), "{arguments} {headers:?} {reply}");
    }
}

#[tokio::test]
async fn missing_or_different_header_is_mismatch() {
    let served = served().await;
    for (arguments, headers) in [
        (json!({"region": "test-value"}), vec![]),
        (json!({"region": "Hello"}), vec![("Mcp-Param-Region", "hello")]),
        (json!({"region": "Hello"}), vec![("Mcp-Param-Region", "=?base64?SGVsbG8?=")]),
        (json!({"region": "Hello"}), vec![("Mcp-Param-Region", "=?base64?SGVs!!!bG8=?=")]),
        (json!({"region": "Hello"}), vec![("Mcp-Param-Region", "=?base64?/w==?=")]),
        (json!({"region": "Hello"}), vec![("Mcp-Param-Region", "Hello"), ("mcp-param-region", "Bye")]),
        (json!({"region": "Héllo"}), vec![("Mcp-Param-Region", "Héllo")]),
        (json!({"region": "Hello"}), vec![("Mcp-Param-Shard", "1")]),
        (json!({}), vec![("Mcp-Param-Region", "Hello")]),
        (json!({"region": null}), vec![("Mcp-Param-Region", "null")]),
        (json!({"shard": 42}), vec![("Mcp-Param-Shard", "43")]),
        (json!({"shard": 42}), vec![("Mcp-Param-Shard", "forty-two")]),
        (json!({"fast": true}), vec![("Mcp-Param-Fast", "TRUE")]),
        (json!({"region": ["Hello"]}), vec![("Mcp-Param-Region", "Hello")]),
        (json!({"region": "a", "zone": "b"}), vec![("Mcp-Param-Region", "a")]),
    ] {
        let (status, reply) = send(&served, "query", &arguments, &headers).await;
        assert_eq!((status, &reply["error"]["code"]), (400, &json!(-32020)), "{arguments} {headers:?} {reply}");
        assert_eq!(reply["id"], 1);
        assert!(reply["error"]["message"].as_str().unwrap().contains("Mcp-Param-"), "{reply}");
    }
}

#[tokio::test]
async fn equal_copies_of_a_mirrored_header_count_once() {
    let served = served().await;
    for (region, headers) in [
        ("Hello", vec![("Mcp-Param-Region", "Hello"), ("mcp-param-region", "Hello")]),
        ("Hello", vec![("Mcp-Param-Region", "Hello, Hello")]),
        ("a,a", vec![("Mcp-Param-Region", "a,a")]),
    ] {
        assert_eq!(send(&served, "query", &json!({"region": region}), &headers).await.0, 200, "{headers:?}");
    }
}

#[tokio::test]
async fn nested_properties_are_mirrored() {
    let served = served().await;
    let arguments = json!({"place": {"region": "eu"}, "tenant": "acme"});
    let both = [("Mcp-Param-Region", "eu"), ("Mcp-Param-Tenant", "acme")];
    assert_eq!(send(&served, "nested", &arguments, &both).await.0, 200);
    assert_eq!(send(&served, "nested", &arguments, &both[1..]).await.0, 400);
    let without = json!({"place": {}, "tenant": "acme"});
    assert_eq!(send(&served, "nested", &without, &both[1..]).await.0, 200);
    assert_eq!(send(&served, "nested", &without, &both).await.0, 400);
}

#[tokio::test]
async fn undeclared_header_or_session_era_is_not_compared() {
    let served = served().await;
    assert_eq!(send(&served, "plain", &json!({"region": "eu"}), &[("Mcp-Param-Region", "us")]).await.0, 200);
    let client = Client::in_session(&served, "2025-11-25").await.header("Mcp-Param-Region", "us");
    assert!(client.call_text("query", json!({"region": "eu"})).await.starts_with("Some(\"eu\")"));
}

#[tokio::test]
async fn hidden_tool_with_mismatch_looks_unknown() {
    let served = served().await;
    let (status, hidden) = send(&served, "unseen", &json!({"region": "eu"}), &[]).await;
    let absent = send(&served, "absent", &json!({"region": "eu"}), &[]).await;
    assert_eq!((status, hidden.to_string().replace("unseen", "absent")), (absent.0, absent.1.to_string()));
}

#[tokio::test]
async fn mirrored_property_schema_is_inlined() {
    let served = served().await;
    let tools = Client::stateless(&served).result("tools/list", json!({})).await["tools"].take();
    let properties = &tools[0]["inputSchema"]["properties"];
    for (name, header) in [("region", "Region"), ("shard", "Shard"), ("fast", "Fast"), ("zone", "Zone")] {
        assert_eq!(properties[name]["x-mcp-header"], header, "{tools}");
        assert!(properties[name].get("$ref").is_none(), "{properties}");
    }
    assert_eq!(properties["zone"]["type"], "string", "{properties}");
}

#[tokio::test]
async fn invalid_header_annotation_fails_build() {
    let float = json!({"type": "object", "properties": {"a": {"type": "string", "x-mcp-header": "A"}, "b": {"type": "string", "x-mcp-header": "a"}}});
    let by_hand = ToolBuilder::new("by-hand")
        .input_schema(float)
        .handler(|_: Context| -> Result<HandlerFuture, CallError> { Err(CallError::hidden()) });
    let options = McpOptions::new("mirrored-rejected", "1").limits(Limits::default());
    let error =
        McpModule::for_root(options).provide_shared(Gate::new()).item(by_hand).build().await.unwrap_err().to_string();
    for words in ["`behind_a_reference`", "schemars(inline)", "`of_a_float`", "`ratio`", "`by-hand`", "two arguments"] {
        assert!(error.contains(words), "{words}: {error}");
    }
}
