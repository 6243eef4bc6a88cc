//! One member of `params`, as it was sent.
//!
//! `params` is open: what a member must be is a matter of the method that has it. So it is said where it is read, and what nobody
//! reads may be anything.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

use crate::protocol::types::error_object::{ErrorObject, excerpt};

/// The JSON text of a parameter, if it is there. `null` is as good as nothing.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Parameter<'a>(#[serde(borrow)] Option<&'a RawValue>);

impl<'a> Parameter<'a> {
    /// Whatever it is.
    pub(crate) fn json(self) -> Option<&'a str> {
        self.0.map(RawValue::get)
    }

    /// The string that it is; borrowed, unless it was escaped.
    pub(crate) fn text(self, name: impl fmt::Display) -> Result<Option<Cow<'a, str>>, ErrorObject> {
        let Some(json) = self.json() else { return Ok(None) };
        if let Some(plain) = json.strip_prefix('"').and_then(|json| json.strip_suffix('"'))
            && !plain.as_bytes().contains(&b'\\')
        {
            return Ok(Some(Cow::Borrowed(plain)));
        }
        let escaped = serde_json::from_str(json);
        escaped.map(|text| Some(Cow::Owned(text))).map_err(|_| unfit(name, "a string"))
    }

    /// The JSON text of the object that it is.
    pub(crate) fn object(self, name: impl fmt::Display) -> Result<Option<&'a str>, ErrorObject> {
        match self.json() {
            Some(json) if !json.starts_with('{') => Err(unfit(name, "an object")),
            json => Ok(json),
        }
    }

    /// What the object that it is means.
    pub(crate) fn read<T: DeserializeOwned>(self, name: &str) -> Result<Option<T>, ErrorObject> {
        let object = self.object(name)?.map(serde_json::from_str).transpose();
        object.map_err(|error| ErrorObject::invalid_params(format!("`params.{name}`: {}", without_position(&error))))
    }
}

/// A `T` that is a JSON object. Derived `Deserialize` would take an array too, and read its elements in order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

/// The answer to parameters without one that must be there.
pub(crate) fn missing(name: impl fmt::Display) -> ErrorObject {
    ErrorObject::invalid_params(format!("`params.{name}` is missing"))
}

fn unfit(name: impl fmt::Display, what: &str) -> ErrorObject {
    ErrorObject::invalid_params(format!("`params.{name}` must be {what}"))
}

/// The text of an error of `serde_json`, without the line and column, which are those of a part, and without much of what was sent.
pub(super) fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    excerpt(text.split(" at line ").next().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_read_as_what_it_must_be() {
        let parameter = |json: &'static str| serde_json::from_str::<Parameter<'static>>(json).unwrap();
        for (json, text) in [
            (r#""""#, Some("")),
            (r#""ä b""#, Some("ä b")),
            (r#""a\u0064d\"""#, Some("add\"")),
            (r#""\ud800""#, None),
            ("5", None),
            ("1e999", None),
            ("[]", None),
            ("true", None),
        ] {
            assert_eq!(parameter(json).text("x").ok().flatten().as_deref(), text, "{json}");
            assert!(parameter(json).object("x").is_err(), "{json}");
        }
        assert_eq!(parameter(r#"{ "a": 1.50 }"#).object("x").unwrap(), Some(r#"{ "a": 1.50 }"#));
        assert_eq!(parameter("{}").text("x").unwrap_err().message, "`params.x` must be a string");
        assert!(parameter("null").text("x").unwrap().is_none() && parameter("null").object("x").unwrap().is_none());
        assert!(matches!(parameter(r#""plain""#).text("x"), Ok(Some(Cow::Borrowed("plain")))));
    }
}
