//! `Keywords`: the part of a schema that types do not enforce, compiled once and checked per call.

use std::sync::OnceLock;

use serde_json::Value;

#[cfg(feature = "json-schema")]
use super::full::Full;
use super::{
    error::SchemaError,
    survey::{check_references, needs_keywords},
    typed::typed_violation,
    validator::{CompileError, Validator},
    violation::{Violation, kind, shorten},
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
        let Ok(value) = serde_json::from_slice(arguments) else {
            return Err(vec![match std::str::from_utf8(arguments) {
                Ok(text) => typed_violation::<Value>("", text),
                Err(error) => {
                    // Only the beginning is shown, so only that is decoded.
                    let start = &arguments[..error.valid_up_to().min(1024)];
                    Violation {
                        path: String::new(),
                        expected: "JSON".to_owned(),
                        got: shorten(&String::from_utf8_lossy(start)),
                    }
                }
            }]);
        };
        // Most calls are valid, and the check alone is several times faster than an explanation.
        if self.is_valid(&value) {
            return Ok(());
        }
        let mut violations = match &self.0 {
            Engine::Derived(validator) => validator.violations(&value, MAX_VIOLATIONS),
            #[cfg(feature = "json-schema")]
            Engine::Full(full) => full.violations(&value, arguments.len(), MAX_VIOLATIONS),
        };
        if violations.is_empty() {
            violations.push(Violation {
                path: String::new(),
                expected: "arguments as the input schema describes them".to_owned(),
                got: format!("{} that does not match it", kind(&value)),
            });
        }
        Err(violations)
    }

    fn is_valid(&self, value: &Value) -> bool {
        match &self.0 {
            Engine::Derived(validator) => validator.is_valid(value),
            #[cfg(feature = "json-schema")]
            Engine::Full(full) => full.is_valid(value),
        }
    }
}

/// Finds the violations in rejected arguments whose types enforce the whole schema.
///
/// Deserialization stops at the first error, so rejected arguments are checked against the schema,
/// which finds all violations. The schema is compiled when the first call is rejected.
#[derive(Debug)]
pub(crate) struct Explainer {
    schema: Value,
    compiled: OnceLock<Option<Keywords>>,
}

impl Explainer {
    pub(crate) fn new(schema: Value) -> Self {
        Self { schema, compiled: OnceLock::new() }
    }

    /// Returns the violations of rejected arguments. The list is empty if the schema does not
    /// contain the reason.
    pub(crate) fn explain(&self, arguments: &[u8]) -> Vec<Violation> {
        let compiled = self.compiled.get_or_init(|| Keywords::compile_all(&self.schema).ok());
        compiled.as_ref().and_then(|keywords| keywords.check(arguments).err()).unwrap_or_default()
    }
}

#[cfg(test)]
pub(super) mod tests;
