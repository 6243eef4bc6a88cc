//! Arguments of a call, read straight from their text into the handler's own types.
//!
//! When they do not fit, they are read again to find out where and why: a refusal names the path, what was expected and what
//! came, so that a language model can mend its call.

use serde::{
    Deserializer,
    de::{DeserializeOwned, Error as _, Visitor},
    forward_to_deserialize_any,
};
use serde_json::Error;

use super::{slot::ArgumentSlot, text::TextMap};
use crate::{
    context::{Arguments, Context},
    error::CallError,
    protocol::envelope::members::MemberReader,
    schema,
};

/// Reads the arguments of the call into their slots. Called by the macros.
///
/// No type of a handler is known here, so this is compiled once, and not for each handler.
///
/// # Errors
/// [`CallError::invalid_arguments`], naming every argument that is missing or does not fit.
pub fn read_arguments(context: &Context, slots: &mut [ArgumentSlot<'_>]) -> Result<(), CallError> {
    let read = match &context.0.arguments {
        Arguments::Json(json) => read_json(slots, json, Expected::Values),
        Arguments::JsonText(json) => read_json(slots, json, Expected::Text),
        Arguments::Text(pairs) => read_texts(slots, pairs),
        Arguments::Completing(completing) => read_texts(slots, &completing.chosen),
    };
    read.map_err(|reason| refuse(context, reason))?;
    let mut missing = Vec::new();
    for slot in slots {
        if !slot.has_default && !slot.value.is_filled() && !slot.value.leave_out() {
            missing.push(format!("`{}`: is required", slot.name));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(refusal(&missing)) }
}

/// How the values of a JSON object of arguments are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// As what they are.
    Values,
    /// As text, whatever they are: arguments of a prompt.
    Text,
}

fn read_json(slots: &mut [ArgumentSlot<'_>], json: &[u8], expected: Expected) -> Result<(), String> {
    let text = std::str::from_utf8(json).map_err(|error| error.to_string())?;
    read_members(slots, MemberReader::new(text), expected)
        .map_err(|error| explain(slots, json, expected).unwrap_or_else(|| error.to_string()))
}

/// Reads all arguments into one value.
pub(super) fn read_all<T: DeserializeOwned>(context: &Context) -> Result<T, CallError> {
    match &context.0.arguments {
        Arguments::Json(json) => {
            let text = std::str::from_utf8(json).unwrap_or_default();
            serde_json::from_str(text).map_err(|_| refuse(context, schema::typed_violation::<T>("", text).to_string()))
        }
        Arguments::JsonText(json) => {
            let texts: std::collections::BTreeMap<String, String> = serde_json::from_slice(json)
                .map_err(|_| refusal(&["the arguments of a prompt are text".to_owned()]))?;
            <T as serde::Deserialize>::deserialize(TextMap::new(
                texts.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            ))
            .map_err(|error| refusal(&[error.to_string()]))
        }
        Arguments::Text(pairs) => read_pairs(pairs),
        Arguments::Completing(completing) => read_pairs(&completing.chosen),
    }
}

fn read_pairs<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, CallError> {
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    <T as serde::Deserialize>::deserialize(TextMap::new(pairs)).map_err(|error| refusal(&[error.to_string()]))
}

/// The answer to arguments that their types have refused for this reason: all that their schema has against them, where that is
/// anything.
fn refuse(context: &Context, reason: String) -> CallError {
    let violations = match (&context.target().item.explainer, &context.0.arguments) {
        (Some(explainer), Arguments::Json(json)) => explainer.explain(json),
        _ => Vec::new(),
    };
    let reasons: Vec<String> = violations.iter().map(ToString::to_string).collect();
    if reasons.is_empty() { refusal(&[reason]) } else { refusal(&reasons) }
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

fn read_members(
    slots: &mut [ArgumentSlot<'_>],
    mut members: MemberReader<'_>,
    expected: Expected,
) -> Result<(), Error> {
    while let Some((name, value)) = members.next()? {
        let Some(slot) = slots.iter_mut().find(|slot| slot.name == name) else { continue };
        if slot.value.is_filled() {
            return Err(Error::custom(format_args!("`{name}`: is there more than once")));
        }
        match expected {
            Expected::Values => slot.value.read_json(value)?,
            Expected::Text => {
                let text: String = serde_json::from_str(value)?;
                slot.value.read_text(&text).map_err(Error::custom)?;
            }
        }
    }
    Ok(())
}

fn read_texts(slots: &mut [ArgumentSlot<'_>], pairs: &[(String, String)]) -> Result<(), String> {
    for (name, text) in pairs {
        if let Some(slot) = slots.iter_mut().find(|slot| slot.name == name) {
            slot.value.read_text(text).map_err(|error| format!("`{name}`: {error}"))?;
        }
    }
    Ok(())
}

/// The slow way: which argument does not fit, and why.
fn explain(slots: &mut [ArgumentSlot<'_>], json: &[u8], expected: Expected) -> Option<String> {
    let raw: std::collections::BTreeMap<String, &serde_json::value::RawValue> = serde_json::from_slice(json).ok()?;
    for ArgumentSlot { name, value: slot, .. } in slots {
        let Some(value) = raw.get(*name) else { continue };
        if expected == Expected::Text && !value.get().starts_with('"') {
            return Some(format!("`{name}`: expected text, got {}", value.get()));
        }
        let reason = match expected {
            Expected::Values => slot.explain(name, value.get()),
            Expected::Text => {
                let text: String = serde_json::from_str(value.get()).ok()?;
                slot.read_text(&text).err().map(|error| format!("`{name}`: {error}"))
            }
        };
        if reason.is_some() {
            return reason;
        }
    }
    None
}
