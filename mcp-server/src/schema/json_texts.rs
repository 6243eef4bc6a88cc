//! `JsonTexts`: reads values that are sent as the text of JSON, such as `"[1, 2]"` for an array.
//!
//! Language models and clients send them by mistake. A text is read only where the schema accepts
//! no string, and only as a value of a type that the schema accepts.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    rewriter::{Rewriter, Rule},
    survey::resolve,
    violation::value_in_text,
};

/// Maximum depth of references and alternatives, which may form a cycle.
const MAX_REFERENCES: usize = 16;

/// Replaces texts of JSON in the arguments of one schema.
#[derive(Debug)]
pub(crate) struct JsonTexts {
    schema: Value,
}

impl JsonTexts {
    pub(crate) fn new(schema: Value) -> Self {
        Self { schema }
    }

    /// Returns the arguments with the values themselves. Texts inside such a value are kept.
    pub(crate) fn read<'a>(&self, json: &'a str) -> Cow<'a, str> {
        Rewriter::new(Texts(&self.schema), json).finish(&[&self.schema])
    }
}

struct Texts<'a>(&'a Value);

impl<'a> Rule<'a> for Texts<'a> {
    fn root(&self) -> Option<&'a Value> {
        Some(self.0)
    }

    fn string(&self, quoted: &str, schemas: &[&'a Value]) -> Option<String> {
        let kinds = schemas.iter().fold(Kinds::NONE, |kinds, schema| kinds.or(Kinds::of(self.0, schema, 0)));
        if kinds.has(Kinds::STRING) {
            return None;
        }
        let text: String = serde_json::from_str(quoted).ok()?;
        let value = value_in_text(&text)?;
        kinds.has(Kinds::of_value(&value)).then_some(text)
    }
}

/// A set of types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kinds(u8);

impl Kinds {
    const NONE: Self = Self(0);
    const ANY: Self = Self(u8::MAX);
    const ARRAY: Self = Self(1);
    const BOOLEAN: Self = Self(2);
    const INTEGER: Self = Self(4);
    const FRACTION: Self = Self(8);
    const OBJECT: Self = Self(16);
    const STRING: Self = Self(32);
    const NULL: Self = Self(64);

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn has(self, kind: Self) -> bool {
        self.0 & kind.0 != 0
    }

    fn named(name: &Value) -> Self {
        match name.as_str().unwrap_or_default() {
            "array" => Self::ARRAY,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::INTEGER.or(Self::FRACTION),
            "object" => Self::OBJECT,
            "null" => Self::NULL,
            _ => Self::STRING,
        }
    }

    fn of_value(value: &Value) -> Self {
        match value {
            Value::Array(_) => Self::ARRAY,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => Self::INTEGER,
            Value::Number(_) => Self::FRACTION,
            Value::Object(_) => Self::OBJECT,
            Value::String(_) => Self::STRING,
            Value::Null => Self::NULL,
        }
    }

    /// Returns the types of the values that a schema accepts, and maybe others.
    fn of(root: &Value, schema: &Value, depth: usize) -> Self {
        let schema: &Map<String, Value> = match schema {
            Value::Bool(false) => return Self::NONE,
            Value::Object(schema) if depth <= MAX_REFERENCES => schema,
            _ => return Self::ANY,
        };
        let union = |values: &Value, kinds: &dyn Fn(&Value) -> Self| {
            values.as_array().map_or(Self::ANY, |values| values.iter().map(kinds).fold(Self::NONE, Self::or))
        };
        let of = |schema: &Value| Self::of(root, schema, depth + 1);
        schema.iter().fold(Self::ANY, |kinds, (keyword, value)| {
            kinds.and(match (keyword.as_str(), value) {
                ("type", Value::String(_)) => Self::named(value),
                ("type", names) => union(names, &Self::named),
                ("const", value) => Self::of_value(value),
                ("enum", values) => union(values, &Self::of_value),
                ("anyOf" | "oneOf", forms) => union(forms, &of),
                ("allOf", Value::Array(parts)) => parts.iter().map(of).fold(Self::ANY, Self::and),
                ("$ref", Value::String(reference)) => resolve(root, reference).map_or(Self::ANY, of),
                _ => Self::ANY,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_read_where_no_string_is_accepted() {
        let schema = json!({
            "type": "object",
            "properties": {
                "ids": {"type": "array", "items": {"type": "integer"}},
                "filter": {"anyOf": [{"$ref": "#/$defs/Filter"}, {"type": "null"}]},
                "n": {"type": ["integer", "null"]},
                "x": {"type": "number"},
                "on": {"type": "boolean"},
                "level": {"enum": [1, 2]},
                "text": {"type": "string"},
                "either": {"type": ["array", "string"]},
                "any": {},
                "tags": {"type": "object", "additionalProperties": {"type": "integer"}},
                "part": {"allOf": [{"type": "integer"}, {"minimum": 1}]},
            },
            "$defs": {"Filter": {"type": "object", "properties": {"ids": {"type": "array"}, "name": {"type": "string"}}}},
        });
        let texts = JsonTexts::new(schema);
        for (sent, read) in [
            (r#"{"ids":"[1, 2]"}"#, r#"{"ids":[1, 2]}"#),
            (r#"{"ids" : "[\"a\"]","n":"5"}"#, r#"{"ids" : ["a"],"n":5}"#),
            (r#"{"ids":["1","x"]}"#, r#"{"ids":[1,"x"]}"#),
            (r#"{"filter":"{\"ids\":[]}"}"#, r#"{"filter":{"ids":[]}}"#),
            (r#"{"filter":{"ids":"[]","name":"[]"}}"#, r#"{"filter":{"ids":[],"name":"[]"}}"#),
            (r#"{"n":"1.0","x":"-1.5e3","on":"false"}"#, r#"{"n":1.0,"x":-1.5e3,"on":false}"#),
            (r#"{"level":"2","part":"3"}"#, r#"{"level":2,"part":3}"#),
            (r#"{"tags":{"a":"1"}}"#, r#"{"tags":{"a":1}}"#),
        ] {
            assert_eq!(texts.read(sent), read);
        }
        for kept in [
            r#"{"text":"5","either":"[1]","any":"5","unknown":"[1]"}"#,
            r#"{"n":"null","ids":"null","filter":"null"}"#,
            r#"{"n":" 5","x":"5 ","ids":"\n[1]","on":" true"}"#,
            r#"{"n":"05","x":"+5","level":"0x1","part":"1_000"}"#,
            r#"{"n":"1.5","x":"1e400","on":"True","ids":"{}","filter":"[]"}"#,
            r#"{"n":"","ids":"[1","filter":"{'a':1}"}"#,
            r#"{"ids":"\"[1]\"","n":"\"5\""}"#,
        ] {
            assert!(matches!(texts.read(kept), Cow::Borrowed(_)), "{kept}");
        }
        // Texts inside a text are kept.
        assert_eq!(texts.read(r#"{"ids":"[\"1\"]"}"#), r#"{"ids":["1"]}"#);
    }
}
