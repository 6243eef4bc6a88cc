//! Whole numbers in every position of a schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{json, value::RawValue};

use super::*;

#[test]
fn whole_number_has_no_fraction() {
    let cases = [
        ("1.0", "1"),
        ("-1.0", "-1"),
        ("1e3", "1000"),
        ("1E2", "100"),
        ("1e+2", "100"),
        ("10.0e-1", "1"),
        ("1200e-2", "12"),
        ("0.5e1", "5"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("0e99999999999999999999", "0"),
        ("9007199254740993.0", "9007199254740993"),
        ("18446744073709551615.000", "18446744073709551615"),
        ("1e30", "1000000000000000000000000000000"),
        ("007", "7"),
    ];
    for (number, expected) in cases {
        assert_eq!(whole(number).as_deref(), Some(expected), "{number}");
    }
    for other in
        ["0.5", "1e-1", "1e400", "1e99999999999999999999", "10.01", "", "-", "1.", ".5", "e3", "1e", "x", "1.0.0"]
    {
        assert_eq!(whole(other), None, "{other}");
    }
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "used for its schema only")]
struct Inner {
    n: u8,
    f: f64,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "used for its schema only")]
struct Id(u32);

#[derive(JsonSchema)]
#[expect(dead_code, reason = "used for its schema only")]
struct Node {
    n: i64,
    children: Vec<Self>,
}

#[derive(JsonSchema)]
#[serde(tag = "kind")]
#[expect(dead_code, reason = "used for its schema only")]
enum Internal {
    A { n: i64, x: f64 },
    B(Inner),
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "used for its schema only")]
enum Number {
    Integer(i64),
    Float(f64),
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "used for its schema only")]
struct All {
    n: i64,
    option: Option<u32>,
    list: Vec<u8>,
    pair: (i8, f32),
    map: BTreeMap<String, i64>,
    numbered: BTreeMap<u32, i64>,
    inner: Inner,
    id: Id,
    node: Node,
    internal: Internal,
    external: Result<i64, f64>,
    number: Number,
    any: Value,
    float: f64,
    #[serde(flatten)]
    flattened: Option<Flattened>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "used for its schema only")]
struct Flattened {
    flat: u64,
}

#[test]
fn integers_are_rewritten_and_other_values_kept() {
    let schema = schemars::schema_for!(All).to_value();
    let rewriter = WholeNumbers::of(&schema).unwrap();
    let cases = [
        (r#"{"n":1.0}"#, r#"{"n":1}"#),
        (r#"{ "n" : -0 , "unknown": 1.0 }"#, r#"{ "n" : 0 , "unknown": 1.0 }"#),
        (r#"{"\u006e":1e3}"#, r#"{"\u006e":1000}"#),
        (r#"{"option":1.0}"#, r#"{"option":1}"#),
        (r#"{"list":[1.0,2,3e0, 0.5]}"#, r#"{"list":[1,2,3, 0.5]}"#),
        (r#"{"pair":[1.0,1.0]}"#, r#"{"pair":[1,1.0]}"#),
        (r#"{"map":{"1.0":1.0}}"#, r#"{"map":{"1.0":1}}"#),
        (r#"{"numbered":{"7":1.0}}"#, r#"{"numbered":{"7":1}}"#),
        (r#"{"inner":{"n":1.0,"f":1.0}}"#, r#"{"inner":{"n":1,"f":1.0}}"#),
        (r#"{"id":1.0}"#, r#"{"id":1}"#),
        (
            r#"{"node":{"n":1.0,"children":[{"n":2.0,"children":[]}]}}"#,
            r#"{"node":{"n":1,"children":[{"n":2,"children":[]}]}}"#,
        ),
        (r#"{"internal":{"kind":"A","n":1.0,"x":1.0}}"#, r#"{"internal":{"kind":"A","n":1,"x":1.0}}"#),
        (r#"{"internal":{"kind":"B","n":1.0,"f":1.0}}"#, r#"{"internal":{"kind":"B","n":1,"f":1.0}}"#),
        (r#"{"external":{"Ok":1.0}}"#, r#"{"external":{"Ok":1}}"#),
        (r#"{"external":{"Err":1.0}}"#, r#"{"external":{"Err":1.0}}"#),
        (r#"{"number":1.0}"#, r#"{"number":1.0}"#),
        (r#"{"any":{"n":1.0},"float":1e3}"#, r#"{"any":{"n":1.0},"float":1e3}"#),
        (r#"{"flat":1.0,"more":1.0}"#, r#"{"flat":1,"more":1.0}"#),
        (r#"{"n":"1.0 \" e3","list":["1.0"]}"#, r#"{"n":"1.0 \" e3","list":["1.0"]}"#),
        (r#"{"n":1.0"#, r#"{"n":1.0"#),
        (r#"{"n":1.0]"#, r#"{"n":1.0]"#),
    ];
    for (json, expected) in cases {
        assert_eq!(rewriter.rewrite(json), expected, "{json}");
    }
}

#[test]
fn arguments_without_such_numbers_are_borrowed() {
    let schema = schemars::schema_for!(All).to_value();
    let rewriter = WholeNumbers::of(&schema).unwrap();
    for json in [r#"{"n":1,"x":true,"s":"1.0 e1 \" -0"}"#, r#"{"float":0.5}"#, "{}", "{\"a", "\"\\"] {
        assert!(matches!(rewriter.rewrite(json), Cow::Borrowed(_)), "{json}");
    }
    assert!(WholeNumbers::of(&schemars::schema_for!(Vec<f64>).to_value()).is_none());
}

#[test]
fn hand_written_forms_are_followed() {
    let schema = json!({"properties": {
        "a": {"allOf": [{"type": "integer"}, {"description": "A."}]},
        "b": {"type": ["integer", "null"], "anyOf": [{"minimum": 1}, {"type": "null"}]},
        "c": {"enum": [1.0, "integer"]},
    }});
    let rewriter = WholeNumbers::of(&schema).unwrap();
    assert_eq!(rewriter.rewrite(r#"{"a":1.0,"b":1.0,"c":1.0}"#), r#"{"a":1,"b":1,"c":1.0}"#);
}

#[test]
fn deep_and_cyclic_schemas_end() {
    let schema = json!({"$ref": "#/$defs/A", "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "integer"}]}}});
    let rewriter = WholeNumbers::of(&schema).unwrap();
    for depth in [1, 100, 1_000, 100_000] {
        let json = format!("{}1.0{}", "[".repeat(depth), "]".repeat(depth));
        let _ = rewriter.rewrite(&json);
    }
    assert_eq!(rewriter.rewrite("1.0"), "1");
}

#[test]
fn text_without_schema_is_rewritten_everywhere() {
    assert_eq!(rewrite_all(r#"{"a":[1.0,"1.0",0.5]}"#), r#"{"a":[1,"1.0",0.5]}"#);
    assert!(serde_json::from_str::<Box<RawValue>>(&rewrite_all("[1e3]")).is_ok());
}

#[test]
fn schema_that_is_not_an_object_hides_no_other() {
    let nested = json!({"properties": {"x": {"properties": {"n": {"type": "integer"}}}}});
    for schemas in [json!([nested, {"properties": {"x": true}}]), json!([{"properties": {"x": true}}, nested])] {
        let numbers = WholeNumbers::of(&json!({"anyOf": schemas})).unwrap();
        assert_eq!(numbers.rewrite(r#"{"x":{"n":1.0}}"#), r#"{"x":{"n":1}}"#, "{schemas}");
        assert_eq!(numbers.rewrite_member("x", r#"{"n":1.0}"#), r#"{"n":1}"#, "{schemas}");
    }
}
