//! Ranges of Rust numbers, which derived schemas only name by their formats.

use schemars::{
    Schema,
    transform::{RecursiveTransform, Transform},
};
use serde_json::{Value, json};

/// First digits of the largest number of single precision, as violations show it.
pub(super) const LARGEST_FLOAT: &str = "3.4028";

/// Returns `true` if a schema has numbers of single precision.
pub(crate) fn has_floats(schema: &Value) -> bool {
    schema.to_string().contains("\"float\"")
}

/// Returns the schema with the ranges of the Rust types whose formats it names.
pub(super) fn with_ranges(schema: &Value) -> Value {
    let Ok(mut schema) = Schema::try_from(schema.clone()) else { return schema.clone() };
    RecursiveTransform(add_range).transform(&mut schema);
    schema.to_value()
}

fn add_range(schema: &mut Schema) {
    let (least, most) = match schema.get("format").and_then(Value::as_str) {
        Some("int32") => (json!(i32::MIN), json!(i32::MAX)),
        Some("int64" | "int") => (json!(i64::MIN), json!(i64::MAX)),
        Some("uint32") => (json!(0), json!(u32::MAX)),
        Some("uint64" | "uint") => (json!(0), json!(u64::MAX)),
        Some("float") => (json!(-f64::from(f32::MAX)), json!(f64::from(f32::MAX))),
        _ => return,
    };
    for (keyword, bound) in [("minimum", least), ("maximum", most)] {
        if schema.get(keyword).is_none() {
            schema.insert(keyword.to_owned(), bound);
        }
    }
}
