//! Times as tokens write them.

use super::*;
use crate::auth::resource_server::jwt::JwtOptions;

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

#[test]
fn the_end_of_a_token_is_the_first_moment_after_it() {
    let rules = JwtOptions::default().leeway(std::time::Duration::from_secs(30)).check("https://idp", &mut Vec::new());
    let claims = Members::parse(r#"{"sub":"ada","exp":1000}"#).unwrap();
    let at = |now: u64| principal(&claims, &rules, &"https://idp".into(), now).map(|_| ());
    assert_eq!(at(1029), Ok(()));
    assert_eq!(at(1030), Err("the token has expired"));
    assert_eq!(at(u64::MAX), Err("the token has expired"));
}
