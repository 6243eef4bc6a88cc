//! The members of a JSON object that is known to be valid, without parsing the values that nobody asks for.
//!
//! The envelope of a call has been parsed before its arguments are read, so their text is valid JSON: what an argument's value is
//! not needed for can be skipped by its brackets.

use std::borrow::Cow;

use serde::de::Error as _;
use serde_json::Error;

use super::scan::value_end;

/// Walks through the members of an object.
pub(crate) struct MemberReader<'a> {
    /// What is left of the text.
    rest: &'a str,
}

impl<'a> MemberReader<'a> {
    /// `object` is the text of a valid JSON object.
    pub(crate) fn new(object: &'a str) -> Self {
        Self { rest: object.trim_start().strip_prefix('{').unwrap_or_default() }
    }

    /// The name of the next member, and the text of its value.
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
            self.rest.split_at_checked(length).ok_or_else(|| Error::custom("the object ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn skip(&mut self, separator: char) {
        self.rest = self.rest.trim_start();
        self.rest = self.rest.strip_prefix(separator).unwrap_or(self.rest).trim_start();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    #[test]
    fn members_are_those_that_a_parser_finds() {
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
