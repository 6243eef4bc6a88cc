//! `Validator`: checks values against the JSON Schema keywords that derived schemas are made of.
//!
//! Derived schemas use a small part of JSON Schema 2020-12. This validator checks that part in the
//! same way with and without the feature `json-schema`. A schema with any other keyword requires
//! the full validator behind that feature. One function serves both uses: without a report, it
//! stops at the first violation and allocates nothing for most keywords.

mod check;
mod compile;
pub(super) mod format;
mod number;
mod pattern;

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde_json::{Number, Value};

use super::{
    describe::one_of,
    error::SchemaError,
    violation::{counted, json, shorten, shown},
};

/// A compiled schema.
#[derive(Debug)]
pub(super) struct Validator {
    /// All schemas inside the schema, the root first. References may form a cycle, so schemas refer
    /// to each other by position.
    schemas: Vec<Vec<Test>>,
}

/// Position of a schema in [`Validator::schemas`].
type Id = usize;

/// Returns the error in a pattern, or `None` for one that this validator compiles.
#[cfg(feature = "json-schema")]
pub(super) fn pattern_error(pattern: &str) -> Option<String> {
    pattern::compile(pattern).err()
}

/// An error of [`Validator::compile`].
#[derive(Debug, PartialEq)]
pub(super) enum CompileError {
    /// The schema is invalid.
    Invalid(SchemaError),
    /// The schema uses a part of JSON Schema that requires the full validator.
    Unsupported { at: String, what: String },
}

/// One requirement of a schema.
#[derive(Debug)]
enum Test {
    /// `false`.
    Nothing,
    Type(Types),
    /// `const` and `enum`.
    Options(Options),
    Bound(Bound, Number),
    MultipleOf(Number),
    /// `minLength`, `minItems` and `minProperties`.
    Least(Counted, usize),
    /// `maxLength`, `maxItems` and `maxProperties`.
    Most(Counted, usize),
    Pattern(Pattern),
    Format {
        name: Box<str>,
        is_valid: fn(&str) -> bool,
    },
    UniqueItems,
    /// `prefixItems` and `items`.
    Items {
        prefix: Vec<Id>,
        rest: Option<Id>,
    },
    Required(Vec<Required>),
    Properties(Properties),
    UnevaluatedProperties(Rest),
    /// `$ref` and `allOf`.
    All(Vec<Id>),
    /// `anyOf`.
    Any(Forms),
    /// `oneOf`.
    One(Forms),
    Not {
        schema: Id,
        described: Box<str>,
    },
}

/// The types of JSON Schema, as a set of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Types(u8);

/// Names of the types, in the order of their bits.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "number", "object", "string", "null"];

#[derive(Debug)]
struct Options {
    values: Vec<Value>,
    /// These values as canonical JSON, so that `1` equals `1.0`.
    canonical: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Minimum,
    ExclusiveMinimum,
    Maximum,
    ExclusiveMaximum,
}

/// Things that a schema counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    Characters,
    Items,
    Properties,
}

#[derive(Debug)]
struct Pattern {
    source: Box<str>,
    regex: Regex,
}

/// A required property.
#[derive(Debug)]
struct Required {
    name: Box<str>,
    expected: Box<str>,
}

/// `properties`, `patternProperties` and `additionalProperties`, which depend on each other.
#[derive(Debug, Default)]
struct Properties {
    declared: BTreeMap<Box<str>, Id>,
    patterns: Vec<(Pattern, Id)>,
    rest: Rest,
}

/// Requirement of properties that nothing else in the schema describes.
#[derive(Debug, Default)]
enum Rest {
    #[default]
    Any,
    /// Such properties are invalid.
    None {
        expected: Box<str>,
    },
    Schema(Id),
}

/// Alternatives.
#[derive(Debug)]
struct Forms {
    schemas: Vec<Id>,
    described: Box<str>,
}

impl Test {
    /// Describes the expectation.
    fn expected(&self) -> String {
        match self {
            Self::Nothing => "no value here".to_owned(),
            Self::Type(types) => types.names().collect::<Vec<_>>().join(" or "),
            Self::Options(options) => one_of(&options.values),
            Self::Bound(Bound::Minimum, limit) => format!("at least {limit}"),
            Self::Bound(Bound::Maximum, limit) => format!("at most {limit}"),
            Self::Bound(Bound::ExclusiveMinimum, limit) => format!("more than {limit}"),
            Self::Bound(Bound::ExclusiveMaximum, limit) => format!("less than {limit}"),
            Self::MultipleOf(divisor) => format!("a multiple of {divisor}"),
            Self::Least(counted, limit) => format!("at least {}", counted.words(*limit)),
            Self::Most(counted, limit) => format!("at most {}", counted.words(*limit)),
            Self::Pattern(pattern) => format!("a text that matches `{}`", shorten(&pattern.source)),
            Self::Format { name, .. } => format!("a text of format `{name}`"),
            Self::UniqueItems => "items that all differ".to_owned(),
            Self::Any(forms) => forms.described.to_string(),
            Self::One(forms) => {
                format!("exactly one of the forms of its `oneOf`, not several at once ({})", forms.described)
            }
            Self::Not { described, .. } => described.to_string(),
            // These consist of other tests, which report their own violations.
            Self::Items { .. }
            | Self::Required(_)
            | Self::Properties(_)
            | Self::UnevaluatedProperties(_)
            | Self::All(_) => String::new(),
        }
    }

    /// Describes the value, with its count if the requirement is a count.
    fn got(&self, value: &Value) -> String {
        match (self, value) {
            (Self::Type(types), Value::String(_)) => shown(value, |value| types.include(value)),
            (Self::Options(options), Value::String(_)) => shown(value, |value| options.include(value)),
            (Self::Least(counted, _) | Self::Most(counted, _), Value::String(text)) => {
                format!("{} ({})", json(value), counted.words(text.chars().count()))
            }
            (Self::Least(counted, _) | Self::Most(counted, _), Value::Array(items)) => counted.words(items.len()),
            (Self::Least(counted, _) | Self::Most(counted, _), Value::Object(object)) => counted.words(object.len()),
            _ => json(value),
        }
    }
}

impl Types {
    fn has(self, name: &str) -> bool {
        TYPES.iter().position(|known| *known == name).is_some_and(|bit| self.0 & 1 << bit != 0)
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        TYPES.into_iter().enumerate().filter(move |(bit, _)| self.0 & (1 << bit) != 0).map(|(_, name)| name)
    }
}

impl Counted {
    fn words(self, count: usize) -> String {
        let (one, many) = match self {
            Self::Characters => ("character", "characters"),
            Self::Items => ("item", "items"),
            Self::Properties => ("property", "properties"),
        };
        counted(count, one, many)
    }
}

#[cfg(test)]
pub(super) mod tests;
