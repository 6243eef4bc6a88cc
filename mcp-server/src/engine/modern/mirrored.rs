//! Whether headers say of arguments what the body says (2026-07-28, streamable HTTP, custom headers from tool parameters). Whoever
//! routes by a header must not be told something else than who acts on the body.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Number, value::RawValue};

use super::super::{Inbound, Request};
use crate::{
    context::Arguments,
    dispatch::Aimed,
    protocol::{ErrorObject, revision::since::Feature},
    schema::Mirrored,
};

/// The largest integer that every JSON parser tells from its neighbours.
const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;

type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// Compares what a tool has declared; costs nothing for others.
pub(super) fn agree(request: &Request<'_>, aimed: &Aimed, inbound: &Inbound) -> Result<(), ErrorObject> {
    let declared = &aimed.registered.mirrored;
    if declared.is_empty() || !request.version.knows(Feature::MirroredArguments) {
        return Ok(());
    }
    // Only some transports have headers.
    let (Some(claimed), Arguments::Json(json)) = (inbound.claims.argument, &aimed.arguments) else { return Ok(()) };
    let members: Members<'_> = serde_json::from_slice(json).unwrap_or_default();
    for argument in declared {
        let refused =
            |reason: &str| ErrorObject::header_mismatch(format!("the header Mcp-Param-{} {reason}", argument.name));
        let header = claimed(&inbound.headers, &argument.name).map_err(refused)?;
        match (header.as_deref(), value(&members, argument)) {
            (None, None) => {}
            (None, Some(_)) => return Err(refused("is missing, and the body has the argument")),
            (Some(_), None) => return Err(refused("is there, and the body has no such argument")),
            (Some(header), Some(body)) if is_same(header, body.get()) => {}
            (Some(_), Some(_)) => return Err(refused("does not say what the body says")),
        }
    }
    Ok(())
}

/// The value in the body; `null` is none.
fn value<'a>(members: &Members<'a>, argument: &Mirrored) -> Option<&'a RawValue> {
    let (first, rest) = argument.path.split_first()?;
    let mut value = *members.get(&**first)?;
    for name in rest {
        let members: Members<'a> = serde_json::from_str(value.get()).ok()?;
        value = *members.get(&**name)?;
    }
    (value.get() != "null").then_some(value)
}

/// Whether a header's text stands for the JSON value: texts and booleans as they are, integers as numbers.
fn is_same(header: &str, body: &str) -> bool {
    match body.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(body).is_ok_and(|text| text == header),
        Some(b't' | b'f') => body == header,
        Some(b'-' | b'0'..=b'9') => body == header || is_same_integer(header, body),
        _ => false,
    }
}

fn is_same_integer(one: &str, other: &str) -> bool {
    // As JSON writes numbers: other spellings are not what a client was told to send.
    let is_number = |text: &str| serde_json::from_str::<Number>(text).is_ok();
    if !is_number(one) || !is_number(other) {
        return false;
    }
    if let (Ok(one), Ok(other)) = (one.parse::<i128>(), other.parse::<i128>()) {
        return one == other;
    }
    let exact = |text: &str| {
        let number: f64 = text.parse().ok()?;
        (number.fract() == 0.0 && number.abs() <= LARGEST_EXACT).then_some(number)
    };
    matches!((exact(one), exact(other)), (Some(one), Some(other)) if one.total_cmp(&other).is_eq() || one == 0.0 && other == 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_stands_for_a_value_as_the_specification_says() {
        for (header, body, same) in [
            ("us-west1", "\"us-west1\"", true),
            ("US-west1", "\"us-west1\"", false),
            ("a\"b", r#""a\"b""#, true),
            ("", "\"\"", true),
            ("42", "\"42\"", true),
            ("42.0", "\"42\"", false),
            ("42", "42", true),
            ("42.0", "42", true),
            ("42", "42.0", true),
            ("4.2e1", "42", true),
            ("-7", "-7", true),
            ("-0", "0", true),
            ("0.0", "-0", true),
            ("7", "-7", false),
            ("+42", "42", false),
            ("042", "42", false),
            ("0x2a", "42", false),
            ("", "42", false),
            ("nan", "42", false),
            ("9007199254740993", "9007199254740993", true),
            ("9007199254740993", "9007199254740992", false),
            ("9007199254740993.0", "9007199254740992", false),
            ("true", "true", true),
            ("True", "true", false),
            ("1", "true", false),
            ("false", "false", true),
            ("[1]", "[1]", false),
            ("{}", "{}", false),
        ] {
            assert_eq!(is_same(header, body), same, "{header} {body}");
        }
    }
}
