//! Invalid arguments, and tool errors that let a model correct its call.

use mcp_server::{
    Args, CallError, Context, ToolResult,
    handler::{CallResult, HandlerFuture},
    registry::ToolBuilder,
    tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::items::named;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Topping {
    name: String,
    #[schemars(range(min = 1, max = 5))]
    spoons: u8,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    toppings: Vec<Topping>,
    size: Option<Size>,
}

/// Orders by parameters.
#[tool(server = "arguments")]
fn order(
    #[arg(range(min = 1, max = 10))] count: u32,
    #[arg(pattern = "^[a-z]+$", length(max = 8))] kind: String,
    #[arg] size: Size,
    #[arg(default = 2)] plates: i64,
    #[arg(rename = "note-to-cook")] note: Option<String>,
) -> String {
    format!("{count} {kind} {size:?} {plates} {note:?}")
}

/// Orders by a struct.
#[tool(server = "arguments")]
fn order_all(Args(order): Args<Order>) -> String {
    let toppings: Vec<_> =
        order.toppings.iter().map(|topping| format!("{} of {}", topping.spoons, topping.name)).collect();
    format!("{toppings:?} {:?}", order.size)
}

/// Takes arguments without schema keywords.
#[tool(server = "arguments")]
fn plain(#[arg] flag: bool, #[arg] rows: Vec<i32>) -> String {
    format!("{flag} {rows:?}")
}

#[derive(Deserialize, JsonSchema)]
struct Bare {
    names: Vec<String>,
    size: Size,
}

/// Takes a struct without schema keywords.
#[tool(server = "arguments")]
fn bare(Args(bare): Args<Bare>) -> String {
    format!("{:?} {:?}", bare.names, bare.size)
}

/// Changes the fields that are sent.
#[expect(clippy::option_option, reason = "`null` differs from an absent argument")]
#[tool(server = "arguments")]
fn patch(
    #[arg] name: Option<Option<String>>,
    #[arg] age: Option<Option<u8>>,
    #[arg] size: Option<Option<Size>>,
    #[arg] plain: Option<u8>,
) -> String {
    format!("{name:?} {age:?} {size:?} {plain:?}")
}

async fn served() -> RunningServer {
    let schema = json!({
        "type": "object", "required": ["rows"], "additionalProperties": false,
        "properties": {"rows": {"type": "array", "items": {"type": "integer"}, "maxItems": 2}}
    });
    let by_hand =
        ToolBuilder::new("by_hand").input_schema(schema).handler(|ctx: Context| -> Result<HandlerFuture, CallError> {
            Ok(Box::pin(async move { Ok(CallResult::Tool(ToolResult::text(ctx.arguments()))) }))
        });
    serve(named("arguments").item(by_hand)).await
}

/// Calls a tool with invalid arguments, and checks that the error contains these words.
async fn rejected(tool: &str, arguments: Value, words: &[&str]) {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let result = client.call(tool, arguments.clone()).await;
        assert_eq!(result["isError"], true, "{arguments} {result}");
        let text = result["content"][0]["text"].as_str().unwrap();
        for word in words {
            assert!(text.contains(word), "{arguments}: `{word}` is not in: {text}");
        }
    }
}

#[tokio::test]
async fn valid_arguments_are_accepted() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let arguments = json!({"count": 10, "kind": "pizza", "size": "large", "note-to-cook": "hot", "unknown": [1]});
        assert_eq!(client.call_text("order", arguments).await, "10 pizza Large 2 Some(\"hot\")");
        let arguments = json!({"count": 1, "kind": "a", "size": "small", "plates": -1});
        assert_eq!(client.call_text("order", arguments).await, "1 a Small -1 None");
        assert!(
            client.call_text("order_all", json!({"toppings": [{"name": "x", "spoons": 5}]})).await.contains("5 of x")
        );
    }
}

#[tokio::test]
async fn nested_option_distinguishes_null_from_absent() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (arguments, expected) in [
            (json!({}), "None None None None"),
            (json!({"name": null, "age": null, "size": null, "plain": null}), "Some(None) Some(None) Some(None) None"),
            (
                json!({"name": "Ada", "age": 5, "size": "small", "plain": 1}),
                "Some(Some(\"Ada\")) Some(Some(5)) Some(Some(Small)) Some(1)",
            ),
        ] {
            assert_eq!(client.call_text("patch", arguments.clone()).await, expected, "{arguments}");
        }
    }
}

#[tokio::test]
async fn missing_arguments_are_all_reported() {
    rejected("order", json!({}), &["`count`", "`kind`", "`size`", "required"]).await;
    rejected("plain", json!({}), &["`flag`", "`rows`", "required"]).await;
    rejected("order_all", json!({}), &["toppings"]).await;
}

#[tokio::test]
async fn wrong_type_error_names_expectation_and_value() {
    rejected("plain", json!({"flag": "yes", "rows": []}), &["`flag`", "boolean", "\"yes\""]).await;
    rejected("plain", json!({"flag": true, "rows": [1, "two", 3]}), &["`rows[1]`", "expected integer", "\"two\""])
        .await;
    rejected("plain", json!({"flag": true, "rows": {"a": 1}}), &["`rows`", "array", "{\"a\":1}"]).await;
    rejected("plain", json!({"flag": null, "rows": []}), &["`flag`", "boolean", "null"]).await;
    rejected(
        "plain",
        json!({"flag": true, "rows": [3_000_000_000_u32]}),
        &["`rows[0]`", "to 2147483647", "3000000000"],
    )
    .await;
}

#[tokio::test]
async fn all_type_errors_are_reported_together() {
    rejected("plain", json!({"flag": "yes", "rows": [1, "two", null]}), &["`flag`", "`rows[1]`", "`rows[2]`"]).await;
    rejected("plain", json!({"rows": "none"}), &["`flag`", "required", "`rows`", "array", "\"none\""]).await;
    rejected("bare", json!({"names": [1], "size": "x"}), &["`names[0]`", "string", "`size`", "small", "large"]).await;
}

#[tokio::test]
async fn error_path_names_nested_member() {
    let order = json!({"toppings": [{"name": "a", "spoons": 1}, {"name": 5, "spoons": 1}]});
    rejected("order_all", order, &["`toppings[1].name`", "string", "5"]).await;
}

#[tokio::test]
async fn schema_keywords_are_enforced() {
    let order = |change: Value| {
        let mut order = json!({"count": 1, "kind": "a", "size": "small"});
        order.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        order
    };
    rejected("order", order(json!({"count": 0})), &["`count`", "1", "0"]).await;
    rejected("order", order(json!({"count": 11})), &["`count`", "10", "11"]).await;
    rejected("order", order(json!({"kind": "Pizza"})), &["`kind`", "^[a-z]+$", "Pizza"]).await;
    rejected("order", order(json!({"kind": "abcdefghi"})), &["`kind`", "8"]).await;
    rejected("order", order(json!({"size": "huge"})), &["`size`", "small", "large", "huge"]).await;
    let spoons = |count: u8| json!({"toppings": [{"name": "a", "spoons": count}]});
    rejected("order_all", spoons(9), &["`toppings[0].spoons`", "5", "9"]).await;
    rejected("order_all", json!({"toppings": [], "price": 1}), &["price"]).await;
    rejected("order_all", json!({"toppings": [{"name": "a", "spoons": 1, "hot": true}]}), &["toppings[0]", "hot"])
        .await;
}

#[tokio::test]
async fn all_violations_are_reported_together() {
    rejected("order", json!({"count": 0, "kind": "A", "size": "small"}), &["`count`", "`kind`"]).await;
}

#[tokio::test]
async fn duplicate_argument_is_rejected() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"plain","arguments":{"flag":true,"rows":[],"flag":false}}}"#;
    let reply = client.send(client.raw(body)).await.json().await;
    assert_eq!(reply["result"]["isError"], true, "{reply}");
    assert!(reply["result"]["content"][0]["text"].as_str().unwrap().contains("`flag`"), "{reply}");
}

#[tokio::test]
async fn long_invalid_value_is_truncated_in_error() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let result = client.call("plain", json!({"flag": "x".repeat(100_000), "rows": []})).await;
        assert!(result["content"][0]["text"].as_str().unwrap().len() < 1_000);
    }
}

#[tokio::test]
async fn builder_tool_enforces_whole_schema() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        assert_eq!(client.call_text("by_hand", json!({"rows": [1, 2]})).await, "{\"rows\":[1,2]}");
    }
    rejected("by_hand", json!({}), &["rows"]).await;
    rejected("by_hand", json!({"rows": ["one"]}), &["`rows[0]`", "integer", "\"one\""]).await;
    rejected("by_hand", json!({"rows": [1, 2, 3]}), &["`rows`", "2"]).await;
    rejected("by_hand", json!({"rows": [], "more": 1}), &["more"]).await;
}
