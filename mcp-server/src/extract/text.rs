//! Deserializers for values that are sent as text: template variables and arguments of prompts.

use std::{cell::Cell, str::FromStr};

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error as _, MapAccess, Visitor,
        value::{BorrowedStrDeserializer, Error},
    },
    forward_to_deserialize_any,
};
use serde_json::Value;

use crate::schema::{self, rewrite_all, whole};

/// Deserializes a value from text.
pub(super) fn read_text<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    T::deserialize(Text(text))
}

/// Deserializer for pairs of name and text: a map.
pub(super) struct TextMap<'a, 'i, I> {
    pairs: I,
    current: Option<(&'a str, &'a str)>,
    /// Name of the text that does not fit its type.
    invalid: &'i Cell<Option<&'a str>>,
}

impl<'a, 'i, I: Iterator<Item = (&'a str, &'a str)>> TextMap<'a, 'i, I> {
    pub(super) fn new(pairs: I, invalid: &'i Cell<Option<&'a str>>) -> Self {
        Self { pairs, current: None, invalid }
    }
}

impl<'de, I: Iterator<Item = (&'de str, &'de str)>> MapAccess<'de> for TextMap<'de, '_, I> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.current = self.pairs.next();
        self.current.map(|(name, _)| seed.deserialize(BorrowedStrDeserializer::new(name))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (name, text) = self.current.take().unwrap_or_default();
        seed.deserialize(Text(text)).map_err(|error| {
            self.invalid.set(Some(name));
            Error::custom(format_args!("`{name}`: {error}"))
        })
    }
}

impl<'de, I: Iterator<Item = (&'de str, &'de str)>> Deserializer<'de> for TextMap<'de, '_, I> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Deserializer for one text. The visited type decides how it is parsed.
#[derive(Clone, Copy)]
struct Text<'a>(&'a str);

macro_rules! parsed {
    ($($method:ident $visit:ident $expected:literal,)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
                match parse(self.0.trim()) {
                    Some(value) => visitor.$visit(value),
                    None => Err(Error::custom(format_args!(concat!("expected ", $expected, ", got {:?}"), self.0))),
                }
            }
        )*
    };
}

/// Parses a text. An integer may have a zero fraction or an exponent, as in JSON.
fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().or_else(|| whole(text)?.parse().ok())
}

/// Sequences, maps and structs are sent as JSON text.
macro_rules! json {
    ($($method:ident($($parameter:ident: $type:ty),*) $example:literal)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, $($parameter: $type,)* visitor: V) -> Result<V::Value, Error> {
                // A reader, because the rewritten text does not live as long as the value.
                let text = rewrite_all(self.0);
                let mut json = serde_json::Deserializer::from_reader(text.as_bytes());
                json.$method($($parameter,)* visitor)
                    .and_then(|value| json.end().map(|()| value))
                    .map_err(|error| Error::custom(format_args!("expected JSON as text, such as {}: {error}", $example)))
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.0)).map_err(|error| match variants {
            [] => error,
            known if known.contains(&self.0) => error,
            known => {
                let known: Vec<Value> = known.iter().map(|known| Value::from(*known)).collect();
                Error::custom(format_args!("expected {}, got {:?}", schema::one_of(&known), self.0))
            }
        })
    }

    parsed! {
        deserialize_bool visit_bool "true or false",
        deserialize_i8 visit_i8 "an integer",
        deserialize_i16 visit_i16 "an integer",
        deserialize_i32 visit_i32 "an integer",
        deserialize_i64 visit_i64 "an integer",
        deserialize_i128 visit_i128 "an integer",
        deserialize_u8 visit_u8 "an integer from 0 to 255",
        deserialize_u16 visit_u16 "an integer, 0 or more",
        deserialize_u32 visit_u32 "an integer, 0 or more",
        deserialize_u64 visit_u64 "an integer, 0 or more",
        deserialize_u128 visit_u128 "an integer, 0 or more",
        deserialize_f32 visit_f32 "a number",
        deserialize_f64 visit_f64 "a number",
    }

    json! {
        deserialize_seq() r#"["a", "b"]"#
        deserialize_tuple(length: usize) r#"["a", 1]"#
        deserialize_tuple_struct(name: &'static str, length: usize) r#"["a", 1]"#
        deserialize_map() r#"{"name": "a"}"#
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) r#"{"name": "a"}"#
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fmt::Debug};

    use serde::Deserialize;

    use super::*;

    fn read<T: DeserializeOwned + Debug>(text: &str) -> Result<T, String> {
        read_text::<T>(text).map_err(|error| error.to_string())
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Color {
        Red,
        Green,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Id(u32);

    #[test]
    fn text_is_parsed_as_type_of_parameter() {
        assert_eq!(read::<String>("5"), Ok("5".to_owned()));
        assert_eq!(read::<i64>("-5"), Ok(-5));
        assert_eq!(read::<bool>("true"), Ok(true));
        assert_eq!(read::<Option<u8>>("7"), Ok(Some(7)));
        assert_eq!(read::<Id>("9"), Ok(Id(9)));
        assert_eq!(read::<Color>("red"), Ok(Color::Red));
        assert_eq!(read::<Vec<u8>>("[1,2]"), Ok(vec![1, 2]));
        assert_eq!(read::<BTreeMap<String, u8>>(r#"{"a":1}"#).unwrap()["a"], 1);
    }

    #[test]
    fn unfit_text_is_rejected_with_expectation() {
        assert_eq!(read::<u8>("300").unwrap_err(), "expected an integer from 0 to 255, got \"300\"");
        assert_eq!(read::<Color>("blue").unwrap_err(), r#"expected one of "red", "green", got "blue""#);
        assert!(read::<Vec<u8>>("[1,2] and more").unwrap_err().contains("trailing"));
        let text = read::<Vec<String>>("Ann, Bob").unwrap_err();
        assert!(text.starts_with(r#"expected JSON as text, such as ["a", "b"]: "#), "{text}");
    }
}
