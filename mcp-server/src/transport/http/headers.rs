//! Names and values of the protocol's HTTP headers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::engine::{Accepts, ArgumentClaim, Claim, Claims, InvalidHeader};

pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
pub(super) const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
/// Prefix of the headers that mirror an argument.
const ARGUMENT_PREFIX: &str = "mcp-param-";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Headers that a page may send. The `*` allows `Mcp-Param-…`; it does not cover `Authorization`,
/// and some browsers ignore it.
pub(super) const ALLOWED: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, accept, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, last-event-id, *",
);
/// Headers of a response that a page may read.
pub(super) const EXPOSED: HeaderValue =
    HeaderValue::from_static("www-authenticate, mcp-session-id, mcp-protocol-version");

/// Reads the headers that describe the message in the body.
pub(super) fn claims(headers: &HeaderMap) -> Claims {
    let mut invalid = None;
    let mut read = |header: &'static str, claim: Result<Option<Claim>, &'static str>| {
        claim.unwrap_or_else(|reason| {
            invalid.get_or_insert(InvalidHeader { header, reason });
            None
        })
    };
    Claims {
        version: read("MCP-Protocol-Version", one(headers, &PROTOCOL_VERSION)),
        method: read("Mcp-Method", one(headers, &METHOD)),
        name: read("Mcp-Name", one_encoded(headers, &NAME)),
        session: read("Mcp-Session-Id", one(headers, &SESSION_ID)),
        argument: Some(argument),
        invalid,
    }
}

/// Reads the header that mirrors an argument (2026-07-28, streamable HTTP, custom headers from tool
/// parameters).
fn argument(headers: &HeaderMap, name: &str) -> ArgumentClaim {
    // The registry has checked that the name is valid in a header.
    let Ok(name) = HeaderName::try_from(format!("{ARGUMENT_PREFIX}{name}")) else { return Ok(None) };
    one_encoded(headers, &name)
}

/// Reads the id of the event after which a client resumes a stream.
pub(super) fn last_event_id(headers: &HeaderMap) -> Result<Option<Claim>, InvalidHeader> {
    one(headers, &LAST_EVENT_ID).map_err(|reason| InvalidHeader { header: "Last-Event-ID", reason })
}

/// Returns `true` if the content type is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
}

/// Reads the forms of a response that the client accepts, which may be none. Without an `Accept`
/// header the client accepts any (RFC 9110, section 12.5.1).
pub(super) fn accepts(headers: &HeaderMap) -> Accepts {
    if !headers.contains_key(header::ACCEPT) {
        return Accepts { json: true, stream: true };
    }
    let (mut json, mut stream) = (Preference::default(), Preference::default());
    for value in headers.get_all(header::ACCEPT) {
        for range in value.as_bytes().split(|byte| *byte == b',') {
            let mut parts = range.split(|byte| *byte == b';');
            let essence = parts.next().unwrap_or_default().trim_ascii();
            let accepted = !parts.any(is_zero_quality);
            json.apply(specificity(essence, b"application/json", b"application/*"), accepted);
            stream.apply(specificity(essence, b"text/event-stream", b"text/*"), accepted);
        }
    }
    Accepts { json: json.accepted, stream: stream.accepted }
}

/// The preference of a client for one media type. Of the matching ranges, the most specific one
/// counts.
#[derive(Default)]
struct Preference {
    specificity: u8,
    accepted: bool,
}

impl Preference {
    fn apply(&mut self, specificity: u8, accepted: bool) {
        if specificity > self.specificity {
            *self = Self { specificity, accepted };
        } else if specificity > 0 && specificity == self.specificity {
            self.accepted |= accepted;
        }
    }
}

/// Returns the specificity of a range that matches a media type, or 0 if it does not match.
fn specificity(range: &[u8], media_type: &[u8], type_range: &[u8]) -> u8 {
    match range {
        range if range.eq_ignore_ascii_case(media_type) => 3,
        range if range.eq_ignore_ascii_case(type_range) => 2,
        b"*/*" => 1,
        _ => 0,
    }
}

/// Returns `true` for `q=0`, which excludes a media range.
fn is_zero_quality(parameter: &[u8]) -> bool {
    let parameter = parameter.trim_ascii();
    let value = parameter.strip_prefix(b"q=").or_else(|| parameter.strip_prefix(b"Q="));
    value.is_some_and(|value| !value.is_empty() && value.iter().all(|byte| matches!(byte, b'0' | b'.')))
}

/// Reads a header that may occur once. The error is the reason why it is invalid.
fn one(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Claim>, &'static str> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        // A proxy may act on a different one of the values.
        return Err("duplicate, expected one");
    }
    if value.to_str().is_err() {
        return Err("expected visible ASCII");
    }
    Ok(Some(Claim::Plain(value.clone())))
}

/// Reads a header that may occur once, and whose value may be Base64 (2026-07-28, streamable HTTP,
/// value encoding).
fn one_encoded(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Claim>, &'static str> {
    let claim = one(headers, name)?;
    let encoded = claim.as_deref().and_then(|text| text.strip_prefix("=?base64?")?.strip_suffix("?="));
    let Some(encoded) = encoded else { return Ok(claim) };
    let bytes = STANDARD.decode(encoded).map_err(|_| INVALID_BASE64)?;
    String::from_utf8(bytes).map(|text| Some(Claim::Decoded(text.into()))).map_err(|_| INVALID_BASE64)
}

const INVALID_BASE64: &str = "expected UTF-8 in Base64 between `=?base64?` and `?=`";

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn accept_most_specific_range_counts() {
        let both = || (true, true);
        for (accept, expected) in [
            (vec![], both()),
            (vec!["*/*"], both()),
            (vec!["application/json, text/event-stream"], both()),
            (vec!["application/json", "text/event-stream"], both()),
            (vec!["Application/JSON;q=0.9 , TEXT/event-stream; charset=utf-8"], both()),
            (vec!["application/json"], (true, false)),
            (vec!["application/*"], (true, false)),
            (vec!["text/event-stream"], (false, true)),
            (vec!["application/json, text/event-stream;q=0"], (true, false)),
            (vec!["*/*;q=0, application/json"], (true, false)),
            (vec!["application/json;q=0", "*/*"], (false, true)),
            (vec!["application/*;q=0, application/json, text/*;q=0.0, */*"], (true, false)),
            (vec!["*/*, text/event-stream;q=0, application/json;q=0"], (false, false)),
            (vec!["text/html"], (false, false)),
            (vec!["application/jsonp"], (false, false)),
        ] {
            let pairs: Vec<_> = accept.iter().map(|value| ("accept", *value)).collect();
            let accepts = accepts(&headers(&pairs));
            assert_eq!((accepts.json, accepts.stream), expected, "{accept:?}");
        }
    }

    #[test]
    fn content_type_json_recognized() {
        for (value, expected) in [
            ("application/json", true),
            ("Application/Json ; charset=utf-8", true),
            ("application/jsonx", false),
            ("application/json-patch+json", false),
            ("text/plain", false),
            ("", false),
        ] {
            assert_eq!(is_json(&headers(&[("content-type", value)])), expected, "{value}");
        }
    }

    #[test]
    fn duplicate_header_is_invalid() {
        for name in ["mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name"] {
            let invalid = claims(&headers(&[(name, "a"), (name, "a")])).invalid.unwrap();
            assert!(invalid.header.eq_ignore_ascii_case(name), "{invalid:?}");
        }
    }

    #[test]
    fn name_in_base64_decoded() {
        for (value, expected) in [
            ("add", Some("add")),
            (" add ", Some("add")),
            ("=?base64?SGVsbG8=?=", Some("Hello")),
            ("=?base64?SGVsbG8?=", None),
            ("=?base64?SGVs!!!bG8=?=", None),
            ("=?base64?/w==?=", None),
            ("=?base64?SGVsbG8=", Some("=?base64?SGVsbG8=")),
        ] {
            let claims = claims(&headers(&[("mcp-name", value)]));
            assert_eq!((claims.name.as_deref(), claims.invalid.is_some()), (expected, expected.is_none()), "{value}");
        }
    }
}
