//! `Rewriter`: replaces numbers and strings in JSON text, depending on their schemas.

use std::{borrow::Cow, ptr};

use serde_json::{Map, Value};

use super::survey::resolve;

/// Maximum depth of arguments. `serde_json` has the same limit.
const MAX_DEPTH: usize = 128;

/// Maximum number of schemas that apply to one value. A schema that needs more is not followed.
const MAX_SCHEMAS: usize = 512;

/// Decides which numbers and strings are rewritten.
pub(super) trait Rule<'a> {
    /// Returns the schema that the references are resolved in.
    fn root(&self) -> Option<&'a Value>;

    /// Returns the replacement of a number to which these schemas apply.
    fn number(&self, _number: &str, _schemas: &[&'a Value]) -> Option<String> {
        None
    }

    /// Returns the replacement of a string, with its quotes, to which these schemas apply.
    fn string(&self, _quoted: &str, _schemas: &[&'a Value]) -> Option<String> {
        None
    }
}

/// Copies a text, except for the tokens that its rule replaces.
pub(super) struct Rewriter<'j, R> {
    rule: R,
    json: &'j str,
    at: usize,
    /// End of the text that has been copied.
    copied: usize,
    out: String,
}

impl<'a, 'j, R: Rule<'a>> Rewriter<'j, R> {
    pub(super) fn new(rule: R, json: &'j str) -> Self {
        Self { rule, json, at: 0, copied: 0, out: String::new() }
    }

    /// Returns the text of a value to which these schemas apply.
    pub(super) fn finish(mut self, schemas: &[&'a Value]) -> Cow<'j, str> {
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
            b'"' => {
                let start = self.at;
                let quoted = self.string()?;
                self.replace(start, self.rule.string(quoted, schemas));
                Some(())
            }
            b'-' | b'0'..=b'9' => {
                let start = self.at;
                self.skip(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'));
                self.replace(start, self.rule.number(&self.json[start..self.at], schemas));
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

    /// Replaces the token that begins at `start`.
    fn replace(&mut self, start: usize, by: Option<String>) {
        if let Some(by) = by {
            self.out.push_str(&self.json[self.copied..start]);
            self.out.push_str(&by);
            self.copied = self.at;
        }
    }

    /// Returns the schemas with all that they refer to and all of their alternatives.
    pub(super) fn applicable(&self, schemas: &[&'a Value]) -> Vec<&'a Map<String, Value>> {
        let Some(root) = self.rule.root() else { return Vec::new() };
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
pub(super) fn property<'a>(schemas: &[&'a Map<String, Value>], name: &str) -> Vec<&'a Value> {
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

/// Returns the position of the closing quote of the string that begins at `start`.
pub(super) fn string_end(bytes: &[u8], start: usize) -> usize {
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
