//! What a call is told when its arguments break what the schema promises.

use serde_json::json;

use super::*;

fn told(schema: &Value, arguments: &Value) -> Vec<String> {
    let keywords = Keywords::compile_all(schema).unwrap();
    match keywords.check(arguments.to_string().as_bytes()) {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    }
}

fn property(schema: Value) -> Value {
    let mut properties = serde_json::Map::new();
    properties.insert("a".to_owned(), schema);
    json!({"type": "object", "properties": properties})
}

#[test]
fn a_schema_that_types_enforce_compiles_to_nothing() {
    assert!(Keywords::compile(&property(json!({"type": "string"}))).unwrap().is_none());
    assert!(Keywords::compile(&property(json!({"type": "string", "maxLength": 3}))).unwrap().is_some());
}

#[test]
fn every_keyword_is_told_in_words() {
    let cases = [
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
        (json!({"not": {"const": 1}}), json!(1), "`a`: expected a value that does not match {\"const\":1}, got 1"),
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
        (
            json!({"dependentRequired": {"b": ["c"]}}),
            json!({"b": 1}),
            "`a.c`: expected a value (required), got nothing",
        ),
        (
            json!({"propertyNames": {"maxLength": 1}}),
            json!({"long": 1}),
            "`a`: expected every name to be at most 1 character, got the name \"long\"",
        ),
        (json!({"if": {"minimum": 5}, "then": {"multipleOf": 2}}), json!(7), "`a`: expected a multiple of 2, got 7"),
    ];
    for (schema, value, expected) in cases {
        assert_eq!(told(&property(schema.clone()), &json!({"a": value})), [expected], "{schema}");
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
    let mut found = told(&schema, &arguments);
    found.sort();
    let expected = [
        "`by_id.7.name`: expected string, got 1",
        "`by_id[\"a.b\"].name`: expected string (required), got nothing",
        "`rows[3].name`: expected at most 3 characters, got \"long\" (4 characters)",
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_form_that_was_meant_is_explained() {
    let optional = json!({"anyOf": [{"$ref": "#/$defs/Row"}, {"type": "null"}]});
    let mut schema = property(optional);
    schema["$defs"] = json!({"Row": {"type": "object", "properties": {"id": {"maximum": 5}}, "required": ["id"]}});
    assert_eq!(told(&schema, &json!({"a": {"id": 6}})), ["`a.id`: expected at most 5, got 6"]);
    assert_eq!(told(&schema, &json!({"a": "x"})), ["`a`: expected object with `id`, or null, got \"x\""]);

    let tagged = property(json!({"oneOf": [
        {"type": "object", "properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}}, "required": ["kind", "radius"]},
        {"type": "object", "properties": {"kind": {"const": "square"}, "side": {"type": "number"}}, "required": ["kind", "side"]},
    ]}));
    assert_eq!(told(&tagged, &json!({"a": {"kind": "square"}})), ["`a.side`: expected number (required), got nothing"]);
    assert_eq!(
        told(&tagged, &json!({"a": {"kind": "line"}})),
        ["`a`: expected object with `kind` \"circle\", or object with `kind` \"square\", got {\"kind\":\"line\"}"]
    );

    let external = property(json!({"oneOf": [
        {"type": "string", "enum": ["Nothing"]},
        {"type": "object", "properties": {"Text": {"type": "string"}}, "required": ["Text"], "additionalProperties": false},
        {"type": "object", "properties": {"Count": {"type": "integer"}}, "required": ["Count"], "additionalProperties": false},
    ]}));
    assert_eq!(told(&external, &json!({"a": {"Count": "x"}})), ["`a.Count`: expected integer, got \"x\""]);
    assert_eq!(
        told(&external, &json!({"a": 5})),
        ["`a`: expected \"Nothing\", or object with `Text`, or object with `Count`, got 5"]
    );
}

#[test]
fn what_was_wrong_is_mended_by_doing_as_told() {
    let schema =
        json!({"type": "object", "properties": {"count": {"type": "integer", "maximum": 10}}, "required": ["count"]});
    assert_eq!(told(&schema, &json!({})), ["`count`: expected integer (required), got nothing"]);
    assert_eq!(told(&schema, &json!({"count": "12"})), ["`count`: expected integer, got \"12\""]);
    assert_eq!(told(&schema, &json!({"count": 12})), ["`count`: expected at most 10, got 12"]);
    assert!(told(&schema, &json!({"count": 10})).is_empty());
}

#[test]
fn answers_are_bounded() {
    let schema = property(json!({"type": "array", "items": {"maxLength": 1}}));
    let many = told(&schema, &json!({"a": vec!["xx"; 100]}));
    assert_eq!(many.len(), MOST, "{many:?}");
    let unknown: serde_json::Map<_, _> = (0..100).map(|n| (format!("p{n}"), json!(n))).collect();
    assert_eq!(told(&json!({"additionalProperties": false}), &Value::Object(unknown)).len(), MOST);
    let long = told(&schema, &json!({"a": ["x".repeat(10_000)]}));
    assert!(long[0].len() < 200, "{}", long[0]);
}

#[test]
fn large_arguments_are_told_one_thing() {
    let values = vec!["xx"; LARGE];
    let schema = property(json!({"type": "array", "items": {"maxLength": 1}}));
    assert_eq!(
        told(&schema, &json!({"a": values})),
        ["`a[0]`: expected at most 1 character, got \"xx\" (2 characters)"]
    );
    let schema = property(json!({"type": "array", "items": {"anyOf": [{"maxLength": 1}, {"type": "null"}]}}));
    let expected =
        ["arguments: expected arguments as the input schema describes them, got an object that does not match it"];
    assert_eq!(told(&schema, &json!({"a": values})), expected);
}

#[test]
fn a_costly_pattern_gives_up_instead_of_hanging() {
    // The look-ahead keeps this off the linear engine.
    let schema = property(json!({"pattern": "^(?:(?:a|b|ab)(?!z))*c$"}));
    let found = told(&schema, &json!({"a": format!("{}d", "ab".repeat(60))}));
    assert!(found[0].starts_with("`a`: expected a text that its pattern can be tried on"), "{found:?}");
}

#[test]
fn what_is_not_json_is_said_to_be_so() {
    let keywords = Keywords::compile_all(&json!({"maxProperties": 1})).unwrap();
    for arguments in [&b""[..], b"{", b"{} {}", b"\xff", b"1e999"] {
        let violations = keywords.check(arguments).unwrap_err();
        assert_eq!((violations.len(), violations[0].expected.as_str()), (1, "JSON"), "{arguments:?}");
    }
}

#[test]
fn schemas_that_cannot_be_enforced_are_refused() {
    let cases = [
        (json!({"pattern": "("}), "pattern"),
        (json!({"minimum": "five"}), "minimum"),
        (json!({"minLength": -1}), "minLength"),
        (json!({"$ref": "#nowhere", "minimum": 1}), "nowhere"),
        (json!({"$ref": "https://example.com/schema.json"}), "never fetched"),
    ];
    for (schema, words) in cases {
        let error = Keywords::compile(&schema).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(words), "{schema}: {error}");
    }
}
