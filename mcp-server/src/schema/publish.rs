//! Published schemas: their root describes an object and does not name the Rust type.

use schemars::{
    Schema,
    transform::{RecursiveTransform, Transform},
};
use serde_json::{Map, Value, json};

use super::{error::SchemaError, flat::flatten_root, survey::resolve};

/// Returns the input schema of a tool as clients see it: without the root's title, and with the
/// `"type": "object"` that MCP requires at the root.
pub(crate) fn publishable(mut schema: Value) -> Result<Value, SchemaError> {
    if schema == Value::Bool(true) {
        schema = Value::Object(Map::new());
    }
    strip_root(&mut schema);
    if !describes_object(&schema, &schema, 0) {
        return Err(SchemaError::not_an_object(found(&schema)));
    }
    if let Value::Object(root) = &mut schema {
        root.insert("type".to_owned(), json!("object"));
    }
    Ok(schema)
}

/// Removes the name of the Rust type from the root. A dialect that the author names stays.
pub(crate) fn strip_root(schema: &mut Value) {
    if let Value::Object(root) = schema {
        root.remove("title");
    }
}

/// Returns a derived input schema as clients see it: without formats of Rust, and without
/// combinators at the root. The server enforces the schema that is passed in.
pub(crate) fn published(schema: &Value) -> Value {
    let Ok(mut schema) = Schema::try_from(schema.clone()) else { return schema.clone() };
    forget_rust_formats().transform(&mut schema);
    flatten_root(schema.to_value())
}

/// Returns a hand-written input schema without the names of Rust integers, which only a derive
/// writes. Everything else stays.
pub(crate) fn published_as_written(schema: &Value) -> Value {
    let Ok(mut schema) = Schema::try_from(schema.clone()) else { return schema.clone() };
    RecursiveTransform(|schema: &mut Schema| forget(schema, &INTEGERS)).transform(&mut schema);
    schema.to_value()
}

/// Returns the transform that removes formats of Rust types, such as `uint8`, because validators
/// and the APIs of language models reject unknown formats. The bounds stay.
pub(crate) fn forget_rust_formats() -> impl Transform + Clone + Send + 'static {
    RecursiveTransform(|schema: &mut Schema| {
        forget(schema, &INTEGERS);
        forget(schema, &OTHERS);
    })
}

/// Formats of integers that no registry of formats has.
const INTEGERS: [&str; 10] =
    ["int", "int8", "int16", "int128", "uint", "uint8", "uint16", "uint32", "uint64", "uint128"];

/// Further formats that derives write for Rust types and JSON Schema does not define.
const OTHERS: [&str; 6] = ["int32", "int64", "float", "double", "ip", "partial-date-time"];

fn forget(schema: &mut Schema, formats: &[&str]) {
    if schema.get("format").and_then(Value::as_str).is_some_and(|format| formats.contains(&format)) {
        schema.remove("format");
    }
}

/// Returns `true` if the schema can describe arguments, so that adding `"type": "object"` rejects
/// no valid call.
fn describes_object(root: &Value, schema: &Value, depth: usize) -> bool {
    // References may form a cycle.
    const DEEPEST: usize = 16;
    let Value::Object(object) = schema else { return false };
    if depth > DEEPEST {
        return false;
    }
    if let Some(kind) = object.get("type") {
        return kind == "object";
    }
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        return resolve(root, reference).is_some_and(|target| describes_object(root, target, depth + 1));
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(forms) = object.get(keyword).and_then(Value::as_array) {
            return forms.iter().all(|form| describes_object(root, form, depth + 1));
        }
    }
    // Without a type any value is accepted, and arguments are always an object.
    !["const", "enum", "items", "prefixItems"].iter().any(|keyword| object.contains_key(*keyword))
}

fn found(schema: &Value) -> String {
    match schema.get("type") {
        Some(Value::String(kind)) => format!("`{kind}`"),
        Some(kind) => format!("`{kind}`"),
        None => "a form of another type".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_root_is_an_object_without_title() {
        let dialect = "https://json-schema.org/draft/2020-12/schema";
        let cases = [
            (json!(true), json!({"type": "object"})),
            (json!({}), json!({"type": "object"})),
            (json!({"title": "Row", "type": "object"}), json!({"type": "object"})),
            (json!({"$schema": dialect, "type": "object"}), json!({"$schema": dialect, "type": "object"})),
            (json!({"type": "object", "description": "Kept."}), json!({"type": "object", "description": "Kept."})),
            (
                json!({"properties": {"title": {"title": "T"}}}),
                json!({"type": "object", "properties": {"title": {"title": "T"}}}),
            ),
            (
                json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}),
                json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}),
            ),
            (
                json!({"$ref": "#/$defs/A", "$defs": {"A": {"title": "A", "type": "object"}}}),
                json!({"$ref": "#/$defs/A", "$defs": {"A": {"title": "A", "type": "object"}}, "type": "object"}),
            ),
            (
                json!({"oneOf": [{"type": "object"}, {"properties": {}}]}),
                json!({"oneOf": [{"type": "object"}, {"properties": {}}], "type": "object"}),
            ),
        ];
        for (schema, expected) in cases {
            assert_eq!(publishable(schema.clone()), Ok(expected), "{schema}");
        }
    }

    #[test]
    fn rust_formats_are_not_published() {
        let byte = json!({"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255});
        let bounds = json!({"type": "integer", "minimum": 0, "maximum": 255});
        let schema = |of: &Value| {
            json!({
                "type": "object",
                "properties": {"format": of, "list": {"items": of}, "map": {"additionalProperties": of},
                    "either": {"anyOf": [of, {"type": "null"}]}},
                "$defs": {"A": of},
                "default": {"format": "uint8"}
            })
        };
        assert_eq!(published(&schema(&byte)), schema(&bounds));
        assert_eq!(published_as_written(&schema(&byte)), schema(&bounds));
        for format in ["uint", "uint64", "int128", "int32", "int64", "float", "double", "ip"] {
            assert_eq!(published(&schema(&json!({"format": format}))), schema(&json!({})), "{format}");
        }
        for known in ["date-time", "uri", "uuid", "phone"] {
            assert_eq!(published(&schema(&json!({"format": known}))), schema(&json!({"format": known})));
        }
        for written in ["int32", "int64", "double"] {
            assert_eq!(published_as_written(&json!({"format": written})), json!({"format": written}));
        }
    }

    #[test]
    fn schema_of_another_type_is_rejected() {
        let cases = [
            (json!({"type": "string"}), "got `string`"),
            (json!({"type": ["object", "null"]}), "got `[\"object\",\"null\"]`"),
            (json!({"anyOf": [{"type": "object"}, {"type": "null"}]}), "of another type"),
            (json!({"$ref": "#"}), "of another type"),
            (json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": "array"}}}), "of another type"),
            (json!({"enum": ["a"]}), "of another type"),
            (json!(false), "of another type"),
        ];
        for (schema, words) in cases {
            let error = publishable(schema.clone()).unwrap_err().to_string();
            assert!(error.contains(words), "{schema}: {error}");
        }
    }

    #[test]
    fn stripping_keeps_the_type_of_the_root() {
        let mut schema = json!({"title": "Names", "type": "array"});
        strip_root(&mut schema);
        assert_eq!(schema, json!({"type": "array"}));
    }
}
