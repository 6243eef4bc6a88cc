//! Arguments that an item does not declare, with `McpOptions::unknown_arguments`.

use std::collections::BTreeMap;

use mcp_server::{
    Args, McpModule, McpOptions, UnknownArguments, prompt,
    registry::{PromptBuilder, ToolBuilder},
    tool,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::{failures, items::http_options};

/// Searches.
#[tool(server = "unknown arguments")]
fn search(
    #[arg] query: String,
    #[arg] max_results: Option<u8>,
    #[arg(header = "Region")] region: Option<String>,
) -> String {
    format!("{query} {max_results:?} {region:?}")
}

/// Takes nothing.
#[tool(server = "unknown arguments")]
fn ping() -> &'static str {
    "pong"
}

#[derive(Deserialize, JsonSchema)]
struct Open {
    a: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

/// Takes any argument.
#[tool(server = "unknown arguments")]
fn open(Args(open): Args<Open>) -> String {
    format!("{} {}", open.a, open.rest.len())
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Shape {
    Circle { radius: u8 },
    Square { side: u8 },
}

/// Takes a shape.
#[tool(server = "unknown arguments")]
fn draw(Args(shape): Args<Shape>) -> String {
    match shape {
        Shape::Circle { radius } => format!("circle {radius}"),
        Shape::Square { side } => format!("square {side}"),
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Strict {
    name: String,
}

/// Rejects what it does not know.
#[tool(server = "unknown arguments")]
fn strict(Args(strict): Args<Strict>) -> String {
    strict.name
}

/// Greets.
#[prompt(server = "unknown arguments")]
fn greet(#[arg] name: String) -> String {
    name
}

#[derive(Deserialize, JsonSchema)]
struct Trip {
    city: String,
}

async fn served(treatment: UnknownArguments) -> RunningServer {
    let options =
        McpOptions::new("unknown arguments", "1").streamable_http(http_options()).unknown_arguments(treatment);
    let by_hand = |name: &str, schema: Value| {
        ToolBuilder::new(name).input_schema(schema).run(|Args(value): Args<Value>| async move { value.to_string() })
    };
    let built = ToolBuilder::new("built").run(|Args(trip): Args<Trip>| async move { trip.city });
    let prompt = PromptBuilder::new("trip").run(|Args(trip): Args<Trip>| async move { trip.city });
    let forms = json!({"type": "object", "properties": {"a": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
    let module = McpModule::for_root(options)
        .item(by_hand("by_hand", json!({"type": "object", "properties": {"a": {"type": "integer"}}})))
        .item(by_hand("forms", forms))
        .item(by_hand("free", json!({"type": "object"})))
        .item(by_hand(
            "extra",
            json!({"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "integer"}}),
        ))
        .item(built)
        .item(prompt);
    serve(module).await
}

#[tokio::test]
async fn unknown_argument_is_refused_with_the_closest_known_one() {
    let served = served(UnknownArguments::Refuse).await;
    for client in Client::both_eras(&served).await {
        for (tool, arguments, words) in [
            (
                "search",
                json!({"query": "x", "maxResults": 5}),
                &["unknown argument `maxResults`", "did you mean `max_results`?"][..],
            ),
            ("search", json!({"qurey": "x"}), &["unknown argument `qurey`", "did you mean `query`?"]),
            (
                "search",
                json!({"query": "x", "colour": 5}),
                &["unknown argument `colour`", "`query`", "`max_results`", "`region`"],
            ),
            ("search", json!({"query": "x", "a\n": 5, "b": 1}), &[r#"`["a\n"]`"#, "`b`"]),
            ("ping", json!({"x": 1}), &["unknown argument `x`", "no arguments"]),
            ("draw", json!({"kind": "circle", "radius": 1, "sides": 2}), &["unknown argument `sides`", "`side`"]),
            ("strict", json!({"nmae": "x"}), &["`nmae`", "`name`"]),
            ("built", json!({"city": "x", "town": "y"}), &["unknown argument `town`", "`city`"]),
            ("by_hand", json!({"b": 1}), &["unknown argument `b`", "`a`"]),
            ("forms", json!({"a": 1, "c": 1}), &["unknown argument `c`", "`a`, `b`"]),
        ] {
            let result = client.call(tool, arguments.clone()).await;
            assert_eq!(result["isError"], true, "{tool} {arguments} {result}");
            let text = result["content"][0]["text"].as_str().unwrap();
            assert!(words.iter().all(|word| text.contains(word)), "{tool} {arguments}: {text}");
        }
        for (prompt, arguments) in
            [("greet", json!({"name": "x", "nam": "y"})), ("trip", json!({"city": "x", "citty": "y"}))]
        {
            let response = client.response("prompts/get", json!({"name": prompt, "arguments": arguments})).await;
            assert_eq!(response["error"]["code"], -32602, "{response}");
            let text = response["error"]["message"].as_str().unwrap();
            assert!(text.contains("unknown argument") && text.contains("did you mean"), "{text}");
        }
    }
}

#[tokio::test]
async fn known_and_open_arguments_are_served() {
    for treatment in [UnknownArguments::Ignore, UnknownArguments::Warn, UnknownArguments::Refuse] {
        let served = served(treatment).await;
        for client in Client::both_eras(&served).await {
            for (tool, arguments, expected) in [
                ("search", json!({"query": "x", "max_results": 5}), "x Some(5) None"),
                ("open", json!({"a": 1, "b": 2, "c": 3}), "1 2"),
                ("draw", json!({"kind": "square", "side": 2}), "square 2"),
                ("by_hand", json!({"a": 1}), "{\"a\":1}"),
                ("forms", json!({"b": 1}), "{\"b\":1}"),
                ("free", json!({"x": 1}), "{\"x\":1}"),
                ("extra", json!({"a": "x", "z": 1}), "{\"a\":\"x\",\"z\":1}"),
                ("ping", json!({}), "pong"),
            ] {
                assert_eq!(client.call_text(tool, arguments.clone()).await, expected, "{arguments}");
            }
        }
    }
}

#[tokio::test]
async fn header_of_an_argument_is_known() {
    let served = served(UnknownArguments::Refuse).await;
    let client = Client::stateless(&served).header("Mcp-Param-Region", "eu");
    assert_eq!(client.call_text("search", json!({"query": "x", "region": "eu"})).await, "x None Some(\"eu\")");
}

#[tokio::test]
async fn unknown_argument_is_ignored_by_default() {
    for treatment in [UnknownArguments::default(), UnknownArguments::Warn] {
        let served = served(treatment).await;
        for client in Client::both_eras(&served).await {
            assert_eq!(client.call_text("search", json!({"query": "x", "other": [1]})).await, "x None None");
            assert_eq!(client.call_text("ping", json!({"x": 1})).await, "pong");
            let greeted = client.result("prompts/get", json!({"name": "greet", "arguments": {"name": "a", "b": "c"}}));
            assert_eq!(greeted.await["messages"][0]["content"]["text"], "a");
            let result = client.call("strict", json!({"name": "x", "other": 1})).await;
            assert_eq!(result["isError"], true, "the type forbids it: {result}");
            assert_eq!(client.call("extra", json!({"z": "x"})).await["isError"], true);
        }
    }
}

#[tokio::test]
async fn unknown_argument_is_logged_once() {
    let log = failures::log();
    let served = served(UnknownArguments::Warn).await;
    for client in Client::both_eras(&served).await {
        for _ in 0..2 {
            client.call_text("search", json!({"query": "x", "queryForTheLog": 1, "forged\nfor the log": 1})).await;
        }
        for n in 0..100 {
            client.call_text("ping", json!({format!("bounded_in_the_log_{n}"): 1})).await;
        }
    }
    let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    let lines = |words: &str| log.lines().filter(|line| line.contains(words)).collect::<Vec<_>>();
    let logged = lines("queryForTheLog");
    assert!(logged.len() == 1 && logged[0].contains("WARN") && logged[0].contains("tool `search`"), "{logged:?}");
    let forged = lines("for the log");
    assert!(forged.len() == 1 && forged[0].contains(r"forged\nfor the log"), "{forged:?}");
    assert_eq!(lines("bounded_in_the_log").len(), 16);
}

#[tokio::test]
async fn refusing_schemas_forbid_additional_properties() {
    for (treatment, closed) in [(UnknownArguments::Refuse, true), (UnknownArguments::Ignore, false)] {
        let served = served(treatment).await;
        for client in Client::both_eras(&served).await {
            let tools = client.result("tools/list", json!({})).await["tools"].take();
            for tool in tools.as_array().unwrap() {
                let name = tool["name"].as_str().unwrap();
                let schema = &tool["inputSchema"];
                let expected = match name {
                    "open" | "extra" | "free" => continue,
                    "strict" => json!(false),
                    _ if closed => json!(false),
                    _ => Value::Null,
                };
                assert_eq!(schema["additionalProperties"], expected, "{name} {schema}");
                if name == "forms" && closed {
                    assert!(schema["properties"]["b"].is_object(), "the forms stay valid: {schema}");
                }
            }
        }
    }
}
