//! Messages of serde for real types, without Rust words and positions.

#![expect(dead_code, reason = "the types are there to be deserialized")]

use std::{collections::BTreeMap, fmt::Debug, net::IpAddr};

use serde::{Deserialize, de::DeserializeOwned};

use super::*;

#[derive(Debug, Deserialize)]
struct Row {
    id: i64,
    name: Option<String>,
    color: Option<Color>,
    address: Option<IpAddr>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Color {
    Red,
    Green,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: u8,
    b: u8,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Either {
    Text(String),
    Count(u8),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Shape {
    Circle { radius: f64 },
    Square { side: f64 },
}

#[derive(Debug, Deserialize)]
enum External {
    Circle { radius: f64 },
}

fn explained<T: DeserializeOwned + Debug>(raw: &str) -> String {
    assert!(serde_json::from_str::<T>(raw).is_err(), "{raw} is valid");
    typed_violation::<T>("rows", raw).to_string()
}

#[test]
fn violation_has_path_expectation_and_value() {
    let cases = [
        (explained::<u8>("300"), "`rows`: expected an integer from 0 to 255, got integer 300"),
        (
            explained::<i64>("10000000000000000000"),
            "`rows`: expected an integer from -9223372036854775808 to 9223372036854775807, got integer 10000000000000000000",
        ),
        (explained::<u64>("-1"), "`rows`: expected an integer from 0 to 18446744073709551615, got integer -1"),
        (
            explained::<BTreeMap<String, Vec<f64>>>(r#"{"a":[1,1e400]}"#),
            "`rows.a[1]`: expected a number in the range of its type, got 1e400",
        ),
        (explained::<i128>("1e300"), "`rows`: expected an integer of at most 128 bits, got 1e300"),
        (explained::<u8>("1.5"), "`rows`: expected an integer from 0 to 255, got 1.5"),
        (explained::<bool>("\"yes\""), "`rows`: expected a boolean, got string \"yes\""),
        (explained::<String>("null"), "`rows`: expected a string, got null"),
        (explained::<Vec<Row>>("{}"), "`rows`: expected an array, got an object"),
        (explained::<Vec<Row>>("[[]]"), "`rows[0]`: expected an object, got 0 items"),
        (explained::<Vec<Row>>("[3]"), "`rows[0]`: expected an object, got integer 3"),
        (explained::<Vec<Row>>(r#"[{"id":1},{"id":"x"}]"#), "`rows[1].id`: expected an integer, got string \"x\""),
        (explained::<Vec<Row>>(r#"[{"name":"x"}]"#), "`rows[0].id`: expected a value (required), got nothing"),
        (
            explained::<Vec<Row>>(r#"[{"id":1,"id":2}]"#),
            "duplicate member `rows[0].id`: expected one value, got more than one",
        ),
        (explained::<Row>(r#"{"id":1,"color":"blue"}"#), "`rows.color`: expected `red` or `green`, got \"blue\""),
        (
            explained::<Row>(r#"{"id":1,"address":"here"}"#),
            "`rows.address`: expected a valid value (invalid IP address syntax), got \"here\"",
        ),
        (
            explained::<Strict>(r#"{"a":1,"c":2}"#),
            "`rows.c`: expected no property of this name (known: `a` or `b`), got 2",
        ),
        (
            explained::<BTreeMap<String, u8>>(r#"{"a b":-1}"#),
            "`rows[\"a b\"]`: expected an integer from 0 to 255, got integer -1",
        ),
        (explained::<Vec<Either>>("[true]"), "`rows[0]`: expected one of the forms in its schema, got true"),
        (explained::<Shape>(r#"{"kind":"line"}"#), "`rows.kind`: expected `circle` or `square`, got \"line\""),
        (explained::<Shape>(r#"{"kind":"circle"}"#), "`rows.radius`: expected a value (required), got nothing"),
        (
            explained::<External>(r#"{"Circle":{"radius":"x"}}"#),
            "`rows.Circle.radius`: expected a number, got string \"x\"",
        ),
        (explained::<Vec<u8>>("[1,"), "`rows`: expected JSON, got [1,"),
        (explained::<u8>("1 2"), "`rows`: expected one JSON value, got 1 2"),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn violation_of_all_arguments_has_no_name() {
    assert_eq!(typed_violation::<Row>("", r#"{"id":null}"#).to_string(), "`id`: expected an integer, got null");
    assert_eq!(typed_violation::<Row>("", "7").to_string(), "arguments: expected an object, got integer 7");
}

#[test]
fn value_with_words_of_serde_is_quoted_whole() {
    let raw = r#"", expected nothing at line 1 column 2""#;
    assert_eq!(explained::<u8>(raw), format!("`rows`: expected an integer from 0 to 255, got string {raw}"));
}

#[test]
fn long_value_is_shortened() {
    let found = explained::<u8>(&format!("\"{}\"", "語".repeat(10_000)));
    assert!(found.len() < 120 && found.ends_with('…'), "{found}");
    let found = explained::<Color>(&format!("\"{}\"", "語".repeat(10_000)));
    assert!(found.len() < 150 && found.ends_with('…'), "{found}");
}

#[test]
fn valid_value_yields_unspecific_violation() {
    assert_eq!(typed_violation::<u8>("n", "1").to_string(), "`n`: expected another value, got 1");
}
