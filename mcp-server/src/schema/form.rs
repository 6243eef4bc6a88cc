//! Schemas of elicitation forms: flat objects of texts, numbers, booleans and choices, made from
//! the schema of a Rust type (specification: elicitation, requested schema).

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{SchemaError, forget_rust_formats};

/// Keywords that a property of a form may have, beside its type and its choices.
const KEYWORDS: [&str; 11] = [
    "title",
    "description",
    "default",
    "minLength",
    "maxLength",
    "format",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "enumNames",
];

/// Formats of strings that the specification defines for forms.
const FORMATS: [&str; 4] = ["email", "uri", "date", "date-time"];

/// Returns the schema of `T` as a form, and the complete schema, whose keywords forms may lack.
pub(crate) fn form<T: JsonSchema>() -> Result<(Value, Value), SchemaError> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.transforms.push(Box::new(forget_rust_formats()));
    });
    let whole = settings.into_generator().into_root_schema_for::<T>().to_value();
    let name = std::any::type_name::<T>();
    let is_open = whole.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false));
    if whole["type"] != "object" || has_alternatives(&whole) {
        return Err(SchemaError::no_form(name, root_remedy(&whole)));
    }
    let properties = match whole.get("properties").and_then(Value::as_object) {
        Some(properties) => properties,
        // A struct without fields. Clients show it as a confirmation.
        None if !is_open => &Map::new(),
        None => return Err(SchemaError::no_form(name, root_remedy(&whole))),
    };
    let mut fields = Map::new();
    for (property, schema) in properties {
        let field = field(schema).ok_or_else(|| SchemaError::no_form_field(name, property, field_remedy(schema)))?;
        fields.insert(property.clone(), field);
    }
    let mut form = json!({"type": "object", "properties": fields});
    if let Some(required) = whole.get("required") {
        form["required"] = required.clone();
    }
    Ok((form, whole))
}

/// Returns `true` if an object has different fields from case to case, as a flattened enum has.
fn has_alternatives(schema: &Value) -> bool {
    ["oneOf", "anyOf", "allOf", "$ref", "patternProperties"].iter().any(|keyword| schema.get(keyword).is_some())
}

/// Returns what to write instead of a type that is no form.
fn root_remedy(schema: &Value) -> &'static str {
    let is = |kind: &str| {
        schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&kind.into()))
    };
    let is_choice = schema.as_object().is_some_and(|schema| offered(schema).is_some());
    if is_choice || ["string", "number", "integer", "boolean"].into_iter().any(is) {
        "expected a struct with named fields, as in `struct Answer { value: … }`"
    } else if is("array") {
        "expected a struct with named fields: put a list of enums without data into one of them, or ask once per element"
    } else if schema["type"] == "null" {
        "expected a struct with named fields, or `ctx.confirm(..)` to ask without any"
    } else if is("object") && !has_alternatives(schema) && schema.get("properties").is_none() {
        "expected a struct with named fields, since clients show only fields that the schema names"
    } else {
        "expected a struct with named fields, the same in every case: make optional fields an `Option`, and choices an \
         enum without data"
    }
}

/// Returns what to write instead of a field that forms cannot have.
fn field_remedy(schema: &Value) -> &'static str {
    let schema = schema.as_object().map(present).unwrap_or_default();
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => "forms have no nested objects: move its fields into the form, as `#[serde(flatten)]` does",
        Some("array") if schema.get("items").is_some_and(|items| items["type"] == "object") => {
            "forms have no lists of objects: ask once per element"
        }
        Some("array") => "forms have only lists of enums without data: use one, or a text that you split",
        _ => "expected a text, a number, a boolean, an enum without data, or a list of such enums",
    }
}

/// Returns the options of a choice; `None` for other schemas. References are looked up in
/// `definitions`.
pub(crate) fn choices(schema: &Value, definitions: Option<&Map<String, Value>>) -> Option<Vec<String>> {
    // A reference to a reference is rare, and a reference to itself must end.
    const STEPS: usize = 4;
    let mut schema = present(schema.as_object()?);
    for _ in 0..STEPS {
        let Some(name) = schema.get("$ref").and_then(|reference| reference.as_str()?.strip_prefix("#/$defs/")) else {
            break;
        };
        schema = present(definitions?.get(name)?.as_object()?);
    }
    let values = match offered(&schema)? {
        Choices::Plain(values) => values,
        Choices::Titled(options) => options.into_iter().map(|mut option| option["const"].take()).collect(),
    };
    Some(values.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Returns the form field for a property; `None` if forms have no such field.
pub(crate) fn field(schema: &Value) -> Option<Value> {
    let schema = present(schema.as_object()?);
    let mut field: Map<String, Value> =
        KEYWORDS.iter().filter_map(|key| Some(((*key).to_owned(), schema.get(*key)?.clone()))).collect();
    if field.get("default").is_some_and(Value::is_null) {
        field.remove("default");
    }
    if field.get("format").and_then(Value::as_str).is_none_or(|format| !FORMATS.contains(&format)) {
        field.remove("format");
    }
    if let Some(choices) = offered(&schema) {
        field.insert("type".to_owned(), "string".into());
        match choices {
            Choices::Plain(values) => field.insert("enum".to_owned(), values.into()),
            Choices::Titled(options) => field.insert("oneOf".to_owned(), options.into()),
        };
        return Some(field.into());
    }
    match schema.get("type")?.as_str()? {
        kind @ ("string" | "number" | "integer" | "boolean") => field.insert("type".to_owned(), kind.into()),
        "array" => {
            let items = match offered(&present(schema.get("items")?.as_object()?))? {
                Choices::Plain(values) => json!({"type": "string", "enum": values}),
                Choices::Titled(options) => json!({"anyOf": options}),
            };
            field.insert("items".to_owned(), items);
            field.insert("type".to_owned(), "array".into())
        }
        _ => return None,
    };
    Some(field.into())
}

/// Removes `null` from a schema: a field that the user leaves empty is left out of the answer.
pub(super) fn present(schema: &Map<String, Value>) -> Map<String, Value> {
    let mut schema = schema.clone();
    if let Some(Value::Array(forms)) = schema.get("anyOf")
        && let [form] = forms.iter().filter(|form| form["type"] != "null").collect::<Vec<_>>().as_slice()
        && let Some(form) = form.as_object().cloned()
    {
        schema.remove("anyOf");
        for (key, value) in form {
            schema.entry(key).or_insert(value);
        }
    }
    if let Some(Value::Array(types)) = schema.get("type")
        && let [only] = types.iter().filter(|kind| *kind != "null").collect::<Vec<_>>().as_slice()
    {
        let only = (*only).clone();
        schema.insert("type".to_owned(), only);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    schema
}

/// Options of a choice.
pub(super) enum Choices {
    Plain(Vec<Value>),
    /// Options with a title each.
    Titled(Vec<Value>),
}

/// Returns the options of a choice; `None` for other schemas.
pub(super) fn offered(schema: &Map<String, Value>) -> Option<Choices> {
    if let Some(Value::Array(values)) = schema.get("enum") {
        return values.iter().all(Value::is_string).then(|| Choices::Plain(values.clone()));
    }
    // The specification has `oneOf` for a single choice, and `anyOf` for the items of a list.
    let forms = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
    let mut options = Vec::new();
    for form in forms {
        let title = form.get("title").or_else(|| form.get("description"));
        let values = match (form.get("const"), form.get("enum").and_then(Value::as_array)) {
            (Some(value), _) => std::slice::from_ref(value),
            (None, Some(values)) => values,
            (None, None) => return None,
        };
        for value in values {
            value.as_str()?;
            options.push(json!({"const": value, "title": title.unwrap_or(value)}));
        }
    }
    let has_titles = options.iter().any(|option| option["const"] != option["title"]);
    if has_titles {
        return Some(Choices::Titled(options));
    }
    Some(Choices::Plain(options.into_iter().map(|mut option| option["const"].take()).collect()))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    #[allow(dead_code, reason = "used for its schema only")]
    enum Plain {
        Active,
        Pending,
    }

    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "used for its schema only")]
    enum Titled {
        /// The first one
        #[serde(rename = "1")]
        One,
        #[serde(rename = "2")]
        Two,
    }

    fn john() -> String {
        "John".to_owned()
    }

    #[test]
    fn form_has_flat_fields_and_five_shapes_of_choices() {
        #[derive(Deserialize, JsonSchema)]
        #[allow(dead_code, reason = "used for its schema only")]
        struct Form {
            /// The name
            #[serde(default = "john")]
            name: String,
            #[schemars(email)]
            email: Option<String>,
            #[schemars(range(min = 18))]
            age: u8,
            single: Plain,
            titled: Option<Titled>,
            #[schemars(extend("enumNames" = ["yes", "later"]))]
            legacy: Plain,
            #[schemars(length(min = 1))]
            multi: Vec<Plain>,
            titled_multi: Option<Vec<Titled>>,
            #[serde(default)]
            nothing: Option<bool>,
            id: Option<std::num::NonZeroU64>,
        }
        let options = json!([{"const": "2", "title": "2"}, {"const": "1", "title": "The first one"}]);
        let plain = json!(["active", "pending"]);
        assert_eq!(
            form::<Form>().unwrap().0,
            json!({
                "type": "object",
                "properties": {
                    "name": {"type": "string", "description": "The name", "default": "John"},
                    "email": {"type": "string", "format": "email"},
                    "age": {"type": "integer", "minimum": 18, "maximum": 255},
                    "single": {"type": "string", "enum": plain},
                    "titled": {"type": "string", "oneOf": options},
                    "legacy": {"type": "string", "enum": plain, "enumNames": ["yes", "later"]},
                    "multi": {"type": "array", "items": {"type": "string", "enum": plain}, "minItems": 1},
                    "titled_multi": {"type": "array", "items": {"anyOf": options}},
                    "nothing": {"type": "boolean"},
                    "id": {"type": "integer", "minimum": 1},
                },
                "required": ["age", "single", "legacy", "multi"],
            })
        );
    }

    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "used for its schema only")]
    struct Inner {
        texts: Vec<String>,
    }

    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "used for its schema only")]
    struct Point {
        x: f64,
        y: f64,
    }

    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "used for its schema only")]
    enum Shape {
        Dot(Point),
        Circle { radius: f64 },
    }

    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "used for its schema only")]
    struct Tree {
        children: Vec<Self>,
    }

    /// A form with one field of this type.
    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "used for its schema only")]
    struct One<T> {
        field: T,
    }

    #[test]
    fn unsupported_form_field_is_named() {
        fn error<T: JsonSchema>() -> String {
            form::<One<T>>().unwrap_err().to_string()
        }
        for (error, remedy) in [
            (error::<Point>(), "`#[serde(flatten)]`"),
            (error::<Option<Point>>(), "`#[serde(flatten)]`"),
            (error::<std::collections::BTreeMap<String, String>>(), "no nested objects"),
            (error::<Vec<Point>>(), "ask once per element"),
            (error::<Option<Vec<Point>>>(), "ask once per element"),
            (error::<Vec<String>>(), "lists of enums"),
            (error::<Vec<Vec<Plain>>>(), "lists of enums"),
            (error::<(u8, String)>(), "lists of enums"),
            (error::<Shape>(), "enum without data"),
            (error::<Value>(), "expected a text"),
            (error::<()>(), "expected a text"),
        ] {
            assert!(error.starts_with("invalid field `field` of the form `") && error.contains(remedy), "{error}");
        }
        let error = form::<Tree>().unwrap_err().to_string();
        assert!(error.contains("`children`") && error.contains("Tree"), "{error}");
    }

    #[test]
    fn type_that_is_no_form_has_a_remedy() {
        fn error<T: JsonSchema>() -> String {
            form::<T>().unwrap_err().to_string()
        }
        #[derive(JsonSchema)]
        #[allow(dead_code, reason = "used for its schema only")]
        struct Flattened {
            name: String,
            #[serde(flatten)]
            shape: Shape,
        }
        #[derive(JsonSchema)]
        struct Unit;
        for (error, remedy) in [
            (error::<String>(), "struct Answer { value: … }"),
            (error::<Option<u8>>(), "struct Answer { value: … }"),
            (error::<bool>(), "struct Answer { value: … }"),
            (error::<Plain>(), "struct Answer { value: … }"),
            (error::<Vec<Inner>>(), "ask once per element"),
            (error::<(u8, u8)>(), "ask once per element"),
            (error::<()>(), "`ctx.confirm(..)`"),
            (error::<Unit>(), "`ctx.confirm(..)`"),
            (error::<std::collections::BTreeMap<String, String>>(), "fields that the schema names"),
            (error::<Shape>(), "the same in every case"),
            (error::<Option<Point>>(), "the same in every case"),
            (error::<Flattened>(), "the same in every case"),
            (error::<Value>(), "expected a struct with named fields"),
        ] {
            assert!(error.starts_with("invalid form `") && error.contains(remedy), "{error}");
        }
    }

    #[test]
    fn flattened_fields_and_empty_structs_are_forms() {
        #[derive(JsonSchema)]
        #[allow(dead_code, reason = "used for its schema only")]
        struct Placed {
            name: String,
            #[serde(flatten)]
            point: Point,
        }
        #[derive(JsonSchema)]
        struct Empty {}
        #[derive(JsonSchema)]
        #[serde(deny_unknown_fields)]
        struct Strict {}
        let (placed, _) = form::<Placed>().unwrap();
        assert_eq!(placed["properties"]["x"], json!({"type": "number"}));
        assert_eq!(form::<Empty>().unwrap().0, json!({"type": "object", "properties": {}}));
        assert_eq!(form::<Strict>().unwrap().0, json!({"type": "object", "properties": {}}));
    }
}
