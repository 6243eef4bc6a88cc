//! Members of `params` as JSON text, checked by the method that reads them.
//!
//! A method accepts any value in parameters that it does not have, so the type of a parameter is
//! checked on use.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Value, value::RawValue};

use crate::{
    protocol::types::error_object::{ErrorObject, excerpt},
    schema,
};

/// The JSON text of a parameter, if it is present. `null` counts as absent.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Parameter<'a>(#[serde(borrow)] Option<&'a RawValue>);

impl<'a> Parameter<'a> {
    /// Returns the JSON text of any value.
    pub(crate) fn json(self) -> Option<&'a str> {
        self.0.map(RawValue::get)
    }

    /// Returns the string, or an error that names the parameter. Strings without escapes are
    /// borrowed.
    pub(crate) fn text(self, name: impl fmt::Display) -> Result<Option<Cow<'a, str>>, ErrorObject> {
        let Some(json) = self.json() else { return Ok(None) };
        if let Some(plain) = json.strip_prefix('"').and_then(|json| json.strip_suffix('"'))
            && !plain.as_bytes().contains(&b'\\')
        {
            return Ok(Some(Cow::Borrowed(plain)));
        }
        let escaped = serde_json::from_str(json);
        let is_string = json.starts_with('"');
        let expected = if is_string { "a string without half of a surrogate pair" } else { "a string" };
        escaped.map(|text| Some(Cow::Owned(text))).map_err(|_| invalid(name, expected))
    }

    /// Returns the JSON text of the object, or an error that names the parameter.
    pub(crate) fn object(self, name: impl fmt::Display) -> Result<Option<&'a str>, ErrorObject> {
        match self.json() {
            Some(json) if json.starts_with('{') => Ok(Some(json)),
            Some(_) if self.object_in_text().is_some() => {
                Err(invalid(name, "an object, got a string that contains JSON: send the value itself, not as text"))
            }
            Some(_) => Err(invalid(name, "an object")),
            None => Ok(None),
        }
    }

    /// Returns the JSON text of an object that was sent as a string.
    pub(crate) fn object_in_text(self) -> Option<String> {
        let quoted = self.json().filter(|json| json.starts_with('"'))?;
        let text: String = serde_json::from_str(quoted).ok()?;
        // The end must be that of the object, so that white space is not guessed.
        let is_object = text.starts_with('{') && text.ends_with('}') && serde_json::from_str::<Value>(&text).is_ok();
        is_object.then_some(text)
    }

    /// Deserializes the object, or returns an error that names the parameter.
    pub(crate) fn read<T: DeserializeOwned>(self, name: &str) -> Result<Option<T>, ErrorObject> {
        let Some(json) = self.object(name)? else { return Ok(None) };
        serde_json::from_str(json).map(Some).map_err(|_| invalid_object::<T>(format_args!("params.{name}"), json))
    }
}

/// A `T` that is read from a JSON object only. A derived `Deserialize` also accepts an array.
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

/// Returns the error for a missing parameter.
pub(crate) fn missing(name: impl fmt::Display) -> ErrorObject {
    ErrorObject::invalid_params(format!("missing `params.{name}`"))
}

fn invalid(name: impl fmt::Display, expected: &str) -> ErrorObject {
    ErrorObject::invalid_params(format!("invalid `params.{name}`: expected {expected}"))
}

/// Returns the error for a member of `params` that is no `T`, with the place inside it.
pub(super) fn invalid_object<'a, T: Deserialize<'a>>(name: impl fmt::Display, json: &'a str) -> ErrorObject {
    let violation = schema::typed_violation::<T>("", json);
    let place = if violation.path.is_empty() { String::new() } else { violation.place("") + ": " };
    let text = format!("invalid `{name}`: {place}expected {}, got {}", violation.expected, violation.got);
    ErrorObject::invalid_params(excerpt(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn parameter_is_checked_on_use() {
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
        assert_eq!(parameter("{}").text("x").unwrap_err().message, "invalid `params.x`: expected a string");
        assert!(parameter("null").text("x").unwrap().is_none() && parameter("null").object("x").unwrap().is_none());
        assert!(matches!(parameter(r#""plain""#).text("x"), Ok(Some(Cow::Borrowed("plain")))));
    }

    #[test]
    fn read_error_names_place_and_drops_position() {
        let parameter: Parameter<'_> = serde_json::from_str(r#"{"a":"b at line c"}"#).unwrap();
        assert_eq!(
            parameter.read::<BTreeMap<String, bool>>("x").unwrap_err().message,
            r#"invalid `params.x`: `a`: expected a boolean, got string "b at line c""#
        );
    }
}
