//! The members of a JSON object that is known to be valid, without parsing the values that nobody asks for.
//!
//! The envelope of a call has been parsed before its arguments are read, so their text is valid JSON: what an argument's value is
//! not needed for can be skipped by its brackets.

use std::borrow::Cow;

use serde::de::{
    DeserializeSeed, Error as _, IntoDeserializer, MapAccess,
    value::{BorrowedStrDeserializer, CowStrDeserializer},
};
use serde_json::Error;

use crate::protocol::structure::value_end;

/// Walks through the members of an object.
pub(super) struct Members<'a> {
    /// What is left of the text.
    rest: &'a str,
}

impl<'a> Members<'a> {
    /// `object` is the text of a valid JSON object.
    pub(super) fn new(object: &'a str) -> Self {
        Self { rest: object.trim_start().strip_prefix('{').unwrap_or_default() }
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

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.skip(',');
        if !self.rest.starts_with('"') {
            return Ok(None);
        }
        let quoted = self.take(value_end(self.rest))?;
        self.skip(':');
        let plain = &quoted[1..quoted.len().saturating_sub(1).max(1)];
        if plain.contains('\\') {
            let name: Cow<'_, str> = serde_json::from_str::<String>(quoted)?.into();
            let name: CowStrDeserializer<'_, Error> = name.into_deserializer();
            seed.deserialize(name).map(Some)
        } else {
            seed.deserialize(BorrowedStrDeserializer::new(plain)).map(Some)
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.take(value_end(self.rest))?;
        let mut deserializer = serde_json::Deserializer::from_str(value);
        let value = seed.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }
}

impl Members<'_> {
    /// Skips the value of the member whose name was read last.
    pub(super) fn skip_value(&mut self) -> Result<(), Error> {
        self.take(value_end(self.rest)).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, de::value::MapAccessDeserializer};
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
            let found =
                BTreeMap::<String, Value>::deserialize(MapAccessDeserializer::new(Members::new(object))).unwrap();
            assert_eq!(found, expected, "{object}");
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_an_error() {
        assert!(BTreeMap::<String, u8>::deserialize(MapAccessDeserializer::new(Members::new(r#"{"a":300}"#))).is_err());
    }
}
