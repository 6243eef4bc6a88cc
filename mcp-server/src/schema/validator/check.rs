//! Checks a value against a compiled schema, and reports violations on demand.

use std::{
    cmp::{Ordering, Reverse},
    collections::HashSet,
    ptr,
};

use serde_json::{Map, Value};

use super::{
    Bound, Counted, Forms, Id, Options, Properties, Rest, Test, Types, Validator,
    number::{all_differ, canonical, compare, is_integer, is_multiple},
};
use crate::schema::{
    describe::closest,
    violation::{Violation, json, push_index, push_property, shown},
};

const ROOT: Id = 0;

impl Validator {
    pub(in crate::schema) fn is_valid(&self, value: &Value) -> bool {
        self.check(ROOT, value, &At::ROOT, &mut Report::silent())
    }

    /// Returns at most `max` violations of an invalid value.
    pub(in crate::schema) fn violations(&self, value: &Value, max: usize) -> Vec<Violation> {
        let mut report = Report { max, ..Report::silent() };
        self.check(ROOT, value, &At::ROOT, &mut report);
        report.violations
    }

    fn check(&self, id: Id, value: &Value, at: &At<'_>, report: &mut Report) -> bool {
        let mut is_valid = true;
        for test in &self.schemas[id] {
            if !self.passes(id, test, value, at, report) {
                is_valid = false;
                let is_other_type = matches!(test, Test::Nothing | Test::Type(_) | Test::Options(_));
                if is_other_type || report.is_full() {
                    break;
                }
            }
        }
        is_valid
    }

    fn passes(&self, id: Id, test: &Test, value: &Value, at: &At<'_>, report: &mut Report) -> bool {
        let is_valid = match (test, value) {
            (Test::Nothing, _) => false,
            (Test::Type(types), _) => types.include(value),
            (Test::Options(options), _) => options.include(value),
            (Test::Bound(bound, limit), Value::Number(number)) => {
                compare(number, limit).is_some_and(|order| bound.admits(order))
            }
            (Test::MultipleOf(divisor), Value::Number(number)) => is_multiple(number, divisor),
            (Test::Least(counted, limit), _) => counted.count(value).is_none_or(|count| count >= *limit),
            (Test::Most(counted, limit), _) => counted.count(value).is_none_or(|count| count <= *limit),
            (Test::Pattern(pattern), Value::String(text)) => pattern.regex.is_match(text),
            (Test::Format { is_valid, .. }, Value::String(text)) => is_valid(text),
            (Test::UniqueItems, Value::Array(items)) => all_differ(items),
            (Test::Not { schema, .. }, _) => !self.check(*schema, value, at, &mut Report::silent()),
            (Test::All(schemas), _) => {
                return report.all(schemas, |schema, report| self.check(*schema, value, at, report));
            }
            (Test::Any(forms), _) => {
                return self.matching(forms, value, at).next().is_some() || self.reject_all(forms, value, at, report);
            }
            (Test::One(forms), _) => match self.matching(forms, value, at).take(2).count() {
                0 => return self.reject_all(forms, value, at, report),
                count => count == 1,
            },
            (Test::Items { prefix, rest }, Value::Array(items)) => {
                return report.all(items.iter().enumerate(), |(index, item), report| {
                    let schema = prefix.get(index).or(rest.as_ref());
                    schema.is_none_or(|schema| self.check(*schema, item, &at.item(index), report))
                });
            }
            (Test::Required(required), Value::Object(object)) => {
                if at.depth == report.depth && !report.is_silent() {
                    let present = required.iter().filter(|required| object.contains_key(&*required.name)).count();
                    report.known += present;
                    report.missing += required.len() - present;
                }
                return report.all(
                    required.iter().filter(|required| !object.contains_key(&*required.name)),
                    |missing, report| {
                        report.add(&at.property(&missing.name), || (missing.expected.to_string(), "nothing".to_owned()))
                    },
                );
            }
            (Test::Properties(properties), Value::Object(object)) => {
                return self.properties(properties, object, at, report);
            }
            (Test::UnevaluatedProperties(rest), Value::Object(object)) => {
                let mut evaluated = HashSet::new();
                for other in self.schemas[id].iter().filter(|other| !ptr::eq(*other, test)) {
                    self.evaluated(other, value, object, at, &mut evaluated);
                }
                let others = object.iter().filter(|(name, _)| !evaluated.contains(name.as_str()));
                return report.all(others, |(name, value), report| self.other(rest, name, value, at, report));
            }
            _ => true,
        };
        if !is_valid {
            report.other_form |= match test {
                Test::Type(_) => at.depth == report.depth,
                // The tag of an enum: the value itself, or a property with one value.
                Test::Options(options) => {
                    at.depth == report.depth || at.depth == report.depth + 1 && options.values.len() == 1
                }
                _ => false,
            };
            report.add(at, || (test.expected(), test.got(value)));
        }
        is_valid
    }

    fn properties(
        &self,
        properties: &Properties,
        object: &Map<String, Value>,
        at: &At<'_>,
        report: &mut Report,
    ) -> bool {
        if at.depth == report.depth && !report.is_silent() {
            report.known += properties.declared.keys().filter(|name| object.contains_key(&***name)).count();
        }
        let mut is_valid = report.all(&properties.declared, |(name, schema), report| {
            object.get(&**name).is_none_or(|value| self.check(*schema, value, &at.property(name), report))
        });
        if properties.patterns.is_empty() && matches!(properties.rest, Rest::Any) || !is_valid && report.is_full() {
            return is_valid;
        }
        is_valid &= report.all(object, |(name, value), report| {
            let patterns = properties.patterns.iter().filter(|(pattern, _)| pattern.regex.is_match(name));
            let mut is_known = properties.declared.contains_key(name.as_str());
            let is_valid = report.all(patterns, |(_, schema), report| {
                is_known = true;
                self.check(*schema, value, &at.property(name), report)
            });
            is_valid && (is_known || self.other(&properties.rest, name, value, at, report))
        });
        is_valid
    }

    /// Checks a property that the schema does not describe.
    fn other(&self, rest: &Rest, name: &str, value: &Value, at: &At<'_>, report: &mut Report) -> bool {
        match rest {
            Rest::Any => true,
            Rest::Schema(schema) => self.check(*schema, value, &at.property(name), report),
            Rest::None { expected } => {
                // The tag of an enum may be the name of its only property.
                report.other_form |= at.depth == report.depth;
                report.add(&at.property(name), || (expected.to_string(), json(value)))
            }
        }
    }

    /// Returns the forms that the value matches.
    fn matching<'a>(&'a self, forms: &'a Forms, value: &'a Value, at: &'a At<'_>) -> impl Iterator<Item = Id> + 'a {
        forms.schemas.iter().copied().filter(move |schema| self.check(*schema, value, at, &mut Report::silent()))
    }

    /// Reports the violations of the intended form: the closest one for this kind of value and this
    /// tag. Describes all forms if none is closest.
    fn reject_all(&self, forms: &Forms, value: &Value, at: &At<'_>, report: &mut Report) -> bool {
        if report.is_silent() {
            return false;
        }
        let intended = forms.schemas.iter().filter_map(|schema| {
            let mut inner = Report { max: report.max, depth: at.depth, ..Report::silent() };
            self.check(*schema, value, at, &mut inner);
            (!inner.other_form).then_some(inner)
        });
        let closest = closest(intended, |form| (Reverse(form.known), form.missing, form.violations.len()));
        if let Some(form) = closest {
            form.violations.into_iter().for_each(|violation| report.push(violation));
        } else {
            let fits = |value: &Value| self.matching(forms, value, at).next().is_some();
            report.add(at, || (forms.described.to_string(), shown(value, fits)));
        }
        false
    }

    /// Collects the names of the properties that a test describes, alone or through other schemas.
    fn evaluated<'v>(
        &self,
        test: &Test,
        value: &Value,
        object: &'v Map<String, Value>,
        at: &At<'_>,
        names: &mut HashSet<&'v str>,
    ) {
        let all = object.keys().map(String::as_str);
        match test {
            Test::Properties(Properties { rest: Rest::Any, declared, patterns }) => names.extend(all.filter(|name| {
                declared.contains_key(*name) || patterns.iter().any(|(pattern, _)| pattern.regex.is_match(name))
            })),
            Test::Properties(_) | Test::UnevaluatedProperties(_) => names.extend(all),
            Test::All(schemas) => {
                for test in schemas.iter().flat_map(|schema| &self.schemas[*schema]) {
                    self.evaluated(test, value, object, at, names);
                }
            }
            Test::Any(forms) | Test::One(forms) => {
                for test in self.matching(forms, value, at).flat_map(|schema| &self.schemas[schema]) {
                    self.evaluated(test, value, object, at, names);
                }
            }
            _ => {}
        }
    }
}

/// Place of a value inside the checked value. Formatted only for a violation.
struct At<'a> {
    above: Option<(&'a Self, Step<'a>)>,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Property(&'a str),
    Item(usize),
}

impl<'a> At<'a> {
    const ROOT: At<'static> = At { above: None, depth: 0 };

    fn property(&'a self, name: &'a str) -> Self {
        Self { above: Some((self, Step::Property(name))), depth: self.depth + 1 }
    }

    fn item(&'a self, index: usize) -> Self {
        Self { above: Some((self, Step::Item(index))), depth: self.depth + 1 }
    }

    fn path(&self) -> String {
        let Some((above, step)) = self.above else { return String::new() };
        let mut path = above.path();
        match step {
            Step::Property(name) => push_property(&mut path, name),
            Step::Item(index) => push_index(&mut path, index),
        }
        path
    }
}

/// Violations found by a check.
struct Report {
    /// Maximum number of violations. With 0, the check stops at the first violation.
    max: usize,
    violations: Vec<Violation>,
    /// Depth at which the check started.
    depth: usize,
    /// `true` if another of several forms seems to be intended.
    other_form: bool,
    /// Number of members that the schema names, at that depth.
    known: usize,
    /// Number of required members that are missing, at that depth.
    missing: usize,
}

impl Report {
    fn silent() -> Self {
        Self { max: 0, violations: Vec::new(), depth: 0, other_form: false, known: 0, missing: 0 }
    }

    fn is_silent(&self) -> bool {
        self.max == 0
    }

    fn is_full(&self) -> bool {
        self.violations.len() >= self.max
    }

    /// Checks all items, unless the report is full before.
    fn all<T>(&mut self, items: impl IntoIterator<Item = T>, mut check: impl FnMut(T, &mut Self) -> bool) -> bool {
        let mut is_valid = true;
        for item in items {
            is_valid &= check(item, self);
            if !is_valid && self.is_full() {
                break;
            }
        }
        is_valid
    }

    /// Adds a violation with its expectation and the value. Returns `false`, the result of a test
    /// that failed.
    fn add(&mut self, at: &At<'_>, words: impl FnOnce() -> (String, String)) -> bool {
        if !self.is_full() {
            let (expected, got) = words();
            self.push(Violation::new(at.path(), expected, got));
        }
        false
    }

    fn push(&mut self, violation: Violation) {
        // Two branches of a schema may report the same violation.
        if !self.is_full() && !self.violations.contains(&violation) {
            self.violations.push(violation);
        }
    }
}

impl Types {
    pub(super) fn include(self, value: &Value) -> bool {
        match value {
            Value::Array(_) => self.has("array"),
            Value::Bool(_) => self.has("boolean"),
            Value::Number(number) => self.has("number") || self.has("integer") && is_integer(number),
            Value::Object(_) => self.has("object"),
            Value::String(_) => self.has("string"),
            Value::Null => self.has("null"),
        }
    }
}

impl Options {
    pub(super) fn include(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.values.iter().any(|option| option == text),
            Value::Array(_) | Value::Object(_)
                if self.values.iter().all(|option| !option.is_array() && !option.is_object()) =>
            {
                false
            }
            other => self.canonical.contains(&canonical(other)),
        }
    }
}

impl Bound {
    fn admits(self, order: Ordering) -> bool {
        match self {
            Self::Minimum => order.is_ge(),
            Self::ExclusiveMinimum => order.is_gt(),
            Self::Maximum => order.is_le(),
            Self::ExclusiveMaximum => order.is_lt(),
        }
    }
}

impl Counted {
    fn count(self, value: &Value) -> Option<usize> {
        match (self, value) {
            (Self::Characters, Value::String(text)) => Some(text.chars().count()),
            (Self::Items, Value::Array(items)) => Some(items.len()),
            (Self::Properties, Value::Object(object)) => Some(object.len()),
            _ => None,
        }
    }
}
