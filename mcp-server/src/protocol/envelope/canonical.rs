//! Canonical form of JSON text, for comparing values that are written differently.

use serde_json::Error;

use super::{members::MemberReader, scan::value_end};

/// Returns the canonical form of a valid JSON value: members sorted by name, no whitespace, and
/// uniform escapes.
///
/// Two texts have one form only if every parser reads them as the same value. So numbers keep their
/// text, because parsers differ on `1e999` and 9007199254740993, and duplicate members stay. The
/// form is compared, not parsed.
pub(crate) fn canonical(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    // A text that cannot be read, such as one with an unpaired surrogate, is its own form.
    if write(json.trim(), &mut out).is_err() { json.to_owned() } else { out }
}

fn write(value: &str, out: &mut String) -> Result<(), Error> {
    match value.as_bytes().first() {
        Some(b'{') => {
            let mut members = MemberReader::new(value);
            let mut sorted = Vec::new();
            while let Some(member) = members.next()? {
                sorted.push(member);
            }
            sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
            out.push('{');
            for (name, value) in sorted {
                out.push_str(&serde_json::to_string(&name)?);
                out.push(':');
                write(value, out)?;
                out.push(',');
            }
            out.push('}');
        }
        Some(b'[') => {
            out.push('[');
            let mut rest = value[1..].trim_start();
            while !rest.is_empty() && !rest.starts_with(']') {
                let (element, after) = rest.split_at(value_end(rest));
                write(element, out)?;
                out.push(',');
                rest = after.trim_start().trim_start_matches(',').trim_start();
            }
            out.push(']');
        }
        Some(b'"') => out.push_str(&serde_json::to_string(&serde_json::from_str::<String>(value)?)?),
        _ => out.push_str(value),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn equal_values_have_one_form() {
        for (one, other, same) in [
            (r#"{"a":1,"b":[true,{"c":null}]}"#, " { \"b\" : [ true , { \"c\" : null } ] , \"a\" : 1 } ", true),
            (r#"{"city":"Rome"}"#, r#"{"c\u0069ty":"R\u006fme"}"#, true),
            ("[]", "[ ]", true),
            ("[1,2]", "[2,1]", false),
            ("[1,2]", "[12]", false),
            (r#"["1"]"#, "[1]", false),
            (r#"{"a":"]},"}"#, r#"{"a":"]}"}"#, false),
            // Parsers differ on numbers.
            (r#"{"a":1,"x":1e999}"#, r#"{"a":2,"x":1e999}"#, false),
            ("18446744073709551616", "18446744073709551617", false),
            ("1", "1.0", false),
            // Parsers differ on duplicate members.
            (r#"{"a":1}"#, r#"{"a":2,"a":1}"#, false),
            (r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#, false),
            (r#"{"a":"\ud800","b":1}"#, r#"{"a":"\ud800","b":2}"#, false),
            (r#"{"\ud800":1}"#, r#"{"\ud800":2}"#, false),
        ] {
            assert_eq!(canonical(one) == canonical(other), same, "{one} {other}");
        }
    }
}
