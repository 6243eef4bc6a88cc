//! Formats of texts (JSON Schema 2020-12, validation, section 7.3).

use std::net::{Ipv4Addr, Ipv6Addr};

use email_address::EmailAddress;
use fluent_uri::{Iri, IriRef, Uri, UriRef};

/// Check of a format.
pub(in crate::schema) enum Check {
    /// Function that returns `true` for valid strings.
    Here(fn(&str) -> bool),
    /// Check of the full validator.
    Elsewhere,
}

/// Returns the check of a format, or `None` for formats that are annotations, such as `int32`.
pub(in crate::schema) fn of(name: &str) -> Option<Check> {
    Some(Check::Here(match name {
        "date" => |text| date(text).is_some(),
        "date-time" => |text| date_time(text).is_some(),
        "duration" => |text| duration(text).is_some(),
        "email" => |text| email(text).is_some(),
        "ipv4" => |text| text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => |text| text.parse::<Ipv6Addr>().is_ok(),
        "iri" => |text| Iri::parse(text).is_ok(),
        "iri-reference" => |text| IriRef::parse(text).is_ok(),
        "time" => |text| time(text).is_some(),
        "uri" => |text| Uri::parse(text).is_ok(),
        "uri-reference" => |text| UriRef::parse(text).is_ok(),
        "uuid" => uuid,
        "hostname" | "json-pointer" | "regex" | "relative-json-pointer" | "uri-template" => {
            return Some(Check::Elsewhere);
        }
        _ => return None,
    }))
}

/// `full-date` of RFC 3339.
fn date(text: &str) -> Option<()> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
    let (year, month, day) = (digits(&[y1, y2, y3, y4])?, digits(&[m1, m2])?, digits(&[d1, d2])?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&day).then_some(())
}

/// `full-time` of RFC 3339. A leap second is the last one of a day in UTC.
fn time(text: &str) -> Option<()> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text.as_bytes() else { return None };
    let (hour, minute, second) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, digits(&[*s1, *s2])?);
    let rest = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..).filter(|_| digits > 0)?
        }
        rest => rest,
    };
    let minute = match *rest {
        [b'Z' | b'z'] if hour <= 23 && minute <= 59 => hour * 60 + minute,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[h1, h2])?, digits(&[m1, m2])?);
            if hour > 23 || minute > 59 || hours > 23 || minutes > 59 {
                return None;
            }
            let (local, offset) = (hour * 60 + minute, hours * 60 + minutes);
            if sign == b'+' { local + MINUTES - offset } else { local + offset }
        }
        _ => return None,
    };
    (second <= 59 || second == 60 && minute % MINUTES == MINUTES - 1).then_some(())
}

/// Minutes of a day.
const MINUTES: u32 = 24 * 60;

/// `date-time` of RFC 3339.
fn date_time(text: &str) -> Option<()> {
    let (day, clock) = text.split_once(['T', 't'])?;
    date(day).and_then(|()| time(clock))
}

/// `duration` of RFC 3339, appendix A: each unit may be followed by the next smaller one only.
fn duration(text: &str) -> Option<()> {
    let text = text.strip_prefix('P')?;
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if date.ends_with('W') && time.is_none() {
        return units(date, "W");
    }
    match time {
        Some(time) if date.is_empty() => units(time, "HMS"),
        Some(time) => units(date, "YMD").and_then(|()| units(time, "HMS")),
        None => units(date, "YMD"),
    }
}

/// Parses numbers that each have a unit. The units must be consecutive in `units`.
fn units(text: &str, units: &str) -> Option<()> {
    let is_unit = |char: char| !char.is_ascii_digit();
    let found: String = text.chars().filter(|char| is_unit(*char)).collect();
    let mut pairs = text.split_inclusive(is_unit);
    (!found.is_empty() && units.contains(&found) && pairs.all(|pair| pair.len() > 1 && pair.ends_with(is_unit)))
        .then_some(())
}

/// Email address of RFC 5321.
fn email(text: &str) -> Option<()> {
    let address: EmailAddress = text.parse().ok()?;
    if !address.local_part().is_ascii() {
        return None;
    }
    let is_valid = match address.domain().strip_prefix('[').and_then(|domain| domain.strip_suffix(']')) {
        Some(literal) if literal.to_ascii_lowercase().starts_with("ipv6:") => literal[5..].parse::<Ipv6Addr>().is_ok(),
        Some(literal) => literal.parse::<Ipv4Addr>().is_ok(),
        None => is_host_name(address.domain()),
    };
    is_valid.then_some(())
}

/// Host name of RFC 1123.
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

/// UUID of RFC 4122, with hyphens.
fn uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |number, byte| Some(number * 10 + char::from(*byte).to_digit(10)?))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::FORMATS, *};

    #[test]
    fn formats_accept_what_their_standard_allows() {
        for (format, fits, does_not) in FORMATS {
            let Some(Check::Here(is_valid)) = of(format) else { panic!("{format}") };
            for text in fits {
                assert!(is_valid(text), "{format} {text:?}");
            }
            for text in does_not {
                assert!(!is_valid(text), "{format} {text:?}");
            }
        }
    }
}
