//! Arguments that do not fit: a result that says where, what was expected and what came, so that a model can mend its call.

use mcp_server::{
    Args, CallError, Context, ToolResult,
    handler::{CallResult, HandlerFuture},
    registry::ToolBuilder,
    tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, Served, serve};

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

/// Takes what has no keywords.
#[tool(server = "arguments")]
fn plain(#[arg] flag: bool, #[arg] rows: Vec<i32>) -> String {
    format!("{flag} {rows:?}")
}

#[derive(Deserialize, JsonSchema)]
struct Bare {
    names: Vec<String>,
    size: Size,
}

/// Takes a struct that has no keywords.
#[tool(server = "arguments")]
fn bare(Args(bare): Args<Bare>) -> String {
    format!("{:?} {:?}", bare.names, bare.size)
}

async fn served() -> Served {
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

/// Calls the tool with these arguments, which it must refuse in words that hold all of these.
async fn refused(tool: &str, arguments: Value, words: &[&str]) {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let result = client.call(tool, arguments.clone()).await;
        assert_eq!(result["isError"], true, "{arguments} {result}");
        let text = result["content"][0]["text"].as_str().unwrap();
        for word in words {
            assert!(text.contains(word), "{arguments}: `{word}` is not in: {text}");
        }
    }
}

#[tokio::test]
async fn arguments_that_fit_are_taken() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
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
async fn missing_arguments_are_all_named() {
    refused("order", json!({}), &["`count`", "`kind`", "`size`", "required"]).await;
    refused("plain", json!({}), &["`flag`", "`rows`", "required"]).await;
    refused("order_all", json!({}), &["toppings"]).await;
}

#[tokio::test]
async fn a_wrong_type_is_named_with_what_was_expected_and_what_came() {
    refused("plain", json!({"flag": "yes", "rows": []}), &["`flag`", "boolean", "\"yes\""]).await;
    refused("plain", json!({"flag": true, "rows": [1, "two", 3]}), &["`rows[1]`", "expected integer", "\"two\""]).await;
    refused("plain", json!({"flag": true, "rows": {"a": 1}}), &["`rows`", "array", "{\"a\":1}"]).await;
    refused("plain", json!({"flag": null, "rows": []}), &["`flag`", "boolean", "null"]).await;
    refused("plain", json!({"flag": true, "rows": [3_000_000_000_u32]}), &["`rows[0]`", "to 2147483647", "3000000000"])
        .await;
}

#[tokio::test]
async fn all_that_types_refuse_is_told_at_once() {
    refused("plain", json!({"flag": "yes", "rows": [1, "two", null]}), &["`flag`", "`rows[1]`", "`rows[2]`"]).await;
    refused("plain", json!({"rows": "none"}), &["`flag`", "required", "`rows`", "array", "\"none\""]).await;
    refused("bare", json!({"names": [1], "size": "x"}), &["`names[0]`", "string", "`size`", "small", "large"]).await;
}

#[tokio::test]
async fn a_path_leads_to_the_place_inside() {
    let order = json!({"toppings": [{"name": "a", "spoons": 1}, {"name": 5, "spoons": 1}]});
    refused("order_all", order, &["`toppings[1].name`", "string", "5"]).await;
}

#[tokio::test]
async fn keywords_are_enforced() {
    let order = |change: Value| {
        let mut order = json!({"count": 1, "kind": "a", "size": "small"});
        order.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        order
    };
    refused("order", order(json!({"count": 0})), &["`count`", "1", "0"]).await;
    refused("order", order(json!({"count": 11})), &["`count`", "10", "11"]).await;
    refused("order", order(json!({"kind": "Pizza"})), &["`kind`", "^[a-z]+$", "Pizza"]).await;
    refused("order", order(json!({"kind": "abcdefghi"})), &["`kind`", "8"]).await;
    refused("order", order(json!({"size": "huge"})), &["`size`", "small", "large", "huge"]).await;
    let spoons = |count: u8| json!({"toppings": [{"name": "a", "spoons": count}]});
    refused("order_all", spoons(9), &["`toppings[0].spoons`", "5", "9"]).await;
    refused("order_all", json!({"toppings": [], "price": 1}), &["price"]).await;
    refused("order_all", json!({"toppings": [{"name": "a", "spoons": 1, "hot": true}]}), &["toppings[0]", "hot"]).await;
}

#[tokio::test]
async fn several_violations_are_told_together() {
    refused("order", json!({"count": 0, "kind": "A", "size": "small"}), &["`count`", "`kind`"]).await;
}

#[tokio::test]
async fn an_argument_that_is_there_twice_is_refused() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"plain","arguments":{"flag":true,"rows":[],"flag":false}}}"#;
    let answer = client.send(client.raw(body)).await.json().await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("`flag`"), "{answer}");
}

#[tokio::test]
async fn a_refused_value_is_not_repeated_at_length() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        let result = client.call("plain", json!({"flag": "x".repeat(100_000), "rows": []})).await;
        assert!(result["content"][0]["text"].as_str().unwrap().len() < 1_000);
    }
}

#[tokio::test]
async fn a_tool_that_was_built_by_hand_has_its_whole_schema_enforced() {
    let served = served().await;
    for client in Client::of_both_eras(&served).await {
        assert_eq!(client.call_text("by_hand", json!({"rows": [1, 2]})).await, "{\"rows\":[1,2]}");
    }
    refused("by_hand", json!({}), &["rows"]).await;
    refused("by_hand", json!({"rows": ["one"]}), &["`rows[0]`", "integer", "\"one\""]).await;
    refused("by_hand", json!({"rows": [1, 2, 3]}), &["`rows`", "2"]).await;
    refused("by_hand", json!({"rows": [], "more": 1}), &["more"]).await;
}
