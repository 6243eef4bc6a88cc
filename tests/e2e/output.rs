//! Structured output with floats that JSON cannot represent.

use std::collections::BTreeMap;

use mcp_server::{Json, tool};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use tests::harness::{Client, serve};

use crate::{
    failures::{line, log, reference},
    items::named,
};

#[derive(Default, Serialize, JsonSchema)]
struct Ratio {
    x: f64,
    rows: Vec<Row>,
    by_name: BTreeMap<String, f32>,
    maybe: Option<f64>,
    shape: Option<Shape>,
    pair: Option<(u8, f64)>,
}

#[derive(Serialize, JsonSchema)]
struct Row {
    y: f64,
}

#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind")]
enum Shape {
    Circle { r: f64 },
}

/// Returns a ratio with one bad float.
#[tool(server = "output")]
fn ratio(#[arg] at: String) -> Json<Ratio> {
    let mut ratio = Ratio::default();
    match at.as_str() {
        "x" => ratio.x = f64::NAN,
        "rows[1].y" => ratio.rows = vec![Row { y: 0.0 }, Row { y: f64::INFINITY }],
        "by_name.a" => ratio.by_name = BTreeMap::from([("a".to_owned(), f32::NEG_INFINITY)]),
        "shape" => ratio.shape = Some(Shape::Circle { r: f64::NAN }),
        "pair" => ratio.pair = Some((1, f64::NAN)),
        "maybe" => ratio.maybe = Some(f64::NAN),
        _ => {}
    }
    Json(ratio)
}

#[tool(server = "output")]
fn list() -> Result<Json<Vec<f64>>, std::io::Error> {
    Ok(Json(vec![1.0, f64::NAN]))
}

#[tool(server = "output")]
fn number() -> Json<f64> {
    Json(f64::NAN)
}

#[tokio::test]
async fn float_without_json_form_is_a_logged_internal_error() {
    let log = log();
    let served = serve(named("output")).await;
    for client in Client::both_eras(&served).await {
        for (tool, at, place) in [
            ("ratio", "x", "`x`"),
            ("ratio", "rows[1].y", "`rows[1].y`"),
            ("ratio", "by_name.a", "`by_name.a`"),
            ("ratio", "shape", "`shape"),
            ("ratio", "pair", "`pair"),
            ("list", "", "`[1]`"),
            ("number", "", "the result"),
        ] {
            let result = client.call(tool, json!({"at": at})).await;
            assert_eq!((&result["isError"], result.get("structuredContent")), (&json!(true), None), "{at} {result}");
            let text = &result["content"][0]["text"];
            assert!(!text.to_string().contains("NaN"), "{text}");
            let line = line(log, &reference(text));
            assert!(line.contains("ERROR") && line.contains(&format!("invalid output at {place}")), "{line}");
        }
    }
}

#[tokio::test]
async fn null_that_the_output_schema_allows_is_sent() {
    let served = serve(named("output")).await;
    for client in Client::both_eras(&served).await {
        for at in ["", "maybe"] {
            let result = client.call("ratio", json!({"at": at})).await;
            assert_eq!(result["structuredContent"]["maybe"], json!(null), "{at} {result}");
            assert_eq!(result["structuredContent"]["x"], 0.0, "{at} {result}");
        }
    }
}
