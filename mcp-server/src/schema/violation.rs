//! `Violation`: one difference between arguments and their schema, in words that a language model
//! can act on.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
    io,
};

use serde_json::Value;

/// Length in bytes to which values and names are cut in messages.
const MAX_SHOWN: usize = 60;

/// Length in bytes to which paths are cut in messages.
const MAX_PATH: usize = 160;

/// Length in bytes after which no more reasons are added to a message.
const MAX_REASONS: usize = 700;

/// A place where arguments do not match their schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Place of the violation, such as `rows[3].name`. Empty for the arguments as a whole.
    pub(crate) path: String,
    /// Expectation of the schema.
    pub(crate) expected: String,
    /// Value that was sent, shortened.
    pub(crate) got: String,
    /// `true` if the violation is that an object has the name twice.
    pub(super) is_duplicate: bool,
}

impl Violation {
    /// Creates the violation of an expectation.
    pub(crate) fn new(path: String, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { path, expected: expected.into(), got: got.into(), is_duplicate: false }
    }

    /// Creates the violation of a name that an object has more than once.
    pub(super) fn duplicate(path: String) -> Self {
        Self { is_duplicate: true, ..Self::new(path, "one value", "more than one") }
    }

    /// Returns the message. `whole` is the word for the checked value, such as "answer".
    pub(crate) fn in_words(&self, whole: &str) -> String {
        let (place, expected, got) = (self.place(whole), &self.expected, &self.got);
        if self.is_duplicate {
            let is_argument = whole == ARGUMENTS && !self.path.contains(['.', '[']);
            let kind = if is_argument { "argument" } else { "member" };
            return format!("duplicate {kind} {place}: expected {expected}, got {got}");
        }
        format!("{place}: expected {expected}, got {got}")
    }

    /// Returns the path in backticks, or `whole` for a violation of the value as a whole.
    pub(crate) fn place(&self, whole: &str) -> String {
        if self.path.is_empty() { whole.to_owned() } else { format!("`{}`", cut(&self.path, MAX_PATH)) }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(ARGUMENTS))
    }
}

/// Word for the arguments of a call as a whole.
const ARGUMENTS: &str = "arguments";

/// Joins reasons to one line. Reasons beyond several hundred bytes are counted only.
pub(crate) fn joined(reasons: impl IntoIterator<Item = String>) -> String {
    let mut text = String::new();
    let mut left_out = 0_usize;
    for reason in reasons {
        if !text.is_empty() && text.len() + reason.len() > MAX_REASONS {
            left_out += 1;
            continue;
        }
        text.push_str(if text.is_empty() { "" } else { "; " });
        // Texts of custom types may contain anything.
        text.extend(cut(&reason, MAX_REASONS).chars().map(|c| if c.is_control() { ' ' } else { c }));
    }
    if left_out > 0 {
        let _ = write!(text, "; and {left_out} more");
    }
    text
}

/// Joins the path of an outer value and a path inside it.
pub(super) fn join_paths(outer: &str, inner: &str) -> String {
    let dot = if outer.is_empty() || inner.is_empty() || inner.starts_with('[') { "" } else { "." };
    format!("{outer}{dot}{inner}")
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

/// Returns the name of an argument as messages show it.
pub(crate) fn shown_name(name: &str) -> String {
    let mut shown = String::new();
    push_property(&mut shown, name);
    shown
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

/// Hint for values that are sent as the text of JSON.
pub(super) const JSON_AS_TEXT: &str = "a string that contains JSON: send the value itself, not as text";

/// Writes a value that a schema rejects, with a hint if `fits` accepts the JSON in its text.
pub(super) fn shown(value: &Value, fits: impl FnOnce(&Value) -> bool) -> String {
    match value {
        Value::String(text) if value_in_text(text).is_some_and(|value| fits(&value)) => JSON_AS_TEXT.to_owned(),
        other => json(other),
    }
}

/// Returns the JSON value that a text contains. Texts, `null` and surrounding white space are no
/// such values, because they are probably meant as text.
pub(super) fn value_in_text(text: &str) -> Option<Value> {
    let is_value = text.starts_with(['[', '{', '-', 't', 'f']) || text.starts_with(|c: char| c.is_ascii_digit());
    let is_trimmed = !text.ends_with(|c: char| c.is_ascii_whitespace());
    if is_value && is_trimmed { serde_json::from_str(text).ok() } else { None }
}

/// Writes a text of the client as JSON, shortened.
pub(crate) fn quoted(text: &str) -> String {
    json(text)
}

/// Cuts a text of the client after about sixty bytes.
pub(super) fn shorten(text: &str) -> String {
    cut(text, MAX_SHOWN).into_owned()
}

fn cut(text: &str, max: usize) -> Cow<'_, str> {
    if text.len() <= max {
        return text.into();
    }
    format!("{}…", &text[..text.floor_char_boundary(max)]).into()
}

/// Writes a count with its noun: "1 item", "3 items".
pub(super) fn counted(count: impl TryInto<u64>, singular: &str, plural: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {}", if count == 1 { singular } else { plural })
}

/// Lists the first 20 names, each in backticks.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
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
        let violation = |path: &str| Violation::new(path.into(), "at most 10", "12");
        assert_eq!(violation("count").to_string(), "`count`: expected at most 10, got 12");
        assert_eq!(violation("").to_string(), "arguments: expected at most 10, got 12");
        assert_eq!(violation("").in_words("answer"), "answer: expected at most 10, got 12");
        let duplicate = |path: &str| Violation::duplicate(path.into());
        assert_eq!(duplicate("n").to_string(), "duplicate argument `n`: expected one value, got more than one");
        assert_eq!(duplicate("a.n").to_string(), "duplicate member `a.n`: expected one value, got more than one");
        assert_eq!(duplicate("n").in_words("answer"), "duplicate member `n`: expected one value, got more than one");
        assert!(violation(&"n".repeat(10_000)).to_string().len() < 300);
    }

    #[test]
    fn reasons_are_one_bounded_line() {
        let reasons = |count: usize| (0..count).map(|n| format!("reason\n{n}")).collect::<Vec<_>>();
        assert_eq!(joined(reasons(2)), "reason 0; reason 1");
        let many = joined(reasons(1_000));
        assert!(many.len() < 800 && many.ends_with(" more"), "{many}");
        assert!(joined(["語".repeat(10_000)]).len() < 800);
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
