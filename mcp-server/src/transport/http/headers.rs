//! The headers of the protocol: every name, and how their values are read.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::engine::{Accepts, ArgumentClaim, Claim, Claims, InvalidHeader};

pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
pub(super) const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
/// What the name of a header that repeats an argument begins with.
const ARGUMENT: &str = "mcp-param-";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What a page may send. `*` does not cover `Authorization`, and not every browser knows it; it stands for `Mcp-Param-…`.
pub(super) const ALLOWED: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, accept, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, last-event-id, *",
);
/// What a page may read of an answer.
pub(super) const EXPOSED: HeaderValue =
    HeaderValue::from_static("www-authenticate, mcp-session-id, mcp-protocol-version");

/// What the headers say of the message in the body.
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

/// What the header of that name says of an argument (2026-07-28, streamable HTTP, custom headers from tool parameters).
fn argument(headers: &HeaderMap, name: &str) -> ArgumentClaim {
    // The name of a header is a token, which the registry has made sure of.
    let Ok(name) = HeaderName::try_from(format!("{ARGUMENT}{name}")) else { return Ok(None) };
    one_encoded(headers, &name)
}

/// The event after which an interrupted stream goes on.
pub(super) fn last_event_id(headers: &HeaderMap) -> Result<Option<Claim>, InvalidHeader> {
    one(headers, &LAST_EVENT_ID).map_err(|reason| InvalidHeader { header: "Last-Event-ID", reason })
}

/// Whether the body says it is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
}

/// What forms of an answer the client takes, which may be none. Clients that do not say take any (RFC 9110, section 12.5.1).
pub(super) fn accepts(headers: &HeaderMap) -> Accepts {
    if !headers.contains_key(header::ACCEPT) {
        return Accepts { json: true, stream: true };
    }
    let (mut json, mut stream) = (Wish::default(), Wish::default());
    for value in headers.get_all(header::ACCEPT) {
        for range in value.as_bytes().split(|byte| *byte == b',') {
            let mut parts = range.split(|byte| *byte == b';');
            let essence = parts.next().unwrap_or_default().trim_ascii();
            let taken = !parts.any(is_zero_quality);
            json.hear(closeness(essence, b"application/json", b"application/*"), taken);
            stream.hear(closeness(essence, b"text/event-stream", b"text/*"), taken);
        }
    }
    Accepts { json: json.taken, stream: stream.taken }
}

/// What a client says of one media type: of the ranges that it is in, the closest counts, wherever it stands.
#[derive(Default)]
struct Wish {
    closeness: u8,
    taken: bool,
}

impl Wish {
    fn hear(&mut self, closeness: u8, taken: bool) {
        if closeness > self.closeness {
            *self = Self { closeness, taken };
        } else if closeness > 0 && closeness == self.closeness {
            self.taken |= taken;
        }
    }
}

/// How close a range is to a media type; 0 when the type is not in it.
fn closeness(range: &[u8], whole: &[u8], kind: &[u8]) -> u8 {
    match range {
        range if range.eq_ignore_ascii_case(whole) => 3,
        range if range.eq_ignore_ascii_case(kind) => 2,
        b"*/*" => 1,
        _ => 0,
    }
}

/// `q=0` says that the client does not want it.
fn is_zero_quality(parameter: &[u8]) -> bool {
    let parameter = parameter.trim_ascii();
    let value = parameter.strip_prefix(b"q=").or_else(|| parameter.strip_prefix(b"Q="));
    value.is_some_and(|value| !value.is_empty() && value.iter().all(|byte| matches!(byte, b'0' | b'.')))
}

/// What the one header of that name says, or why that is not clear.
fn one(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Claim>, &'static str> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        // Whoever looks at the one may act on the other.
        return Err("is there more than once");
    }
    if value.to_str().is_err() {
        return Err(NOT_ALLOWED);
    }
    Ok(Some(Claim::Plain(value.clone())))
}

/// The same where the text may be wrapped in Base64 (2026-07-28, streamable HTTP, value encoding).
fn one_encoded(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Claim>, &'static str> {
    let claim = one(headers, name)?;
    let encoded = claim.as_deref().and_then(|text| text.strip_prefix("=?base64?")?.strip_suffix("?="));
    let Some(encoded) = encoded else { return Ok(claim) };
    let bytes = STANDARD.decode(encoded).map_err(|_| NOT_ALLOWED)?;
    String::from_utf8(bytes).map(|text| Some(Claim::Decoded(text.into()))).map_err(|_| NOT_ALLOWED)
}

const NOT_ALLOWED: &str = "has a value that is not allowed in it";

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
    fn accept_is_read_as_http_means_it() {
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
    fn only_json_is_json() {
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
    fn a_header_that_counts_is_there_once() {
        for name in ["mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name"] {
            let invalid = claims(&headers(&[(name, "a"), (name, "a")])).invalid.unwrap();
            assert!(invalid.header.eq_ignore_ascii_case(name), "{invalid:?}");
        }
    }

    #[test]
    fn names_may_be_wrapped_in_base64() {
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
