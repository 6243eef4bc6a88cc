//! Contradictions in the attribute of an argument: keywords that do not apply to its type, and
//! defaults that violate its keywords.

use serde_json::{Map, Value, json};

use crate::schema::{self, Keywords};

/// Returns the errors in the schema of the argument `name`. `of_type` is the schema of its type,
/// without the keywords of the attribute. Types without a known JSON type are not checked.
pub(super) fn contradictions(
    name: &str,
    of_type: Map<String, Value>,
    schema: &Map<String, Value>,
    definitions: &Map<String, Value>,
) -> Vec<String> {
    let added: Vec<&str> = schema
        .iter()
        .filter(|(keyword, value)| of_type.get(*keyword) != Some(*value))
        .map(|(name, _)| &**name)
        .collect();
    let of_type = schema::in_place(of_type, definitions);
    let types: Vec<&str> = match of_type.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).filter(|one| *one != "null").collect(),
        _ => Vec::new(),
    };
    let mut errors = Vec::new();
    for (key, keywords, bounded, words) in KEYS {
        let is_there = keywords.iter().any(|keyword| added.contains(keyword));
        if is_there && !types.is_empty() && !types.iter().any(|one| bounded.contains(one)) {
            let types = types.join(" or ");
            errors.push(format!(
                "`{key}` is for {words}, but the type of the argument `{name}` is {types} in JSON: remove it"
            ));
        }
    }
    if errors.is_empty() {
        errors.extend(invalid_default(name, schema, definitions));
    }
    errors
}

/// A key of `#[arg]`, its keywords, the JSON types that they apply to, and these types in words.
type Key = (&'static str, &'static [&'static str], &'static [&'static str], &'static str);

const KEYS: [Key; 4] = [
    (
        "range",
        &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        &["integer", "number"],
        "numbers (`length` is for texts and lists)",
    ),
    ("multiple_of", &["multipleOf"], &["integer", "number"], "numbers"),
    (
        "length",
        &["minLength", "maxLength", "minItems", "maxItems"],
        &["string", "array"],
        "texts and lists (`range` is for numbers)",
    ),
    ("pattern", &["pattern"], &["string"], "texts"),
];

/// Checks the default of an argument against its keywords.
fn invalid_default(name: &str, schema: &Map<String, Value>, definitions: &Map<String, Value>) -> Vec<String> {
    let Some(default) = schema.get("default") else { return Vec::new() };
    let whole = json!({"type": "object", "properties": {name: schema}, "$defs": definitions});
    // A schema that does not compile is reported with the whole input schema.
    let Ok(keywords) = Keywords::compile_all(&whole) else { return Vec::new() };
    let violations = keywords.check(json!({name: default}).to_string().as_bytes()).err().unwrap_or_default();
    violations.iter().map(|violation| format!("invalid default: {violation}")).collect()
}
