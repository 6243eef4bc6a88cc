//! Properties that clients repeat in headers: the valid places and values of the keyword
//! `x-mcp-header` (2026-07-28, streamable HTTP, custom headers from tool parameters).

use serde_json::{Map, Value};

use super::form::{offered, present};

const KEYWORD: &str = "x-mcp-header";

/// Types that a header can repeat.
const TYPES: [&str; 3] = ["string", "integer", "boolean"];

/// An argument that a header repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mirrored {
    /// Name of the header, without the prefix that all such names share.
    pub(crate) name: Box<str>,
    /// Names of the properties that lead to the argument.
    pub(crate) path: Vec<Box<str>>,
}

/// Returns the arguments of an input schema that headers repeat, or the errors of all their
/// annotations. Clients ignore a tool with an invalid annotation.
pub(crate) fn mirrored(schema: &Value) -> Result<Vec<Mirrored>, Vec<String>> {
    let mut survey = Survey::default();
    survey.schema(schema, Some(&mut Vec::new()));
    if survey.errors.is_empty() { Ok(survey.found) } else { Err(survey.errors) }
}

#[derive(Default)]
struct Survey {
    found: Vec<Mirrored>,
    errors: Vec<String>,
}

impl Survey {
    /// Visits a schema. `path` leads to it; `None` below any keyword but `properties`.
    fn schema(&mut self, schema: &Value, mut path: Option<&mut Vec<Box<str>>>) {
        let Value::Object(keywords) = schema else { return };
        if let Some(name) = keywords.get(KEYWORD) {
            self.annotated(name, keywords, path.as_deref().map(Vec::as_slice));
        }
        for (keyword, value) in keywords {
            match (keyword.as_str(), value) {
                // Values, which hold no keywords.
                ("const" | "enum" | "default" | "example" | "examples", _) => {}
                ("properties", Value::Object(properties)) => {
                    for (name, property) in properties {
                        if let Some(path) = path.as_deref_mut() {
                            path.push(name.as_str().into());
                            self.schema(property, Some(path));
                            path.pop();
                        } else {
                            self.schema(property, None);
                        }
                    }
                }
                ("patternProperties" | "$defs" | "definitions" | "dependentSchemas", Value::Object(schemas)) => {
                    schemas.values().for_each(|schema| self.schema(schema, None));
                }
                (_, Value::Array(schemas)) => schemas.iter().for_each(|schema| self.schema(schema, None)),
                (_, schema) => self.schema(schema, None),
            }
        }
    }

    fn annotated(&mut self, name: &Value, keywords: &Map<String, Value>, path: Option<&[Box<str>]>) {
        let Some(name) = name.as_str().filter(|name| is_token(name)) else {
            self.errors.push(format!(
                "invalid header name in `{KEYWORD}`: expected letters, digits and `-`, such as `Region`, got {name}"
            ));
            return;
        };
        let Some(path) = path.filter(|path| !path.is_empty()) else {
            self.errors.push(format!(
                "invalid header `{name}` (`{KEYWORD}`): expected an argument that only `properties` lead to, not an \
                 element, an alternative or the target of a `$ref`; add `#[schemars(inline)]` to the type of a \
                 nested struct to avoid the `$ref`"
            ));
            return;
        };
        let place = path.join(".");
        if !has_header_type(keywords) {
            self.errors.push(format!(
                "invalid header `{name}` (`{KEYWORD}`): expected type `string`, `integer` or `boolean` in the schema \
                 of `{place}` itself"
            ));
        }
        if let Some(other) = self.found.iter().find(|other| other.name.eq_ignore_ascii_case(name)) {
            let other = other.path.join(".");
            self.errors.push(format!(
                "duplicate header `{name}` (`{KEYWORD}`): expected different headers for the two arguments `{other}` \
                 and `{place}`"
            ));
        }
        self.found.push(Mirrored { name: name.into(), path: path.to_vec() });
    }
}

/// Returns `true` if the schema has one of [`TYPES`], alone or beside `null`.
fn has_header_type(keywords: &Map<String, Value>) -> bool {
    match keywords.get("type") {
        Some(Value::String(kind)) => TYPES.contains(&kind.as_str()),
        Some(Value::Array(kinds)) => {
            let kinds: Vec<_> = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect();
            matches!(kinds.as_slice(), [kind] if TYPES.contains(kind))
        }
        _ => false,
    }
}

/// Returns `true` for an HTTP token (RFC 9110, section 5.6.2).
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Inlines the type of a property that a header repeats: it must not be behind a reference.
pub(crate) fn in_place(schema: Map<String, Value>, definitions: &Map<String, Value>) -> Map<String, Value> {
    // A reference to a reference is rare, and a reference to itself must end.
    const STEPS: usize = 4;
    let is_indirect = |schema: &Map<String, Value>| schema.contains_key("$ref") || schema.contains_key("anyOf");
    let mut schema = schema;
    for _ in 0..STEPS {
        if !is_indirect(&schema) {
            break;
        }
        schema = present(&schema);
        let target = schema.get("$ref").and_then(|reference| reference.as_str()?.strip_prefix("#/$defs/"));
        if let Some(Value::Object(target)) = target.and_then(|name| definitions.get(name)) {
            schema.remove("$ref");
            for (keyword, value) in target {
                schema.entry(keyword.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    if !schema.contains_key("type") && offered(&schema).is_some() {
        schema.insert("type".to_owned(), "string".into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn header_annotation_is_valid_below_properties_only() {
        let region = json!({"type": "string", "x-mcp-header": "Region"});
        let nested = json!({"type": "object", "properties": {"where": {"properties": {"region": region}}, "n": {"type": ["integer", "null"], "x-mcp-header": "N"}}});
        let found = mirrored(&nested).unwrap();
        let paths: Vec<_> = found.iter().map(|found| (&*found.name, found.path.join("."))).collect();
        assert_eq!(paths, [("N", "n".to_owned()), ("Region", "where.region".to_owned())]);
        // A property may have the name of the keyword, and values are not schemas.
        let lookalikes = json!({"properties": {"x-mcp-header": {"type": "string"}, "a": {"default": {"x-mcp-header": 5}}, "b": {"example": region}}});
        assert_eq!(mirrored(&lookalikes), Ok(Vec::new()));
        for wrong in [
            region.clone(),
            json!({"properties": {"a": {"type": "array", "items": region}}}),
            json!({"properties": {"a": {"anyOf": [region]}}}),
            json!({"properties": {"a": {"not": region}}}),
            json!({"if": {"properties": {"a": region}}}),
            json!({"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": region}}),
            json!({"properties": {"a": {"additionalProperties": region}}}),
            json!({"properties": {"a": {"type": "number", "x-mcp-header": "A"}}}),
            json!({"properties": {"a": {"type": "object", "x-mcp-header": "A"}}}),
            json!({"properties": {"a": {"type": ["string", "integer"], "x-mcp-header": "A"}}}),
            json!({"properties": {"a": {"$ref": "#/$defs/a", "x-mcp-header": "A"}}}),
            json!({"properties": {"a": {"type": "string", "x-mcp-header": ""}}}),
            json!({"properties": {"a": {"type": "string", "x-mcp-header": "a b"}}}),
            json!({"properties": {"a": {"type": "string", "x-mcp-header": "a\r\nb"}}}),
            json!({"properties": {"a": {"type": "string", "x-mcp-header": 5}}}),
            json!({"properties": {"a": {"type": "string", "x-mcp-header": "A"}, "b": {"type": "string", "x-mcp-header": "a"}}}),
        ] {
            assert_eq!(mirrored(&wrong).map_err(|errors| errors.len()), Err(1), "{wrong}");
        }
    }
}
