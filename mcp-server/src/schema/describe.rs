//! Short descriptions of schemas, for messages.

use serde_json::Value;

use super::{
    survey::resolve,
    violation::{json, listed},
};

/// Depth of alternatives inside alternatives that a description contains.
const MAX_DEPTH: usize = 3;

/// Describes the forms of an `anyOf` or `oneOf`.
pub(super) fn describe_forms(root: &Value, forms: Option<&Value>) -> String {
    forms_at(root, forms, 0)
}

fn forms_at(root: &Value, forms: Option<&Value>, depth: usize) -> String {
    const MAX: usize = 10;
    const MAX_BYTES: usize = 240;
    let mut described: Vec<String> = Vec::new();
    for form in forms.and_then(Value::as_array).into_iter().flatten() {
        let form = describe_at(root, form, depth + 1);
        if !described.contains(&form) {
            described.push(form);
        }
    }
    let mut list = String::new();
    for (index, form) in described.iter().enumerate() {
        if index == MAX || list.len() > MAX_BYTES {
            list.push_str(", or …");
            break;
        }
        // "an object with `a`, or with `b`"
        let repeats = index > 0 && form.starts_with(UNTYPED) && described[index - 1].starts_with(UNTYPED);
        list.push_str(if list.is_empty() { "" } else { ", or " });
        list.push_str(if repeats { &form[UNTYPED.len()..] } else { form });
    }
    if list.is_empty() { "one of the forms in its schema".to_owned() } else { list }
}

/// Begin of the description of an object whose schema has no type.
const UNTYPED: &str = "an object ";

/// Describes the values that a schema accepts, in a few words.
pub(super) fn describe(root: &Value, schema: &Value) -> String {
    describe_at(root, schema, 0)
}

fn describe_at(root: &Value, schema: &Value, depth: usize) -> String {
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
        _ => untyped(root, schema, depth),
    }
}

/// Describes a schema without a type, which is usually one of several that apply to a value.
fn untyped(root: &Value, schema: &Value, depth: usize) -> String {
    let unspecific = || "a value".to_owned();
    if depth > MAX_DEPTH {
        return unspecific();
    }
    if let Some(forms) = schema.get("anyOf").or_else(|| schema.get("oneOf")) {
        return forms_at(root, Some(forms), depth);
    }
    if let Some(object) = object(root, schema).strip_prefix("object with") {
        return format!("{UNTYPED}with{object}");
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let parts = parts.iter().map(|part| describe_at(root, part, depth + 1)).filter(|part| *part != unspecific());
        let parts = parts.collect::<Vec<_>>().join(" and ");
        return if parts.is_empty() { unspecific() } else { parts };
    }
    if let Some(excluded) = schema.get("not") {
        return negated_at(root, excluded, depth + 1);
    }
    let bounds = [
        ("minimum", "at least "),
        ("exclusiveMinimum", "more than "),
        ("maximum", "at most "),
        ("exclusiveMaximum", "less than "),
        ("multipleOf", "a multiple of "),
        ("format", "a text of format "),
        ("pattern", "a text that matches "),
    ];
    let bounds = bounds.iter().filter_map(|(keyword, words)| Some(format!("{words}{}", json(schema.get(*keyword)?))));
    let bounds = bounds.collect::<Vec<_>>().join(" and ");
    if bounds.is_empty() { unspecific() } else { bounds }
}

/// Describes the values that a schema does not accept.
pub(super) fn negated(root: &Value, excluded: &Value) -> String {
    negated_at(root, excluded, 0)
}

fn negated_at(root: &Value, excluded: &Value, depth: usize) -> String {
    let excluded = target(root, excluded);
    if let Some(constant) = excluded.get("const") {
        return format!("a value other than {}", json(constant));
    }
    if let Some(Value::Array(options)) = excluded.get("enum") {
        return format!("a value other than {}", one_of(options));
    }
    match untyped(root, excluded, depth).strip_prefix("an object with") {
        Some(members) => format!("an object without{members}"),
        None => format!("a value that does not match {}", json(excluded)),
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

/// Returns the form with the lowest distance, unless several have it.
pub(super) fn closest<F, D: Ord>(forms: impl Iterator<Item = F>, distance: impl Fn(&F) -> D) -> Option<F> {
    let mut forms: Vec<F> = forms.collect();
    forms.sort_by_key(|form| distance(form));
    let is_tie = forms.get(1).is_some_and(|second| distance(second) == distance(&forms[0]));
    if is_tie { None } else { forms.into_iter().next() }
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
