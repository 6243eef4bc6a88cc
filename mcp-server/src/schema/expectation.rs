//! From an error of the validator to violations: what the schema promises at a place, and what came instead.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind},
    paths::{Location, LocationSegment},
};
use serde_json::Value;

use super::{
    alternatives::{closest, describe, describe_forms},
    violation::{Violation, counted, json, kind, listed, push_index, push_property, shorten},
};

/// Collects violations of one call, up to a number.
pub(super) struct Explain<'a> {
    schema: &'a Value,
    arguments: &'a Value,
    most: usize,
    violations: Vec<Violation>,
}

impl<'a> Explain<'a> {
    pub(super) fn new(schema: &'a Value, arguments: &'a Value, most: usize) -> Self {
        Self { schema, arguments, most, violations: Vec::new() }
    }

    /// Adds what one error says: mostly one violation, sometimes several (each unknown property), or those of the form that came closest.
    pub(super) fn add(&mut self, error: &ValidationError<'_>) {
        if self.violations.len() >= self.most {
            return;
        }
        let instance = error.instance().as_ref();
        let at = error.instance_path();
        match error.kind() {
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
                match closest(context, at) {
                    Some(branch) => branch.iter().for_each(|error| self.add(error)),
                    None => self.push(at, None, describe_forms(self.schema, self.keyword(error)), json(instance)),
                }
            }
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                let expected = self.no_such_property(error);
                for name in unexpected.iter().take(self.most) {
                    self.push(at, Some(name), expected.clone(), instance.get(name).map_or_else(String::new, json));
                }
            }
            // No properties at all: the validator names the first value that came, and neither its name nor the others.
            ValidationErrorKind::FalseSchema if error.schema_path().as_str().ends_with("/additionalProperties") => {
                let object = self.arguments.pointer(at.as_str()).and_then(Value::as_object);
                for (name, value) in object.into_iter().flatten().take(self.most) {
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
            other => self.push(at, None, expected(other), got(other, instance)),
        }
    }

    /// The violations, at least one.
    pub(super) fn finish(mut self) -> Vec<Violation> {
        if self.violations.is_empty() {
            self.violations.push(Violation {
                path: String::new(),
                expected: "arguments as the input schema describes them".to_owned(),
                got: format!("{} that does not match it", kind(self.arguments)),
            });
        }
        self.violations
    }

    fn push(&mut self, at: &Location, property: Option<&str>, expected: String, got: String) {
        let mut path = self.path(at);
        if let Some(name) = property {
            push_property(&mut path, name);
        }
        // The same place may be refused through two branches of a schema in the same words.
        let violation = Violation { path, expected, got };
        if self.violations.len() < self.most && !self.violations.contains(&violation) {
            self.violations.push(violation);
        }
    }

    /// The dotted path. It is walked along the arguments, because a pointer alone does not tell an index from a property named `3`.
    fn path(&self, at: &Location) -> String {
        let mut path = String::new();
        let mut value = Some(self.arguments);
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

    fn no_such_property(&self, error: &ValidationError<'_>) -> String {
        let known = self.parent(error).and_then(|schema| schema.get("properties")?.as_object());
        match known {
            Some(known) if !known.is_empty() => {
                format!("no property of this name (known: {})", listed(known.keys().map(String::as_str)))
            }
            _ => "no property of this name".to_owned(),
        }
    }

    /// The keyword in the schema that refused.
    fn keyword(&self, error: &ValidationError<'_>) -> Option<&'a Value> {
        self.schema.pointer(error.schema_path().as_str())
    }

    /// The schema object around that keyword.
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
            // The set is sorted by name, but `null` is what one would do last.
            let (null, others): (Vec<_>, Vec<_>) =
                several.iter().map(|single| single.to_string()).partition(|name| name == "null");
            [others, null].concat().join(" or ")
        }
        Kind::Constant { expected_value } => json(expected_value.as_ref()),
        Kind::Enum { options } => one_of(options),
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
        Kind::Contains => "an array in which the right number of items match its `contains`".to_owned(),
        Kind::MinProperties { limit } => format!("at least {}", counted(*limit, "property", "properties")),
        Kind::MaxProperties { limit } => format!("at most {}", counted(*limit, "property", "properties")),
        Kind::Not { schema } => format!("a value that does not match {}", json(schema)),
        Kind::OneOfMultipleValid { .. } => "exactly one of the forms of its `oneOf`, not several at once".to_owned(),
        Kind::FalseSchema => "no value here".to_owned(),
        other => format!("a value that satisfies `{}`", other.keyword()),
    }
}

/// What came: the value, and what was counted about it where the limit is a count.
fn got(kind: &ValidationErrorKind, instance: &Value) -> String {
    use ValidationErrorKind as Kind;
    match (kind, instance) {
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

/// The options of an `enum`, as many as a message holds.
pub(super) fn one_of(options: &Value) -> String {
    const MOST: usize = 20;
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut list = options.iter().take(MOST).map(json).collect::<Vec<_>>().join(", ");
    if options.len() > MOST {
        list.push_str(", …");
    }
    if options.len() == 1 { list } else { format!("one of {list}") }
}
