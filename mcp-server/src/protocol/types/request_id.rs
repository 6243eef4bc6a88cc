//! The id that joins a request and its response.

use std::{fmt, str};

use bytes::Bytes;

/// The id of a JSON-RPC request: a string or an integer, kept as the JSON text the client sent.
///
/// `1` and `"1"` are two different ids. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Bytes);

/// The longest id that is accepted, in bytes of JSON.
const LONGEST: usize = 1024;

impl RequestId {
    /// The id that this JSON text is, or why it cannot be one. `text` must be a part of `body`.
    pub(crate) fn parse(body: &Bytes, text: &str) -> Result<Self, &'static str> {
        if text.len() > LONGEST {
            return Err("the id is too long");
        }
        match text.as_bytes() {
            [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => Ok(Self(body.slice_ref(text.as_bytes()))),
            // The same id can be escaped in several ways; it is compared in one.
            [b'"', ..] => {
                let plain: String = serde_json::from_str(text).map_err(|_| "the id is not a string")?;
                Ok(Self(serde_json::Value::String(plain).to_string().into()))
            }
            [b'-', digits @ ..] | digits if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
                Ok(Self(body.slice_ref(text.as_bytes())))
            }
            _ => Err("the id must be a string or an integer"),
        }
    }

    /// The same id, without the body that it came in: for who keeps it longer than a call takes.
    pub(crate) fn detached(&self) -> Self {
        Self(Bytes::copy_from_slice(&self.0))
    }

    /// The id as the JSON text it travels as.
    pub fn as_json(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_json())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_integers_are_ids_and_nothing_else_is() {
        for (text, valid) in [
            ("1", true),
            ("-7", true),
            ("\"a\"", true),
            ("\"\"", true),
            ("1.0", false),
            ("1e3", false),
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
    fn one_string_escaped_in_two_ways_is_one_id() {
        let parse = |text: &str| {
            let body = Bytes::copy_from_slice(text.as_bytes());
            RequestId::parse(&body, str::from_utf8(&body).unwrap()).unwrap()
        };
        assert_eq!(parse(r#""a""#), parse(r#""\u0061""#));
        assert_ne!(parse("1"), parse(r#""1""#));
    }
}
