//! `Keywords`: the part of a schema that types do not enforce, compiled once and checked per call.

use std::sync::OnceLock;

use serde_json::Value;

#[cfg(feature = "json-schema")]
use super::full::Full;
use super::{
    defects::{self, IN_RANGE},
    error::SchemaError,
    ranges::{LARGEST_FLOAT, with_ranges},
    survey::{check_references, needs_keywords},
    typed::{is_vague, typed_violation},
    validator::{CompileError, Validator},
    violation::{Violation, shorten},
};

/// Maximum number of violations in one response: enough to correct a call, few enough to read.
const MAX_VIOLATIONS: usize = 8;

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Keywords(Engine);

#[derive(Debug)]
enum Engine {
    Derived(Validator),
    #[cfg(feature = "json-schema")]
    Full(Box<Full>),
}

impl Keywords {
    /// Compiles the schema of typed arguments. Returns `None` if deserializing into their types
    /// enforces the whole schema.
    pub(crate) fn compile(schema: &Value) -> Result<Option<Self>, SchemaError> {
        check_references(schema)?;
        if needs_keywords(schema) { Self::compile_checked(schema).map(Some) } else { Ok(None) }
    }

    /// Compiles the schema of arguments that stay untyped JSON, so that nothing else enforces it.
    pub(crate) fn compile_all(schema: &Value) -> Result<Self, SchemaError> {
        check_references(schema)?;
        Self::compile_checked(schema)
    }

    fn compile_checked(schema: &Value) -> Result<Self, SchemaError> {
        match Validator::compile(schema) {
            Ok(validator) => Ok(Self(Engine::Derived(validator))),
            Err(CompileError::Invalid(error)) => Err(error),
            #[cfg(feature = "json-schema")]
            Err(CompileError::Unsupported { .. }) => Full::compile(schema).map(|full| Self(Engine::Full(full.into()))),
            #[cfg(not(feature = "json-schema"))]
            Err(CompileError::Unsupported { at, what }) => Err(SchemaError::unsupported(at, what)),
        }
    }

    /// Checks arguments against the schema. The error holds one to eight violations.
    pub(crate) fn check(&self, arguments: &[u8]) -> Result<(), Vec<Violation>> {
        // Most calls are valid, and the check alone is several times faster than an explanation.
        if serde_json::from_slice(arguments).is_ok_and(|value| self.is_valid(&value)) {
            return Ok(());
        }
        let violations = match std::str::from_utf8(arguments) {
            Ok(text) => match defects::read(text) {
                Some((value, defects)) => self.all_violations(&value, defects, text.len()),
                None => vec![typed_violation::<Value>("", text)],
            },
            Err(error) => {
                // Only the beginning is shown, so only that is decoded.
                let start = String::from_utf8_lossy(&arguments[..error.valid_up_to().min(1024)]);
                vec![Violation::new(String::new(), "JSON", shorten(&start))]
            }
        };
        if violations.is_empty() { Err(vec![unknown_violation()]) } else { Err(violations) }
    }

    /// Returns the defects of a value and its violations, in that order.
    fn all_violations(&self, value: &Value, defects: Vec<Violation>, size: usize) -> Vec<Violation> {
        if self.is_valid(value) {
            return defects;
        }
        let violations = match &self.0 {
            Engine::Derived(validator) => validator.violations(value, MAX_VIOLATIONS),
            #[cfg(feature = "json-schema")]
            Engine::Full(full) => full.violations(value, size, MAX_VIOLATIONS),
        };
        #[cfg(not(feature = "json-schema"))]
        let _ = size;
        let violations = if violations.is_empty() { vec![unknown_violation()] } else { violations };
        defects::merge(defects, violations, MAX_VIOLATIONS)
    }

    fn is_valid(&self, value: &Value) -> bool {
        match &self.0 {
            Engine::Derived(validator) => validator.is_valid(value),
            #[cfg(feature = "json-schema")]
            Engine::Full(full) => full.is_valid(value),
        }
    }
}

/// Returns the violation of arguments whose size forbids to look for the reason.
fn unknown_violation() -> Violation {
    Violation::new(String::new(), "arguments as the input schema describes them", "an object that does not match it")
}

/// Finds the violations in rejected arguments.
///
/// Deserialization stops at the first error, and its messages are about Rust. So rejected arguments
/// are read once more for their defects, and checked against the schema, which finds all
/// violations. The schema is compiled when the first call is rejected.
#[derive(Debug)]
pub(crate) struct Explainer {
    schema: Value,
    compiled: OnceLock<Option<Keywords>>,
    /// The schema with the ranges of its Rust types, which it only names.
    ranged: OnceLock<Option<Keywords>>,
}

impl Explainer {
    pub(crate) fn new(schema: Value) -> Self {
        Self { schema, compiled: OnceLock::new(), ranged: OnceLock::new() }
    }

    /// Returns the violations of arguments with a number that exceeds single precision. Serde reads
    /// it as infinity if it buffers it. The list is empty for all other arguments.
    pub(crate) fn infinite_floats(&self, arguments: &str) -> Vec<Violation> {
        let Some((value, defects)) = defects::read(arguments) else { return Vec::new() };
        let violations = match self.ranged() {
            Some(keywords) => keywords.all_violations(&value, defects, arguments.len()),
            None => defects,
        };
        let is_infinite = |violation: &Violation| violation.expected.contains(LARGEST_FLOAT);
        if violations.iter().any(is_infinite) { violations } else { Vec::new() }
    }

    fn ranged(&self) -> Option<&Keywords> {
        self.ranged.get_or_init(|| Keywords::compile_all(&with_ranges(&self.schema)).ok()).as_ref()
    }

    /// Returns the violations of rejected arguments. `typed` is the reason of their types.
    pub(crate) fn explain(&self, arguments: &str, typed: Option<Violation>) -> Vec<Violation> {
        let Some((value, defects)) = defects::read(arguments) else {
            return vec![typed.unwrap_or_else(|| typed_violation::<Value>("", arguments))];
        };
        let compiled = self.compiled.get_or_init(|| Keywords::compile_all(&self.schema).ok()).as_ref();
        let has_defects = !defects.is_empty();
        let violations = |keywords: Option<&Keywords>, defects: Vec<Violation>| match keywords {
            Some(keywords) => keywords.all_violations(&value, defects, arguments.len()),
            None => defects,
        };
        let found = violations(compiled, defects);
        let lacks_range = found.iter().any(|found| found.expected == IN_RANGE);
        if !found.is_empty() && !lacks_range {
            return found;
        }
        let ranged = violations(self.ranged(), found);
        match typed {
            Some(typed) if ranged.is_empty() || !has_defects && !is_vague(&typed, &ranged) => vec![typed],
            None if ranged.is_empty() => vec![unknown_violation()],
            _ => ranged,
        }
    }
}

/// Returns the reasons for which a text without a schema was rejected: its defects, or else the
/// violation of its type.
pub(crate) fn explain_without_schema(arguments: &str, typed: Option<Violation>) -> Vec<Violation> {
    let defects = defects::read(arguments).map(|(_, defects)| defects).unwrap_or_default();
    if defects.is_empty() { vec![typed.unwrap_or_else(unknown_violation)] } else { defects }
}

#[cfg(test)]
pub(super) mod tests;
