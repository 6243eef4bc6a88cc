//! Times as tokens write them.

use super::*;

#[test]
fn a_time_is_a_number_that_a_clock_can_show() {
    for (text, expected) in [
        ("0", Some(0)),
        ("1700000000", Some(1_700_000_000)),
        ("1700000000.9", Some(1_700_000_000)),
        ("1.7e9", Some(1_700_000_000)),
        ("-5", Some(0)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", None),
        ("1e300", None),
        ("null", None),
        ("true", None),
        ("\"1700000000\"", None),
        ("[1]", None),
        ("{}", None),
    ] {
        let value: Box<RawValue> = serde_json::from_str(text).unwrap();
        assert_eq!(seconds(&value), expected, "{text}");
    }
}
