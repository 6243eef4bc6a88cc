//! Published schemas, which validators and the APIs of language models accept.

#![expect(dead_code, reason = "tests read the fields through `Debug`")]

use std::{collections::BTreeMap, net::IpAddr, num::NonZeroU16};

use mcp_server::{
    Args, CallError, CallResult, Context, Json, ToolResult, handler::HandlerFuture, registry::ToolBuilder, tool,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::{failures::log, items::named};

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
struct Numbers {
    a: u8,
    b: i64,
    c: f64,
    d: Vec<u16>,
    e: BTreeMap<String, f32>,
    f: Option<usize>,
    g: (i8, u128),
    h: Option<NonZeroU16>,
    address: Option<IpAddr>,
    #[schemars(range(min = 1, max = 5))]
    stars: u32,
    next: Option<Box<Self>>,
}

#[tool(server = "schemas")]
fn numbers(
    #[arg] n: u32,
    #[arg] bytes: Vec<u8>,
    #[arg(range(max = 9))] size: usize,
    #[arg] format: Option<Box<Numbers>>,
) -> Json<Vec<Numbers>> {
    Json(vec![format.map_or_else(|| unreachable!("{n} {bytes:?} {size}"), |numbers| *numbers)])
}

#[tool(server = "schemas")]
fn struct_of_numbers(Args(numbers): Args<Numbers>) -> Json<Numbers> {
    Json(numbers)
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Shape {
    /// A round shape.
    Circle {
        r: f64,
    },
    Square {
        side: u8,
    },
}

/// Computes an area.
#[tool(server = "schemas")]
fn area(Args(shape): Args<Shape>) -> String {
    format!("{shape:?}")
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Colored {
    color: String,
    #[serde(flatten)]
    shape: Shape,
}

#[tool(server = "schemas")]
fn colored(Args(colored): Args<Colored>) -> String {
    format!("{colored:?}")
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Key {
    ById {
        #[schemars(range(min = 1))]
        id: u64,
    },
    ByName {
        name: String,
    },
}

#[tool(server = "schemas")]
fn find(Args(key): Args<Key>) -> String {
    format!("{key:?}")
}

#[derive(Debug, Deserialize, JsonSchema)]
enum Command {
    Start { after: u32 },
    Stop(bool),
}

#[tool(server = "schemas")]
fn command(Args(command): Args<Command>) -> String {
    format!("{command:?}")
}

#[derive(Deserialize, JsonSchema)]
struct Answer {
    age: u8,
    height: Option<f32>,
}

#[tool(server = "schemas")]
async fn ask(ctx: Context) -> Result<String, CallError> {
    let answer = ctx.elicit::<Answer>("Who?").await?.accepted()?;
    Ok(format!("{} {:?}", answer.age, answer.height))
}

fn one_of() -> Value {
    json!({"type": "object", "oneOf": [
        {"properties": {"a": {"type": "integer", "format": "int64"}}, "required": ["a"]},
        {"properties": {"b": {"type": "string"}}, "required": ["b"]}
    ]})
}

async fn served() -> RunningServer {
    let echo = |ctx: Context| -> Result<HandlerFuture, CallError> {
        Ok(Box::pin(async move { Ok(CallResult::Tool(ToolResult::text(ctx.arguments()))) }))
    };
    let by_hand = ToolBuilder::new("by_hand").input_schema(one_of()).handler(echo);
    let derived = ToolBuilder::new("derived").input_schema(schemars::schema_for!(Numbers).to_value()).handler(echo);
    let built = ToolBuilder::new("built").run(|Args(shape): Args<Shape>| async move { format!("{shape:?}") });
    serve(named("schemas").item(by_hand).item(derived).item(built)).await
}

/// Returns every value of the keyword `format` in a schema.
fn formats(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            found.extend(members.get("format").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| formats(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| formats(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn no_schema_has_a_format_of_rust() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let tools = client.result("tools/list", json!({})).await["tools"].take();
        for tool in
            tools.as_array().unwrap().iter().filter(|tool| tool["name"] != "by_hand" && tool["name"] != "derived")
        {
            let mut found = Vec::new();
            formats(tool, &mut found);
            assert_eq!(found, Vec::<String>::new(), "{tool}");
        }
        let tool = |name: &str| tools.as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap().clone();
        let mut found = Vec::new();
        formats(&tool("derived"), &mut found);
        assert!(!found.iter().any(|format| format.starts_with("uint") || format == "int8"), "{found:?}");
        let properties = tool("numbers")["inputSchema"]["properties"].take();
        assert_eq!(properties["bytes"]["items"], json!({"type": "integer", "minimum": 0, "maximum": 255}));
        assert_eq!(properties["n"], json!({"type": "integer", "minimum": 0}));
    }
}

#[tokio::test]
async fn bounds_without_formats_are_enforced() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (arguments, words) in [
            (json!({"n": -1, "bytes": [], "size": 0}), "`n`"),
            (json!({"n": 4_294_967_296_u64, "bytes": [], "size": 0}), "4294967295"),
            (json!({"n": 1, "bytes": [256], "size": 0}), "`bytes[0]`"),
            (json!({"n": 1, "bytes": [], "size": 10}), "`size`"),
        ] {
            let result = client.call("numbers", arguments.clone()).await;
            assert_eq!(result["isError"], true, "{arguments} {result}");
            assert!(result["content"][0]["text"].as_str().unwrap().contains(words), "{result}");
        }
    }
}

#[tokio::test]
async fn form_has_no_format_of_rust() {
    let served = served().await;
    let client = Client::new(&served, "2025-11-25").capabilities(json!({"elicitation": {}})).initialize().await;
    let answer = json!({"action": "accept", "content": {"age": 5}});
    let (_, asked) = client.response_with_answers("tools/call", json!({"name": "ask"}), |_| answer.clone()).await;
    let mut found = Vec::new();
    formats(&asked[0].params["requestedSchema"], &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[tokio::test]
async fn derived_schema_has_no_combinator_at_its_root() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let tools = client.result("tools/list", json!({})).await["tools"].take();
        for tool in tools.as_array().unwrap().iter().filter(|tool| tool["name"] != "by_hand") {
            let schema = &tool["inputSchema"];
            assert_eq!(schema["type"], "object", "{tool}");
            for keyword in ["oneOf", "anyOf", "allOf", "$ref"] {
                assert!(schema.get(keyword).is_none(), "{tool}");
            }
        }
        let schema = |name: &str| {
            tools.as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap()["inputSchema"].clone()
        };
        for name in ["area", "built"] {
            let schema = schema(name);
            assert_eq!(schema["properties"]["type"], json!({"type": "string", "enum": ["Circle", "Square"]}));
            assert_eq!(schema["properties"]["r"], json!({"type": "number"}));
            assert_eq!(schema["required"], json!(["type"]));
            assert_eq!(
                schema["description"],
                "Send the properties of exactly one form: `type` \"Circle\", `r` (A round shape); `type` \"Square\", `side`."
            );
        }
        assert_eq!(schema("colored")["required"], json!(["color", "type"]));
        assert!(schema("find")["properties"]["name"].is_object());
        assert_eq!(schema("command")["additionalProperties"], false);
    }
}

#[tokio::test]
async fn alternatives_are_enforced_by_the_server() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        assert_eq!(client.call_text("area", json!({"type": "Circle", "r": 1.5})).await, "Circle { r: 1.5 }");
        assert_eq!(client.call_text("built", json!({"type": "Square", "side": 2})).await, "Square { side: 2 }");
        assert!(client.call_text("colored", json!({"color": "red", "type": "Circle", "r": 1})).await.contains("red"));
        assert_eq!(client.call_text("find", json!({"name": "a"})).await, "ByName { name: \"a\" }");
        assert_eq!(client.call_text("command", json!({"Stop": true})).await, "Stop(true)");
        for (tool, arguments, words) in [
            ("area", json!({"type": "Circle", "side": 2}), "`r`"),
            ("area", json!({"type": "Oval"}), "Circle"),
            ("built", json!({"type": "Square", "side": 256}), "255"),
            ("colored", json!({"color": "red", "type": "Square"}), "side"),
            ("find", json!({"id": 0}), "`id`"),
            ("command", json!({"Start": {"after": 1}, "Stop": true}), "Invalid arguments"),
        ] {
            let result = client.call(tool, arguments.clone()).await;
            assert_eq!(result["isError"], true, "{tool} {arguments} {result}");
            assert!(result["content"][0]["text"].as_str().unwrap().contains(words), "{arguments} {result}");
        }
    }
}

#[tokio::test]
async fn hand_written_schema_is_kept_with_a_warning() {
    let log = log();
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let tools = client.result("tools/list", json!({})).await["tools"].take();
        let tool = tools.as_array().unwrap().iter().find(|tool| tool["name"] == "by_hand").unwrap();
        assert_eq!(tool["inputSchema"], one_of());
        assert_eq!(client.call("by_hand", json!({"a": 1, "b": "x"})).await["isError"], true);
    }
    let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    let warned: Vec<&str> = log.lines().filter(|line| line.contains("at the root of the input schema")).collect();
    assert!(warned.iter().any(|line| line.contains("WARN") && line.contains("by_hand") && line.contains("`oneOf`")));
    assert!(warned.iter().all(|line| !line.contains("area")), "{warned:?}");
}
