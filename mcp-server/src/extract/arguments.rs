//! Arguments of a call, read straight from their text into the handler's own types.
//!
//! When they do not fit, they are read again to find out where and why: a refusal names the path, what was expected and what
//! came, so that a language model can mend its call.

use std::{fmt, marker::PhantomData};

use schemars::JsonSchema;
use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, Visitor},
    forward_to_deserialize_any,
};

use super::{members::Members, text::TextMap};
use crate::{
    context::{Arguments, Context},
    error::CallError,
    schema,
};

/// A type that an argument may have: anything that serde can read and schemars can describe.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument",
    label = "an argument needs `serde::Deserialize` and `schemars::JsonSchema`",
    note = "add `#[derive(serde::Deserialize, schemars::JsonSchema)]` to the type, or to the type in it; if the client does not send it, leave `#[arg]` out"
)]
pub trait Argument: DeserializeOwned + JsonSchema + Send {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send> Argument for T {}

/// The `#[arg]` parameters of one handler. Implemented by the macros.
pub trait ArgumentSet: Default {
    /// The values, in the order of the parameters.
    type Values;

    /// Their names on the wire, in the same order.
    const NAMES: &'static [&'static str];

    /// Reads the value of the argument of that index.
    ///
    /// # Errors
    /// When the value does not fit its type.
    fn read<'de, A: MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error>;

    /// Whether the argument of that index has been read.
    fn has(&self, index: usize) -> bool;

    /// The violation of the value `raw` for the argument of that index, looked for on the slow way.
    fn explain(index: usize, raw: &str) -> Option<String>;

    /// Fills what was not sent with defaults. `None` when something required is missing, which `slots` then knows.
    fn finish(self, slots: &mut Slots) -> Option<Self::Values>;
}

/// Collects what is missing while an [`ArgumentSet`] is finished.
#[derive(Debug, Default)]
pub struct Slots {
    missing: Vec<&'static str>,
}

impl Slots {
    /// The value that was sent, or what the type makes of nothing (`None` for an `Option`), or a note that it is missing.
    pub fn required<T: Argument>(&mut self, name: &'static str, value: Option<T>) -> Option<T> {
        let value = value.or_else(absent);
        if value.is_none() {
            self.missing.push(name);
        }
        value
    }
}

/// Reads the value of one argument. Called by the macros, with the type of the parameter.
///
/// # Errors
/// When the value does not fit the type.
pub fn argument<'de, T: Argument, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value::<T>()
}

/// What keeps the JSON text `raw` from being the value of that argument. Called by the macros.
pub fn explain_argument<T: Argument>(name: &str, raw: &str) -> Option<String> {
    serde_json::from_str::<T>(raw).is_err().then(|| schema::typed_violation::<T>(name, raw).to_string())
}

/// Reads the arguments of the call. Called by the macros.
///
/// # Errors
/// [`CallError::invalid_arguments`], naming every argument that is missing, or the first that does not fit.
pub fn read_arguments<S: ArgumentSet>(context: &Context) -> Result<S::Values, CallError> {
    let mut set = S::default();
    let read = match &context.0.arguments {
        Arguments::Json(json) => read_json(&mut set, json, Expected::Values),
        Arguments::JsonText(json) => read_json(&mut set, json, Expected::Text),
        Arguments::Text(pairs) => read_texts(&mut set, pairs),
    };
    read.map_err(|reason| refusal(&[reason]))?;
    let mut slots = Slots::default();
    set.finish(&mut slots).ok_or_else(|| {
        let reasons: Vec<_> = slots.missing.iter().map(|name| format!("`{name}`: is required")).collect();
        refusal(&reasons)
    })
}

/// How the values of a JSON object of arguments are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// As what they are.
    Values,
    /// As text, whatever they are: arguments of a prompt.
    Text,
}

fn read_json<S: ArgumentSet>(set: &mut S, json: &[u8], expected: Expected) -> Result<(), String> {
    let text = std::str::from_utf8(json).map_err(|error| error.to_string())?;
    read_members(set, Members::new(text), expected)
        .map_err(|error| explain::<S>(json, expected).unwrap_or_else(|| error.to_string()))
}

/// Reads all arguments into one value.
pub(super) fn read_all<T: DeserializeOwned>(context: &Context) -> Result<T, CallError> {
    match &context.0.arguments {
        Arguments::Json(json) => {
            let text = std::str::from_utf8(json).unwrap_or_default();
            serde_json::from_str(text).map_err(|_| refusal(&[schema::typed_violation::<T>("", text).to_string()]))
        }
        Arguments::JsonText(json) => {
            let texts: std::collections::BTreeMap<String, String> = serde_json::from_slice(json)
                .map_err(|_| refusal(&["the arguments of a prompt are text".to_owned()]))?;
            <T as serde::Deserialize>::deserialize(TextMap::new(
                texts.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            ))
            .map_err(|error| refusal(&[error.to_string()]))
        }
        Arguments::Text(pairs) => <T as serde::Deserialize>::deserialize(TextMap::new(
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())),
        ))
        .map_err(|error| refusal(&[error.to_string()])),
    }
}

/// The answer to arguments that do not fit.
pub(crate) fn refusal(reasons: &[String]) -> CallError {
    CallError::invalid_arguments(format!("Invalid arguments: {}", reasons.join("; ")))
}

/// What a type makes of an argument that was not sent: `None` for an `Option`, nothing for most others.
pub(super) fn absent<T: DeserializeOwned>() -> Option<T> {
    struct Absent;

    impl<'de> Deserializer<'de> for Absent {
        type Error = serde::de::value::Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(Self::Error::custom("nothing"))
        }

        fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            visitor.visit_none()
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
            seq tuple tuple_struct map struct enum identifier ignored_any
        }
    }

    <T as serde::Deserialize>::deserialize(Absent).ok()
}

fn read_members<S: ArgumentSet>(
    set: &mut S,
    mut members: Members<'_>,
    expected: Expected,
) -> Result<(), serde_json::Error> {
    while let Some(index) = members.next_key_seed(Name::<S>(PhantomData))? {
        match index {
            Some(index) if set.has(index) => return Err(twice::<S, _>(index)),
            Some(index) if expected == Expected::Values => set.read(index, &mut members)?,
            Some(index) => {
                let text: String = members.next_value()?;
                set.read(index, &mut TextMap::value(&text)).map_err(serde_json::Error::custom)?;
            }
            None => members.skip_value()?,
        }
    }
    Ok(())
}

fn read_texts<S: ArgumentSet>(set: &mut S, pairs: &[(String, String)]) -> Result<(), String> {
    for (name, text) in pairs {
        if let Some(index) = S::NAMES.iter().position(|known| known == name) {
            set.read(index, &mut TextMap::value(text)).map_err(|error| format!("`{name}`: {error}"))?;
        }
    }
    Ok(())
}

fn twice<S: ArgumentSet, E: serde::de::Error>(index: usize) -> E {
    E::custom(format_args!("`{}`: is there more than once", S::NAMES[index]))
}

/// The index of an argument's name, or `None` for a name that no argument has.
struct Name<S>(PhantomData<S>);

impl<'de, S: ArgumentSet> DeserializeSeed<'de> for Name<S> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<S: ArgumentSet> Visitor<'_> for Name<S> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of an argument")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(S::NAMES.iter().position(|known| *known == name))
    }
}

/// The slow way: which argument does not fit, and why.
fn explain<S: ArgumentSet>(json: &[u8], expected: Expected) -> Option<String> {
    let raw: std::collections::BTreeMap<String, &serde_json::value::RawValue> = serde_json::from_slice(json).ok()?;
    for (index, name) in S::NAMES.iter().enumerate() {
        let Some(value) = raw.get(*name) else { continue };
        if expected == Expected::Text && !value.get().starts_with('"') {
            return Some(format!("`{name}`: expected text, got {}", value.get()));
        }
        let reason = match expected {
            Expected::Values => S::explain(index, value.get()),
            Expected::Text => {
                let text: String = serde_json::from_str(value.get()).ok()?;
                S::default().read(index, &mut TextMap::value(&text)).err().map(|error| format!("`{name}`: {error}"))
            }
        };
        if reason.is_some() {
            return reason;
        }
    }
    None
}
