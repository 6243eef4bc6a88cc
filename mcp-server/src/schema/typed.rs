//! From a failed deserialization to a [`Violation`] with its place and reason.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Number, Value, value::RawValue};
use serde_path_to_error::{Path, Segment};

use super::violation::{Violation, counted, json, push_index, push_property, shorten};

/// Expectation of types of 128 bits, which `serde_json` reads up to the first character that is not
/// a digit.
const WIDE: &str = "an integer of at most 128 bits";

/// Returns the reason for which `raw` is not a `T`. `name` is the argument, or empty for all
/// arguments at once.
///
/// Deserializes once more and records the path, which is slower. Call it for rejected values only.
pub(crate) fn typed_violation<T: DeserializeOwned>(name: &str, raw: &str) -> Violation {
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
        return Violation { path, expected: expected.to_owned(), got: shorten(raw) };
    };
    if !error.inner().is_data() {
        if error.inner().to_string().starts_with("number out of range") {
            let got = shorten(follow_text(&mut path, error.path(), raw));
            return Violation { path, expected: "a number in the range of its type".to_owned(), got };
        }
        return Violation { path, expected: "JSON".to_owned(), got: shorten(raw) };
    }
    let found = serde_json::from_str(raw).ok().and_then(|value: Value| follow(&mut path, error.path(), value));
    let message = error.inner().to_string();
    explain(path, without_position(&message), found.as_ref())
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
            return Violation { path, expected, got: plain_got(got) };
        }
    }
    if let Some((length, expected)) =
        message.strip_prefix("invalid length ").and_then(|said| said.split_once(", expected "))
    {
        let length = length.parse().unwrap_or(0_u64);
        return Violation { path, expected: plain_expected(expected), got: counted(length, "item", "items") };
    }
    if let Some(field) = quoted(message, "missing field `") {
        push_property(&mut path, field);
        return Violation { path, expected: "a value (required)".to_owned(), got: "nothing".to_owned() };
    }
    if let Some(field) = quoted(message, "duplicate field `") {
        push_property(&mut path, field);
        return Violation { path, expected: "one value".to_owned(), got: "more than one".to_owned() };
    }
    if message.starts_with("unknown field `") {
        let expected = match message.rsplit_once(", expected ") {
            Some((_, known)) => format!("no property of this name (known: {})", known.trim_start_matches("one of ")),
            None => "no property of this name".to_owned(),
        };
        return Violation { path, expected, got: got() };
    }
    if let Some(variant) = quoted(message, "unknown variant `") {
        let expected = message.rsplit_once(", expected ").map_or("nothing of this kind", |(_, known)| known);
        return Violation { path, expected: expected.to_owned(), got: json(variant) };
    }
    if message.starts_with("data did not match any variant of untagged enum") {
        return Violation { path, expected: "one of the forms in its schema".to_owned(), got: got() };
    }
    // The message of a custom type, such as a date, is the most precise one.
    Violation { path, expected: format!("a valid value ({message})"), got: got() }
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
    match expected {
        "a sequence" => "an array".to_owned(),
        "a map" => "an object".to_owned(),
        "a borrowed string" => "a string".to_owned(),
        "unit" => "null".to_owned(),
        "i8" => "an integer from -128 to 127".to_owned(),
        "i16" => "an integer from -32768 to 32767".to_owned(),
        "i32" => "an integer from -2147483648 to 2147483647".to_owned(),
        "i64" | "i128" | "isize" => "an integer".to_owned(),
        "u8" => "an integer from 0 to 255".to_owned(),
        "u16" => "an integer from 0 to 65535".to_owned(),
        "u32" => "an integer from 0 to 4294967295".to_owned(),
        "u64" | "u128" | "usize" => "an integer, 0 or more".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        other if other.starts_with("struct ") && !other.contains(" with ") => "an object".to_owned(),
        other => other.to_owned(),
    }
}

fn plain_got(got: &str) -> String {
    match got {
        "map" => "an object".to_owned(),
        "sequence" => "an array".to_owned(),
        text if text.starts_with("string ") => shorten(text),
        // integer `3`, boolean `true`, floating point `0.5`
        other => shorten(&other.replace('`', "").replace("floating point ", "")),
    }
}

#[cfg(test)]
mod tests;
