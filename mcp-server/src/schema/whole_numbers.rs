//! `WholeNumbers`: rewrites integers that are sent with a fraction or an exponent, such as `1.0`.
//!
//! JSON Schema counts every number with a zero fraction as an integer (2020-12, validation, section
//! 6.1.1), but serde reads `1.0`, `1e3` and `-0` as floats. They are rewritten where the schema
//! expects integers and no other numbers. All other values keep their text.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    rewriter::{Rewriter, Rule, property, string_end},
    survey::resolve,
};

/// Maximum depth of references and alternatives, which may form a cycle.
const MAX_REFERENCES: usize = 16;

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
        Rewriter::new(Integers(Some(&self.schema)), json).finish(&[&self.schema])
    }

    /// Returns the value of one argument with plain integers. A handler that reads single arguments
    /// pays for those only.
    pub(crate) fn rewrite_member<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        if !has_candidate(value) {
            return Cow::Borrowed(value);
        }
        let rewriter = Rewriter::new(Integers(Some(&self.schema)), value);
        let schemas = property(&rewriter.applicable(&[&self.schema]), name);
        rewriter.finish(&schemas)
    }
}

/// Returns JSON with every whole number as a plain integer, for types without a known schema.
pub(crate) fn rewrite_all(json: &str) -> Cow<'_, str> {
    if !has_candidate(json) {
        return Cow::Borrowed(json);
    }
    Rewriter::new(Integers(None), json).finish(&[])
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

/// Rewrites whole numbers where the schema expects integers. Without a schema, every number is an
/// integer.
#[derive(Clone, Copy)]
struct Integers<'a>(Option<&'a Value>);

impl<'a> Rule<'a> for Integers<'a> {
    fn root(&self) -> Option<&'a Value> {
        self.0
    }

    fn number(&self, number: &str, schemas: &[&'a Value]) -> Option<String> {
        let is_plain = !number.contains(['.', 'e', 'E']) && number != "-0";
        if is_plain || !self.expects_integer(schemas) {
            return None;
        }
        whole(number)
    }
}

impl Integers<'_> {
    fn expects_integer(self, schemas: &[&Value]) -> bool {
        let Some(root) = self.0 else { return true };
        schemas.iter().any(|schema| Numbers::of(root, schema, 0) == Numbers { integers: true, others: false })
    }
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
