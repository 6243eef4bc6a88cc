//! `Keywords`: the part of a schema that types do not enforce, compiled once and checked per call.

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use super::{
    error::SchemaError,
    expectation::Explain,
    survey::survey,
    violation::{Violation, shorten},
};

/// How many violations one answer tells: enough to mend a call, too few to flood it.
const MOST: usize = 8;

/// Above this many bytes only the first violation is looked for: the full list of a large array of mistakes would cost many times
/// the memory of the arguments.
const LARGE: usize = 64 * 1024;

/// How many steps a pattern with look-around or back-references may take on one text; plain patterns are linear and need no limit.
const PATTERN_STEPS: usize = 100_000;

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Keywords {
    validator: Validator,
    // Kept to say more than "invalid": the known properties beside an unknown one, the forms beside none that fits.
    schema: Value,
    has_alternatives: bool,
}

impl Keywords {
    /// Compiles the schema of typed arguments: `None` when deserializing into their types enforces all that the schema says.
    pub(crate) fn compile(schema: &Value) -> Result<Option<Self>, SchemaError> {
        if survey(schema)?.has_keywords { Self::compile_all(schema).map(Some) } else { Ok(None) }
    }

    /// Compiles a schema whose arguments stay untyped JSON, so that nothing else enforces any of it.
    pub(crate) fn compile_all(schema: &Value) -> Result<Self, SchemaError> {
        let survey = survey(schema)?;
        let validator = jsonschema::options()
            .offline()
            // Since 2019-09 an annotation, unless whoever validates says otherwise.
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(PATTERN_STEPS))
            .build(schema)
            .map_err(|error| SchemaError::invalid(error.instance_path().to_string(), error.to_string()))?;
        Ok(Self { validator, schema: schema.clone(), has_alternatives: survey.has_alternatives })
    }

    /// Checks arguments against the schema. The error is never empty, and never longer than eight.
    pub(crate) fn check(&self, arguments: &[u8]) -> Result<(), Vec<Violation>> {
        match serde_json::from_slice(arguments) {
            Ok(value) => self.check_value(&value, arguments.len()),
            Err(_) => Err(vec![Violation {
                path: String::new(),
                expected: "JSON".to_owned(),
                got: shorten(&String::from_utf8_lossy(&arguments[..arguments.len().min(LARGE)])),
            }]),
        }
    }

    fn check_value(&self, arguments: &Value, size: usize) -> Result<(), Vec<Violation>> {
        // Most calls are valid, and asking only that is several times faster than asking why not.
        if self.validator.is_valid(arguments) {
            return Ok(());
        }
        let mut explain = Explain::new(&self.schema, arguments, MOST);
        if size <= LARGE {
            self.validator.iter_errors(arguments).for_each(|error| explain.add(&error));
        } else if !self.has_alternatives
            && let Err(error) = self.validator.validate(arguments)
        {
            explain.add(&error);
        }
        // Large arguments with alternatives are not explained: each level of alternatives would hold a copy of all below it.
        Err(explain.finish())
    }
}

#[cfg(test)]
mod tests;
