//! Reads a schema once: does typed deserialization enforce all of it, and is every reference its own?

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::error::SchemaError;

/// How deep a schema may be nested. The limit of `serde_json`, so any schema that was ever text is within it.
const DEEPEST: usize = 128;

/// The formats that a compiled schema is checked for. Whether a type knows its format by itself cannot be read from its schema, and
/// types often take more than what they publish promises (a date with slashes, an id without hyphens). So these are checked wherever
/// they stand. Any other format, such as `int32` of Rust's numbers, is an annotation.
const CHECKED_FORMATS: [&str; 17] = [
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// What there is to know about a schema before it is compiled.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// Something in it is not enforced by deserializing into the types it was derived from.
    pub(super) has_keywords: bool,
    /// Somewhere in it a value may take one of several forms.
    pub(super) has_alternatives: bool,
}

/// Surveys a schema, and refuses one that points outside of itself.
pub(super) fn survey(schema: &Value) -> Result<Survey, SchemaError> {
    references(schema)?;
    let mut survey = Survey::default();
    let mut pending = vec![schema];
    while let Some(next) = pending.pop() {
        match next {
            Value::Bool(true) => {}
            Value::Object(object) => plain(object, &mut pending, &mut survey),
            _ => survey.has_keywords = true,
        }
    }
    Ok(survey)
}

/// Looks at one object of keywords, and puts the schemas below it onto `pending`.
fn plain<'a>(object: &'a Map<String, Value>, pending: &mut Vec<&'a Value>, survey: &mut Survey) {
    for (keyword, value) in object {
        let enforced = match (keyword.as_str(), value) {
            ("type", Value::String(_) | Value::Array(_)) | ("$ref", Value::String(_)) => true,
            ("properties" | "$defs", Value::Object(schemas)) => {
                pending.extend(schemas.values());
                true
            }
            ("items" | "additionalProperties", schema) => {
                pending.push(schema);
                *schema != Value::Bool(false)
            }
            ("required", Value::Array(names)) => all_declared(object, names),
            ("anyOf" | "oneOf", Value::Array(forms)) => {
                survey.has_alternatives = true;
                pending.extend(forms);
                forms.iter().all(stands_alone) && (keyword == "anyOf" || exclude_each_other(forms))
            }
            ("minimum" | "maximum", bound) => is_bound_of_format(object, keyword, bound),
            ("format", format) => !format.as_str().is_some_and(|format| CHECKED_FORMATS.contains(&format)),
            (annotation, _) => is_annotation(annotation),
        };
        survey.has_keywords |= !enforced;
    }
}

fn is_annotation(keyword: &str) -> bool {
    const ANNOTATIONS: [&str; 13] = [
        "$comment",
        "$schema",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "default",
        "deprecated",
        "description",
        "example",
        "examples",
        "readOnly",
        "title",
        "writeOnly",
    ];
    // The prefix is how extensions mark annotations of their own, as `x-mcp-header` does.
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}

/// A derived schema requires its own fields. Any other name was added by hand, and no type knows of it.
fn all_declared(object: &Map<String, Value>, names: &[Value]) -> bool {
    let properties = object.get("properties").and_then(Value::as_object);
    names.iter().filter_map(Value::as_str).all(|name| properties.is_some_and(|declared| declared.contains_key(name)))
}

/// The form of a Rust type says what it is. A bare `{"required": ["a"]}` among alternatives is a rule made by hand.
fn stands_alone(form: &Value) -> bool {
    ["type", "$ref", "anyOf", "oneOf"].iter().any(|keyword| form.get(keyword).is_some())
}

/// Whether at most one of the forms can hold, which `oneOf` promises and deserialization, content with the first, does not look at.
fn exclude_each_other(forms: &[Value]) -> bool {
    let mut seen: Vec<&str> = Vec::with_capacity(forms.len());
    for form in forms {
        match form.get("type").and_then(Value::as_str) {
            // Every integer is a number.
            Some("integer") if !seen.contains(&"number") && !seen.contains(&"integer") => seen.push("number"),
            Some(kind) if kind != "integer" && !seen.contains(&kind) => seen.push(kind),
            _ => return false,
        }
    }
    true
}

/// Whether a bound only repeats what the integer type behind `format` can hold.
fn is_bound_of_format(object: &Map<String, Value>, keyword: &str, bound: &Value) -> bool {
    let format = object.get("format").and_then(Value::as_str).unwrap_or_default();
    let (least, most) = match format {
        "uint8" => (Some(0), Some(i64::from(u8::MAX))),
        "uint16" => (Some(0), Some(i64::from(u16::MAX))),
        "uint" | "uint32" | "uint64" | "uint128" => (Some(0), None),
        "int8" => (Some(i64::from(i8::MIN)), Some(i64::from(i8::MAX))),
        "int16" => (Some(i64::from(i16::MIN)), Some(i64::from(i16::MAX))),
        _ => (None, None),
    };
    let own = if keyword == "minimum" { least } else { most };
    object.get("type").and_then(Value::as_str) == Some("integer") && own.is_some() && own == bound.as_i64()
}

/// Refuses references that leave the schema or lead nowhere, and nesting without end.
fn references(root: &Value) -> Result<(), SchemaError> {
    let mut pending = vec![(root, 0)];
    while let Some((value, depth)) = pending.pop() {
        if depth > DEEPEST {
            return Err(SchemaError::too_deep(DEEPEST));
        }
        match value {
            Value::Object(object) => {
                for (keyword, below) in object {
                    match (keyword.as_str(), below) {
                        ("$ref" | "$dynamicRef", Value::String(reference)) => own_reference(root, reference)?,
                        // Data, in which `$ref` is nothing but a name.
                        ("const" | "enum" | "default" | "example" | "examples", _) => {}
                        _ => pending.push((below, depth + 1)),
                    }
                }
            }
            Value::Array(items) => pending.extend(items.iter().map(|item| (item, depth + 1))),
            _ => {}
        }
    }
    Ok(())
}

fn own_reference(root: &Value, reference: &str) -> Result<(), SchemaError> {
    let Some(fragment) = reference.strip_prefix('#') else {
        return Err(SchemaError::remote(reference));
    };
    // Anything but a pointer is an anchor: compiling finds out whether it exists.
    let is_pointer = fragment.is_empty() || fragment.starts_with('/');
    if is_pointer && resolve(root, reference).is_none() {
        return Err(SchemaError::dangling(reference));
    }
    Ok(())
}

/// The schema that a reference into its own document points at.
pub(super) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
    root.pointer(&pointer)
}

#[cfg(test)]
mod tests;
