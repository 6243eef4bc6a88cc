//! From a failed deserialization to a [`Violation`] with its place and reason.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Deserializer, Error, Number, Value, value::RawValue};
use serde_path_to_error::{Path, Segment};

use super::{
    defects::{self, IN_RANGE},
    violation::{
        JSON_AS_TEXT, Violation, counted, join_paths, json, kind, push_index, push_property, shorten, value_in_text,
    },
};

/// Expectation of types of 128 bits, which `serde_json` reads up to the first character that is not
/// a digit.
const WIDE: &str = "an integer of at most 128 bits";

/// Expectation of an untagged enum. Serde does not say which form is closest.
const FORMS: &str = "one of the forms in its schema";

/// Returns the reason for which `raw` is not a `T`. `name` is the argument, or empty for all
/// arguments at once.
///
/// Deserializes once more and records the path, which is slower. Call it for rejected values only.
pub(crate) fn typed_violation<'a, T: Deserialize<'a>>(name: &str, raw: &'a str) -> Violation {
    let mut path = String::new();
    if !name.is_empty() {
        push_property(&mut path, name);
    }
    let mut deserializer = Deserializer::from_str(raw);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) else {
        // Text follows the value, or the caller rejected a valid `T` for another reason.
        let is_number = serde_json::from_str::<Number>(raw).is_ok();
        let expected = match deserializer.end() {
            Err(_) if is_number => WIDE,
            Err(_) => "one JSON value",
            Ok(()) => "another value",
        };
        return Violation::new(path, expected, shorten(raw));
    };
    if error.inner().is_data() {
        return data_violation(path, error.path(), error.inner(), raw);
    }
    let defect = defects::read(raw).and_then(|(_, defects)| defects.into_iter().next());
    let message = error.inner().to_string();
    if message.starts_with("number out of range") {
        let got = shorten(follow_text(&mut path, error.path(), raw));
        return Violation::new(path, IN_RANGE, got);
    }
    if let Some(defect) = defect {
        return Violation { path: join_paths(&path, &defect.path), ..defect };
    }
    let expected = if message.starts_with("recursion limit") { "at most 127 nested levels" } else { "JSON" };
    Violation::new(path, expected, shorten(raw))
}

/// Returns `true` if serde does not know the place or the reason of a violation, because it buffers
/// the values of flattened fields and of untagged enums.
pub(super) fn is_vague(violation: &Violation, schema: &[Violation]) -> bool {
    let is_inside =
        |found: &Violation| found.path.len() > violation.path.len() && found.path.starts_with(violation.path.as_str());
    violation.expected == FORMS || schema.first().is_some_and(is_inside)
}

fn data_violation(mut path: String, segments: &Path, error: &Error, raw: &str) -> Violation {
    let found = serde_json::from_str(raw).ok().and_then(|value: Value| follow(&mut path, segments, value));
    let mut violation = explain(path, without_position(&error.to_string()), found.as_ref());
    let is_integer = matches!(&found, Some(Value::Number(number)) if number.is_f64());
    let token = is_integer.then(|| follow_text(&mut String::new(), segments, raw));
    // Serde reads integers beyond 64 bits as doubles.
    if let Some(token) = token.filter(|token| token.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit())) {
        violation.got = format!("integer {}", shorten(token));
    }
    violation
}

/// Returns the violation of the argument `name` whose text was rejected with this message.
pub(crate) fn text_violation(name: &str, message: &str, text: &str) -> Violation {
    let mut path = String::new();
    if !name.is_empty() {
        push_property(&mut path, name);
    }
    let (inner, message) = inner_place(message);
    if let Some((expected, got)) = inner.and_then(|_| message.strip_prefix("expected ")?.rsplit_once(", got ")) {
        return Violation::new(join_paths(&path, inner.unwrap_or_default()), expected, got);
    }
    let found = Value::String(text.to_owned());
    explain(path, message, (!name.is_empty()).then_some(&found))
}

/// Splits a message of [`json_text_message`] into the place in the text and the rest.
fn inner_place(message: &str) -> (Option<&str>, &str) {
    let split = message.strip_prefix('`').and_then(|said| said.split_once("`: "));
    split.map_or((None, message), |(place, said)| (Some(place), said))
}

/// Returns the message for the text of an argument that should be JSON, such as `example`.
pub(crate) fn json_text_message(segments: &Path, error: &Error, text: &str, example: &str) -> String {
    if !error.is_data() {
        let message = error.to_string();
        return format!("expected JSON as text, such as {example}: {}", without_position(&message));
    }
    let violation = data_violation(String::new(), segments, error, text);
    if violation.path.is_empty() {
        let Violation { expected, got, .. } = violation;
        return format!("expected JSON as text, such as {example}: expected {expected}, got {got}");
    }
    format!("`{}`: expected {}, got {}", violation.path, violation.expected, violation.got)
}

/// Appends the segments to `path`, and returns the value at their end.
fn follow(path: &mut String, segments: &Path, root: Value) -> Option<Value> {
    let mut value = Some(root);
    for segment in segments {
        value = match segment {
            Segment::Seq { index } => {
                push_index(path, *index);
                value.and_then(|value| value.get(*index).cloned())
            }
            Segment::Map { key } | Segment::Enum { variant: key } => {
                push_property(path, key);
                value.and_then(|value| value.get(key).cloned())
            }
            // Serde buffers values for `flatten` and `untagged`, and loses the path.
            Segment::Unknown => return value,
        };
    }
    value
}

/// Appends the segments to `path`, and returns the text of the value at their end.
fn follow_text<'a>(path: &mut String, segments: &Path, root: &'a str) -> &'a str {
    let mut text = root;
    for segment in segments {
        let below = match segment {
            Segment::Seq { index } => {
                push_index(path, *index);
                serde_json::from_str(text).ok().and_then(|items: Vec<&'a RawValue>| items.get(*index).copied())
            }
            Segment::Map { key } | Segment::Enum { variant: key } => {
                push_property(path, key);
                serde_json::from_str(text)
                    .ok()
                    .and_then(|mut members: BTreeMap<String, &'a RawValue>| members.remove(key))
            }
            Segment::Unknown => return text,
        };
        text = below.map_or(text, RawValue::get);
    }
    text
}

/// Removes a suffix such as ` at line 1 column 20`. The position is relative to one argument, not
/// to the body that the client sent.
fn without_position(message: &str) -> &str {
    match message.rsplit_once(" at line ") {
        Some((said, position))
            if position.split(" column ").all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) =>
        {
            said
        }
        _ => message,
    }
}

/// Parses a message of serde.
fn explain(mut path: String, message: &str, found: Option<&Value>) -> Violation {
    let got = || found.map_or_else(|| "something else".to_owned(), json);
    if let Some(said) = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: ")) {
        // From the right: the left side repeats the value, which may hold the same words.
        if let Some((got, expected)) = said.rsplit_once(", expected ") {
            let expected = match expected {
                // Bounds that would only confuse beside another type.
                "i64" | "isize" if is_whole(got) => {
                    "an integer from -9223372036854775808 to 9223372036854775807".to_owned()
                }
                "u64" | "usize" if is_whole(got) => "an integer from 0 to 18446744073709551615".to_owned(),
                expected => plain_expected(expected),
            };
            let got = if is_json_as_text(found, &expected) { JSON_AS_TEXT.to_owned() } else { plain_got(got) };
            return Violation::new(path, expected, got);
        }
    }
    if let Some((length, expected)) =
        message.strip_prefix("invalid length ").and_then(|said| said.split_once(", expected "))
    {
        let length = length.parse().unwrap_or(0_u64);
        return Violation::new(path, plain_expected(expected), counted(length, "item", "items"));
    }
    if let Some(field) = quoted(message, "missing field `") {
        push_property(&mut path, field);
        return Violation::new(path, "a value (required)", "nothing");
    }
    if let Some(field) = quoted(message, "duplicate field `") {
        push_property(&mut path, field);
        return Violation::duplicate(path);
    }
    if let Some(field) = quoted(message, "unknown field `") {
        let known = message.rsplit_once(", expected ").map(|(_, known)| known.trim_start_matches("one of "));
        let expected = match known {
            Some(known) => format!("no property of this name (known: {known})"),
            None => "no property of this name".to_owned(),
        };
        // Without a path to it, serde is still at the object.
        let mut place = String::new();
        push_property(&mut place, field);
        let is_at_field = path == place || path.ends_with(&format!(".{place}")) || path.ends_with(&format!("]{place}"));
        if is_at_field || place.starts_with('[') && path.ends_with(&place) {
            return Violation::new(path, expected, got());
        }
        let value = found.and_then(|found| found.get(field)).map_or_else(|| "something else".to_owned(), json);
        return Violation::new(join_paths(&path, &place), expected, value);
    }
    if let Some(variant) = quoted(message, "unknown variant `") {
        let expected = message.rsplit_once(", expected ").map_or("nothing of this kind", |(_, known)| known);
        return Violation::new(path, expected, json(variant));
    }
    if message.starts_with("data did not match any variant of untagged enum") {
        return Violation::new(path, FORMS, got());
    }
    if message.ends_with("128 is not supported") {
        return Violation::new(path, "an integer of at most 64 bits", got());
    }
    if let Some((expected, got)) = message.strip_prefix("expected ").and_then(|said| said.rsplit_once(", got ")) {
        return Violation::new(path, expected, got);
    }
    if let Some(expected) = message.strip_prefix("expected JSON as text") {
        return Violation::new(path, format!("JSON as text{expected}"), got());
    }
    // The message of a custom type, such as a date, is the most precise one.
    Violation::new(path, format!("a valid value ({message})"), got())
}

/// Returns `true` if the value is a text that contains JSON of the expected kind.
fn is_json_as_text(found: Option<&Value>, expected: &str) -> bool {
    let Some(Value::String(text)) = found else { return false };
    value_in_text(text).is_some_and(|value| match &value {
        Value::Number(number) => {
            expected.starts_with("a number")
                || expected.starts_with("an integer") && number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        other => expected.starts_with(kind(other)),
    })
}

/// Returns `true` if a description of a value, such as ``floating point `1e300` ``, is that of a
/// number without a fraction.
fn is_whole(got: &str) -> bool {
    let float = got.strip_prefix("floating point `").and_then(|float| float.strip_suffix('`')?.parse::<f64>().ok());
    got.starts_with("integer ") || float.is_some_and(|float| float.fract() == 0.0)
}

fn quoted<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    let rest = message.strip_prefix(before)?;
    rest.split_once("`, ").map(|(name, _)| name).or_else(|| rest.strip_suffix('`'))
}

/// Translates names of Rust and serde (`struct Row`, `u8`, `a sequence`) to JSON.
fn plain_expected(expected: &str) -> String {
    let integer = |name: &str| match name {
        "i8" => "an integer from -128 to 127",
        "i16" => "an integer from -32768 to 32767",
        "i32" => "an integer from -2147483648 to 2147483647",
        "i64" | "i128" | "isize" => "an integer",
        "u8" => "an integer from 0 to 255",
        "u16" => "an integer from 0 to 65535",
        "u32" => "an integer from 0 to 4294967295",
        "u64" | "u128" | "usize" => "an integer, 0 or more",
        _ => "",
    };
    match expected {
        "a sequence" | "byte array" => return "an array".to_owned(),
        "a map" => return "an object".to_owned(),
        "a borrowed string" | "a string key" | "string key" | "path string" | "string" | "identifier" => {
            return "a string".to_owned();
        }
        "unit" | "null" => return "null".to_owned(),
        "f32" | "f64" => return "a number".to_owned(),
        "option" => return "a value or null".to_owned(),
        "variant identifier" | "field identifier" => return "a name".to_owned(),
        "string or map" | "map with a single key" => return "the name of a variant, or an object with it".to_owned(),
        _ => {}
    }
    if !integer(expected).is_empty() {
        return integer(expected).to_owned();
    }
    if let Some(name) = expected.strip_prefix("a nonzero ") {
        return match (integer(name), name.starts_with('u')) {
            (range, true) => range.replace(" from 0 ", " from 1 ").replace(", 0 or more", ", 1 or more"),
            (range, false) => format!("{range}, but not 0"),
        };
    }
    let (subject, rest) =
        expected.split_once(" with ").map_or((expected, None), |(subject, rest)| (subject, Some(rest)));
    let elements = rest.and_then(|rest| rest.strip_suffix(" elements").or_else(|| rest.strip_suffix(" element")));
    let elements = elements
        .or_else(|| expected.strip_prefix("a tuple of size "))
        .or_else(|| expected.strip_prefix("an array of length "));
    if let Some(count) = elements.and_then(|count| count.parse::<u64>().ok()) {
        // Derives describe a struct in this way when it is sent as an array.
        let is_object = subject.starts_with("struct ");
        let array = format!("an array of {}", counted(count, "item", "items"));
        return if is_object { "an object".to_owned() } else { array };
    }
    let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| subject.starts_with(prefix));
    if is(&["struct ", "internally tagged enum", "adjacently tagged enum", "tagged enum", "struct variant "]) {
        return "an object".to_owned();
    }
    if is(&["tuple struct ", "tuple variant ", "a tuple of size "]) {
        return "an array".to_owned();
    }
    if is(&["unit struct ", "unit variant "]) {
        return "null".to_owned();
    }
    if is(&["enum ", "newtype variant", "variant of enum", "newtype struct "]) {
        return "another form of this value".to_owned();
    }
    expected.to_owned()
}

fn plain_got(got: &str) -> String {
    match got {
        "map" | "struct variant" => "an object".to_owned(),
        "sequence" | "byte array" | "tuple variant" => "an array".to_owned(),
        "unit value" | "Option value" => "null".to_owned(),
        "unit variant" => "a name alone".to_owned(),
        "newtype variant" | "enum" | "newtype struct" => "another form".to_owned(),
        text if text.starts_with("string ") => shorten(text),
        // integer `3`, boolean `true`, floating point `0.5`
        other => shorten(&other.replace('`', "").replace("floating point ", "")),
    }
}

#[cfg(test)]
mod tests;
