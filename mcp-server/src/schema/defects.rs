//! Defects of JSON that its grammar allows: duplicate names, halves of surrogate pairs, and numbers
//! beyond the range of a double.
//!
//! Parsers stop at the first of them, or drop one of two duplicates. This reader finds them all,
//! and still returns a value that can be checked against a schema.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::violation::{Violation, push_index, push_property, shorten};

/// Maximum depth of a value. `serde_json` has the same limit.
const MAX_DEPTH: usize = 128;

/// Maximum number of defects that are reported.
const MAX_DEFECTS: usize = 8;

/// Number of names above which an object is searched for duplicates by sorting.
const FEW: usize = 16;

/// Expectation of numbers.
pub(super) const IN_RANGE: &str = "a number in the range of its type";

/// Expectation of strings and names.
const WHOLE_TEXT: &str = "text without half of a surrogate pair";

/// Reads JSON, and returns its value and its defects. A number out of range is replaced by the
/// largest one. Returns `None` for other texts than JSON, and for values that are nested too deep.
pub(super) fn read(json: &str) -> Option<(Value, Vec<Violation>)> {
    let mut reader = Reader { json, at: 0, path: String::new(), defects: Vec::new() };
    let value = reader.value(0)?;
    reader.peek().is_none().then_some((value, reader.defects))
}

/// Adds the violations of a schema to the defects, except for those at the place of a defect.
pub(super) fn merge(mut defects: Vec<Violation>, violations: Vec<Violation>, max: usize) -> Vec<Violation> {
    for violation in violations {
        match defects.iter_mut().find(|defect| defect.path == violation.path) {
            // The schema of this place is more precise than the range of all numbers.
            Some(defect) if defect.expected == IN_RANGE => defect.expected = violation.expected,
            Some(_) => {}
            None => defects.push(violation),
        }
    }
    defects.truncate(max);
    defects
}

struct Reader<'j> {
    json: &'j str,
    at: usize,
    path: String,
    defects: Vec<Violation>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(depth).map(Value::Object),
            b'[' => self.array(depth).map(Value::Array),
            b'"' => {
                let quoted = quoted(self.json, &mut self.at)?;
                let text = unescaped(quoted);
                if text.is_none() {
                    self.add(WHOLE_TEXT, quoted);
                }
                Some(Value::String(text.map_or_else(|| quoted.to_owned(), Cow::into_owned)))
            }
            b'-' | b'0'..=b'9' => {
                let token = token(self.json, &mut self.at)?;
                let number = serde_json::from_str::<Number>(token).ok();
                if number.is_none() {
                    self.add(IN_RANGE, token);
                }
                let largest = if token.starts_with('-') { f64::MIN } else { f64::MAX };
                number.or_else(|| Number::from_f64(largest)).map(Value::Number)
            }
            _ => serde_json::from_str(token(self.json, &mut self.at)?).ok(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Map<String, Value>> {
        let mut members = Map::new();
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(members);
        }
        loop {
            self.peek().filter(|byte| *byte == b'"')?;
            let quoted = quoted(self.json, &mut self.at)?;
            let name = unescaped(quoted);
            if name.is_none() {
                self.add(WHOLE_TEXT, quoted);
            }
            let name = name.map_or_else(|| quoted.to_owned(), Cow::into_owned);
            self.peek().filter(|byte| *byte == b':')?;
            self.at += 1;
            let above = self.path.len();
            push_property(&mut self.path, &name);
            let value = self.value(depth + 1)?;
            if members.insert(name, value).is_some() {
                let duplicate = Violation::duplicate(self.path.clone());
                self.defects.retain(|defect| defect.path != duplicate.path);
                self.push(duplicate);
            }
            self.path.truncate(above);
            if self.ends(b'}')? {
                return Some(members);
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        self.at += 1;
        if self.peek()? == b']' {
            self.at += 1;
            return Some(items);
        }
        loop {
            let above = self.path.len();
            push_index(&mut self.path, items.len());
            items.push(self.value(depth + 1)?);
            self.path.truncate(above);
            if self.ends(b']')? {
                return Some(items);
            }
        }
    }

    fn add(&mut self, expected: &str, got: &str) {
        let violation = Violation::new(self.path.clone(), expected, shorten(got));
        self.push(violation);
    }

    fn push(&mut self, violation: Violation) {
        if self.defects.len() < MAX_DEFECTS {
            self.defects.push(violation);
        }
    }

    /// Reads `,` or the end of an object or array. Returns `true` for the end.
    fn ends(&mut self, end: u8) -> Option<bool> {
        let byte = self.peek()?;
        self.at += 1;
        (byte == end || byte == b',').then_some(byte == end)
    }

    fn peek(&mut self) -> Option<u8> {
        let rest = &self.json.as_bytes()[self.at..];
        self.at += rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len());
        self.json.as_bytes().get(self.at).copied()
    }
}

/// Takes the string that begins at `at`, with its quotes.
fn quoted<'j>(json: &'j str, at: &mut usize) -> Option<&'j str> {
    let (start, bytes) = (*at, json.as_bytes());
    let mut end = start + 1;
    loop {
        match bytes.get(end)? {
            b'"' => break,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    *at = end + 1;
    json.get(start..*at)
}

/// Takes the number or word that begins at `at`.
fn token<'j>(json: &'j str, at: &mut usize) -> Option<&'j str> {
    let rest = json.get(*at..)?;
    let is_end = |c: char| matches!(c, ',' | ']' | '}') || c.is_ascii_whitespace();
    let length = rest.find(is_end).unwrap_or(rest.len());
    *at += length;
    (length > 0).then(|| &rest[..length])
}

/// Returns the text of a string, unless it has half of a surrogate pair.
fn unescaped(quoted: &str) -> Option<Cow<'_, str>> {
    let plain = quoted.get(1..quoted.len() - 1)?;
    if plain.contains('\\') { serde_json::from_str::<String>(quoted).ok().map(Cow::Owned) } else { Some(plain.into()) }
}

/// Returns `true` if a number in the text may be too large for single precision: it has an
/// exponent, or as many digits as the largest one.
pub(crate) fn may_exceed_float(json: &str) -> bool {
    const DIGITS: usize = 39;
    let mut digits = 0;
    json.bytes().any(|byte| {
        let has_exponent = digits > 0 && matches!(byte, b'e' | b'E');
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        has_exponent || digits >= DIGITS
    })
}

/// Returns `true` if an object in valid JSON has a name twice.
pub(crate) fn has_duplicates(json: &str) -> bool {
    let bytes = json.as_bytes();
    let mut at = 0;
    // Names of the open objects. An array has no names.
    let mut open: Vec<Option<Vec<Cow<'_, str>>>> = Vec::new();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' => open.push(Some(Vec::new())),
            b'[' => open.push(None),
            b']' => drop(open.pop()),
            b'}' => {
                if let Some(Some(names)) = open.pop()
                    && repeats(names)
                {
                    return true;
                }
            }
            b'"' => {
                let Some(quoted) = quoted(json, &mut at) else { return false };
                let after = json[at..].trim_ascii_start();
                if after.starts_with(':')
                    && let Some(Some(names)) = open.last_mut()
                    && let Some(name) = unescaped(quoted)
                {
                    names.push(name);
                }
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    false
}

fn repeats(mut names: Vec<Cow<'_, str>>) -> bool {
    if names.len() <= FEW {
        return (1..names.len()).any(|index| names[..index].contains(&names[index]));
    }
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(text: &str) -> Vec<String> {
        read(text).unwrap().1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn defects_are_named_by_their_paths() {
        let text = "text without half of a surrogate pair";
        for (json, expected) in [
            (r#"{"x":1e400}"#, "`x`: expected a number in the range of its type, got 1e400".to_owned()),
            (
                r#"{"x":[1,{"y":-1e999}]}"#,
                "`x[1].y`: expected a number in the range of its type, got -1e999".to_owned(),
            ),
            (r#"{"s":"\ud83d"}"#, format!(r#"`s`: expected {text}, got "\ud83d""#)),
            (r#"{"s":["a","\ude00x"]}"#, format!(r#"`s[1]`: expected {text}, got "\ude00x""#)),
            (r#"{"o":{"\ud83d":1}}"#, format!(r#"`o`: expected {text}, got "\ud83d""#)),
            (r#"{"n":1,"n":1}"#, "duplicate argument `n`: expected one value, got more than one".to_owned()),
            (r#"{"n":1,"\u006e":2,"n":3}"#, "duplicate argument `n`: expected one value, got more than one".to_owned()),
            (r#"[{"n":[],"n":1}]"#, "duplicate member `[0].n`: expected one value, got more than one".to_owned()),
        ] {
            assert_eq!(found(json), [expected], "{json}");
        }
    }

    #[test]
    fn valid_json_has_its_value_and_no_defects() {
        for text in [
            "5",
            " { } ",
            r#"{"a" : [ 1 , -2.5e3, "x\"y", "\ud83d\ude00", null, true ] , "b":{"":[]}}"#,
            r#"[[],{},"{\"a\":1,\"a\":2}"]"#,
        ] {
            let expected: Value = serde_json::from_str(text).unwrap();
            assert_eq!(read(text), Some((expected, Vec::new())), "{text}");
            assert!(!has_duplicates(text), "{text}");
        }
        assert_eq!(read(r#"{"x":1e400}"#).unwrap().0, json!({"x": f64::MAX}));
        for text in ["", "{", "[1,", "1 2", "{\"a\"}", "x"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"[".repeat(10_000)), None);
    }

    #[test]
    fn duplicates_are_found_at_every_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"[0,{"x":{"a":{},"b":1,"\u0061":[]}}]"#,
            &format!("{{{}}}", (0..100).map(|n| format!("\"n{}\":0", n % 99)).collect::<Vec<_>>().join(",")),
        ] {
            assert!(has_duplicates(text), "{text}");
        }
        assert!(!has_duplicates(r#"[{"a":1},{"a":1},{"b":{"a":"a"},"a":"a"}]"#));
    }

    #[test]
    fn number_that_may_exceed_single_precision_is_found() {
        for (text, expected) in [
            ("[1e39]", true),
            ("[1.5E3]", true),
            (r#"{"one":true,"2":0.5,"e":[1,2]}"#, false),
            (&format!("{}", u128::MAX), true),
            ("12345678901234567890", false),
        ] {
            assert_eq!(may_exceed_float(text), expected, "{text}");
        }
    }

    #[test]
    fn defects_are_bounded() {
        let many = format!("[{}1]", "1e400,".repeat(1_000));
        assert_eq!(found(&many).len(), MAX_DEFECTS);
    }
}
