//! The JSON object a person types, and where it goes wrong.

use serde_json::{Map, Value};

/// A JSON object, as tools and prompts take their arguments.
pub(crate) type JsonObject = Map<String, Value>;

/// Reads an object, empty when nothing was typed. The error is one line for the person who typed it.
pub(crate) fn parse_object(json: &str) -> Result<JsonObject, String> {
    if json.is_empty() {
        return Ok(JsonObject::new());
    }
    match serde_json::from_str(json) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(format!(
            "the arguments are an object such as {{\"name\": \"joe\"}}, not {}",
            match other {
                Value::Array(_) => "an array",
                Value::String(_) => "a string",
                Value::Number(_) => "a number",
                Value::Bool(_) => "a boolean",
                Value::Null | Value::Object(_) => "null",
            }
        )),
        Err(error) => Err(show_place(json, &error)),
    }
}

/// How much of the text is quoted on each side of the place.
const QUOTED_CHARACTERS: usize = 24;

/// `not JSON, expected value at ▸: {"name": ▸}`: the text around the place, with a mark at it.
fn show_place(json: &str, error: &serde_json::Error) -> String {
    let described = error.to_string();
    let reason = described.rsplit_once(" at line ").map_or(described.as_str(), |(reason, _)| reason);
    let (before, after) = json.split_at(offset_of(json, error));
    let lead: Vec<char> = before.chars().rev().take(QUOTED_CHARACTERS).collect();
    let cut_before = if lead.len() < before.chars().count() { "…" } else { "" };
    let lead: String = lead.into_iter().rev().collect();
    let trail: String = after.chars().take(QUOTED_CHARACTERS).collect();
    let cut_after = if trail.len() < after.len() { "…" } else { "" };
    format!("not JSON, {reason} at ▸: {cut_before}{lead}▸{trail}{cut_after}").replace('\n', " ")
}

/// Where the mistake is, in bytes. The parser counts bytes within a line, from 1, and stands on the offending one.
fn offset_of(json: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return json.len();
    }
    let lines_before: usize = json.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = (lines_before + error.column().saturating_sub(1)).min(json.len());
    json.floor_char_boundary(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(json: &str) -> String {
        parse_object(json).unwrap_err()
    }

    #[test]
    fn nothing_is_an_empty_object() {
        assert_eq!(parse_object("").unwrap(), JsonObject::new());
    }

    #[test]
    fn malformed_json_is_pointed_at() {
        assert_eq!(mistake(r#"{"a": }"#), r#"not JSON, expected value at ▸: {"a": ▸}"#);
        assert_eq!(mistake("{a: 1}"), "not JSON, key must be a string at ▸: {▸a: 1}");
        assert_eq!(mistake(r#"{"a": 1"#), r#"not JSON, EOF while parsing an object at ▸: {"a": 1▸"#);
        assert_eq!(mistake("{\"a\": 1,\n b}"), "not JSON, key must be a string at ▸: {\"a\": 1,  ▸b}");
    }

    #[test]
    fn the_mark_keeps_clear_of_wide_characters_and_long_texts() {
        let told = mistake(&format!(r#"{{"a": "{}" é "b": 1}}"#, "é".repeat(40)));
        assert!(told.contains("…éééé"), "{told}");
        assert!(told.contains("▸é \"b\": 1}"), "{told}");
    }

    #[test]
    fn only_an_object_will_do() {
        assert!(mistake("[1]").ends_with("not an array"));
        assert!(mistake("null").ends_with("not null"));
    }
}
