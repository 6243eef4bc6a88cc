//! Reader of the members of a valid JSON object, which skips values instead of parsing them.
//!
//! The arguments of a call are valid JSON, because the envelope has been parsed. So the scan can
//! find the end of each value.

use std::borrow::Cow;

use serde::de::Error as _;
use serde_json::Error;

use super::scan::value_end;

/// Reads the members of an object in order.
pub(crate) struct MemberReader<'a> {
    /// Text after the last member that was read.
    rest: &'a str,
}

impl<'a> MemberReader<'a> {
    /// Creates a reader. `object` must be the text of a valid JSON object.
    pub(crate) fn new(object: &'a str) -> Self {
        Self { rest: object.trim_ascii_start().strip_prefix('{').unwrap_or_default() }
    }

    /// Returns the name of the next member and the JSON text of its value.
    pub(crate) fn next(&mut self) -> Result<Option<(Cow<'a, str>, &'a str)>, Error> {
        self.skip(',');
        if !self.rest.starts_with('"') {
            return Ok(None);
        }
        let quoted = self.take(value_end(self.rest))?;
        self.skip(':');
        let value = self.take(value_end(self.rest))?;
        let plain = &quoted[1..quoted.len().saturating_sub(1).max(1)];
        let name = if plain.contains('\\') { serde_json::from_str::<String>(quoted)?.into() } else { plain.into() };
        Ok(Some((name, value)))
    }

    fn take(&mut self, length: usize) -> Result<&'a str, Error> {
        let (taken, rest) =
            self.rest.split_at_checked(length).ok_or_else(|| Error::custom("unexpected end of the object"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn skip(&mut self, separator: char) {
        self.rest = self.rest.trim_ascii_start();
        self.rest = self.rest.strip_prefix(separator).unwrap_or(self.rest).trim_ascii_start();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    #[test]
    fn members_match_serde_json() {
        for object in [
            "{}",
            " { } ",
            r#"{"a":1}"#,
            r#"{ "a" : 1 , "b" : [1, {"c": "}"}], "d": "x\"y" , "e":null}"#,
            r#"{"a\u0062\"":{"a":{}},"":""}"#,
        ] {
            let expected: BTreeMap<String, Value> = serde_json::from_str(object).unwrap();
            let mut members = MemberReader::new(object);
            let mut found = BTreeMap::new();
            while let Some((name, value)) = members.next().unwrap() {
                found.insert(name.into_owned(), serde_json::from_str::<Value>(value).unwrap());
            }
            assert_eq!(found, expected, "{object}");
        }
    }
}
