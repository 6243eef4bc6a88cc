//! When none of several forms fits: which one was meant, or else what the forms are.

use jsonschema::{ValidationError, error::ValidationErrorKind, paths::Location};
use serde_json::Value;

use super::{
    expectation::one_of,
    survey::resolve,
    violation::{json, listed},
};

/// The errors of the one form that the value was meant to have: the only one of its kind of JSON value and with its tag.
///
/// `None` when no form or more than one could have been meant.
pub(super) fn closest<'a>(
    forms: &'a [Vec<ValidationError<'static>>],
    at: &Location,
) -> Option<&'a [ValidationError<'static>]> {
    let mut meant =
        forms.iter().filter(|errors| !errors.is_empty() && !errors.iter().any(|error| rules_out(error, at)));
    let only = meant.next()?;
    meant.next().is_none().then_some(only.as_slice())
}

/// Whether an error says that another form was meant, not that this one was filled in badly.
fn rules_out(error: &ValidationError<'_>, at: &Location) -> bool {
    use ValidationErrorKind as Kind;
    let below = error.instance_path().as_str().strip_prefix(at.as_str()).unwrap_or_default();
    match error.kind() {
        // Another kind of value, or the tag of an enum that is the name of its only property.
        Kind::Type { .. } | Kind::AdditionalProperties { .. } => below.is_empty(),
        // The tag of an enum: the value itself, or one of its properties.
        Kind::Constant { .. } | Kind::Enum { .. } => below.matches('/').count() <= 1,
        _ => false,
    }
}

/// What the forms of an `anyOf` or `oneOf` are.
pub(super) fn describe_forms(root: &Value, forms: Option<&Value>) -> String {
    const MOST: usize = 10;
    let mut described: Vec<String> = Vec::new();
    for form in forms.and_then(Value::as_array).into_iter().flatten() {
        let form = describe(root, form);
        if !described.contains(&form) {
            described.push(form);
        }
    }
    let more = described.len() > MOST;
    described.truncate(MOST);
    let list = described.join(", or ");
    match (described.len(), more) {
        (0, _) => "one of the forms in its schema".to_owned(),
        (_, true) => format!("{list}, or …"),
        (_, false) => list,
    }
}

/// A few words on what a schema asks for.
pub(super) fn describe(root: &Value, schema: &Value) -> String {
    let schema = target(root, schema);
    if let Some(constant) = schema.get("const") {
        return json(constant);
    }
    if let Some(options) = schema.get("enum") {
        return one_of(options);
    }
    match schema.get("type") {
        Some(Value::String(kind)) if kind == "object" => object(root, schema),
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "a value".to_owned(),
    }
}

/// An object is told by its tag if it has one, else by the properties it requires.
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

/// The schema itself, or what its reference points at.
fn target<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    // A reference to a reference is rare, and one to itself must end.
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
