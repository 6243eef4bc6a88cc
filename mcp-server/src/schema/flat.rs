//! Schemas without combinators at their root, which the APIs of several language models reject in
//! inputs. Clients before 2026-07-28 expect `"type": "object"` at the root of outputs.
//!
//! A flat schema accepts more than the original: it has the properties of all alternatives, and
//! requires those that every alternative requires. The server enforces the original.

use serde_json::{Map, Value, json};

use super::survey::resolve;

const COMBINATORS: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// Maximum depth of nested combinators and references. References may form a cycle.
const MAX_DEPTH: usize = 16;

/// Returns the combinator at the root of a schema.
pub(crate) fn root_combinator(schema: &Value) -> Option<&'static str> {
    COMBINATORS.into_iter().find(|combinator| schema.get(combinator).is_some())
}

/// Returns an output schema without combinators and references at its root, if all values are
/// objects.
pub(super) fn flatten_output(schema: Value) -> Value {
    if is_object(&schema, &schema, 0) { flatten_root(schema, "Has") } else { schema }
}

/// Returns `true` if the schema accepts objects only.
fn is_object(root: &Value, schema: &Value, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    let forms = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
    let is_form = |form: &Value| is_object(root, form, depth + 1);
    schema.get("type").is_some_and(|kind| kind == "object")
        || schema.get("$ref").and_then(Value::as_str).and_then(|name| resolve(root, name)).is_some_and(is_form)
        || ["oneOf", "anyOf"].into_iter().filter_map(forms).any(|forms| forms.iter().all(is_form))
        || forms("allOf").is_some_and(|parts| parts.iter().any(is_form))
}

/// Returns the schema without combinators and references at its root. `verb` begins the sentence
/// that describes the alternatives.
pub(super) fn flatten_root(schema: Value, verb: &str) -> Value {
    if root_combinator(&schema).is_none() && schema.get("$ref").is_none() {
        return schema;
    }
    let mut choices = Vec::new();
    let object = Object::of(&schema, &schema, &mut choices, 0);
    let Value::Object(mut root) = schema else { return schema };
    for keyword in COMBINATORS.into_iter().chain(["$ref", "unevaluatedProperties"]) {
        root.remove(keyword);
    }
    let choices = choices.into_iter().map(|forms| format!("{verb} the properties of exactly one form: {forms}."));
    let texts: Vec<String> = object.description.into_iter().chain(choices).collect();
    if !texts.is_empty() {
        root.insert("description".to_owned(), texts.join("\n\n").into());
    }
    root.insert("type".to_owned(), "object".into());
    root.insert("properties".to_owned(), object.properties.into());
    if object.required.is_empty() {
        root.remove("required");
    } else {
        root.insert("required".to_owned(), object.required.into());
    }
    match object.rest {
        Some(rest) => root.insert("additionalProperties".to_owned(), rest),
        None => root.remove("additionalProperties"),
    };
    Value::Object(root)
}

/// The parts of a schema of an object, without combinators.
#[derive(Debug, Default)]
struct Object {
    description: Option<String>,
    properties: Map<String, Value>,
    required: Vec<String>,
    /// Schema of all other properties.
    rest: Option<Value>,
}

impl Object {
    /// Flattens a schema. Adds a description of its alternatives to `choices`.
    fn of(root: &Value, schema: &Value, choices: &mut Vec<String>, depth: usize) -> Self {
        let Value::Object(schema) = schema else { return Self::default() };
        let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str);
        let mut object = Self {
            description: text("description").map(str::to_owned),
            properties: schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default(),
            required: names(schema.get("required")),
            rest: schema.get("additionalProperties").or_else(|| schema.get("unevaluatedProperties")).cloned(),
        };
        if depth > MAX_DEPTH {
            return object;
        }
        if let Some(target) = text("$ref").and_then(|reference| resolve(root, reference)) {
            object.add(Self::of(root, target, choices, depth + 1));
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            object.add(Self { description: None, ..Self::of(root, part, choices, depth + 1) });
        }
        for keyword in ["oneOf", "anyOf"] {
            let Some(forms) = schema.get(keyword).and_then(Value::as_array) else { continue };
            let forms: Vec<Self> = forms.iter().map(|form| Self::of(root, form, &mut Vec::new(), depth + 1)).collect();
            choices.extend(described(&forms));
            object.add(Self::one_of(forms));
        }
        object
    }

    /// Adds an object that applies to the same value.
    fn add(&mut self, other: Self) {
        self.description = self.description.take().or(other.description);
        for (name, schema) in other.properties {
            self.properties.entry(name).or_insert(schema);
        }
        for name in other.required {
            if !self.required.contains(&name) {
                self.required.push(name);
            }
        }
        self.rest = self.rest.take().or(other.rest);
    }

    /// Returns an object that accepts each of the forms.
    fn one_of(forms: Vec<Self>) -> Self {
        let required = forms.first().map(|form| form.required.clone()).unwrap_or_default();
        let required = required.into_iter().filter(|name| forms.iter().all(|form| form.required.contains(name)));
        let required: Vec<String> = required.collect();
        let rest = forms.first().and_then(|form| form.rest.clone());
        let rest = rest.filter(|rest| forms.iter().all(|form| form.rest.as_ref() == Some(rest)));
        let mut schemas: Vec<(String, Vec<Value>)> = Vec::new();
        for (name, schema) in forms.into_iter().flat_map(|form| form.properties) {
            match schemas.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) if known.contains(&schema) => {}
                Some((_, known)) => known.push(schema),
                None => schemas.push((name, vec![schema])),
            }
        }
        let properties = schemas.into_iter().map(|(name, schemas)| (name, any_of(schemas))).collect();
        Self { description: None, properties, required, rest }
    }
}

/// Returns a schema that accepts the values of all of these.
fn any_of(mut schemas: Vec<Value>) -> Value {
    if schemas.len() == 1 {
        return schemas.remove(0);
    }
    let texts: Option<Vec<&Value>> = schemas.iter().map(constant).collect();
    match texts {
        Some(texts) => json!({"type": "string", "enum": texts}),
        None => json!({"anyOf": schemas}),
    }
}

/// Returns the only value of a schema, if it is a text.
fn constant(schema: &Value) -> Option<&Value> {
    let only = schema.get("enum").and_then(Value::as_array).filter(|values| values.len() == 1).map(|values| &values[0]);
    schema.get("const").or(only).filter(|value| value.is_string())
}

fn names(required: Option<&Value>) -> Vec<String> {
    required.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns the properties of each form. `None` for fewer than two forms.
fn described(forms: &[Object]) -> Option<String> {
    if forms.len() < 2 {
        return None;
    }
    let forms: Vec<String> = forms.iter().map(Object::describe).collect();
    Some(forms.join("; "))
}

impl Object {
    /// Describes a form, such as `type` "circle", `radius` (a circle).
    fn describe(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (name, schema) in &self.properties {
            let value = constant(schema).map(|value| format!(" {value}")).unwrap_or_default();
            let optional = if self.required.contains(name) { "" } else { " (optional)" };
            let part = format!("`{name}`{value}{optional}");
            // The value that tells the forms apart comes first.
            if value.is_empty() { parts.push(part) } else { parts.insert(0, part) }
        }
        let mut text = if parts.is_empty() { "no properties".to_owned() } else { parts.join(", ") };
        if let Some(description) = &self.description {
            text = format!("{text} ({})", description.trim_end_matches('.').replace('\n', " "));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;

    use super::*;
    use crate::schema::published;

    #[derive(JsonSchema)]
    #[serde(tag = "type")]
    #[expect(dead_code, reason = "used for its schema only")]
    enum Internal {
        /// A round shape.
        Circle {
            r: f64,
        },
        Square {
            side: f64,
            r: Option<f64>,
        },
        Point,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "used for its schema only")]
    enum External {
        Circle { r: f64 },
        Square(f64),
    }

    #[derive(JsonSchema)]
    #[serde(tag = "t", content = "c")]
    #[expect(dead_code, reason = "used for its schema only")]
    enum Adjacent {
        Number(u8),
        Text(String),
    }

    #[derive(JsonSchema)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "used for its schema only")]
    enum Untagged {
        ById { id: u64 },
        ByName { name: String, id: Option<u64> },
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "used for its schema only")]
    struct Flattened {
        color: String,
        #[serde(flatten)]
        shape: Internal,
        #[serde(flatten)]
        other: Untagged,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "used for its schema only")]
    struct Node {
        n: u8,
        next: Option<Box<Self>>,
    }

    fn flat<T: JsonSchema>() -> Value {
        let schema = schemars::SchemaGenerator::default().into_root_schema_for::<T>().to_value();
        let schema = published(&crate::schema::publishable(schema).unwrap());
        assert_eq!(root_combinator(&schema), None, "{schema}");
        assert!(schema.get("$ref").is_none() && schema["type"] == "object", "{schema}");
        schema
    }

    #[test]
    fn alternatives_become_one_object() {
        let schema = flat::<Internal>();
        assert_eq!(schema["properties"]["type"], json!({"type": "string", "enum": ["Circle", "Square", "Point"]}));
        assert_eq!(schema["properties"]["side"], json!({"type": "number"}));
        assert_eq!(schema["properties"]["r"], json!({"anyOf": [{"type": "number"}, {"type": ["number", "null"]}]}));
        assert_eq!(schema["required"], json!(["type"]));
        assert_eq!(
            schema["description"],
            "Send the properties of exactly one form: `type` \"Circle\", `r` (A round shape); `type` \"Square\", `r` \
             (optional), `side`; `type` \"Point\"."
        );

        let schema = flat::<External>();
        assert_eq!(schema["properties"]["Square"], json!({"type": "number"}));
        assert_eq!((schema.get("required"), &schema["additionalProperties"]), (None, &json!(false)));

        let schema = flat::<Adjacent>();
        assert_eq!(schema["required"], json!(["t", "c"]));
        assert_eq!(
            schema["properties"]["c"],
            json!({"anyOf": [{"type": "integer", "minimum": 0, "maximum": 255}, {"type": "string"}]})
        );

        let schema = flat::<Untagged>();
        assert_eq!(schema["properties"]["name"], json!({"type": "string"}));
        assert_eq!(schema.get("required"), None);
    }

    #[test]
    fn flattened_alternatives_join_the_fields() {
        let schema = flat::<Flattened>();
        let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        for name in ["color", "type", "r", "side", "id", "name"] {
            assert!(names.iter().any(|known| *known == name), "{name}: {names:?}");
        }
        assert_eq!(schema["required"], json!(["color", "type"]));
        let description = schema["description"].as_str().unwrap();
        assert_eq!(description.matches("exactly one form").count(), 2, "{description}");
    }

    #[test]
    fn references_at_the_root_are_resolved() {
        assert_eq!(flat::<Node>()["properties"]["n"], json!({"type": "integer", "minimum": 0, "maximum": 255}));
        let schema = json!({"$ref": "#/$defs/A", "$defs": {"A": {"description": "A.", "properties": {"a": true}}}});
        let schema = flatten_root(schema, "Send");
        assert_eq!((&schema["properties"], &schema["description"]), (&json!({"a": true}), &json!("A.")));
        let cycle =
            json!({"$ref": "#/$defs/A", "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "object"}]}}});
        assert_eq!(flatten_root(cycle, "Send")["properties"], json!({}));
    }

    #[test]
    fn schema_without_combinators_is_kept() {
        let schema = json!({"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}}});
        assert_eq!(flatten_root(schema.clone(), "Send"), schema);
    }

    #[test]
    fn outputs_that_are_objects_are_flattened() {
        let shape = flatten_output(schemars::SchemaGenerator::default().into_root_schema_for::<Internal>().to_value());
        assert_eq!((root_combinator(&shape), &shape["type"]), (None, &json!("object")));
        assert!(shape["description"].as_str().unwrap().starts_with("Has the properties of exactly one form: "));
        for other in [
            json!(true),
            json!({}),
            json!({"type": "array", "items": {"oneOf": [{"type": "object"}]}}),
            json!({"type": ["object", "null"], "anyOf": [{"type": "null"}, {"type": "object"}]}),
            json!({"oneOf": [{"type": "object"}, {"type": "string"}]}),
            json!({"anyOf": [{"type": "object"}, {}]}),
            json!({"$ref": "#"}),
            json!({"type": "object", "properties": {"a": {"oneOf": [true]}}}),
        ] {
            assert_eq!(flatten_output(other.clone()), other);
        }
    }
}
