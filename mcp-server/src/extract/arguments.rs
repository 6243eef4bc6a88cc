//! Arguments of a call, deserialized directly from their text into the types of the handler.
//!
//! Invalid arguments are read a second time for the error, which names the path, the expected type
//! and the received value. A language model can correct its call from it.

use std::collections::BTreeMap;

use serde::{
    Deserialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::{Error, value::RawValue};

use super::{argument::ArgumentSlot, text::TextMap};
use crate::{
    context::{Arguments, Context},
    error::CallError,
    protocol::envelope::members::MemberReader,
    schema,
};

/// Reads the arguments of a call into their slots. Called by the macros.
///
/// # Errors
/// Fails with [`CallError::invalid_arguments`], which names the missing or invalid arguments.
pub fn read_arguments(context: &Context, slots: &mut [ArgumentSlot<'_>]) -> Result<(), CallError> {
    let read = match context.raw_arguments() {
        Arguments::Json(json) => read_json(slots, json, Expected::Values),
        Arguments::JsonText(json) => read_json(slots, json, Expected::Text),
        Arguments::Text(pairs) => read_texts(slots, pairs),
        Arguments::Completing(completing) => read_texts(slots, &completing.chosen),
    };
    read.map_err(|reason| refuse(context, reason))?;
    let mut missing = Vec::new();
    for slot in slots {
        if !slot.has_default && !slot.value.is_filled() && !slot.value.leave_out() {
            missing.push(format!("`{}`: missing required argument", slot.name));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(refusal(&missing)) }
}

/// Form of the values in a JSON object of arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// JSON values: arguments of a tool.
    Values,
    /// Strings: arguments of a prompt.
    Text,
}

fn read_json(slots: &mut [ArgumentSlot<'_>], json: &[u8], expected: Expected) -> Result<(), String> {
    let text = std::str::from_utf8(json).map_err(|error| error.to_string())?;
    read_members(slots, MemberReader::new(text), expected)
        .map_err(|error| explain(slots, json, expected).unwrap_or_else(|| error.to_string()))
}

/// Reads all arguments into one value.
pub(super) fn read_all<T: DeserializeOwned>(context: &Context) -> Result<T, CallError> {
    match context.raw_arguments() {
        Arguments::Json(json) => {
            let text = std::str::from_utf8(json).unwrap_or_default();
            serde_json::from_str(text).map_err(|_| refuse(context, schema::typed_violation::<T>("", text).to_string()))
        }
        Arguments::JsonText(json) => {
            let texts: BTreeMap<String, String> = serde_json::from_slice(json)
                .map_err(|_| refusal(&["expected strings: the arguments of a prompt are text".to_owned()]))?;
            read_pairs(&texts.into_iter().collect::<Vec<_>>())
        }
        Arguments::Text(pairs) => read_pairs(pairs),
        Arguments::Completing(completing) => read_pairs(&completing.chosen),
    }
}

fn read_pairs<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, CallError> {
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    <T as Deserialize<'_>>::deserialize(TextMap::new(pairs)).map_err(|error| refusal(&[error.to_string()]))
}

/// Returns the error for arguments that their types rejected: every violation of the schema, or
/// `reason` if the schema has no violation.
fn refuse(context: &Context, reason: String) -> CallError {
    let violations = match (&context.target().item.explainer, context.raw_arguments()) {
        (Some(explainer), Arguments::Json(json)) => explainer.explain(json),
        _ => Vec::new(),
    };
    let reasons: Vec<String> = violations.iter().map(ToString::to_string).collect();
    if reasons.is_empty() { refusal(&[reason]) } else { refusal(&reasons) }
}

/// Returns the error for invalid arguments, from the reasons.
pub(crate) fn refusal(reasons: &[String]) -> CallError {
    CallError::invalid_arguments(format!("Invalid arguments: {}", reasons.join("; ")))
}

fn read_members(
    slots: &mut [ArgumentSlot<'_>],
    mut members: MemberReader<'_>,
    expected: Expected,
) -> Result<(), Error> {
    while let Some((name, value)) = members.next()? {
        let Some(slot) = slots.iter_mut().find(|slot| slot.name == name) else { continue };
        if slot.value.is_filled() {
            return Err(Error::custom(format_args!("`{name}`: duplicate argument")));
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

/// Returns the first invalid argument and the reason. Slow: for rejected calls only.
fn explain(slots: &mut [ArgumentSlot<'_>], json: &[u8], expected: Expected) -> Option<String> {
    let raw: BTreeMap<String, &RawValue> = serde_json::from_slice(json).ok()?;
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
