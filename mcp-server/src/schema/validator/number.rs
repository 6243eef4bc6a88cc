//! Numbers and values as JSON Schema compares them: by value, so that `1` equals `1.0`.

use std::{cmp::Ordering, collections::HashSet, fmt::Write as _};

use serde_json::{Number, Value};

/// Returns the value of an integer, or `None` for fractions and integers beyond `i128`.
pub(super) fn integer(number: &Number) -> Option<i128> {
    if let Some(integer) = number.as_i128() {
        return Some(integer);
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    format!("{float:.0}").parse().ok()
}

/// Returns `true` for numbers without a fraction, of any size.
pub(super) fn is_integer(number: &Number) -> bool {
    !number.is_f64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
}

pub(super) fn compare(left: &Number, right: &Number) -> Option<Ordering> {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// Returns `true` if the quotient is an integer in decimal arithmetic: 0.3 is a multiple of 0.1.
pub(super) fn is_multiple(number: &Number, divisor: &Number) -> bool {
    let exact = || {
        let ((digits, exponent), (divisor, divided)) = (decimal(number)?, decimal(divisor)?);
        let common = exponent.min(divided);
        let scaled = |digits: i128, exponent: i32| {
            digits.checked_mul(10_i128.checked_pow(exponent.checked_sub(common)?.try_into().ok()?)?)
        };
        Some(scaled(digits, exponent)? % scaled(divisor, divided)? == 0)
    };
    let rounded = || Some(number.as_f64()? % divisor.as_f64()? == 0.0);
    exact().or_else(rounded).unwrap_or(false)
}

/// Returns the digits of a number, and the exponent of the power of ten that scales them.
fn decimal(number: &Number) -> Option<(i128, i32)> {
    let text = number.to_string();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let exponent: i32 = exponent.parse().ok()?;
    Some((format!("{whole}{fraction}").parse().ok()?, exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?))
}

/// Returns `true` if no two of the items are equal.
pub(super) fn all_differ(items: &[Value]) -> bool {
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().all(|item| seen.insert(canonical(item)))
}

/// Returns a text that is the same for two values if and only if they are equal.
pub(super) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    // Writing into a `String` cannot fail.
    match value {
        Value::Number(number) => {
            let _ = match integer(number) {
                Some(integer) => write!(text, "{integer}"),
                None => write!(text, "{number}"),
            };
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(object) => {
            // The map keeps the order of insertion where an application enables that feature of
            // `serde_json`.
            let mut members: Vec<_> = object.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in members {
                let _ = write!(text, "{name:?}:");
                write_canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::String(string) => {
            let _ = write!(text, "{string:?}");
        }
        Value::Null | Value::Bool(_) => {
            let _ = write!(text, "{value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number(value: &Value) -> &Number {
        value.as_number().unwrap()
    }

    #[test]
    fn numbers_compare_by_value() {
        let cases = [
            (json!(1), json!(1.0), Ordering::Equal),
            (json!(-0.0), json!(0), Ordering::Equal),
            (json!(u64::MAX), json!(i64::MIN), Ordering::Greater),
            (json!(u64::MAX), json!(u64::MAX - 1), Ordering::Greater),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992.0), Ordering::Greater),
            (json!(1), json!(1.5), Ordering::Less),
            (json!(1e300), json!(u64::MAX), Ordering::Greater),
        ];
        for (left, right, expected) in cases {
            assert_eq!(compare(number(&left), number(&right)), Some(expected), "{left} {right}");
            assert_eq!(compare(number(&right), number(&left)), Some(expected.reverse()), "{right} {left}");
        }
    }

    #[test]
    fn multiples_follow_decimal_digits() {
        let cases = [
            (json!(10), json!(5), true),
            (json!(7), json!(5), false),
            (json!(0), json!(5), true),
            (json!(-10), json!(2.5), true),
            (json!(0.3), json!(0.1), true),
            (json!(19.99), json!(0.01), true),
            (json!(19.995), json!(0.01), false),
            (json!(1e3), json!(1e-3), true),
            (json!(1e-7), json!(1e-8), true),
            (json!(1e308), json!(0.5), true),
            (json!(u64::MAX), json!(2), false),
        ];
        for (value, divisor, expected) in cases {
            assert_eq!(is_multiple(number(&value), number(&divisor)), expected, "{value} {divisor}");
        }
    }

    #[test]
    fn equal_values_have_one_canonical_text() {
        assert_eq!(canonical(&json!({"b": [1.0, null], "a": "x"})), canonical(&json!({"a": "x", "b": [1, null]})));
        for (left, right) in [
            (json!("1"), json!(1)),
            (json!([[], []]), json!([[[]]])),
            (json!({"a": 1}), json!([["a", 1]])),
            (json!(""), json!(null)),
        ] {
            assert_ne!(canonical(&left), canonical(&right));
        }
        assert!(all_differ(&[json!(1), json!("1"), json!(1.5)]));
        assert!(!all_differ(&[json!(1), json!({"a": 1}), json!({"a": 1.0})]));
    }
}
