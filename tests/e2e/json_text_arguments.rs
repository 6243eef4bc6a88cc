//! Values that clients send as the text of JSON, with `McpOptions::json_text_arguments`.

#![expect(dead_code, reason = "tests read the fields through `Debug`")]

use std::collections::BTreeMap;

use mcp_server::{Args, McpModule, McpOptions, prompt, registry::ToolBuilder, tool};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, serve};

use crate::items::http_options;

#[derive(Debug, Default, Deserialize, JsonSchema)]
struct Filter {
    tags: Vec<String>,
    limit: Option<u8>,
}

/// Searches.
#[expect(clippy::too_many_arguments, reason = "one for each type")]
#[tool(server = "json texts")]
fn search(
    #[arg] ids: Option<Vec<u32>>,
    #[arg] filter: Option<Filter>,
    #[arg(range(max = 100))] n: Option<i64>,
    #[arg] x: Option<f64>,
    #[arg] on: Option<bool>,
    #[arg] text: Option<String>,
    #[arg] any: Option<Value>,
    #[arg] map: Option<BTreeMap<String, u8>>,
) -> String {
    format!("{ids:?} {filter:?} {n:?} {x:?} {on:?} {text:?} {any:?} {map:?}")
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Ids {
    Text(String),
    Many(Vec<u32>),
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Whole {
    ids: Vec<u32>,
    either: Option<Ids>,
}

/// Takes a struct.
#[tool(server = "json texts")]
fn whole(Args(whole): Args<Whole>) -> String {
    format!("{:?} {:?}", whole.ids, whole.either)
}

/// Says something.
#[prompt(server = "json texts")]
fn say(#[arg] words: Vec<String>) -> String {
    words.join(" ")
}

fn module(read: bool) -> McpModule {
    let options = McpOptions::new("json texts", "1").streamable_http(http_options()).json_text_arguments(read);
    let schema = json!({"type": "object", "properties": {"ids": {"type": "array", "items": {"type": "integer"}}}});
    let by_hand = ToolBuilder::new("by_hand")
        .input_schema(schema)
        .run(|Args(value): Args<Value>| async move { value.to_string() });
    McpModule::for_root(options).item(by_hand)
}

#[tokio::test]
async fn json_texts_are_read_where_no_string_is_accepted() {
    let served = serve(module(true)).await;
    for client in Client::both_eras(&served).await {
        for (tool, arguments, expected) in [
            ("search", json!({"ids": "[1, 2]"}), "Some([1, 2]) None None None None None None None"),
            (
                "search",
                json!({"n": "5", "x": "1.5", "on": "true"}),
                "None None Some(5) Some(1.5) Some(true) None None None",
            ),
            ("search", json!({"n": "1e1", "x": "-2"}), "None None Some(10) Some(-2.0) None None None None"),
            (
                "search",
                json!({"filter": "{\"tags\": [\"[1]\"], \"limit\": 3}"}),
                "None Some(Filter { tags: [\"[1]\"], limit: Some(3) }) None None None None None None",
            ),
            (
                "search",
                json!({"filter": {"tags": "[\"a\"]", "limit": "3"}}),
                "None Some(Filter { tags: [\"a\"], limit: Some(3) }) None None None None None None",
            ),
            (
                "search",
                json!({"text": "[1]", "any": "5"}),
                "None None None None None Some(\"[1]\") Some(String(\"5\")) None",
            ),
            ("search", json!({"map": {"a": "1"}}), "None None None None None None None Some({\"a\": 1})"),
            ("whole", json!({"ids": "[1]", "either": "[2]"}), "[1] Some(Text(\"[2]\"))"),
            ("by_hand", json!({"ids": "[1]"}), "{\"ids\":[1]}"),
        ] {
            assert_eq!(client.call_text(tool, arguments.clone()).await, expected, "{arguments}");
        }
    }
}

#[tokio::test]
async fn arguments_are_read_from_one_text() {
    let served = serve(module(true)).await;
    for client in Client::both_eras(&served).await {
        let response = async |method: &str, name: &str, arguments: &str| {
            client.response_to_invalid(method, json!({"name": name, "arguments": arguments})).await
        };
        let called = response("tools/call", "whole", "{\"ids\": [1]}").await;
        assert_eq!(called["result"]["content"][0]["text"], "[1] None", "{called}");
        let called = response("prompts/get", "say", "{\"words\": \"[\\\"a\\\"]\"}").await;
        assert_eq!(called["result"]["messages"][0]["content"]["text"], "a", "{called}");
        for text in ["", "null", "[1]", "5", "{", " {} ", "\"{}\"", "{} {}"] {
            let rejected = response("tools/call", "search", text).await;
            assert_eq!(rejected["error"]["code"], -32602, "{text}: {rejected}");
        }
    }
}

#[tokio::test]
async fn other_texts_are_not_guessed() {
    let served = serve(module(true)).await;
    for client in Client::both_eras(&served).await {
        for (arguments, name) in [
            (json!({"n": "null"}), "n"),
            (json!({"n": ""}), "n"),
            (json!({"n": " 5"}), "n"),
            (json!({"n": "05"}), "n"),
            (json!({"n": "5 "}), "n"),
            (json!({"n": "1.5"}), "n"),
            (json!({"n": "101"}), "n"),
            (json!({"on": "True"}), "on"),
            (json!({"on": "1"}), "on"),
            (json!({"ids": "1,2"}), "ids"),
            (json!({"ids": "\"[1]\""}), "ids"),
            (json!({"ids": "[\"1\"]"}), "ids[0]"),
            (json!({"ids": "[-1]"}), "ids[0]"),
            (json!({"filter": "{}"}), "filter.tags"),
        ] {
            let result = client.call("search", arguments.clone()).await;
            assert_eq!(result["isError"], true, "{arguments} {result}");
            let text = result["content"][0]["text"].as_str().unwrap();
            assert!(text.contains(&format!("`{name}`")), "{arguments} {text}");
        }
    }
}

#[tokio::test]
async fn json_texts_are_rejected_by_default() {
    let served = serve(module(false)).await;
    for client in Client::both_eras(&served).await {
        for arguments in [json!({"ids": "[1]"}), json!({"n": "5"}), json!({"filter": "{\"tags\": []}"})] {
            let result = client.call("search", arguments.clone()).await;
            assert_eq!(result["isError"], true, "{arguments} {result}");
            assert!(result.to_string().contains("send the value itself"), "{result}");
        }
    }
}
