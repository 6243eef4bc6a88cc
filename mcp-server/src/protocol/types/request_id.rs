//! Ids that relate a response to its request.

use std::{fmt, str};

use bytes::Bytes;

use crate::protocol::envelope::part::part;

/// Id of a JSON-RPC request: a string or an integer.
///
/// The id is stored as the JSON text that the client sent, so `1` and `"1"` differ. Clones share
/// the text. Specification: `RequestId` (2026-07-28).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Bytes);

impl RequestId {
    /// Maximum length of an id, in bytes of JSON.
    pub(crate) const MAX_BYTES: usize = 1024;

    /// Parses the JSON text of an id, which must be a part of `body`. The error is a message for
    /// the client.
    pub(crate) fn parse(body: &Bytes, text: &str) -> Result<Self, &'static str> {
        if text.len() > Self::MAX_BYTES {
            return Err("invalid `id`: expected at most 1024 bytes");
        }
        match text.as_bytes() {
            [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => Ok(Self(part(body, text))),
            // A string can be escaped in several ways. One form makes equal ids comparable.
            [b'"', ..] => {
                let plain: String = serde_json::from_str(text).map_err(|_| "invalid `id`: expected a valid string")?;
                Ok(Self(serde_json::Value::String(plain).to_string().into()))
            }
            [b'-' | b'0'..=b'9', ..] if is_integer(text) => Ok(Self(part(body, text))),
            _ => Err("invalid `id`: expected a string or an integer"),
        }
    }

    /// Copies the id, so that keeping it does not keep the body of its request.
    pub(crate) fn detached(&self) -> Self {
        Self(Bytes::copy_from_slice(&self.0))
    }

    /// Returns the id as JSON text, such as `"a"` or `1`.
    pub fn as_json(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Returns `true` for a number without a fraction, in any spelling. JSON Schema counts `1.0` and
/// `1e3` as integers (2020-12, validation, section 6.1.1).
fn is_integer(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    // Whole numbers beyond the precision of a double have no fraction that it could lose.
    number.parse::<f64>().is_ok_and(|number| number.is_finite() && number.fract() == 0.0)
        && serde_json::from_str::<serde_json::Number>(number).is_ok()
}

/// Writes the JSON text.
impl fmt::Debug for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_json())
    }
}

/// Writes the JSON text.
impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_accepts_strings_and_integers_only() {
        for (text, valid) in [
            ("1", true),
            ("-7", true),
            ("\"a\"", true),
            ("\"\"", true),
            ("1.0", true),
            ("-0.0", true),
            ("1e3", true),
            ("10E-1", true),
            ("1.5", false),
            ("1e-3", false),
            ("1e999", false),
            ("1.", false),
            ("0x1", false),
            ("1.0x", false),
            ("-", false),
            ("null", false),
            ("true", false),
            ("[1]", false),
            ("{}", false),
        ] {
            let body = Bytes::copy_from_slice(text.as_bytes());
            let view = str::from_utf8(&body).unwrap();
            assert_eq!(RequestId::parse(&body, view).is_ok(), valid, "{text}");
        }
    }

    #[test]
    fn parse_unifies_escaped_strings() {
        let parse = |text: &str| {
            let body = Bytes::copy_from_slice(text.as_bytes());
            RequestId::parse(&body, str::from_utf8(&body).unwrap()).unwrap()
        };
        assert_eq!(parse(r#""a""#), parse(r#""\u0061""#));
        assert_ne!(parse("1"), parse(r#""1""#));
    }
}
