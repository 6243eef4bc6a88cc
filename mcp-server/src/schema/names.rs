//! Names of arguments that an input schema declares.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::survey::resolve;

/// Maximum depth of references and alternatives, which may form a cycle.
const MAX_DEPTH: usize = 16;

/// Returns the names of the properties that an input schema declares, in any of its forms. Returns
/// `None` if it accepts other properties on purpose.
pub(crate) fn property_names(schema: &Value) -> Option<Vec<String>> {
    let mut names = BTreeSet::new();
    collect(schema, schema, &mut names, 0).then(|| names.into_iter().collect())
}

/// Returns `true` unless the schema accepts other properties than it names.
fn collect(root: &Value, schema: &Value, names: &mut BTreeSet<String>, depth: usize) -> bool {
    let Value::Object(keywords) = schema else { return *schema == Value::Bool(false) };
    if depth > MAX_DEPTH {
        return true;
    }
    let is_open = ["additionalProperties", "unevaluatedProperties", "patternProperties"]
        .iter()
        .any(|keyword| keywords.get(*keyword).is_some_and(|rest| *rest != Value::Bool(false)));
    if is_open || depth == 0 && accepts_anything(keywords) {
        return false;
    }
    for keyword in ["properties", "dependentSchemas", "dependentRequired"] {
        names.extend(keywords.get(keyword).and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned());
    }
    names.extend(texts(keywords.get("required")));
    let dependent = keywords.get("dependentRequired").and_then(Value::as_object);
    names.extend(dependent.into_iter().flat_map(Map::values).flat_map(|required| texts(Some(required))));
    let reference = keywords.get("$ref").and_then(Value::as_str).and_then(|reference| resolve(root, reference));
    let forms = ["anyOf", "oneOf", "allOf"].iter().filter_map(|keyword| keywords.get(*keyword)?.as_array()).flatten();
    let conditions = ["if", "then", "else"].iter().filter_map(|keyword| keywords.get(*keyword));
    let dependent = keywords.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let mut parts = reference.into_iter().chain(forms).chain(conditions).chain(dependent);
    parts.all(|part| collect(root, part, names, depth + 1))
}

fn texts(names: Option<&Value>) -> impl Iterator<Item = String> {
    names.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}

/// Returns `true` for a schema that says nothing of its properties.
fn accepts_anything(keywords: &Map<String, Value>) -> bool {
    const ABOUT: [&str; 9] =
        ["type", "properties", "required", "$ref", "anyOf", "oneOf", "allOf", "if", "additionalProperties"];
    !ABOUT.iter().any(|keyword| keywords.contains_key(*keyword))
}

/// Closes a published schema: clients may send only these properties.
pub(crate) fn close(schema: &mut Value, names: &[String]) {
    let Value::Object(root) = schema else { return };
    if let Value::Object(properties) = root.entry("properties").or_insert_with(|| Map::new().into()) {
        for name in names {
            properties.entry(name.as_str()).or_insert_with(|| Map::new().into());
        }
    }
    root.insert("additionalProperties".to_owned(), Value::Bool(false));
}

/// Returns `true` if values of the schema may have members that it does not name. Types keep only
/// the last one of two such members with one name.
pub(crate) fn has_open_objects(schema: &Value) -> bool {
    let Value::Object(keywords) = schema else { return *schema == Value::Bool(true) };
    let is_object = match keywords.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        _ => !["$ref", "const", "enum", "anyOf", "oneOf", "allOf"].iter().any(|known| keywords.contains_key(*known)),
    };
    let is_open = keywords.get("additionalProperties").is_some_and(|rest| *rest != Value::Bool(false));
    let is_unnamed = !keywords.contains_key("properties") && !keywords.contains_key("additionalProperties");
    if is_object && (is_open || is_unnamed || keywords.contains_key("patternProperties")) {
        return true;
    }
    keywords.iter().any(|(keyword, value)| match (keyword.as_str(), value) {
        ("properties" | "$defs" | "definitions", Value::Object(schemas)) => schemas.values().any(has_open_objects),
        ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => schemas.iter().any(has_open_objects),
        ("items", schema) => has_open_objects(schema),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::{JsonSchema, schema_for};
    use serde_json::json;

    use super::*;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "used for its schema only")]
    struct Plain {
        a: u8,
        b: Vec<String>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "used for its schema only")]
    struct Flat {
        c: u8,
        #[serde(flatten)]
        plain: Plain,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "used for its schema only")]
    struct Open {
        c: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    }

    #[derive(JsonSchema)]
    #[serde(tag = "kind")]
    #[expect(dead_code, reason = "used for its schema only")]
    enum Tagged {
        A { x: u8 },
        B(Plain),
    }

    #[derive(JsonSchema)]
    struct Empty {}

    fn derived<T: JsonSchema>() -> Option<String> {
        names(&schema_for!(T).to_value())
    }

    fn names(schema: &Value) -> Option<String> {
        property_names(schema).map(|names| names.join(" "))
    }

    #[test]
    fn declared_names_are_found_in_all_forms() {
        assert_eq!(derived::<Plain>().as_deref(), Some("a b"));
        assert_eq!(derived::<Flat>().as_deref(), Some("a b c"));
        assert_eq!(derived::<Tagged>().as_deref(), Some("a b kind x"));
        assert_eq!(derived::<Empty>().as_deref(), Some(""));
        assert_eq!(derived::<Open>(), None);
        assert_eq!(derived::<BTreeMap<String, u8>>(), None);
        for (schema, expected) in [
            (json!({"type": "object", "properties": {"a": {}}, "required": ["a", "b"]}), Some("a b")),
            (json!({"type": "object", "oneOf": [{"required": ["a"]}, {"properties": {"b": {}}}]}), Some("a b")),
            (json!({"type": "object", "dependentRequired": {"a": ["b"]}, "then": {"required": ["c"]}}), Some("a b c")),
            (json!({"$ref": "#/$defs/A", "$defs": {"A": {"properties": {"a": {}}}}}), Some("a")),
            (json!({"type": "object", "properties": {}}), Some("")),
            (json!({"properties": {"a": {}}, "additionalProperties": false}), Some("a")),
            (json!({"properties": {"a": {}}, "additionalProperties": true}), None),
            (json!({"properties": {"a": {}}, "patternProperties": {"^x": {}}}), None),
            (json!({"anyOf": [{"properties": {"a": {}}}, true]}), None),
            (json!({}), None),
            (json!(true), None),
        ] {
            assert_eq!(names(&schema).as_deref(), expected, "{schema}");
        }
    }

    #[test]
    fn closed_schema_has_all_names() {
        let mut schema =
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "oneOf": [{"required": ["b"]}]});
        close(&mut schema, &["a".to_owned(), "b".to_owned()]);
        assert_eq!(schema["properties"], json!({"a": {"type": "string"}, "b": {}}));
        assert_eq!(schema["additionalProperties"], json!(false));
    }

    #[test]
    fn open_objects_are_found_at_every_depth() {
        for (schema, expected) in [
            (json!({"type": "object", "properties": {"a": {"type": "integer"}}}), false),
            (json!({"type": "object", "properties": {"a": {"additionalProperties": {"type": "integer"}}}}), true),
            (
                json!({"type": "object", "properties": {"a": {"items": {"type": "object", "additionalProperties": {}}}}}),
                true,
            ),
            (json!({"type": "object", "properties": {"a": true}}), true),
            (json!({"type": "object", "properties": {"a": {"description": "any"}}}), true),
            (json!({"type": "object", "properties": {"a": {"enum": [1]}, "b": {"type": ["string", "null"]}}}), false),
        ] {
            assert_eq!(has_open_objects(&schema), expected, "{schema}");
        }
    }
}
