//! Structured output with floats that JSON cannot represent.

use std::collections::BTreeMap;

use mcp_server::{Json, ToolResult, tool};
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

/// Returns a ratio as a result that it makes itself.
#[tool(server = "output")]
fn by_hand(#[arg] at: String) -> Result<ToolResult, serde_json::Error> {
    ToolResult::text("a ratio").structured(&*ratio(at))
}

/// A shape, whose schema has alternatives at its root.
#[tool(server = "output")]
fn shape() -> Json<Shape> {
    Json(Shape::Circle { r: 1.0 })
}

#[tokio::test]
async fn output_schema_of_enum_has_a_plain_object_root() {
    let served = serve(named("output")).await;
    for version in ["2025-06-18", "2025-11-25", "2026-07-28"] {
        let client = if version == "2026-07-28" {
            Client::stateless(&served)
        } else {
            Client::in_session(&served, version).await
        };
        let tools = client.result("tools/list", json!({})).await["tools"].take();
        let tool = tools.as_array().unwrap().iter().find(|tool| tool["name"] == "shape").unwrap();
        let schema = &tool["outputSchema"];
        assert_eq!(
            (&schema["type"], &schema["required"]),
            (&json!("object"), &json!(["kind", "r"])),
            "{version} {tool}"
        );
        for combinator in ["oneOf", "anyOf", "allOf", "$ref"] {
            assert!(schema.get(combinator).is_none(), "{version} {tool}");
        }
        assert_eq!(client.call("shape", json!({})).await["structuredContent"], json!({"kind": "Circle", "r": 1.0}));
    }
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
            ("by_hand", "x", "`x`"),
            ("by_hand", "rows[1].y", "`rows[1].y`"),
            ("by_hand", "by_name.a", "`by_name.a`"),
            ("by_hand", "shape", "`shape.r`"),
            ("by_hand", "pair", "`pair[1]`"),
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
            for tool in ["ratio", "by_hand"] {
                let result = client.call(tool, json!({"at": at})).await;
                assert_eq!(result["structuredContent"]["maybe"], json!(null), "{at} {result}");
                assert_eq!(result["structuredContent"]["x"], 0.0, "{at} {result}");
            }
        }
    }
}
