//! Short descriptions of schemas, for messages.

use serde_json::Value;

use super::{
    survey::resolve,
    violation::{json, listed},
};

/// Describes the forms of an `anyOf` or `oneOf`.
pub(super) fn describe_forms(root: &Value, forms: Option<&Value>) -> String {
    const MAX: usize = 10;
    let mut described: Vec<String> = Vec::new();
    for form in forms.and_then(Value::as_array).into_iter().flatten() {
        let form = describe(root, form);
        if !described.contains(&form) {
            described.push(form);
        }
    }
    let more = described.len() > MAX;
    described.truncate(MAX);
    let list = described.join(", or ");
    match (described.len(), more) {
        (0, _) => "one of the forms in its schema".to_owned(),
        (_, true) => format!("{list}, or …"),
        (_, false) => list,
    }
}

/// Describes the values that a schema accepts, in a few words.
pub(super) fn describe(root: &Value, schema: &Value) -> String {
    let schema = target(root, schema);
    if let Some(constant) = schema.get("const") {
        return json(constant);
    }
    if let Some(Value::Array(options)) = schema.get("enum") {
        return one_of(options);
    }
    match schema.get("type") {
        Some(Value::String(kind)) if kind == "object" => object(root, schema),
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "a value".to_owned(),
    }
}

/// Describes an object by its tag if it has one, else by the properties that it requires.
fn object(root: &Value, schema: &Value) -> String {
    let properties = schema.get("properties").and_then(Value::as_object);
    let tag = properties
        .into_iter()
        .flatten()
        .find_map(|(name, schema)| target(root, schema).get("const").map(|tag| (name, tag)));
    if let Some((name, tag)) = tag {
        return format!("object with `{name}` {}", json(tag));
    }
    let required: Vec<_> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    if required.is_empty() { "object".to_owned() } else { format!("object with {}", listed(required)) }
}

/// Describes the expectation of a property that is not among the declared ones.
pub(super) fn unknown_property(declared: Option<&Value>) -> String {
    match declared.and_then(Value::as_object) {
        Some(known) if !known.is_empty() => {
            format!("no property of this name (known: {})", listed(known.keys().map(String::as_str)))
        }
        _ => "no property of this name".to_owned(),
    }
}

/// Returns the target of a reference, or the schema itself if it has no reference.
fn target<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    // A reference to a reference is rare, and a reference to itself must end.
    const STEPS: usize = 4;
    let mut schema = schema;
    for _ in 0..STEPS {
        match schema.get("$ref").and_then(Value::as_str).and_then(|reference| resolve(root, reference)) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

/// Lists the first 20 options of an `enum`.
pub(crate) fn one_of(options: &[Value]) -> String {
    const MAX: usize = 20;
    let mut list = options.iter().take(MAX).map(json).collect::<Vec<_>>().join(", ");
    if options.len() > MAX {
        list.push_str(", …");
    }
    if options.len() == 1 { list } else { format!("one of {list}") }
}
