//! The two members of a JSON-RPC response, of which it has exactly one: `result` and `error`.

use serde::Deserialize;

use super::parameter::Object;

/// Returns the JSON text of the result, or of the error. The inner error is the reason for which
/// the members are invalid.
///
/// Some clients send both members, one of them `null`.
pub(super) fn answer<'a>(
    result: Option<&'a str>,
    error: Option<&'a str>,
) -> Result<Result<&'a str, &'a str>, &'static str> {
    match (result, error) {
        (Some("null") | None, Some(error)) if error != "null" => {
            if is_error(error) {
                Ok(Err(error))
            } else {
                Err("invalid `error`: expected an object with `code` and `message`")
            }
        }
        (Some(_), Some(error)) if error != "null" => Err("invalid response: expected `result` or `error`, not both"),
        (Some(result), _) if result.starts_with('{') => Ok(Ok(result)),
        (Some(_), _) => Err("invalid `result`: expected an object"),
        (None, _) => Err("invalid `error`: expected an object with `code` and `message`"),
    }
}

/// Returns `true` for the text of an error object (JSON-RPC 2.0, section 5.1).
fn is_error(json: &str) -> bool {
    #[derive(Deserialize)]
    struct Shape {
        code: f64,
        #[serde(rename = "message")]
        _message: String,
    }
    serde_json::from_str::<Object<Shape>>(json).is_ok_and(|shape| shape.0.code.fract() == 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_has_exactly_one_answer() {
        const NO: &str = r#"{"code":-32000,"message":"no","data":[1]}"#;
        for (result, error, expected) in [
            (Some("{}"), None, Ok(Ok("{}"))),
            (Some("{}"), Some("null"), Ok(Ok("{}"))),
            (None, Some(NO), Ok(Err(NO))),
            (Some("null"), Some(NO), Ok(Err(NO))),
            (None, Some(r#"{"code":1.0,"message":""}"#), Ok(Err(r#"{"code":1.0,"message":""}"#))),
            (Some("{}"), Some(NO), Err("not both")),
            (Some("{}"), Some("5"), Err("not both")),
            (Some("null"), None, Err("`result`")),
            (Some("null"), Some("null"), Err("`result`")),
            (Some("[]"), None, Err("`result`")),
            (Some("5"), Some("null"), Err("`result`")),
            (None, Some("null"), Err("`error`")),
            (None, Some("5"), Err("`error`")),
            (None, Some("\"no\""), Err("`error`")),
            (None, Some(r#"[1,"no"]"#), Err("`error`")),
            (None, Some("{}"), Err("`error`")),
            (None, Some(r#"{"code":1}"#), Err("`error`")),
            (None, Some(r#"{"message":"no"}"#), Err("`error`")),
            (None, Some(r#"{"code":"1","message":"no"}"#), Err("`error`")),
            (None, Some(r#"{"code":1.5,"message":"no"}"#), Err("`error`")),
            (None, Some(r#"{"code":1,"message":null}"#), Err("`error`")),
        ] {
            match (answer(result, error), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(reason), Err(words)) => assert!(reason.contains(words), "{result:?} {error:?}: {reason}"),
                (found, expected) => panic!("{result:?} {error:?}: {found:?}, not {expected:?}"),
            }
        }
    }
}
