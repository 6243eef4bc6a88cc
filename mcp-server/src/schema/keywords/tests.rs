//! Messages for arguments that violate a schema.

use serde_json::json;

use super::*;

fn explained(schema: &Value, arguments: &Value) -> Vec<String> {
    let keywords = Keywords::compile_all(schema).unwrap();
    match keywords.check(arguments.to_string().as_bytes()) {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    }
}

pub(in crate::schema) fn property(schema: Value) -> Value {
    let mut properties = serde_json::Map::new();
    properties.insert("a".to_owned(), schema);
    json!({"type": "object", "properties": properties})
}

#[test]
fn schema_that_types_enforce_compiles_to_nothing() {
    assert!(Keywords::compile(&property(json!({"type": "string"}))).unwrap().is_none());
    assert!(Keywords::compile(&property(json!({"type": "string", "maxLength": 3}))).unwrap().is_some());
}

/// Keywords that derives produce: the schema of the property `a`, an invalid value of it, and the
/// message.
pub(in crate::schema) fn derived_cases() -> Vec<(Value, Value, &'static str)> {
    vec![
        (json!({"type": "integer"}), json!("x"), "`a`: expected integer, got \"x\""),
        (json!({"type": ["string", "null"]}), json!(1), "`a`: expected string or null, got 1"),
        (json!({"maximum": 10}), json!(12), "`a`: expected at most 10, got 12"),
        (json!({"minimum": 1.5}), json!(1), "`a`: expected at least 1.5, got 1"),
        (json!({"exclusiveMinimum": 0}), json!(0), "`a`: expected more than 0, got 0"),
        (json!({"exclusiveMaximum": 5}), json!(5), "`a`: expected less than 5, got 5"),
        (json!({"multipleOf": 5}), json!(7), "`a`: expected a multiple of 5, got 7"),
        (json!({"minLength": 1}), json!(""), "`a`: expected at least 1 character, got \"\" (0 characters)"),
        (json!({"maxLength": 2}), json!("añb"), "`a`: expected at most 2 characters, got \"añb\" (3 characters)"),
        (json!({"pattern": "^[a-z]+$"}), json!("A1"), "`a`: expected a text that matches `^[a-z]+$`, got \"A1\""),
        (json!({"format": "date"}), json!("2026-02-29"), "`a`: expected a text of format `date`, got \"2026-02-29\""),
        (json!({"enum": ["red", "green"]}), json!("blue"), "`a`: expected one of \"red\", \"green\", got \"blue\""),
        (json!({"const": true}), json!(false), "`a`: expected true, got false"),
        (json!({"minItems": 2}), json!([1]), "`a`: expected at least 2 items, got 1 item"),
        (json!({"maxItems": 1}), json!([1, 2]), "`a`: expected at most 1 item, got 2 items"),
        (json!({"uniqueItems": true}), json!([1, 1]), "`a`: expected items that all differ, got [1,1]"),
        (json!({"maxProperties": 0}), json!({"x": 1}), "`a`: expected at most 0 properties, got 1 property"),
        (json!({"not": {"const": 1}}), json!(1), "`a`: expected a value other than 1, got 1"),
        (
            json!({"properties": {"b": {}}, "additionalProperties": false}),
            json!({"x": [1]}),
            "`a.x`: expected no property of this name (known: `b`), got [1]",
        ),
        (json!({"additionalProperties": false}), json!({"x": 1}), "`a.x`: expected no properties, got 1"),
        (
            json!({"properties": {"b": {}}, "unevaluatedProperties": false}),
            json!({"x": 1}),
            "`a.x`: expected no property of this name (known: `b`), got 1",
        ),
        (
            json!({"properties": {"b": {"type": "string"}}, "required": ["b"]}),
            json!({}),
            "`a.b`: expected string (required), got nothing",
        ),
        (json!(false), json!(1), "`a`: expected no value here, got 1"),
        (json!({"type": "integer"}), json!(1.5), "`a`: expected integer, got 1.5"),
        (json!({"enum": [1, null]}), json!([1]), "`a`: expected one of 1, null, got [1]"),
        (
            json!({"prefixItems": [{"type": "string"}], "items": {"maximum": 1}}),
            json!(["x", 1, 2]),
            "`a[2]`: expected at most 1, got 2",
        ),
        (json!({"prefixItems": [{"type": "string"}]}), json!([1, 1]), "`a[0]`: expected string, got 1"),
        (json!({"minProperties": 1}), json!({}), "`a`: expected at least 1 property, got 0 properties"),
        (
            json!({"patternProperties": {"^\\d+$": {"type": "string"}}, "additionalProperties": false}),
            json!({"7": 1}),
            "`a.7`: expected string, got 1",
        ),
        (
            json!({"patternProperties": {"^\\d+$": {"type": "string"}}, "additionalProperties": false}),
            json!({"7": "x", "x": 1}),
            "`a.x`: expected no property of this name, got 1",
        ),
        (json!({"additionalProperties": {"minimum": 1}}), json!({"x": 0}), "`a.x`: expected at least 1, got 0"),
        (json!({"allOf": [{"minimum": 1}, {"maximum": 5}]}), json!(6), "`a`: expected at most 5, got 6"),
        (
            json!({"oneOf": [{"type": "number"}, {"type": "integer"}]}),
            json!(1),
            "`a`: expected exactly one of the forms of its `oneOf`, not several at once (number, or integer), got 1",
        ),
    ]
}

#[test]
fn violation_of_each_derived_keyword_is_explained() {
    for (schema, value, expected) in derived_cases() {
        assert_eq!(explained(&property(schema.clone()), &json!({"a": value})), [expected], "{schema}");
    }
}

#[test]
fn paths_lead_through_arrays_maps_and_references() {
    let schema = json!({
        "type": "object",
        "properties": {
            "rows": {"type": "array", "items": {"$ref": "#/$defs/Row"}},
            "by_id": {"additionalProperties": {"$ref": "#/$defs/Row"}},
        },
        "$defs": {"Row": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 3}}, "required": ["name"]}},
    });
    let arguments = json!({
        "rows": [{"name": "ok"}, {"name": "ok"}, {"name": "ok"}, {"name": "long"}],
        "by_id": {"7": {"name": 1}, "a.b": {}},
    });
    let mut found = explained(&schema, &arguments);
    found.sort();
    let expected = [
        "`by_id.7.name`: expected string, got 1",
        "`by_id[\"a.b\"].name`: expected string (required), got nothing",
        "`rows[3].name`: expected at most 3 characters, got \"long\" (4 characters)",
    ];
    assert_eq!(found, expected);
}

#[test]
fn intended_form_is_explained() {
    let optional = json!({"anyOf": [{"$ref": "#/$defs/Row"}, {"type": "null"}]});
    let mut schema = property(optional);
    schema["$defs"] = json!({"Row": {"type": "object", "properties": {"id": {"maximum": 5}}, "required": ["id"]}});
    assert_eq!(explained(&schema, &json!({"a": {"id": 6}})), ["`a.id`: expected at most 5, got 6"]);
    assert_eq!(explained(&schema, &json!({"a": "x"})), ["`a`: expected object with `id`, or null, got \"x\""]);

    let tagged = property(json!({"oneOf": [
        {"type": "object", "properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}}, "required": ["kind", "radius"]},
        {"type": "object", "properties": {"kind": {"const": "square"}, "side": {"type": "number"}}, "required": ["kind", "side"]},
    ]}));
    assert_eq!(
        explained(&tagged, &json!({"a": {"kind": "square"}})),
        ["`a.side`: expected number (required), got nothing"]
    );
    assert_eq!(
        explained(&tagged, &json!({"a": {"kind": "line"}})),
        ["`a`: expected object with `kind` \"circle\", or object with `kind` \"square\", got {\"kind\":\"line\"}"]
    );

    let external = property(json!({"oneOf": [
        {"type": "string", "enum": ["Nothing"]},
        {"type": "object", "properties": {"Text": {"type": "string"}}, "required": ["Text"], "additionalProperties": false},
        {"type": "object", "properties": {"Count": {"type": "integer"}}, "required": ["Count"], "additionalProperties": false},
    ]}));
    assert_eq!(explained(&external, &json!({"a": {"Count": "x"}})), ["`a.Count`: expected integer, got \"x\""]);
    assert_eq!(
        explained(&external, &json!({"a": 5})),
        ["`a`: expected \"Nothing\", or object with `Text`, or object with `Count`, got 5"]
    );
}

#[test]
fn following_the_messages_yields_valid_arguments() {
    let schema =
        json!({"type": "object", "properties": {"count": {"type": "integer", "maximum": 10}}, "required": ["count"]});
    assert_eq!(explained(&schema, &json!({})), ["`count`: expected integer (required), got nothing"]);
    assert_eq!(
        explained(&schema, &json!({"count": "12"})),
        ["`count`: expected integer, got a string that contains JSON: send the value itself, not as text"]
    );
    assert_eq!(explained(&schema, &json!({"count": 12})), ["`count`: expected at most 10, got 12"]);
    assert!(explained(&schema, &json!({"count": 10})).is_empty());
}

#[test]
fn messages_are_bounded() {
    let schema = property(json!({"type": "array", "items": {"maxLength": 1}}));
    let many = explained(&schema, &json!({"a": vec!["xx"; 100]}));
    assert_eq!(many.len(), MAX_VIOLATIONS, "{many:?}");
    let unknown: serde_json::Map<_, _> = (0..100).map(|n| (format!("p{n}"), json!(n))).collect();
    assert_eq!(explained(&json!({"additionalProperties": false}), &Value::Object(unknown)).len(), MAX_VIOLATIONS);
    let long = explained(&schema, &json!({"a": ["x".repeat(10_000)]}));
    assert!(long[0].len() < 200, "{}", long[0]);
}

#[test]
fn large_arguments_are_explained_too() {
    let values = vec!["xx"; 64 * 1024];
    for items in [json!({"maxLength": 1}), json!({"anyOf": [{"maxLength": 1}, {"type": "null"}]})] {
        let found = explained(&property(json!({"type": "array", "items": items})), &json!({"a": values}));
        assert_eq!(found.len(), MAX_VIOLATIONS);
        assert_eq!(found[0], "`a[0]`: expected at most 1 character, got \"xx\" (2 characters)");
    }
}

#[test]
fn malformed_json_is_named() {
    let keywords = Keywords::compile_all(&json!({"maxProperties": 1})).unwrap();
    for (arguments, expected) in [
        (&b""[..], "JSON"),
        (b"{", "JSON"),
        (b"{} {}", "one JSON value"),
        (b"\xff", "JSON"),
        (b"1e999", "a number in the range of its type"),
    ] {
        let violations = keywords.check(arguments).unwrap_err();
        assert_eq!((violations.len(), violations[0].expected.as_str()), (1, expected), "{arguments:?}");
    }
}

#[test]
fn invalid_schemas_are_rejected() {
    let cases = [
        (json!({"pattern": "("}), "pattern"),
        (json!({"properties": {"a": {"pattern": "(a"}}}), "without closing"),
        (json!({"minimum": "five"}), "minimum"),
        (json!({"minLength": -1}), "minLength"),
        (json!({"$ref": "#nowhere", "minimum": 1}), "nowhere"),
        (json!({"$ref": "https://example.com/schema.json"}), "never fetched"),
        (json!({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}, "minimum": 1}), "nested"),
        (json!({"title": 5, "minimum": 1}), "title"),
        (json!({"multipleOf": 0}), "multipleOf"),
        (json!({"anyOf": [], "minimum": 1}), "anyOf"),
        (json!({"properties": {"a": 5}}), "properties/a"),
    ];
    for (schema, words) in cases {
        let error = Keywords::compile(&schema).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(words), "{schema}: {error}");
    }
}

/// Schemas with keywords that no derive produces.
#[cfg(not(feature = "json-schema"))]
#[test]
fn other_keywords_require_the_feature() {
    let cases = [
        (json!({"if": {"minimum": 5}, "then": {"multipleOf": 2}}), "keyword `if`"),
        (json!({"contains": {"type": "string"}}), "keyword `contains`"),
        (json!({"pattern": "^(?!x)"}), "pattern `^(?!x)`"),
        (json!({"pattern": "("}), "pattern `(`"),
        (json!({"format": "hostname"}), "format `hostname`"),
        (json!({"$ref": "#a", "$defs": {"A": {"$anchor": "a"}}}), "reference `#a`"),
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#"}),
            "dialect `http://json-schema.org/draft-07/schema#`",
        ),
    ];
    for (schema, words) in cases {
        let error = Keywords::compile_all(&property(schema)).unwrap_err().to_string();
        assert!(
            error.contains(words) && error.contains("`json-schema`") && error.contains("`/properties/a/"),
            "{error}"
        );
    }
}
