//! Numbers with a zero fraction, which are integers in JSON Schema (2020-12, validation, 6.1.1).

#![expect(dead_code, reason = "tests read the fields through `Debug`")]

use std::collections::BTreeMap;

use mcp_server::{Args, CallError, Context, prompt, registry::ToolBuilder, resource, tool};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Number, Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::items::named;

/// Returns integers of many types.
#[expect(clippy::too_many_arguments, reason = "one for each type")]
#[tool(server = "whole numbers")]
fn int(
    #[arg] n: Option<i64>,
    #[arg] byte: Option<u8>,
    #[arg] count: Option<u32>,
    #[arg] huge: Option<u64>,
    #[arg] wide: Option<i128>,
    #[arg(default = 7, range(min = 1, max = 1000))] bounded: u16,
    #[arg] list: Option<Vec<i32>>,
    #[arg] map: Option<BTreeMap<String, u8>>,
    #[arg] pair: Option<(i8, f64)>,
) -> String {
    format!("{n:?} {byte:?} {count:?} {huge:?} {wide:?} {bounded} {list:?} {map:?} {pair:?}")
}

/// Returns values that are not integers.
#[tool(server = "whole numbers")]
fn others(#[arg] float: f64, #[arg] value: Value, #[arg] number: Number, #[arg] text: String) -> String {
    format!("{float:?} {value} {number} {text}")
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Inner {
    n: u8,
    more: Vec<Pair>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Pair(u8, i64);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Internal {
    Count { n: u32, ratio: f64 },
    Inner(Inner),
}

#[derive(Debug, Deserialize, JsonSchema)]
enum External {
    Count(i64),
    Pair(u8, u8),
    Named { n: i16 },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Count(u8),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Count(i64),
    Text(String),
    Named { n: u8 },
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Flat {
    page: u32,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Whole {
    n: Option<i64>,
    inner: Option<Inner>,
    internal: Option<Internal>,
    external: Option<Vec<External>>,
    adjacent: Option<Adjacent>,
    untagged: Option<Vec<Untagged>>,
    #[serde(flatten)]
    flat: Option<Flat>,
    value: Option<Value>,
}

#[tool(server = "whole numbers")]
fn whole(Args(whole): Args<Whole>) -> String {
    format!("{whole:?}")
}

#[tool(server = "whole numbers")]
fn tagged(Args(tagged): Args<Internal>) -> String {
    format!("{tagged:?}")
}

#[derive(Deserialize, JsonSchema)]
struct Answer {
    #[schemars(range(min = 18))]
    age: u8,
    floors: Option<i64>,
}

#[tool(server = "whole numbers")]
async fn ask(ctx: Context) -> Result<String, CallError> {
    let answer = ctx.elicit::<Answer>("How old?").await?.accepted()?;
    Ok(format!("{} {:?}", answer.age, answer.floors))
}

#[prompt(server = "whole numbers")]
fn texts(#[arg] n: u32, #[arg] list: Vec<i64>) -> String {
    format!("{n} {list:?}")
}

#[resource(server = "whole numbers", uri_template = "test://page/{n}")]
fn page(#[arg] n: u32) -> String {
    n.to_string()
}

async fn served() -> RunningServer {
    let built = ToolBuilder::new("built").run(|Args(whole): Args<Whole>| async move { format!("{whole:?}") });
    let schema = json!({"type": "object", "properties": {"page": {"type": "integer"}}, "required": ["page"]});
    let by_hand = ToolBuilder::new("by_hand")
        .input_schema(schema)
        .run(|Args(flat): Args<Flat>| async move { format!("{}", flat.page) });
    let schema = json!({"type": "object", "properties": {"page": {"type": "integer"}}});
    let untyped = ToolBuilder::new("untyped")
        .input_schema(schema)
        .run(|Args(value): Args<Value>| async move { value.to_string() });
    serve(named("whole numbers").item(built).item(by_hand).item(untyped)).await
}

#[tokio::test]
async fn whole_numbers_are_integers_in_parameters() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (arguments, expected) in [
            (json!({"n": 1.0}), "Some(1) None None None None 7 None None None"),
            (json!({"n": -0.0}), "Some(0) None None None None 7 None None None"),
            (json!({"byte": 255.0, "count": 30.0}), "None Some(255) Some(30) None None 7 None None None"),
            (json!({"huge": 1e19}), "None None None Some(10000000000000000000) None 7 None None None"),
            (json!({"wide": -1e20}), "None None None None Some(-100000000000000000000) 7 None None None"),
            (json!({"bounded": 1000.0}), "None None None None None 1000 None None None"),
            (json!({"list": [1.0, -2.0, 3]}), "None None None None None 7 Some([1, -2, 3]) None None"),
            (json!({"map": {"a": 1.0}}), "None None None None None 7 None Some({\"a\": 1}) None"),
            (json!({"pair": [1.0, 1.0]}), "None None None None None 7 None None Some((1, 1.0))"),
        ] {
            assert_eq!(client.call_text("int", arguments.clone()).await, expected, "{arguments}");
        }
    }
}

#[tokio::test]
async fn every_spelling_of_an_integer_is_accepted() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for (number, expected) in [
        ("1.0", "1"),
        ("1e3", "1000"),
        ("1E2", "100"),
        ("1e+2", "100"),
        ("-0", "0"),
        ("10.0e-1", "1"),
        ("9007199254740993.0", "9007199254740993"),
        ("-9223372036854775808.0", "-9223372036854775808"),
    ] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":"{number}","method":"tools/call","params":{{"name":"int","arguments":{{"n": {number} }}}}}}"#
        );
        let reply = client.send(client.raw(body)).await.json().await;
        let text = reply["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.starts_with(&format!("Some({expected}) ")), "{number}: {reply}");
    }
}

#[tokio::test]
async fn other_numbers_are_refused_with_a_reason() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for (argument, number, words) in [
        ("n", "0.5", "`n`: expected integer or null, got 0.5"),
        ("byte", "256", "255"),
        ("byte", "256.0", "255"),
        ("count", "-1.0", "`count`: expected at least 0, got -1.0"),
        ("n", "1e19", "9223372036854775807, got integer 10000000000000000000"),
        ("n", "1e300", "`n`: expected an integer from -9223372036854775808 to 9223372036854775807, got 1e+300"),
        ("wide", "1e300", "`wide`: expected an integer of at most 128 bits, got 1e300"),
    ] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":"{number}","method":"tools/call","params":{{"name":"int","arguments":{{"{argument}":{number}}}}}}}"#
        );
        let reply = client.send(client.raw(body)).await.json().await;
        assert_eq!(reply["result"]["isError"], true, "{number}: {reply}");
        let text = reply["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.contains(&format!("`{argument}`")) && text.contains(words), "{number}: {text}");
    }
}

#[tokio::test]
async fn whole_numbers_are_integers_in_nested_types() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for tool in ["whole", "built"] {
            for (arguments, expected) in [
                (json!({"n": 1.0, "value": 1.0}), "Whole { n: Some(1), .. value: Some(Number(1.0)) }"),
                (json!({"inner": {"n": 1.0, "more": [[1.0, 2.0]]}}), "Inner { n: 1, more: [Pair(1, 2)] }"),
                (json!({"internal": {"kind": "Count", "n": 1.0, "ratio": 1.0}}), "Count { n: 1, ratio: 1.0 }"),
                (json!({"internal": {"kind": "Inner", "n": 1.0, "more": []}}), "Inner(Inner { n: 1, more: [] })"),
                (
                    json!({"external": [{"Count": 1.0}, {"Pair": [1.0, 2.0]}, {"Named": {"n": 3.0}}]}),
                    "[Count(1), Pair(1, 2), Named { n: 3 }]",
                ),
                (json!({"adjacent": {"t": "Count", "c": 1.0}}), "Some(Count(1))"),
                (json!({"untagged": [1.0, "1.0", {"n": 1.0}]}), "[Count(1), Text(\"1.0\"), Named { n: 1 }]"),
                (json!({"page": 3.0}), "flat: Some(Flat { page: 3 })"),
            ] {
                let text = client.call_text(tool, arguments.clone()).await;
                assert!(expected.split(" .. ").all(|part| text.contains(part)), "{arguments}: {text}");
            }
        }
        let circle = json!({"kind": "Count", "n": 2.0, "ratio": 2.0});
        assert_eq!(client.call_text("tagged", circle).await, "Count { n: 2, ratio: 2.0 }");
        assert_eq!(client.call_text("by_hand", json!({"page": 3.0})).await, "3");
    }
}

#[tokio::test]
async fn values_that_are_no_integers_are_kept() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let arguments = json!({"float": 1.0, "value": {"n": [1.0, -0.0]}, "number": 2.0, "text": "1.0"});
        assert_eq!(client.call_text("untyped", json!({"page": 1.0})).await, "{\"page\":1.0}");
        assert_eq!(client.call_text("others", arguments).await, "1.0 {\"n\":[1.0,-0.0]} 2.0 1.0");
    }
}

#[tokio::test]
async fn whole_numbers_are_integers_in_answers_of_forms() {
    let served = served().await;
    for version in ["2025-11-25", "2026-07-28"] {
        let client = Client::new(&served, version).capabilities(json!({"elicitation": {}}));
        let client = if client.is_stateless() { client } else { client.initialize().await };
        for (content, expected) in [
            (json!({"age": 30.0, "floors": -1e3}), Ok("30 Some(-1000)")),
            (json!({"age": 17.0}), Err("`age`: expected at least 18, got 17.0")),
            (json!({"age": 256.0}), Err("`age`: expected at most 255, got 256.0")),
            (json!({"age": 18, "floors": 1e19}), Err("`floors`: expected an integer from -9223372036854775808")),
        ] {
            let answer = json!({"action": "accept", "content": content});
            let (response, _) =
                client.response_with_answers("tools/call", json!({"name": "ask"}), |_| answer.clone()).await;
            match expected {
                Ok(text) => assert_eq!(response["result"]["content"][0]["text"], text, "{content} {response}"),
                Err(text) => {
                    assert_eq!(response["error"]["code"], -32602, "{content} {response}");
                    assert!(response["error"]["message"].as_str().unwrap().contains(text), "{content} {response}");
                }
            }
        }
    }
}

#[tokio::test]
async fn whole_numbers_are_integers_in_texts() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let params = json!({"name": "texts", "arguments": {"n": "1e3", "list": "[1.0, -0]"}});
        let result = client.result("prompts/get", params).await;
        assert_eq!(result["messages"][0]["content"]["text"], "1000 [1, 0]");
        let result = client.result("resources/read", json!({"uri": "test://page/2.0"})).await;
        assert_eq!(result["contents"][0]["text"], "2");
        let params = json!({"name": "texts", "arguments": {"n": "0.5", "list": "[]"}});
        assert_eq!(client.response("prompts/get", params).await["error"]["code"], -32602);
    }
}
