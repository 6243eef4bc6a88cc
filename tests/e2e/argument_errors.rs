//! Texts of rejected arguments: each names the argument and the expectation, in words of JSON.

#![expect(dead_code, reason = "most fields are only deserialized")]

use std::{
    collections::BTreeMap,
    num::{NonZeroI32, NonZeroU8},
};

use mcp_server::{Args, CallError, Context, McpModule, prompt, registry::ToolBuilder, resource, tool};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::items::named;

#[derive(Debug, Deserialize, JsonSchema)]
struct Inner {
    x: f64,
    tags: Option<Vec<String>>,
}

/// A number with an error of its own.
#[derive(Debug, JsonSchema)]
struct Even(u8);

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(deserializer)?;
        if number % 2 == 0 { Ok(Self(number)) } else { Err(D::Error::custom("the number of seats is even\nhere")) }
    }
}

/// Takes values of many types.
#[expect(clippy::too_many_arguments, reason = "one for each type")]
#[tool(server = "argument errors")]
fn values(
    #[arg] x: Option<f64>,
    #[arg] small: Option<f32>,
    #[arg] byte: Option<u8>,
    #[arg] n: Option<i64>,
    #[arg] huge: Option<u64>,
    #[arg] wide: Option<i128>,
    #[arg] positive: Option<NonZeroU8>,
    #[arg] offset: Option<NonZeroI32>,
    #[arg] list: Option<Vec<f64>>,
    #[arg] map: Option<BTreeMap<String, i64>>,
    #[arg] inner: Option<Inner>,
    #[arg] text: Option<String>,
    #[arg] seats: Option<Even>,
    #[arg] letter: Option<char>,
    #[arg] pair: Option<(u8, String)>,
    #[arg] on: Option<bool>,
) -> String {
    format!(
        "{x:?} {small:?} {byte:?} {n:?} {huge:?} {wide:?} {positive:?} {offset:?} {list:?} {map:?} {inner:?} {text:?} {seats:?} {letter:?} {pair:?} {on:?}"
    )
}

/// Takes an argument that is checked against keywords.
#[tool(server = "argument errors")]
fn bounded(#[arg(range(min = 1, max = 9))] n: u8, #[arg] text: Option<String>) -> String {
    format!("{n} {text:?}")
}

#[derive(Debug, Deserialize, JsonSchema)]
struct All {
    n: i64,
    rows: Vec<Inner>,
    #[serde(flatten)]
    page: Page,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Page {
    limit: i32,
    scale: Option<f32>,
}

/// Takes a struct.
#[tool(server = "argument errors")]
fn all(Args(all): Args<All>) -> String {
    format!("{all:?}")
}

/// Takes a map.
#[tool(server = "argument errors")]
fn map(Args(map): Args<BTreeMap<String, Value>>) -> String {
    format!("{map:?}")
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Internal {
    Circle { radius: f64 },
    Square { side: f64 },
}

#[derive(Debug, Deserialize, JsonSchema)]
enum External {
    Nothing,
    Circle { radius: f64 },
    Square(f64),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Count(u8),
    Text(String),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    A { a: i32, note: Option<String>, scale: Option<f32> },
    B { b: String },
}

/// Takes enums with data.
#[tool(server = "argument errors")]
fn shapes(
    #[arg] internal: Option<Internal>,
    #[arg] external: Option<Vec<External>>,
    #[arg] adjacent: Option<BTreeMap<String, Adjacent>>,
    #[arg] untagged: Option<Untagged>,
) -> String {
    format!("{internal:?} {external:?} {adjacent:?} {untagged:?}")
}

/// Takes one of two forms.
#[tool(server = "argument errors")]
fn either(Args(either): Args<Untagged>) -> String {
    format!("{either:?}")
}

#[derive(Debug, Deserialize, JsonSchema)]
enum Color {
    Red,
    Green,
}

/// Takes texts.
#[expect(clippy::too_many_arguments, reason = "one for each type")]
#[prompt(server = "argument errors")]
fn say(
    #[arg] n: Option<u8>,
    #[arg] x: Option<f64>,
    #[arg] count: Option<u32>,
    #[arg] list: Option<Vec<u8>>,
    #[arg] letter: Option<char>,
    #[arg] seats: Option<Even>,
    #[arg] color: Option<Color>,
) -> String {
    format!("{n:?} {x:?} {count:?} {list:?} {letter:?} {seats:?} {color:?}")
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Said {
    city: String,
    n: Option<u8>,
    list: Option<Vec<u8>>,
    rows: Option<Vec<Inner>>,
}

/// Takes texts as a struct.
#[prompt(server = "argument errors")]
fn say_all(Args(said): Args<Said>) -> String {
    format!("{said:?}")
}

/// A page.
#[resource(server = "argument errors", uri_template = "test://pages/{n}/{x}")]
fn page(#[arg] n: u8, #[arg] x: f64) -> String {
    format!("{n} {x}")
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Person {
    name: String,
    age: Option<u8>,
    born: Option<i64>,
}

/// Asks for a person.
#[tool(server = "argument errors")]
async fn ask(ctx: Context) -> Result<String, CallError> {
    let person = ctx.elicit::<Person>("Who are you?").await?.accepted()?;
    Ok(format!("{person:?}"))
}

fn by_hand(name: &str, schema: Value) -> mcp_server::registry::Item {
    ToolBuilder::new(name).input_schema(schema).run(|Args(value): Args<Value>| async move { value.to_string() })
}

fn module() -> McpModule {
    let forms = json!([{"required": ["a"]}, {"required": ["b"]}]);
    named("argument errors")
        .item(by_hand("one_of", json!({"type": "object", "oneOf": forms})))
        .item(by_hand("any_of", json!({"type": "object", "properties": {"filter": {"type": "object", "anyOf": forms}}})))
        .item(by_hand("all_of", json!({"type": "object", "allOf": [{"required": ["a"]}, {"anyOf": [{"required": ["b"]}, {"required": ["c"]}]}]})))
        .item(by_hand("negated", json!({"type": "object", "not": {"required": ["a"]}, "properties": {"n": {"not": {"const": 5}}}})))
        .item(by_hand("conditional", json!({"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}})))
        .item(by_hand("dependent", json!({"type": "object", "dependentRequired": {"a": ["b"]}})))
        .item(by_hand("chosen", json!({"type": "object", "properties": {"mode": {"enum": ["on", "off"]}, "v": {"const": 2}}})))
        .item(by_hand("contains", json!({"type": "object", "properties": {"list": {"contains": {"type": "integer"}}}})))
}

async fn served() -> RunningServer {
    serve(module()).await
}

/// Calls an item with the text of its arguments, and returns the response.
async fn call(client: &Client, method: &str, name: &str, arguments: &str) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
    });
    let meta = if client.is_stateless() { format!(r#","_meta":{meta}"#) } else { String::new() };
    let id = client.next_id();
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{"name":"{name}","arguments":{arguments}{meta}}}}}"#
    );
    let mut request = client.raw(body);
    if client.is_stateless() {
        request = request.header("Mcp-Method", method).header("Mcp-Name", name);
    }
    client.send(request).await.last_message().await
}

/// Checks that a text for clients is short, and has no words of Rust and serde.
fn check(text: &str) {
    assert!(text.len() < 1_000 && !text.contains('\n'), "{text}");
    for foreign in [
        "invalid type",
        "invalid value",
        " at line ",
        " column ",
        "i64",
        "i32",
        "i128",
        "u8",
        "u16",
        "u32",
        "u64",
        "f64",
        "f32",
        "usize",
        "Option",
        "struct ",
        "enum ",
        "variant",
        "Untagged",
        "Inner",
        "nonzero",
    ] {
        assert!(!text.contains(foreign), "`{foreign}` is in: {text}");
    }
}

fn assert_text(text: &str, words: &[&str], case: &str) {
    check(text);
    for word in words {
        assert!(text.contains(word), "{case}: `{word}` is not in: {text}");
    }
}

/// A row of a table: the tool, the text of its arguments, and parts of the error.
type Row = (&'static str, &'static str, &'static [&'static str]);

async fn rejected(rows: &[Row]) {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (tool, arguments, words) in rows {
            let response = call(&client, "tools/call", tool, arguments).await;
            assert_eq!(response["result"]["isError"], true, "{tool} {arguments} {response}");
            let text = response["result"]["content"][0]["text"].as_str().unwrap();
            assert_text(text, words, &format!("{tool} {arguments}"));
        }
    }
}

const RANGE: &str = "a number in the range of its type";

#[tokio::test]
async fn number_out_of_range_is_named() {
    rejected(&[
        ("values", r#"{"x":1e400}"#, &["`x`", RANGE, "1e400"]),
        ("values", r#"{"x":-1e400}"#, &["`x`", RANGE, "-1e400"]),
        ("values", r#"{"small":1e39}"#, &["`small`", "at most 3.4028", "1e+39"]),
        ("all", r#"{"n":1,"rows":[],"limit":1,"scale":1e39}"#, &["`scale`", "at most 3.4028", "1e+39"]),
        ("shapes", r#"{"untagged":{"a":1,"scale":-1e39}}"#, &["`untagged.scale`", "at least -3.4028", "-1e+39"]),
        ("values", r#"{"byte":256}"#, &["`byte`", "255", "256"]),
        ("values", r#"{"byte":-1}"#, &["`byte`", "0", "-1"]),
        ("values", r#"{"byte":1e400}"#, &["`byte`", "255", "1e400"]),
        ("values", r#"{"n":9223372036854775808}"#, &["`n`", "9223372036854775807", "9223372036854775808"]),
        ("values", r#"{"n":1e400}"#, &["`n`", "9223372036854775807", "1e400"]),
        ("values", r#"{"huge":18446744073709551616}"#, &["`huge`", "18446744073709551615", "18446744073709551616"]),
        ("values", r#"{"huge":-1}"#, &["`huge`", "0", "-1"]),
        ("values", r#"{"wide":1.5}"#, &["`wide`", "integer", "1.5"]),
        ("values", r#"{"wide":1e400}"#, &["`wide`", "1e400"]),
        ("values", r#"{"wide":170141183460469231731687303715884105728}"#, &["`wide`"]),
        ("values", r#"{"positive":0}"#, &["`positive`", "1", "0"]),
        ("values", r#"{"offset":0}"#, &["`offset`", "0"]),
        ("values", r#"{"list":[1,1e400]}"#, &["`list[1]`", RANGE, "1e400"]),
        ("values", r#"{"map":{"a":1,"b c":1e400}}"#, &[r#"`map["b c"]`"#, "1e400"]),
        ("values", r#"{"inner":{"x":1e400}}"#, &["`inner.x`", RANGE]),
        ("values", r#"{"small":1e39,"on":"yes"}"#, &["`small`", "at most 3.4028", "`on`", "boolean"]),
        ("values", r#"{"x":1e400,"on":"yes"}"#, &["`x`", RANGE, "`on`", "boolean"]),
        ("bounded", r#"{"n":1e400}"#, &["`n`", "at most 9", "1e400"]),
        ("all", r#"{"n":1,"rows":[{"x":1e400}],"limit":1}"#, &["`rows[0].x`", RANGE]),
        ("all", r#"{"n":1,"rows":[],"limit":3000000000}"#, &["`limit`", "2147483647", "3000000000"]),
        ("map", r#"{"a":[1e400]}"#, &["`a[0]`", RANGE]),
        ("shapes", r#"{"internal":{"kind":"circle","radius":1e400}}"#, &["`internal.radius`", RANGE]),
        ("shapes", r#"{"untagged":{"a":3000000000}}"#, &["`untagged.a`", "2147483647", "3000000000"]),
        ("chosen", r#"{"v":1e400}"#, &["`v`", "expected 2", "1e400"]),
    ])
    .await;
}

#[tokio::test]
async fn half_of_a_surrogate_pair_is_named() {
    const HALF: &str = "half of a surrogate pair";
    rejected(&[
        ("values", r#"{"text":"\ud83d"}"#, &["`text`", HALF, r"\ud83d"]),
        ("values", r#"{"text":"a\ude00b"}"#, &["`text`", HALF]),
        ("values", r#"{"text":"\ud83dx"}"#, &["`text`", HALF]),
        ("values", r#"{"inner":{"x":1,"tags":["a","\ud83d"]}}"#, &["`inner.tags[1]`", HALF]),
        ("values", r#"{"map":{"\ud83d":1}}"#, &["`map`", HALF, r"\ud83d"]),
        ("values", r#"{"\ud83d":1}"#, &[HALF, r"\ud83d"]),
        ("bounded", r#"{"n":1,"text":"\ud83d"}"#, &["`text`", HALF]),
        ("map", r#"{"a":"\ud83d"}"#, &["`a`", HALF]),
        ("one_of", r#"{"a":"\ud83d"}"#, &["`a`", HALF]),
    ])
    .await;
}

#[tokio::test]
async fn duplicate_argument_is_named() {
    rejected(&[
        ("values", r#"{"n":1,"n":1}"#, &["duplicate argument `n`"]),
        ("values", r#"{"n":"a","n":2}"#, &["duplicate argument `n`"]),
        ("values", r#"{"n":2,"n":"a"}"#, &["duplicate argument `n`"]),
        ("values", r#"{"n":1,"\u006e":2}"#, &["duplicate argument `n`"]),
        ("values", r#"{"inner":{"x":1,"x":1}}"#, &["duplicate member `inner.x`"]),
        ("values", r#"{"map":{"a":1,"a":2}}"#, &["duplicate member `map.a`"]),
        ("values", r#"{"map":{"a":"x","a":2}}"#, &["duplicate member `map.a`"]),
        ("bounded", r#"{"n":1,"n":99}"#, &["duplicate argument `n`"]),
        ("all", r#"{"n":1,"n":1,"rows":[],"limit":1}"#, &["duplicate argument `n`"]),
        ("all", r#"{"n":1,"rows":[{"x":1,"x":"a"}],"limit":1}"#, &["duplicate member `rows[0].x`"]),
        ("all", r#"{"n":1,"rows":[],"limit":1,"limit":2}"#, &["duplicate argument `limit`"]),
        ("map", r#"{"a":1,"a":1}"#, &["duplicate argument `a`"]),
        ("map", r#"{"a":[{"b":1,"b":2}]}"#, &["duplicate member `a[0].b`"]),
        ("one_of", r#"{"a":1,"a":1}"#, &["duplicate argument `a`"]),
        ("shapes", r#"{"internal":{"kind":"circle","radius":1,"radius":2}}"#, &["duplicate member `internal.radius`"]),
    ])
    .await;
}

#[tokio::test]
async fn alternatives_of_hand_written_schemas_are_named() {
    rejected(&[
        ("one_of", "{}", &["expected an object with `a`, or with `b`"]),
        ("one_of", r#"{"a":1,"b":2}"#, &["exactly one", "an object with `a`, or with `b`"]),
        ("any_of", r#"{"filter":{}}"#, &["`filter`: expected an object with `a`, or with `b`"]),
        ("all_of", r#"{"b":1}"#, &["`a`", "required"]),
        ("all_of", r#"{"a":1}"#, &["an object with `b`, or with `c`"]),
        ("negated", r#"{"a":1}"#, &["an object without `a`"]),
        ("negated", r#"{"n":5}"#, &["`n`: expected a value other than 5"]),
        ("conditional", r#"{"a":1}"#, &["`b`", "required"]),
        ("conditional", "{}", &["`c`", "required"]),
        ("dependent", r#"{"a":1}"#, &["`b`", "required"]),
        ("chosen", r#"{"mode":"up"}"#, &["`mode`", "\"on\", \"off\"", "\"up\""]),
        ("chosen", r#"{"v":3}"#, &["`v`: expected 2, got 3"]),
        ("contains", r#"{"list":["a"]}"#, &["`list`", "integer"]),
    ])
    .await;
}

#[tokio::test]
async fn closest_alternative_of_an_enum_is_explained() {
    rejected(&[
        ("either", r#"{"a":"x"}"#, &["`a`: expected integer, got \"x\""]),
        ("either", r#"{"b":5}"#, &["`b`: expected string, got 5"]),
        ("either", "{}", &["object with `a`", "object with `b`"]),
        ("shapes", r#"{"untagged":{"a":"x"}}"#, &["`untagged.a`: expected integer, got \"x\""]),
        ("shapes", r#"{"untagged":{"a":1,"note":5}}"#, &["`untagged.note`", "string"]),
        ("shapes", r#"{"untagged":5}"#, &["`untagged`", "object with `a`", "object with `b`"]),
        ("shapes", r#"{"internal":{"kind":"line"}}"#, &["`internal`", "circle", "square", "line"]),
        ("shapes", r#"{"internal":{"kind":"circle"}}"#, &["`internal.radius`", "required"]),
        ("shapes", r#"{"internal":{"kind":"square","side":"x"}}"#, &["`internal.side`: expected number, got \"x\""]),
        ("shapes", r#"{"internal":{}}"#, &["`internal`", "`kind`", "circle", "square"]),
        ("shapes", r#"{"external":["Nothing",{"Square":"x"}]}"#, &["`external[1].Square`: expected number, got \"x\""]),
        ("shapes", r#"{"external":[{"Circle":{}}]}"#, &["`external[0].Circle.radius`", "required"]),
        ("shapes", r#"{"external":["None"]}"#, &["`external[0]`", "Nothing", "Circle", "Square", "None"]),
        ("shapes", r#"{"external":[{"Line":1}]}"#, &["`external[0]`", "Circle", "Square", "Line"]),
        ("shapes", r#"{"adjacent":{"k":{"t":"Count","c":"x"}}}"#, &["`adjacent.k.c`: expected integer, got \"x\""]),
        ("shapes", r#"{"adjacent":{"k":{"t":"Other","c":1}}}"#, &["`adjacent.k`", "Count", "Text", "Other"]),
    ])
    .await;
}

#[tokio::test]
async fn other_types_are_explained_in_words_of_json() {
    rejected(&[
        ("values", r#"{"n":1.5}"#, &["`n`", "integer", "1.5"]),
        ("values", r#"{"inner":[]}"#, &["`inner`", "object"]),
        ("values", r#"{"inner":{}}"#, &["`inner.x`", "required"]),
        ("values", r#"{"seats":3}"#, &["`seats`", "the number of seats is even here", "3"]),
        ("values", r#"{"letter":"ab"}"#, &["`letter`", "\"ab\""]),
        ("values", r#"{"pair":[1]}"#, &["`pair`", "2 items", "1 item"]),
        ("values", r#"{"pair":[1,2]}"#, &["`pair[1]`", "string"]),
        ("all", r#"{"n":"a","rows":5}"#, &["`n`", "integer", "`rows`", "array", "`limit`", "required"]),
        ("all", "{}", &["`n`", "`rows`", "`limit`", "required"]),
    ])
    .await;
}

#[tokio::test]
async fn json_sent_as_text_gets_a_hint() {
    const HINT: &str = "got a string that contains JSON: send the value itself, not as text";
    rejected(&[
        ("values", r#"{"list":"[1,2]"}"#, &["`list`", "array", HINT]),
        ("values", r#"{"inner":"{\"x\":1}"}"#, &["`inner`", "object", HINT]),
        ("values", r#"{"n":"5"}"#, &["`n`", "integer", HINT]),
        ("values", r#"{"x":"1.5"}"#, &["`x`", "number", HINT]),
        ("values", r#"{"on":"true"}"#, &["`on`", "boolean", HINT]),
        ("values", r#"{"pair":["5","a"]}"#, &["`pair[0]`", HINT]),
        ("shapes", r#"{"untagged":"{\"a\":1}"}"#, &["`untagged`", "object with `a`", HINT]),
        ("chosen", r#"{"v":"2"}"#, &["`v`", HINT]),
        ("any_of", r#"{"filter":"{\"a\":1}"}"#, &["`filter`", "object", HINT]),
    ])
    .await;
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (arguments, hint) in [(r#"{"n":"five"}"#, false), (r#"{"n":"1.5"}"#, false), (r#"{"list":"5"}"#, false)] {
            let response = call(&client, "tools/call", "values", arguments).await;
            assert_eq!(response.to_string().contains("contains JSON"), hint, "{response}");
        }
        let response = call(&client, "tools/call", "values", r#""{\"n\":5}""#).await;
        assert_eq!(response["error"]["code"], -32602, "{response}");
        let text = response["error"]["message"].as_str().unwrap();
        assert_text(text, &["`params.arguments`", "an object", HINT], "arguments");
    }
}

#[tokio::test]
async fn invalid_texts_of_prompts_are_explained() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (prompt, arguments, words) in [
            ("say", r#"{"n":"300"}"#, &["`n`", "from 0 to 255", "300"][..]),
            ("say", r#"{"x":"1e400"}"#, &["`x`", RANGE, "1e400"]),
            ("say", r#"{"x":"inf"}"#, &["`x`", "a number", "inf"]),
            ("say", r#"{"count":"4294967296"}"#, &["`count`", "4294967295"]),
            ("say", r#"{"count":"many"}"#, &["`count`", "an integer", "many"]),
            ("say", r#"{"list":"[1,\"x\"]"}"#, &["`list[1]`", "integer", "x"]),
            ("say", r#"{"list":"{}"}"#, &["`list`", "array"]),
            ("say", r#"{"list":"1, 2"}"#, &["`list`", "JSON"]),
            ("say", r#"{"letter":"ab"}"#, &["`letter`", "ab"]),
            ("say", r#"{"seats":"3"}"#, &["`seats`", "the number of seats is even here"]),
            ("say", r#"{"color":"Blue"}"#, &["`color`", "Red", "Green", "Blue"]),
            ("say", r#"{"n":300}"#, &["`n`", "text", "300"]),
            ("say", r#"{"n":1e400}"#, &["`n`", "1e400"]),
            ("say", r#"{"n":"1","n":"2"}"#, &["duplicate argument `n`"]),
            ("say", r#"{"n":"\ud83d"}"#, &["`n`", "half of a surrogate pair"]),
            ("say_all", "{}", &["`city`", "required"]),
            ("say_all", r#"{"city":"a","city":"a"}"#, &["duplicate argument `city`"]),
            ("say_all", r#"{"city":5}"#, &["`city`", "text", "5"]),
            ("say_all", r#"{"city":"a","n":"300"}"#, &["`n`", "from 0 to 255", "300"]),
            ("say_all", r#"{"city":"\ud83d"}"#, &["`city`", "half of a surrogate pair"]),
            ("say_all", r#"{"city":"a","list":"[1,-1]"}"#, &["`list[1]`", "from 0 to 255", "-1"]),
            ("say_all", r#"{"city":"a","rows":"[{}]"}"#, &["`rows[0].x`", "required"]),
        ] {
            let response = call(&client, "prompts/get", prompt, arguments).await;
            assert_eq!(response["error"]["code"], -32602, "{prompt} {arguments} {response}");
            assert_text(response["error"]["message"].as_str().unwrap(), words, &format!("{prompt} {arguments}"));
        }
        for (uri, words) in [
            ("test://pages/256/1", &["`n`", "from 0 to 255", "256"][..]),
            ("test://pages/-1/1", &["`n`", "from 0 to 255", "-1"]),
            ("test://pages/1/1e400", &["`x`", RANGE, "1e400"]),
            ("test://pages/1/NaN", &["`x`", "a number", "NaN"]),
        ] {
            let response = client.response("resources/read", json!({"uri": uri})).await;
            assert_text(response["error"]["message"].as_str().unwrap(), words, uri);
        }
    }
}

#[tokio::test]
async fn invalid_answers_are_explained() {
    let served = served().await;
    for version in ["2025-11-25", "2026-07-28"] {
        let client = Client::new(&served, version).capabilities(json!({"elicitation": {}}));
        let client = if client.is_stateless() { client } else { client.initialize().await };
        for (content, words) in [
            (json!({"name": "x", "age": 256}), &["`age`", "255", "256"][..]),
            (json!({"name": "x", "age": -1}), &["`age`", "0", "-1"]),
            (json!({"name": "x", "age": "30"}), &["`age`", "integer", "contains JSON"]),
            (json!({"name": "x", "born": 1e300}), &["`born`", "9223372036854775807"]),
            (json!({"name": 5}), &["`name`", "string", "5"]),
            (json!({}), &["`name`", "required"]),
        ] {
            let answer = json!({"action": "accept", "content": content});
            let (response, _) =
                client.response_with_answers("tools/call", json!({"name": "ask"}), |_| answer.clone()).await;
            assert_text(response["error"]["message"].as_str().unwrap(), words, &content.to_string());
        }
    }
}

#[tokio::test]
async fn invalid_parameters_of_methods_are_explained() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (method, params, words) in [
            (
                "completion/complete",
                json!({"ref": {"type": "ref/x"}, "argument": {}}),
                &["params.ref", "ref/prompt", "ref/x"][..],
            ),
            (
                "completion/complete",
                json!({"ref": {"type": "ref/prompt", "name": 5}, "argument": {}}),
                &["`params.ref`", "a string", "5"],
            ),
            (
                "completion/complete",
                json!({"ref": {"type": "ref/prompt", "name": "say"}, "argument": {"name": "n"}}),
                &["`params.argument`", "`value`", "required"],
            ),
            (
                "completion/complete",
                json!({"ref": {"type": "ref/prompt", "name": "say"}, "argument": {"name": "n", "value": ""}, "context": {"arguments": {"x": 5}}}),
                &["`params.context`", "`arguments.x`", "5"],
            ),
        ] {
            let response = client.response_to_invalid(method, params.clone()).await;
            let text = response["error"]["message"].as_str().unwrap_or_else(|| panic!("{response}"));
            assert_text(text, words, &params.to_string());
        }
        let response = call(&client, "tools/call", r"\ud83d", "{}").await;
        let text = response["error"]["message"].as_str().unwrap_or_else(|| panic!("{response}"));
        assert_text(text, &["params.name"], "name");
    }
}

#[tokio::test]
async fn texts_of_errors_are_bounded() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let many = (0..1_000).map(|n| format!("\"{}{n}\":1e400", "k".repeat(200))).collect::<Vec<_>>().join(",");
    let deep = format!("{}1e400{}", "{\"member\":".repeat(60), "}".repeat(60));
    for arguments in [
        format!("{{\"map\":{{{many}}}}}"),
        format!("{{\"map\":{{\"a\":{deep}}}}}"),
        format!("{{\"text\":[\"{}\"]}}", "語".repeat(10_000)),
        format!("{{\"on\":\"{}\"}}", "\\n".repeat(10_000)),
    ] {
        let response = call(&client, "tools/call", "values", &arguments).await;
        check(response["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{response}")));
    }
}
