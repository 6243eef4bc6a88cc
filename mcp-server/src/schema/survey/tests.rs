//! Schemas that types enforce, by the schemas of real types and by single keywords.

#![expect(dead_code, reason = "used for their schemas only")]

use std::collections::{BTreeMap, HashSet};

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Deserialize, JsonSchema)]
struct Row {
    id: i64,
    small: u8,
    signed: i16,
    size: usize,
    ratio: f32,
    /// Documented.
    #[serde(default)]
    names: Vec<String>,
    next: Option<Box<Self>>,
    labels: BTreeMap<String, Value>,
    text_or_number: Option<Untagged>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Text(String),
    Row { id: u64 },
    Other(Box<Row>),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Strict {
    id: u32,
}

#[derive(Deserialize, JsonSchema)]
struct Bounded {
    #[schemars(range(min = 0, max = 10))]
    count: u8,
}

#[derive(Deserialize, JsonSchema)]
struct Unsigned {
    #[schemars(range(min = 0))]
    count: i32,
}

#[derive(Deserialize, JsonSchema)]
struct Patterned {
    #[schemars(regex(pattern = "^[a-z]+$"))]
    name: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Tagged {
    Circle { radius: f64 },
}

#[test]
fn derived_schemas_need_keywords_where_types_do_not_enforce() {
    let cases = [
        ("plain struct", schema_for!(Row), false),
        ("option at the root", schema_for!(Option<Row>), false),
        ("untagged enum", schema_for!(Untagged), false),
        ("array of integers", schema_for!(Vec<u8>), false),
        ("every integer", schema_for!(BTreeMap<String, BTreeMap<String, i8>>), false),
        ("nothing", schema_for!(()), false),
        ("anything", schema_for!(Value), false),
        ("deny_unknown_fields", schema_for!(Strict), true),
        ("range on u8", schema_for!(Bounded), true),
        ("minimum on a signed integer", schema_for!(Unsigned), true),
        ("regex", schema_for!(Patterned), true),
        ("tagged enum", schema_for!(Tagged), true),
        ("set", schema_for!(HashSet<String>), true),
        ("tuple", schema_for!((u8, String)), true),
        ("fixed array", schema_for!([u8; 3]), true),
        ("below an option", schema_for!(Option<Vec<Patterned>>), true),
    ];
    for (what, schema, expected) in cases {
        check_references(schema.as_value()).unwrap();
        assert_eq!(needs_keywords(schema.as_value()), expected, "{what}: {}", schema.as_value());
    }
}

#[test]
fn keywords_that_types_do_not_enforce_are_found() {
    let keywords = [
        json!({"enum": ["a"]}),
        json!({"const": 1}),
        json!({"minimum": 0}),
        json!({"type": "integer", "format": "int32", "minimum": 0}),
        json!({"type": "integer", "format": "uint8", "minimum": 0, "maximum": 254}),
        json!({"type": "number", "format": "uint8", "maximum": 255}),
        json!({"type": "integer", "format": "uint32", "maximum": 10}),
        json!({"exclusiveMaximum": 1}),
        json!({"maxLength": 5}),
        json!({"minItems": 1}),
        json!({"prefixItems": [{"type": "string"}]}),
        json!({"uniqueItems": true}),
        json!({"additionalProperties": false}),
        json!({"unevaluatedProperties": false}),
        json!({"patternProperties": {"^a": true}}),
        json!({"minProperties": 1}),
        json!({"not": {"type": "string"}}),
        json!({"if": true, "then": false}),
        json!({"dependentRequired": {"a": ["b"]}}),
        json!({"propertyNames": {"maxLength": 3}}),
        json!({"contains": {"type": "string"}}),
        json!({"multipleOf": 2}),
        json!({"allOf": [{"required": ["a"]}]}),
        json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}),
        json!({"oneOf": [{"type": "number"}, {"type": "integer"}]}),
        json!({"oneOf": [{"type": "string"}, {"type": "string"}]}),
        json!({"required": ["undeclared"]}),
        json!({"items": false}),
        json!({"type": "string", "format": "email"}),
        json!({"made-up": 1}),
    ];
    for keyword in keywords {
        for schema in [
            keyword.clone(),
            json!({"type": "object", "properties": {"a": keyword}}),
            json!({"type": "array", "items": keyword}),
            json!({"additionalProperties": keyword}),
            json!({"anyOf": [{"type": "null"}, {"type": "array", "items": keyword}]}),
            json!({"$ref": "#/$defs/A", "$defs": {"A": keyword}}),
        ] {
            assert!(needs_keywords(&schema), "{schema}");
        }
    }
}

#[test]
fn annotations_need_no_keywords() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "T", "description": "d", "type": "object",
        "properties": {
            "region": {"type": "string", "x-mcp-header": "Region", "default": {"enum": []}, "format": "idn-hostname"},
            "enum": {"type": ["string", "null"], "deprecated": true},
        },
        "required": ["enum"], "additionalProperties": true,
    });
    assert!(!needs_keywords(&schema));
}

#[test]
fn schema_with_checked_format_needs_keywords() {
    let accepts = |format: &str| {
        let schema = json!({"format": format});
        // Without the feature `json-schema` a schema with one of the rarer formats does not
        // compile.
        super::super::Keywords::compile_all(&schema).is_ok_and(|keywords| keywords.check(b"\"{ ( \"").is_ok())
    };
    for format in [
        "date",
        "date-time",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "iri",
        "iri-reference",
        "json-pointer",
        "regex",
        "relative-json-pointer",
        "time",
        "uri",
        "uri-reference",
        "uri-template",
        "uuid",
    ] {
        assert!(!accepts(format) && needs_keywords(&json!({"format": format})), "{format}");
    }
    for format in ["idn-email", "idn-hostname", "ip", "partial-time", "int32", "uint8", "double", "made-up"] {
        assert!(accepts(format) && !needs_keywords(&json!({"format": format})), "{format}");
    }
}

#[test]
fn references_must_stay_in_the_schema() {
    let cases = [
        (json!({"$ref": "#"}), None),
        (json!({"$ref": "#/$defs/A", "$defs": {"A": true}}), None),
        (json!({"$ref": "#/$defs/A%20b", "$defs": {"A b": true}}), None),
        (json!({"properties": {"$ref": {"type": "string"}}}), None),
        (json!({"default": {"$ref": "https://example.com"}}), None),
        (json!({"properties": {"a": {"$ref": "https://example.com/a.json"}}}), Some("never fetched")),
        (json!({"not": {"items": {"$ref": "file:///etc/passwd"}}}), Some("never fetched")),
        (json!({"allOf": [{"$dynamicRef": "other.json"}]}), Some("never fetched")),
        (json!({"$ref": "#/$defs/A"}), Some("does not contain")),
        (json!({"properties": {"default": {"$ref": "#/$defs/A"}}}), Some("does not contain")),
    ];
    for (schema, expected) in cases {
        match (check_references(&schema), expected) {
            (Ok(()), None) => {}
            (Err(error), Some(words)) => assert!(error.to_string().contains(words), "{schema}: {error}"),
            (found, _) => panic!("{schema}: {found:?}"),
        }
    }
}

#[test]
fn too_deep_schema_is_rejected() {
    let nested = |levels| (0..levels).fold(json!({}), |inner, _| json!({"items": inner}));
    assert!(check_references(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(check_references(&nested(MAX_DEPTH + 1)), Err(SchemaError::too_deep(MAX_DEPTH)));
}
