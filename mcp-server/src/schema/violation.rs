//! `Violation`: one difference between arguments and their schema, in words that a language model
//! can act on.

use std::{
    fmt::{self, Write as _},
    io,
};

use serde_json::Value;

/// Length in bytes to which values and names are cut in messages.
const MAX_SHOWN: usize = 60;

/// A place where arguments do not match their schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Place of the violation, such as `rows[3].name`. Empty for the arguments as a whole.
    pub(crate) path: String,
    /// Expectation of the schema.
    pub(crate) expected: String,
    /// Value that was sent, shortened.
    pub(crate) got: String,
}

impl Violation {
    /// Returns the message. `whole` is the word for the checked value, such as "answer".
    pub(crate) fn in_words(&self, whole: &str) -> String {
        format!("{}: expected {}, got {}", self.place(whole), self.expected, self.got)
    }

    /// Returns the path in backticks, or `whole` for a violation of the value as a whole.
    pub(crate) fn place(&self, whole: &str) -> String {
        if self.path.is_empty() { whole.to_owned() } else { format!("`{}`", self.path) }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words("arguments"))
    }
}

/// Adds the name of a property to a path: `.name`, or `["a name"]` if a dotted path cannot hold it.
pub(super) fn push_property(path: &mut String, name: &str) {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'));
    if plain && name.len() <= MAX_SHOWN {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    } else {
        path.push('[');
        path.push_str(&json(name));
        path.push(']');
    }
}

/// Adds a position in an array to a path.
pub(super) fn push_index(path: &mut String, index: usize) {
    // Writing into a `String` cannot fail.
    let _ = write!(path, "[{index}]");
}

/// Writes a value as JSON, cut after about sixty bytes.
pub(super) fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    let mut writer = Bounded { text: Vec::with_capacity(MAX_SHOWN), cut: false };
    // Fails once the writer is full, so a large value is not written out in vain.
    let _ = serde_json::to_writer(&mut writer, value);
    let cut = writer.cut;
    let mut text = match String::from_utf8(writer.text) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(valid);
            String::from_utf8(bytes).unwrap_or_default()
        }
    };
    if cut {
        text.push('…');
    }
    text
}

/// Cuts a text of the client after about sixty bytes.
pub(super) fn shorten(text: &str) -> String {
    if text.len() <= MAX_SHOWN {
        return text.to_owned();
    }
    let end = (0..=MAX_SHOWN).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    format!("{}…", &text[..end])
}

/// Writes a count with its noun: "1 item", "3 items".
pub(super) fn counted(count: impl TryInto<u64>, singular: &str, plural: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {}", if count == 1 { singular } else { plural })
}

/// Lists the first 20 names, each in backticks.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MAX: usize = 20;
    let mut names = names.into_iter();
    let mut list = String::new();
    for name in names.by_ref().take(MAX) {
        let separator = if list.is_empty() { "" } else { ", " };
        let _ = write!(list, "{separator}`{}`", shorten(name));
    }
    if names.next().is_some() {
        list.push_str(", …");
    }
    list
}

/// Names the kind of a JSON value, with its article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A writer that is full after [`MAX_SHOWN`] bytes.
struct Bounded {
    text: Vec<u8>,
    cut: bool,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = MAX_SHOWN - self.text.len();
        if bytes.len() > room {
            self.text.extend_from_slice(&bytes[..room]);
            self.cut = true;
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json as value;

    use super::*;

    #[test]
    fn message_names_place_expectation_and_value() {
        let violation = |path: &str| Violation { path: path.into(), expected: "at most 10".into(), got: "12".into() };
        assert_eq!(violation("count").to_string(), "`count`: expected at most 10, got 12");
        assert_eq!(violation("").to_string(), "arguments: expected at most 10, got 12");
        assert_eq!(violation("").in_words("answer"), "answer: expected at most 10, got 12");
    }

    #[test]
    fn paths_are_dotted_and_odd_names_quoted() {
        let mut path = String::new();
        push_property(&mut path, "rows");
        push_index(&mut path, 3);
        push_property(&mut path, "first-name");
        assert_eq!(path, "rows[3].first-name");
        push_property(&mut path, "a.b \"c\"");
        assert_eq!(path, r#"rows[3].first-name["a.b \"c\""]"#);
        let mut long = String::new();
        push_property(&mut long, &"n".repeat(10_000));
        assert!(long.len() < 80, "{long}");
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(json(&value!({"a": [1, null]})), r#"{"a":[1,null]}"#);
        for filler in ["x", "é", "語", "🦀"] {
            let shown = json(&filler.repeat(1000));
            assert!(
                shown.starts_with('"') && shown.ends_with('…') && shown.len() <= MAX_SHOWN + '…'.len_utf8(),
                "{shown}"
            );
            let text = shorten(&filler.repeat(1000));
            assert!(text.ends_with('…') && text.len() <= MAX_SHOWN + '…'.len_utf8(), "{text}");
        }
        let exact = "x".repeat(MAX_SHOWN - 2);
        assert_eq!(json(&exact), format!("\"{exact}\""));
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed(["a", "b"]), "`a`, `b`");
        let many: Vec<_> = (0..100).map(|n| n.to_string()).collect();
        assert!(listed(many.iter().map(String::as_str)).ends_with("`19`, …"));
        assert_eq!(counted(1_u64, "item", "items"), "1 item");
        assert_eq!(counted(2_usize, "item", "items"), "2 items");
    }
}
