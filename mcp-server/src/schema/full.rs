//! `Full`: validates against all of JSON Schema, in every dialect, through the crate `jsonschema`.
//!
//! Serves schemas with keywords that [`Validator`](super::validator::Validator) does not know. Both
//! validators describe a violation in the same words.

use jsonschema::{
    PatternOptions, ValidationError,
    error::{TypeKind, ValidationErrorKind},
    paths::{Location, LocationSegment},
};
use serde_json::{Value, json};

use super::{
    describe::{closest, describe, describe_forms, negated, one_of, unknown_property},
    error::SchemaError,
    validator::pattern_error,
    violation::{Violation, counted, json, kind, push_index, push_property, shorten, shown},
};

/// Size of arguments in bytes above which only the first violation is reported. The full list for a
/// large array of invalid items would take many times the memory of the arguments.
pub(super) const LARGE: usize = 64 * 1024;

/// Number of steps that a pattern with look-around or back-references may take on one text. Plain
/// patterns are linear and need no limit.
const MAX_PATTERN_STEPS: usize = 100_000;

/// A compiled schema.
#[derive(Debug)]
pub(super) struct Full {
    validator: jsonschema::Validator,
    // Kept to describe more than the violation: the known properties beside an unknown one, the
    // forms if none fits.
    schema: Value,
}

impl Full {
    /// Compiles a schema.
    pub(super) fn compile(schema: &Value) -> Result<Self, SchemaError> {
        let validator = jsonschema::options()
            .offline()
            // Since 2019-09 an annotation by default.
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(MAX_PATTERN_STEPS))
            .build(schema)
            .map_err(|error| SchemaError::invalid(error.instance_path().to_string(), reason(&error)))?;
        Ok(Self { validator, schema: schema.clone() })
    }

    pub(super) fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// Returns at most `max` violations of an invalid value. `size` is the length of the value in
    /// bytes of JSON.
    pub(super) fn violations(&self, value: &Value, size: usize, max: usize) -> Vec<Violation> {
        let mut explanation = Explanation { schema: &self.schema, value, max, violations: Vec::new() };
        if size <= LARGE {
            self.validator.iter_errors(value).for_each(|error| explanation.add(&error));
        } else if !has_alternatives(&self.schema)
            && let Err(error) = self.validator.validate(value)
        {
            explanation.add(&error);
        }
        // Large arguments with alternatives are not explained: each level of alternatives would
        // hold a copy of all below it.
        explanation.violations
    }
}

/// Returns the reason for which a schema is invalid. For a pattern, it includes the error in it.
fn reason(error: &ValidationError<'_>) -> String {
    let is_pattern = error.instance_path().as_str().ends_with("/pattern");
    match error.instance().as_str().filter(|_| is_pattern).and_then(pattern_error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Returns `true` if a value somewhere in the schema may have one of several forms.
fn has_alternatives(schema: &Value) -> bool {
    match schema {
        Value::Object(keywords) => keywords
            .iter()
            .any(|(keyword, value)| matches!(keyword.as_str(), "anyOf" | "oneOf") || has_alternatives(value)),
        Value::Array(items) => items.iter().any(has_alternatives),
        _ => false,
    }
}

/// Collects at most `max` violations of one value.
struct Explanation<'a> {
    schema: &'a Value,
    value: &'a Value,
    max: usize,
    violations: Vec<Violation>,
}

impl<'a> Explanation<'a> {
    /// Adds the violations of an error. Most errors have one. Each unknown property is a violation,
    /// and a value with alternatives has those of the intended form.
    fn add(&mut self, error: &ValidationError<'_>) {
        if self.violations.len() >= self.max {
            return;
        }
        let instance = error.instance().as_ref();
        let at = error.instance_path();
        match error.kind() {
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
                if let Some(form) = closest_form(context, at) {
                    for error in form {
                        self.add(error);
                    }
                } else {
                    let forms = self.keyword(error);
                    let fits = |value: &Value| self.fits(forms, value);
                    self.push(at, None, describe_forms(self.schema, forms), shown(instance, fits));
                }
            }
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                let expected = unknown_property(self.parent(error).and_then(|schema| schema.get("properties")));
                for name in unexpected.iter().take(self.max) {
                    self.push(at, Some(name), expected.clone(), instance.get(name).map_or_else(String::new, json));
                }
            }
            // No properties at all: the error holds the first value, without its name and without
            // the others.
            ValidationErrorKind::FalseSchema if error.schema_path().as_str().ends_with("/additionalProperties") => {
                let object = self.value.pointer(at.as_str()).and_then(Value::as_object);
                for (name, value) in object.into_iter().flatten().take(self.max) {
                    self.push(at, Some(name), "no properties".to_owned(), json(value));
                }
            }
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let declared = self.parent(error).and_then(|schema| schema.get("properties")?.get(name));
                let expected = declared.map_or_else(|| "a value".to_owned(), |schema| describe(self.schema, schema));
                self.push(at, Some(name), format!("{expected} (required)"), "nothing".to_owned());
            }
            ValidationErrorKind::PropertyNames { error } => {
                let expected = format!("every name to be {}", expected(error.kind()));
                self.push(at, None, expected, format!("the name {}", json(error.instance().as_ref())));
            }
            ValidationErrorKind::OneOfMultipleValid { .. } => {
                let forms = describe_forms(self.schema, self.keyword(error));
                let expected = format!("exactly one of the forms of its `oneOf`, not several at once ({forms})");
                self.push(at, None, expected, json(instance));
            }
            ValidationErrorKind::Not { schema } => {
                self.push(at, None, negated(self.schema, schema), json(instance));
            }
            ValidationErrorKind::Contains => {
                let items = self.keyword(error).map_or_else(|| "a value".to_owned(), |of| describe(self.schema, of));
                self.push(
                    at,
                    None,
                    format!("an array with the right number of items that are {items}"),
                    json(instance),
                );
            }
            other => self.push(at, None, expected(other), got(other, instance)),
        }
    }

    /// Returns `true` if a value has one of the forms.
    fn fits(&self, forms: Option<&Value>, value: &Value) -> bool {
        let Some(Value::Array(forms)) = forms else { return false };
        let definitions = |name: &str| self.schema.get(name).cloned().unwrap_or_else(|| json!({}));
        let schema = json!({"anyOf": forms, "$defs": definitions("$defs"), "definitions": definitions("definitions")});
        jsonschema::options().offline().build(&schema).is_ok_and(|validator| validator.is_valid(value))
    }

    fn push(&mut self, at: &Location, property: Option<&str>, expected: String, got: String) {
        let mut path = self.path(at);
        if let Some(name) = property {
            push_property(&mut path, name);
        }
        // Two branches of a schema may report the same violation.
        let violation = Violation::new(path, expected, got);
        if self.violations.len() < self.max && !self.violations.contains(&violation) {
            self.violations.push(violation);
        }
    }

    /// Returns the dotted path. Follows the value, because a pointer alone does not distinguish an
    /// index from a property named `3`.
    fn path(&self, at: &Location) -> String {
        let mut path = String::new();
        let mut value = Some(self.value);
        for segment in at.segments() {
            match (segment, value) {
                (LocationSegment::Index(index), Some(Value::Array(items))) => {
                    push_index(&mut path, index);
                    value = items.get(index);
                }
                (segment, inside) => {
                    let name = segment.to_string();
                    push_property(&mut path, &name);
                    value = inside.and_then(|inside| inside.get(&name));
                }
            }
        }
        path
    }

    /// Returns the value of the violated keyword.
    fn keyword(&self, error: &ValidationError<'_>) -> Option<&'a Value> {
        self.schema.pointer(error.schema_path().as_str())
    }

    /// Returns the schema that holds the violated keyword.
    fn parent(&self, error: &ValidationError<'_>) -> Option<&'a Value> {
        let (parent, _) = error.schema_path().as_str().rsplit_once('/')?;
        self.schema.pointer(parent)
    }
}

fn expected(kind: &ValidationErrorKind) -> String {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::Type { kind: TypeKind::Single(single) } => single.to_string(),
        Kind::Type { kind: TypeKind::Multiple(several) } => {
            // Sorted by name, but `null` is the least likely to be meant.
            let (null, others): (Vec<_>, Vec<_>) =
                several.iter().map(|single| single.to_string()).partition(|name| name == "null");
            [others, null].concat().join(" or ")
        }
        Kind::Constant { expected_value } => json(expected_value.as_ref()),
        Kind::Enum { options } => one_of(options.as_array().map(Vec::as_slice).unwrap_or_default()),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("at least {}", counted(*limit, "character", "characters")),
        Kind::MaxLength { limit } => format!("at most {}", counted(*limit, "character", "characters")),
        Kind::Pattern { pattern } => format!("a text that matches `{}`", shorten(pattern)),
        Kind::Format { format } => format!("a text of format `{format}`"),
        Kind::ContentEncoding { content_encoding } => format!("a text in `{content_encoding}`"),
        Kind::ContentMediaType { content_media_type } => format!("a text of type `{content_media_type}`"),
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
            "a text that its pattern can be tried on".to_owned()
        }
        Kind::MinItems { limit } => format!("at least {}", counted(*limit, "item", "items")),
        Kind::MaxItems { limit } => format!("at most {}", counted(*limit, "item", "items")),
        Kind::AdditionalItems { limit } => format!("at most {}", counted(*limit, "item", "items")),
        Kind::UnevaluatedItems { .. } => "no further items".to_owned(),
        Kind::UniqueItems => "items that all differ".to_owned(),
        Kind::MinProperties { limit } => format!("at least {}", counted(*limit, "property", "properties")),
        Kind::MaxProperties { limit } => format!("at most {}", counted(*limit, "property", "properties")),
        Kind::FalseSchema => "no value here".to_owned(),
        other => format!("a value that satisfies `{}`", other.keyword()),
    }
}

/// Describes the value, with its count if the violated limit is a count.
fn got(kind: &ValidationErrorKind, instance: &Value) -> String {
    use ValidationErrorKind as Kind;
    match (kind, instance) {
        (Kind::Type { kind: TypeKind::Single(single) }, Value::String(_)) => {
            shown(instance, |value| is_of_type(value, &single.to_string()))
        }
        (Kind::Type { kind: TypeKind::Multiple(several) }, Value::String(_)) => {
            shown(instance, |value| several.iter().any(|single| is_of_type(value, &single.to_string())))
        }
        (Kind::Enum { options }, Value::String(_)) => {
            shown(instance, |value| options.as_array().is_some_and(|options| options.contains(value)))
        }
        (Kind::MinLength { .. } | Kind::MaxLength { .. }, Value::String(text)) => {
            format!("{} ({})", json(instance), counted(text.chars().count(), "character", "characters"))
        }
        (Kind::MinItems { .. } | Kind::MaxItems { .. } | Kind::AdditionalItems { .. }, Value::Array(items)) => {
            counted(items.len(), "item", "items")
        }
        (Kind::MinProperties { .. } | Kind::MaxProperties { .. }, Value::Object(object)) => {
            counted(object.len(), "property", "properties")
        }
        _ => json(instance),
    }
}

/// Returns `true` if a value has a type of JSON Schema.
fn is_of_type(value: &Value, name: &str) -> bool {
    match value {
        Value::Number(number) => {
            name == "number" || name == "integer" && number.as_f64().is_some_and(|n| n.fract() == 0.0)
        }
        other => kind(other).ends_with(name),
    }
}

/// Returns the errors of the intended form: the closest one for this kind of JSON value and this
/// tag.
fn closest_form<'a>(
    forms: &'a [Vec<ValidationError<'static>>],
    at: &Location,
) -> Option<&'a [ValidationError<'static>]> {
    let intended = forms.iter().filter(|errors| !errors.is_empty() && !errors.iter().any(|error| rules_out(error, at)));
    let missing = |errors: &[ValidationError<'static>]| {
        let is_missing = |error: &&ValidationError<'_>| {
            matches!(error.kind(), ValidationErrorKind::Required { .. }) && error.instance_path() == at
        };
        errors.iter().filter(is_missing).count()
    };
    closest(intended.map(Vec::as_slice), |errors| (missing(errors), errors.len()))
}

/// Returns `true` if the error shows that another form was intended.
fn rules_out(error: &ValidationError<'_>, at: &Location) -> bool {
    use ValidationErrorKind as Kind;
    let below = error.instance_path().as_str().strip_prefix(at.as_str()).unwrap_or_default();
    match error.kind() {
        // Another kind of value, or another tag where the tag is the name of the only property.
        Kind::Type { .. } | Kind::AdditionalProperties { .. } => below.is_empty(),
        // The tag of an enum: the value itself, or one of its properties.
        Kind::Constant { .. } => below.matches('/').count() <= 1,
        // Several values below are those of a property that is no tag.
        Kind::Enum { options } => {
            let is_only = options.as_array().is_some_and(|options| options.len() == 1);
            below.is_empty() || is_only && below.matches('/').count() == 1
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
