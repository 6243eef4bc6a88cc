//! Deserializers for values that are sent as text: template variables and arguments of prompts.

use std::{cell::Cell, fmt::Display, str::FromStr};

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error as _, MapAccess, Visitor,
        value::{BorrowedStrDeserializer, Error},
    },
    forward_to_deserialize_any,
};
use serde_json::Value;
use serde_path_to_error::Track;

use crate::schema::{self, rewrite_all, whole};

pub(super) use serde::de::value::Error as TextError;

/// Deserializes a value from text.
pub(super) fn read_text<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    T::deserialize(Text(text))
}

/// Deserializer for pairs of name and text: a map.
pub(super) struct TextMap<'a, 'i, I> {
    pairs: I,
    current: Option<(&'a str, &'a str)>,
    /// Name and text of the argument that does not fit its type.
    invalid: &'i Cell<Option<(&'a str, &'a str)>>,
}

impl<'a, 'i, I: Iterator<Item = (&'a str, &'a str)>> TextMap<'a, 'i, I> {
    pub(super) fn new(pairs: I, invalid: &'i Cell<Option<(&'a str, &'a str)>>) -> Self {
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
        seed.deserialize(Text(text)).inspect_err(|_| self.invalid.set(Some((name, text))))
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
    ($($method:ident $visit:ident $type:ty, $expected:literal,)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
                match <$type>::parse(self.0.trim()) {
                    Some(value) => visitor.$visit(value),
                    None => Err(<$type>::error(self.0, $expected)),
                }
            }
        )*
    };
}

/// Types of values that a text is parsed as.
trait Parsed: FromStr {
    /// Parses a text.
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// Returns the error for a text that is no such value.
    fn error(text: &str, expected: &str) -> Error {
        unfit(text, expected)
    }
}

fn unfit(text: &str, expected: impl Display) -> Error {
    Error::custom(format_args!("expected {expected}, got {}", schema::quoted(text)))
}

impl Parsed for bool {}

macro_rules! integers {
    ($($type:ty)*) => {
        $(
            /// An integer may have a zero fraction or an exponent, as in JSON.
            impl Parsed for $type {
                fn parse(text: &str) -> Option<Self> {
                    text.parse().ok().or_else(|| whole(text)?.parse().ok())
                }

                fn error(text: &str, expected: &str) -> Error {
                    let digits = text.trim().trim_start_matches(['-', '+']);
                    let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                    if is_integer || whole(text.trim()).is_some() {
                        return unfit(text, format_args!("an integer from {} to {}", Self::MIN, Self::MAX));
                    }
                    unfit(text, expected)
                }
            }
        )*
    };
}

integers! { i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 }

macro_rules! floats {
    ($($type:ty)*) => {
        $(
            /// JSON has neither infinity nor NaN.
            impl Parsed for $type {
                fn parse(text: &str) -> Option<Self> {
                    text.parse().ok().filter(|number: &Self| number.is_finite())
                }

                fn error(text: &str, expected: &str) -> Error {
                    let is_number = text.trim().parse::<Self>().is_ok() && text.contains(|c: char| c.is_ascii_digit());
                    unfit(text, if is_number { "a number in the range of its type" } else { expected })
                }
            }
        )*
    };
}

floats! { f32 f64 }

/// Sequences, maps and structs are sent as JSON text.
macro_rules! json {
    ($($method:ident($($parameter:ident: $type:ty),*) $example:literal)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, $($parameter: $type,)* visitor: V) -> Result<V::Value, Error> {
                // A reader, because the rewritten text does not live as long as the value.
                let text = rewrite_all(self.0);
                let mut json = serde_json::Deserializer::from_reader(text.as_bytes());
                let mut track = Track::new();
                let read = serde_path_to_error::Deserializer::new(&mut json, &mut track)
                    .$method($($parameter,)* visitor)
                    .and_then(|value| json.end().map(|()| value));
                read.map_err(|error| Error::custom(schema::json_text_message(&track.path(), &error, &text, $example)))
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
                unfit(self.0, schema::one_of(&known))
            }
        })
    }

    parsed! {
        deserialize_bool visit_bool bool, "true or false",
        deserialize_i8 visit_i8 i8, "an integer",
        deserialize_i16 visit_i16 i16, "an integer",
        deserialize_i32 visit_i32 i32, "an integer",
        deserialize_i64 visit_i64 i64, "an integer",
        deserialize_i128 visit_i128 i128, "an integer",
        deserialize_u8 visit_u8 u8, "an integer from 0 to 255",
        deserialize_u16 visit_u16 u16, "an integer, 0 or more",
        deserialize_u32 visit_u32 u32, "an integer, 0 or more",
        deserialize_u64 visit_u64 u64, "an integer, 0 or more",
        deserialize_u128 visit_u128 u128, "an integer, 0 or more",
        deserialize_f32 visit_f32 f32, "a number",
        deserialize_f64 visit_f64 f64, "a number",
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
        assert_eq!(read::<u16>("70000").unwrap_err(), "expected an integer from 0 to 65535, got \"70000\"");
        assert_eq!(read::<u16>("many").unwrap_err(), "expected an integer, 0 or more, got \"many\"");
        for (text, expected) in
            [("1e400", "a number in the range of its type"), ("inf", "a number"), ("NaN", "a number")]
        {
            assert_eq!(read::<f64>(text).unwrap_err(), format!("expected {expected}, got {text:?}"));
        }
        assert!(read::<f32>("1e39").is_err());
        assert!(read::<Vec<u8>>("[1,2] and more").unwrap_err().contains("trailing"));
        assert_eq!(read::<Vec<u8>>("[1,-2]").unwrap_err(), "`[1]`: expected an integer from 0 to 255, got integer -2");
        let text = read::<Vec<String>>("Ann, Bob").unwrap_err();
        assert!(text.starts_with(r#"expected JSON as text, such as ["a", "b"]: "#), "{text}");
    }
}
