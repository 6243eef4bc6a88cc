//! `WholeNumbers`: rewrites integers that are sent with a fraction or an exponent, such as `1.0`.
//!
//! JSON Schema counts every number with a zero fraction as an integer (2020-12, validation, section
//! 6.1.1), but serde reads `1.0`, `1e3` and `-0` as floats. They are rewritten where the schema
//! expects integers and no other numbers. All other values keep their text.

use std::{borrow::Cow, ptr};

use serde_json::{Map, Value};

use super::survey::resolve;

/// Maximum depth of arguments. `serde_json` has the same limit.
const MAX_DEPTH: usize = 128;

/// Maximum depth of references and alternatives, which may form a cycle.
const MAX_REFERENCES: usize = 16;

/// Maximum number of schemas that apply to one value. A schema that needs more is not followed.
const MAX_SCHEMAS: usize = 512;

/// Maximum number of digits: enough for every integer type.
const MAX_DIGITS: usize = 40;

/// Rewrites whole numbers in the arguments of one schema.
#[derive(Debug)]
pub(crate) struct WholeNumbers {
    schema: Value,
    /// `true` if the types of the handler decide: the schema is hand-written, and the arguments may
    /// stay JSON. Then only arguments that the types rejected are rewritten.
    pub(crate) is_fallback: bool,
}

impl WholeNumbers {
    /// Creates the rewriter of a schema. Returns `None` for a schema without integers.
    pub(crate) fn of(schema: &Value) -> Option<Self> {
        schema.to_string().contains("\"integer\"").then(|| Self { schema: schema.clone(), is_fallback: false })
    }

    /// Sets whether only rejected arguments are rewritten.
    pub(crate) fn fallback(self, is_fallback: bool) -> Self {
        Self { is_fallback, ..self }
    }

    /// Returns the arguments with plain integers. Arguments without such numbers cost one scan.
    pub(crate) fn rewrite<'a>(&self, json: &'a str) -> Cow<'a, str> {
        if !has_candidate(json) {
            return Cow::Borrowed(json);
        }
        Rewriter::new(Some(&self.schema), json).finish(&[&self.schema])
    }

    /// Returns the value of one argument with plain integers. A handler that reads single arguments
    /// pays for those only.
    pub(crate) fn rewrite_member<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        if !has_candidate(value) {
            return Cow::Borrowed(value);
        }
        let rewriter = Rewriter::new(Some(&self.schema), value);
        let schemas = property(&rewriter.applicable(&[&self.schema]), name);
        rewriter.finish(&schemas)
    }
}

/// Returns JSON with every whole number as a plain integer, for types without a known schema.
pub(crate) fn rewrite_all(json: &str) -> Cow<'_, str> {
    if !has_candidate(json) {
        return Cow::Borrowed(json);
    }
    Rewriter::new(None, json).finish(&[])
}

/// Returns the digits of a number with a zero fraction, such as `1000` for `1e3`. Returns `None`
/// for other numbers, and for integers beyond every type.
pub(crate) fn whole(number: &str) -> Option<String> {
    let (sign, unsigned) = number.strip_prefix('-').map_or(("", number), |unsigned| ("-", unsigned));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(integer) || !is_number(fraction) || !is_number(exponent.trim_start_matches(['+', '-'])) {
        return None;
    }
    let digits = format!("{integer}{fraction}");
    let significant = digits.trim_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    // The number is `significant` times ten to the power of `zeros`.
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let exponent: i64 = exponent.parse().ok()?;
    let zeros =
        exponent.checked_add(i64::try_from(trailing).ok()?)?.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let zeros = usize::try_from(zeros).ok()?;
    (significant.len().checked_add(zeros)? <= MAX_DIGITS).then(|| format!("{sign}{significant}{}", "0".repeat(zeros)))
}

/// Returns `true` if a number in the text has a fraction or an exponent, or is `-0`.
fn has_candidate(json: &str) -> bool {
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at),
            b'.' => return true,
            // Letters of `true` and `false` follow no digit.
            b'e' | b'E' if at > 0 && bytes[at - 1].is_ascii_digit() => return true,
            b'-' if bytes.get(at + 1) == Some(&b'0') => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

/// Returns the position of the closing quote of the string that begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Copies a text, except for the numbers that it rewrites.
struct Rewriter<'a, 'j> {
    /// Schema that the references are resolved in. Without one, every number is an integer.
    root: Option<&'a Value>,
    json: &'j str,
    at: usize,
    /// End of the text that has been copied.
    copied: usize,
    out: String,
}

impl<'a, 'j> Rewriter<'a, 'j> {
    fn new(root: Option<&'a Value>, json: &'j str) -> Self {
        Self { root, json, at: 0, copied: 0, out: String::new() }
    }

    fn finish(mut self, schemas: &[&'a Value]) -> Cow<'j, str> {
        // Invalid JSON is left to the parser, whose error names the place.
        if self.value(schemas, 0).is_none() || self.copied == 0 {
            return Cow::Borrowed(self.json);
        }
        self.out.push_str(&self.json[self.copied..]);
        Cow::Owned(self.out)
    }

    /// Reads one value, to which these schemas apply. Returns `None` for invalid JSON.
    fn value(&mut self, schemas: &[&'a Value], depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(&self.applicable(schemas), depth),
            b'[' => self.array(&self.applicable(schemas), depth),
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => {
                let start = self.at;
                self.skip(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'));
                self.number(start, schemas);
                Some(())
            }
            _ => {
                let start = self.at;
                self.skip(|byte| byte.is_ascii_alphabetic());
                (self.at > start).then_some(())
            }
        }
    }

    fn object(&mut self, schemas: &[&'a Map<String, Value>], depth: usize) -> Option<()> {
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.peek().filter(|byte| *byte == b'"')?;
            let quoted = self.string()?;
            let plain = quoted.get(1..quoted.len() - 1)?;
            let name: Cow<'_, str> =
                if plain.contains('\\') { serde_json::from_str::<String>(quoted).ok()?.into() } else { plain.into() };
            self.peek().filter(|byte| *byte == b':')?;
            self.at += 1;
            self.value(&property(schemas, &name), depth + 1)?;
            if self.separator(b'}')? {
                return Some(());
            }
        }
    }

    fn array(&mut self, schemas: &[&'a Map<String, Value>], depth: usize) -> Option<()> {
        self.at += 1;
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        let rest: Vec<&Value> = schemas.iter().filter_map(|schema| schema.get("items")).collect();
        let prefixes: Vec<&Vec<Value>> =
            schemas.iter().filter_map(|schema| schema.get("prefixItems").and_then(Value::as_array)).collect();
        for index in 0.. {
            let own: Vec<&Value> = prefixes.iter().filter_map(|items| items.get(index)).collect();
            self.value(if own.is_empty() { &rest } else { &own }, depth + 1)?;
            if self.separator(b']')? {
                break;
            }
        }
        Some(())
    }

    fn number(&mut self, start: usize, schemas: &[&Value]) {
        let number = &self.json[start..self.at];
        let is_plain = !number.contains(['.', 'e', 'E']) && number != "-0";
        if is_plain || !self.expects_integer(schemas) {
            return;
        }
        if let Some(whole) = whole(number) {
            self.out.push_str(&self.json[self.copied..start]);
            self.out.push_str(&whole);
            self.copied = self.at;
        }
    }

    fn expects_integer(&self, schemas: &[&Value]) -> bool {
        let Some(root) = self.root else { return true };
        schemas.iter().any(|schema| Numbers::of(root, schema, 0) == Numbers { integers: true, others: false })
    }

    /// Returns the schemas with all that they refer to and all of their alternatives.
    fn applicable(&self, schemas: &[&'a Value]) -> Vec<&'a Map<String, Value>> {
        let Some(root) = self.root else { return Vec::new() };
        let mut pending = schemas.to_vec();
        let mut found: Vec<&Map<String, Value>> = Vec::new();
        while let Some(schema) = pending.pop() {
            if found.len() >= MAX_SCHEMAS {
                break;
            }
            let Value::Object(schema) = schema else { continue };
            if found.iter().any(|known| ptr::eq(*known, schema)) {
                continue;
            }
            found.push(schema);
            let reference = schema.get("$ref").and_then(Value::as_str);
            pending.extend(reference.and_then(|reference| resolve(root, reference)));
            for keyword in ["anyOf", "oneOf", "allOf"] {
                pending.extend(schema.get(keyword).and_then(Value::as_array).into_iter().flatten());
            }
            pending.extend(["then", "else"].iter().filter_map(|keyword| schema.get(*keyword)));
        }
        found
    }

    fn string(&mut self) -> Option<&'j str> {
        let end = string_end(self.json.as_bytes(), self.at) + 1;
        let quoted = self.json.get(self.at..end)?;
        self.at = end;
        Some(quoted)
    }

    /// Reads `,` or the end of an object or array. Returns `true` for the end.
    fn separator(&mut self, end: u8) -> Option<bool> {
        let byte = self.peek()?;
        self.at += 1;
        (byte == end || byte == b',').then_some(byte == end)
    }

    /// Returns the next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        self.skip(|byte| byte.is_ascii_whitespace());
        self.json.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        let rest = &self.json.as_bytes()[self.at..];
        self.at += rest.iter().position(|byte| !is_skipped(*byte)).unwrap_or(rest.len());
    }
}

/// Returns the schemas that may apply to a property. Patterns of `patternProperties` are not
/// matched: an integer in place of `1.0` is also valid where other numbers are expected.
fn property<'a>(schemas: &[&'a Map<String, Value>], name: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    for schema in schemas {
        if let Some(property) = schema.get("properties").and_then(|properties| properties.get(name)) {
            found.push(property);
            continue;
        }
        found.extend(schema.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::values));
        let rest = ["additionalProperties", "unevaluatedProperties"];
        found.extend(rest.iter().filter_map(|keyword| schema.get(*keyword)).filter(|rest| rest.is_object()));
    }
    found
}

/// Kinds of numbers that a schema accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Numbers {
    integers: bool,
    /// Other numbers, or values of any type.
    others: bool,
}

impl Numbers {
    fn of(root: &Value, schema: &Value, depth: usize) -> Self {
        let Value::Object(schema) = schema else {
            return Self { integers: false, others: *schema == Value::Bool(true) };
        };
        if depth > MAX_REFERENCES {
            return Self::default();
        }
        match schema.get("type") {
            Some(Value::String(kind)) => return Self { integers: kind == "integer", others: kind == "number" },
            Some(Value::Array(kinds)) => {
                let has = |kind: &str| kinds.iter().any(|one| one == kind);
                return Self { integers: has("integer"), others: has("number") };
            }
            _ => {}
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return resolve(root, reference).map_or_else(Self::default, |target| Self::of(root, target, depth + 1));
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            let Some(schemas) = schema.get(keyword).and_then(Value::as_array) else { continue };
            let all =
                schemas.iter().map(|schema| Self::of(root, schema, depth + 1)).fold(Self::default(), |one, other| {
                    Self { integers: one.integers || other.integers, others: one.others || other.others }
                });
            // All of them apply, so an integer stays one beside a schema of any type.
            return if keyword == "allOf" && all.integers { Self { others: false, ..all } } else { all };
        }
        let is_any = !schema.contains_key("const") && !schema.contains_key("enum");
        Self { integers: false, others: is_any }
    }
}

#[cfg(test)]
mod tests;
