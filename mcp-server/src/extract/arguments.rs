//! Arguments of a call, deserialized directly from their text into the types of the handler.
//!
//! Invalid arguments are read a second time for the error, which names the path, the expected type
//! and the received value. A language model can correct its call from it.

use std::{borrow::Cow, cell::Cell};

use serde::{
    Deserialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Error;

use super::{
    argument::ArgumentSlot,
    text::{TextError, TextMap},
};
use crate::{
    context::{Arguments, Context},
    error::CallError,
    protocol::envelope::members::MemberReader,
    schema::{self, Violation, WholeNumbers},
};

/// Reads the arguments of a call into their slots. Called by the macros.
///
/// # Errors
/// Fails with [`CallError::invalid_arguments`], which names the missing or invalid arguments.
pub fn read_arguments(context: &Context, slots: &mut [ArgumentSlot<'_>]) -> Result<(), CallError> {
    match context.raw_arguments() {
        Arguments::Json(json) => {
            let numbers = context.target().item.whole_numbers.as_ref();
            read_json(context, slots, utf8(json)?, Expected::Values(numbers))?;
        }
        Arguments::JsonText(json) => read_json(context, slots, utf8(json)?, Expected::Text)?,
        Arguments::Text(pairs) => read_texts(slots, pairs)?,
        Arguments::Completing(completing) => read_texts(slots, &completing.chosen)?,
    }
    let mut missing = Vec::new();
    for slot in slots {
        if !slot.has_default && !slot.value.is_filled() && !slot.value.leave_out() {
            missing.push(format!("`{}`: missing required argument", slot.name));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(refusal(missing)) }
}

/// Form of the values in a JSON object of arguments.
#[derive(Clone, Copy, Debug)]
enum Expected<'a> {
    /// JSON values: arguments of a tool, whose integers may be spelled as other numbers.
    Values(Option<&'a WholeNumbers>),
    /// Strings: arguments of a prompt.
    Text,
}

fn utf8(json: &[u8]) -> Result<&str, CallError> {
    std::str::from_utf8(json).map_err(|_| refusal(["arguments: expected text in UTF-8".to_owned()]))
}

/// Returns the value of an argument with every integer in the form that serde reads.
fn plain_integers<'a>(numbers: Option<&WholeNumbers>, name: &str, value: &'a str) -> Cow<'a, str> {
    numbers.map_or(Cow::Borrowed(value), |numbers| numbers.rewrite_member(name, value))
}

fn read_json(
    context: &Context,
    slots: &mut [ArgumentSlot<'_>],
    json: &str,
    expected: Expected<'_>,
) -> Result<(), CallError> {
    read_members(slots, MemberReader::new(json), expected)
        .map_err(|_| explained(context, json, explain(slots, json, expected)))
}

/// Reads all arguments into one value.
pub(super) fn read_all<T: DeserializeOwned>(context: &Context) -> Result<T, CallError> {
    match context.raw_arguments() {
        Arguments::Json(json) => {
            let text = utf8(json)?;
            let numbers = context.target().item.whole_numbers.as_ref();
            if numbers.is_some_and(|numbers| numbers.is_fallback)
                && let Ok(value) = serde_json::from_str(text)
            {
                return Ok(value);
            }
            let plain = &numbers.map_or(Cow::Borrowed(text), |numbers| numbers.rewrite(text));
            serde_json::from_str(plain)
                .map_err(|_| explained(context, text, Some(schema::typed_violation::<T>("", plain))))
        }
        Arguments::JsonText(json) => {
            let text = utf8(json)?;
            read_pairs(&pairs(text).map_err(|violation| explained(context, text, violation))?)
        }
        Arguments::Text(pairs) => read_pairs(pairs),
        Arguments::Completing(completing) => read_pairs(&completing.chosen),
    }
}

/// Returns the names and texts of the arguments of a prompt. The error may lack its reason, if the
/// text is defective.
fn pairs(json: &str) -> Result<Vec<(String, String)>, Option<Violation>> {
    let mut pairs = Vec::new();
    let mut members = MemberReader::new(json);
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    while let Some((name, value)) = members.next().map_err(|_| None)? {
        if names.contains(&name) {
            return Err(None);
        }
        if !value.starts_with('"') && value != "null" {
            return Err(Some(no_text(&name, value)));
        }
        // `null` is the same as no value.
        if let Some(text) = serde_json::from_str::<Option<String>>(value).map_err(|_| None)? {
            pairs.push((name.clone().into_owned(), text));
        }
        names.push(name);
    }
    Ok(pairs)
}

/// Returns the violation of a value in the arguments of a prompt that is no text.
fn no_text(name: &str, value: &str) -> Violation {
    let Violation { path, got, .. } = schema::typed_violation::<String>(name, value);
    Violation::new(path, "text", got)
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
        let violation = violation_of(invalid.get(), &error);
        let Some((invalid, _)) = invalid.get() else {
            // A required argument was left out: the reason is that its text was empty.
            return Err(refusal([first.unwrap_or(violation).to_string()]));
        };
        let before = pairs.len();
        pairs.retain(|(name, text)| *name != invalid || !text.trim().is_empty());
        if pairs.len() == before {
            return Err(refusal([violation.to_string()]));
        }
        first.get_or_insert(violation);
    }
    Err(refusal([format!("too many empty arguments: expected at most {MAX_LEFT_OUT}")]))
}

/// Returns the violation of a text, or that of all arguments.
fn violation_of(invalid: Option<(&str, &str)>, error: &TextError) -> Violation {
    let (name, text) = invalid.unwrap_or_default();
    schema::text_violation(name, &error.to_string(), text)
}

/// Rejects arguments in which an object has a name twice. Structs reject them anyway, but maps and
/// untyped values keep the last one.
pub(crate) fn check_duplicates(context: &Context) -> Result<(), CallError> {
    let Arguments::Json(json) = context.raw_arguments() else { return Ok(()) };
    let text = utf8(json)?;
    if schema::has_duplicates(text) { Err(explained(context, text, None)) } else { Ok(()) }
}

/// Rejects numbers that are too large for single precision.
pub(crate) fn check_floats(context: &Context) -> Result<(), CallError> {
    let Arguments::Json(json) = context.raw_arguments() else { return Ok(()) };
    let text = utf8(json)?;
    let explainer = context.target().item.explainer.as_ref().filter(|_| schema::may_exceed_float(text));
    let violations = explainer.map(|explainer| explainer.infinite_floats(text)).unwrap_or_default();
    if violations.is_empty() { Ok(()) } else { Err(refusal(violations.iter().map(ToString::to_string))) }
}

/// Returns the error for the JSON of arguments that was rejected, with all of its violations.
pub(crate) fn refuse(context: &Context, reason: Option<Violation>) -> CallError {
    match context.raw_arguments() {
        Arguments::Json(json) => utf8(json).map_or_else(|error| error, |text| explained(context, text, reason)),
        _ => refusal(reason.iter().map(ToString::to_string)),
    }
}

/// Returns the error for arguments that their types rejected: every violation of the schema, or
/// that of their types if the schema has none.
fn explained(context: &Context, json: &str, typed: Option<Violation>) -> CallError {
    let violations = match &context.target().item.explainer {
        Some(explainer) => explainer.explain(json, typed),
        None => schema::explain_without_schema(json, typed),
    };
    refusal(violations.iter().map(ToString::to_string))
}

/// Returns the error for invalid arguments, from the reasons.
pub(crate) fn refusal(reasons: impl IntoIterator<Item = String>) -> CallError {
    CallError::invalid_arguments(format!("Invalid arguments: {}", schema::joined(reasons)))
}

fn read_members(
    slots: &mut [ArgumentSlot<'_>],
    mut members: MemberReader<'_>,
    expected: Expected<'_>,
) -> Result<(), Error> {
    while let Some((name, value)) = members.next()? {
        let Some(slot) = slots.iter_mut().find(|slot| slot.name == name) else { continue };
        if slot.value.is_filled() {
            return Err(Error::custom("duplicate argument"));
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

fn read_texts(slots: &mut [ArgumentSlot<'_>], pairs: &[(String, String)]) -> Result<(), CallError> {
    for (name, text) in pairs {
        if let Some(slot) = slots.iter_mut().find(|slot| slot.name == name) {
            slot.read_text(text).map_err(|error| refusal([violation_of(Some((name, text)), &error).to_string()]))?;
        }
    }
    Ok(())
}

/// Returns the violation of the first invalid argument. Slow: for rejected calls only.
fn explain(slots: &mut [ArgumentSlot<'_>], json: &str, expected: Expected<'_>) -> Option<Violation> {
    let mut members = MemberReader::new(json);
    while let Some((name, value)) = members.next().ok()? {
        let Some(slot) = slots.iter_mut().find(|slot| slot.name == name) else { continue };
        let violation = match expected {
            Expected::Values(numbers) => slot.value.explain(&name, &plain_integers(numbers, &name, value)),
            Expected::Text if value == "null" => None,
            Expected::Text if !value.starts_with('"') => Some(no_text(&name, value)),
            Expected::Text => {
                let text: String = serde_json::from_str(value).ok()?;
                slot.read_text(&text).err().map(|error| violation_of(Some((&name, &text)), &error))
            }
        };
        if violation.is_some() {
            return violation;
        }
    }
    None
}
