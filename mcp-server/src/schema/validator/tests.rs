//! Results of the validator for formats, recursive schemas and unevaluated properties.

use serde_json::json;

use super::*;

/// Formats, each with valid and invalid strings.
pub(in crate::schema) const FORMATS: [(&str, &[&str], &[&str]); 12] = [
    (
        "date",
        &["2024-02-29", "0000-01-01", "1999-12-31"],
        &[
            "2026-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-1-1",
            "2026-04-31",
            "2026-01-00",
            "२०२६-01-01",
            "2026-01-01 ",
        ],
    ),
    (
        "time",
        &["00:00:00Z", "23:59:60Z", "10:00:00.5+02:00", "01:29:60+01:30", "22:29:60-01:30", "10:00:00z"],
        &[
            "10:00",
            "10:00:00",
            "24:00:00Z",
            "10:60:00Z",
            "10:00:61Z",
            "22:59:60Z",
            "23:59:60+01:00",
            "10:00:00.Z",
            "10:00:00+24:00",
            "10:00:00+0200",
            "10:00:00Zx",
        ],
    ),
    (
        "date-time",
        &["2026-07-28T10:00:00Z", "2026-07-28t10:00:00.123456789-23:59"],
        &["2026-07-28", "2026-07-28 10:00:00Z", "2026-02-30T10:00:00Z", "T10:00:00Z", "2026-07-28T"],
    ),
    (
        "duration",
        &["P1D", "PT1S", "P1Y2M3DT4H5M6S", "P1M", "P2W", "PT0H1M", "P0D"],
        &[
            "", "P", "PT", "P1", "1D", "P1DT", "P1S", "PT1D", "P1Y2D", "PT1H1S", "P1W1D", "P1WT1H", "P1D2M", "P1D1D",
            "P-1D", "PT1.5S", "P1.D", "PD1", "p1d",
        ],
    ),
    (
        "email",
        &[
            "ada@example.com",
            "a.b+c@sub.example.org",
            "\"a b\"@example.com",
            "a@localhost",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
        ],
        &[
            "",
            "ada",
            "@example.com",
            "ada@",
            "a b@example.com",
            "a@b@c",
            "a@-b.com",
            "a@[300.0.0.1]",
            "a..b@example.com",
            "ä@example.com",
            "a@exämple.com",
        ],
    ),
    ("ipv4", &["127.0.0.1", "0.0.0.0"], &["127.0.0", "256.0.0.1", "1.2.3.4/8", "01.2.3.4", "::1"]),
    (
        "ipv6",
        &["::1", "2001:db8::ff00:42:8329", "::ffff:1.2.3.4"],
        &["127.0.0.1", "1::2::3", "fe80::1%eth0", "12345::"],
    ),
    ("iri", &["https://exämple.com/ü?q=ß#é", "urn:a:b"], &["/ü", "https://a b", "", "a"]),
    ("iri-reference", &["/ü", "", "https://exämple.com"], &["a b", "\\a"]),
    (
        "uri",
        &["https://example.com/?q=a%20b#c", "urn:isbn:1", "mailto:a@b.c"],
        &["/relative", "https://exämple.com", "https://a b", "://a", "a"],
    ),
    ("uri-reference", &["/relative", "#a", "", "https://example.com"], &["a b", "\\a", "%zz"]),
    (
        "uuid",
        &["67e55044-10b1-426f-9247-bb680e5fe0c8", "67E55044-10B1-426F-9247-BB680E5FE0C8"],
        &[
            "67e5504410b1426f9247bb680e5fe0c8",
            "67e55044-10b1-426f-9247-bb680e5fe0c",
            "67e55044-10b1-426f-9247-bb680e5fe0cg",
            "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
        ],
    ),
];

fn is_valid(schema: &Value, value: &Value) -> bool {
    Validator::compile(schema).unwrap().is_valid(value)
}

#[test]
fn recursive_schema_is_checked_at_every_level() {
    let schema = json!({
        "$ref": "#/$defs/Tree",
        "$defs": {"Tree": {"properties": {"size": {"minimum": 1}, "below": {"items": {"$ref": "#/$defs/Tree"}}}}},
    });
    assert!(is_valid(&schema, &json!({"size": 1, "below": [{"size": 2, "below": []}, {}]})));
    assert!(!is_valid(&schema, &json!({"below": [{"below": [{"below": [{"size": 0}]}]}]})));
}

#[test]
fn cyclic_schema_does_not_compile() {
    for schema in [
        json!({"$ref": "#"}),
        json!({"not": {"$ref": "#"}}),
        json!({"anyOf": [{"type": "null"}, {"$ref": "#/$defs/A"}], "$defs": {"A": {"allOf": [{"$ref": "#"}]}}}),
    ] {
        assert!(matches!(Validator::compile(&schema), Err(CompileError::Invalid(_))), "{schema}");
    }
    assert!(Validator::compile(&json!({"items": {"$ref": "#"}})).is_ok());
}

#[test]
fn properties_outside_matching_forms_are_unevaluated() {
    let schema = json!({
        "type": "object", "properties": {"a": true}, "$ref": "#/$defs/B", "unevaluatedProperties": false,
        "oneOf": [
            {"properties": {"kind": {"const": "c"}, "c": true}, "required": ["kind"]},
            {"properties": {"kind": {"const": "d"}}, "patternProperties": {"^d": true}, "required": ["kind"]},
        ],
        "$defs": {"B": {"allOf": [{"properties": {"b": true}}]}},
    });
    for (value, expected) in [
        (json!({"kind": "c", "a": 1, "b": 1, "c": 1}), true),
        (json!({"kind": "d", "a": 1, "d1": 1, "d2": 1}), true),
        (json!({"kind": "d", "c": 1}), false),
        (json!({"kind": "c", "e": 1}), false),
    ] {
        assert_eq!(is_valid(&schema, &value), expected, "{value}");
    }
    let bounded =
        json!({"properties": {"b": {}}, "anyOf": [{"properties": {"c": {}}}], "unevaluatedProperties": {"maximum": 1}});
    let violations = Validator::compile(&bounded).unwrap().violations(&json!({"b": 2, "c": 2, "d": 2}), 8);
    assert_eq!(violations.iter().map(ToString::to_string).collect::<Vec<_>>(), ["`d`: expected at most 1, got 2"]);
    for below in [json!({"unevaluatedProperties": true}), json!({"additionalProperties": true})] {
        assert!(is_valid(&json!({"allOf": [below], "unevaluatedProperties": false}), &json!({"a": 1})), "{below}");
    }
}
