//! Arguments of a call, deserialized directly from their text into the types of the handler.
//!
//! Invalid arguments are read a second time for the error, which names the path, the expected type
//! and the received value. A language model can correct its call from it.

use std::{borrow::Cow, cell::Cell, collections::BTreeMap};

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
    schema::{self, WholeNumbers},
};

/// Reads the arguments of a call into their slots. Called by the macros.
///
/// # Errors
/// Fails with [`CallError::invalid_arguments`], which names the missing or invalid arguments.
pub fn read_arguments(context: &Context, slots: &mut [ArgumentSlot<'_>]) -> Result<(), CallError> {
    let read = match context.raw_arguments() {
        Arguments::Json(json) => {
            let numbers = context.target().item.whole_numbers.as_ref();
            utf8(json).and_then(|json| read_json(slots, json, Expected::Values(numbers)))
        }
        Arguments::JsonText(json) => utf8(json).and_then(|json| read_json(slots, json, Expected::Text)),
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
#[derive(Clone, Copy, Debug)]
enum Expected<'a> {
    /// JSON values: arguments of a tool, whose integers may be spelled as other numbers.
    Values(Option<&'a WholeNumbers>),
    /// Strings: arguments of a prompt.
    Text,
}

fn utf8(json: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(json).map_err(|error| error.to_string())
}

/// Returns the value of an argument with every integer in the form that serde reads.
fn plain_integers<'a>(numbers: Option<&WholeNumbers>, name: &str, value: &'a str) -> Cow<'a, str> {
    numbers.map_or(Cow::Borrowed(value), |numbers| numbers.rewrite_member(name, value))
}

fn read_json(slots: &mut [ArgumentSlot<'_>], json: &str, expected: Expected<'_>) -> Result<(), String> {
    read_members(slots, MemberReader::new(json), expected)
        .map_err(|error| explain(slots, json, expected).unwrap_or_else(|| error.to_string()))
}

/// Reads all arguments into one value.
pub(super) fn read_all<T: DeserializeOwned>(context: &Context) -> Result<T, CallError> {
    match context.raw_arguments() {
        Arguments::Json(json) => {
            let text = utf8(json).map_err(|reason| refuse(context, reason))?;
            let numbers = context.target().item.whole_numbers.as_ref();
            if numbers.is_some_and(|numbers| numbers.is_fallback)
                && let Ok(value) = serde_json::from_str(text)
            {
                return Ok(value);
            }
            let text = &numbers.map_or(Cow::Borrowed(text), |numbers| numbers.rewrite(text));
            serde_json::from_str(text).map_err(|_| refuse(context, schema::typed_violation::<T>("", text).to_string()))
        }
        Arguments::JsonText(json) => {
            // `null` is the same as no value.
            let texts: BTreeMap<String, Option<String>> = serde_json::from_slice(json)
                .map_err(|_| refusal(&["expected strings: the arguments of a prompt are text".to_owned()]))?;
            read_pairs(&texts.into_iter().filter_map(|(name, text)| Some((name, text?))).collect::<Vec<_>>())
        }
        Arguments::Text(pairs) => read_pairs(pairs),
        Arguments::Completing(completing) => read_pairs(&completing.chosen),
    }
}

/// Reads pairs of name and text into one value. An empty text that does not fit its type is left
/// out, because forms send one for each field that the user did not fill in.
fn read_pairs<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, CallError> {
    // Bounds the work for a map with as many empty texts as the client sends.
    const MAX_LEFT_OUT: usize = 64;
    let mut pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut first = None;
    for _ in 0..=MAX_LEFT_OUT {
        let invalid = Cell::new(None);
        let error = match <T as Deserialize<'_>>::deserialize(TextMap::new(pairs.iter().copied(), &invalid)) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let Some(invalid) = invalid.get() else {
            // A required argument was left out: the reason is that its text was empty.
            return Err(refusal(&[first.unwrap_or(error).to_string()]));
        };
        let before = pairs.len();
        pairs.retain(|(name, text)| *name != invalid || !text.trim().is_empty());
        if pairs.len() == before {
            return Err(refusal(&[error.to_string()]));
        }
        first.get_or_insert(error);
    }
    Err(refusal(&[format!("too many empty arguments: expected at most {MAX_LEFT_OUT}")]))
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
    expected: Expected<'_>,
) -> Result<(), Error> {
    while let Some((name, value)) = members.next()? {
        let Some(slot) = slots.iter_mut().find(|slot| slot.name == name) else { continue };
        if slot.value.is_filled() {
            return Err(Error::custom(format_args!("`{name}`: duplicate argument")));
        }
        match expected {
            Expected::Values(numbers) => slot.value.read_json(&plain_integers(numbers, slot.name, value))?,
            // `null` is the same as no value.
            Expected::Text if value == "null" => {}
            Expected::Text => {
                let text: String = serde_json::from_str(value)?;
                slot.read_text(&text).map_err(Error::custom)?;
            }
        }
    }
    Ok(())
}

fn read_texts(slots: &mut [ArgumentSlot<'_>], pairs: &[(String, String)]) -> Result<(), String> {
    for (name, text) in pairs {
        if let Some(slot) = slots.iter_mut().find(|slot| slot.name == name) {
            slot.read_text(text).map_err(|error| format!("`{name}`: {error}"))?;
        }
    }
    Ok(())
}

/// Returns the first invalid argument and the reason. Slow: for rejected calls only.
fn explain(slots: &mut [ArgumentSlot<'_>], json: &str, expected: Expected<'_>) -> Option<String> {
    let raw: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
    for slot in slots {
        let name = slot.name;
        let Some(value) = raw.get(name).map(|value| value.get()) else { continue };
        let reason = match expected {
            Expected::Values(numbers) => slot.value.explain(name, &plain_integers(numbers, name, value)),
            Expected::Text if value == "null" => None,
            Expected::Text if !value.starts_with('"') => Some(format!("`{name}`: expected text, got {value}")),
            Expected::Text => {
                let text: String = serde_json::from_str(value).ok()?;
                slot.read_text(&text).err().map(|error| format!("`{name}`: {error}"))
            }
        };
        if reason.is_some() {
            return reason;
        }
    }
    None
}
