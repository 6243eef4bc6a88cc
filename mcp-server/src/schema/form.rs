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
    let no_form = |path: &str| SchemaError::no_form(path.to_owned());
    let Some(properties) = whole.get("properties").and_then(Value::as_object).filter(|_| whole["type"] == "object")
    else {
        return Err(no_form(""));
    };
    let mut fields = Map::new();
    for (name, property) in properties {
        fields.insert(name.clone(), field(property).ok_or_else(|| no_form(name))?);
    }
    let mut form = json!({"type": "object", "properties": fields});
    if let Some(required) = whole.get("required") {
        form["required"] = required.clone();
    }
    Ok((form, whole))
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

    #[test]
    fn unsupported_form_field_is_named() {
        #[derive(JsonSchema)]
        #[allow(dead_code, reason = "used for its schema only")]
        struct Nested {
            inner: Inner,
        }
        #[derive(JsonSchema)]
        #[allow(dead_code, reason = "used for its schema only")]
        struct Inner {
            texts: Vec<String>,
        }
        assert!(form::<Nested>().unwrap_err().to_string().contains("`inner`"));
        assert!(form::<Inner>().unwrap_err().to_string().contains("`texts`"));
        assert!(form::<String>().is_err());
    }
}
