//! Checks of a schema before it is compiled: whether types enforce all of it, and whether its
//! references stay inside it.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{error::SchemaError, validator::format};

/// Maximum depth of a schema. `serde_json` has the same limit, so every parsed schema is within it.
const MAX_DEPTH: usize = 128;

/// Returns `true` if deserializing into the types that a schema was derived from does not enforce
/// all of it.
pub(super) fn needs_keywords(schema: &Value) -> bool {
    let mut pending = vec![schema];
    while let Some(next) = pending.pop() {
        let is_enforced = match next {
            Value::Bool(is_any) => *is_any,
            Value::Object(object) => is_enforced(object, &mut pending),
            _ => false,
        };
        if !is_enforced {
            return true;
        }
    }
    false
}

/// Returns `true` if types enforce the keywords of one schema. Puts the schemas below it onto
/// `pending`.
fn is_enforced<'a>(object: &'a Map<String, Value>, pending: &mut Vec<&'a Value>) -> bool {
    object.iter().all(|(keyword, value)| match (keyword.as_str(), value) {
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
            pending.extend(forms);
            forms.iter().all(stands_alone) && (keyword == "anyOf" || exclude_each_other(forms))
        }
        ("minimum" | "maximum", bound) => is_bound_of_format(object, keyword, bound),
        // Types often accept more than their format, such as dates with slashes. So every format
        // that has a check needs it.
        ("format", name) => name.as_str().and_then(format::of).is_none(),
        (annotation, _) => is_annotation(annotation),
    })
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

/// Returns `true` if all required properties are declared. Types do not enforce a required name
/// that was added by hand.
fn all_declared(object: &Map<String, Value>, names: &[Value]) -> bool {
    let properties = object.get("properties").and_then(Value::as_object);
    names.iter().filter_map(Value::as_str).all(|name| properties.is_some_and(|declared| declared.contains_key(name)))
}

/// Returns `true` if an alternative has a type, as derived ones do. A bare `{"required": ["a"]}` is
/// written by hand.
fn stands_alone(form: &Value) -> bool {
    ["type", "$ref", "anyOf", "oneOf"].iter().any(|keyword| form.get(keyword).is_some())
}

/// Returns `true` if at most one of the forms can match. `oneOf` promises that, and deserialization
/// stops at the first match.
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

/// Returns `true` if a bound only repeats the range of the integer type that `format` names.
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

/// Rejects references that leave the schema or have no target, and schemas that nest too deep.
pub(super) fn check_references(root: &Value) -> Result<(), SchemaError> {
    let mut pending = vec![(root, 0)];
    while let Some((value, depth)) = pending.pop() {
        if depth > MAX_DEPTH {
            return Err(SchemaError::too_deep(MAX_DEPTH));
        }
        match value {
            Value::Object(object) => {
                for (keyword, below) in object {
                    match (keyword.as_str(), below) {
                        ("$ref" | "$dynamicRef", Value::String(reference)) => own_reference(root, reference)?,
                        // Names of properties and definitions are not keywords.
                        (
                            "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas",
                            Value::Object(schemas),
                        ) => pending.extend(schemas.values().map(|schema| (schema, depth + 2))),
                        // Data, in which `$ref` is a plain name.
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
    // Any other reference is an anchor, which compiling looks up.
    let is_pointer = fragment.is_empty() || fragment.starts_with('/');
    if is_pointer && resolve(root, reference).is_none() {
        return Err(SchemaError::dangling(reference));
    }
    Ok(())
}

/// Resolves a reference into the same document.
pub(super) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
    root.pointer(&pointer)
}

#[cfg(test)]
mod tests;
