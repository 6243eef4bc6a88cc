//! Headers that mirror arguments must agree with the body (2026-07-28, streamable HTTP, custom
//! headers from tool parameters): a proxy that routes by a header must not see another value than
//! the handler.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Number, value::RawValue};

use crate::{
    context::Arguments,
    dispatch::ResolvedCall,
    engine::inbound::{Inbound, Request},
    protocol::{ErrorObject, revision::since::Feature},
    schema::Mirrored,
};

/// Largest integer that a double represents exactly.
const MAX_EXACT: f64 = 9_007_199_254_740_991.0;

type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// Compares the headers that a tool declares with the arguments of the body.
pub(super) fn check(request: &Request<'_>, call: &ResolvedCall, inbound: &Inbound) -> Result<(), ErrorObject> {
    let declared = &call.registered.mirrored;
    if declared.is_empty() || !request.version.knows(Feature::MirroredArguments) {
        return Ok(());
    }
    // stdio has no headers.
    let (Some(claimed), Arguments::Json(json)) = (inbound.claims.argument, &call.arguments) else { return Ok(()) };
    let members: Members<'_> = serde_json::from_slice(json).unwrap_or_default();
    for argument in declared {
        let mismatch =
            |reason: &str| ErrorObject::header_mismatch(format!("header Mcp-Param-{}: {reason}", argument.name));
        let header = claimed(&inbound.headers, &argument.name).map_err(mismatch)?;
        match (header, value(&members, argument)) {
            (None, None) => {}
            (None, Some(_)) => return Err(mismatch("missing, but the body has the argument")),
            (Some(_), None) => return Err(mismatch("present, but the body does not have the argument")),
            (Some(header), Some(body)) if header.is(|text| is_same(text, body.get())) => {}
            (Some(_), Some(_)) => return Err(mismatch("differs from the argument in the body")),
        }
    }
    Ok(())
}

/// Returns the value in the body, or `None` if it is absent or `null`.
fn value<'a>(members: &Members<'a>, argument: &Mirrored) -> Option<&'a RawValue> {
    let (first, rest) = argument.path.split_first()?;
    let mut value = *members.get(&**first)?;
    for name in rest {
        let members: Members<'a> = serde_json::from_str(value.get()).ok()?;
        value = *members.get(&**name)?;
    }
    (value.get() != "null").then_some(value)
}

/// Returns `true` if the text of a header stands for the JSON value: strings and booleans
/// literally, integers by value.
fn is_same(header: &str, body: &str) -> bool {
    match body.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(body).is_ok_and(|text| text == header),
        Some(b't' | b'f') => body == header,
        Some(b'-' | b'0'..=b'9') => body == header || is_same_integer(header, body),
        _ => false,
    }
}

fn is_same_integer(one: &str, other: &str) -> bool {
    // Only numbers in the syntax of JSON: a client must not send other spellings.
    let is_number = |text: &str| serde_json::from_str::<Number>(text).is_ok();
    if !is_number(one) || !is_number(other) {
        return false;
    }
    if let (Ok(one), Ok(other)) = (one.parse::<i128>(), other.parse::<i128>()) {
        return one == other;
    }
    let exact = |text: &str| {
        let number: f64 = text.parse().ok()?;
        // The sum turns -0 into 0.
        (number.fract() == 0.0 && number.abs() <= MAX_EXACT).then_some(number + 0.0)
    };
    exact(one).zip(exact(other)).is_some_and(|(one, other)| one.total_cmp(&other).is_eq())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_text_matches_json_value() {
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
