//! The headers of the protocol: every name, and how their values are read.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::engine::{Accepts, ArgumentClaim, Claim, Claims};

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

/// Why headers are refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// The client takes neither JSON nor streams.
    Unacceptable,
    /// A header that may be there once is there twice: whoever looks at the one may act on the other.
    Repeated(&'static str),
    /// A value has characters, or a form, that the header does not allow.
    Invalid(&'static str),
}

/// What the headers say of the message in the body.
pub(super) fn claims(headers: &HeaderMap) -> Result<Claims, Malformed> {
    Ok(Claims {
        version: one(headers, &PROTOCOL_VERSION, "MCP-Protocol-Version")?,
        method: one(headers, &METHOD, "Mcp-Method")?,
        name: one(headers, &NAME, "Mcp-Name")?.map(|name| decode(name, "Mcp-Name")).transpose()?,
        session: one(headers, &SESSION_ID, "Mcp-Session-Id")?,
        argument: Some(argument),
    })
}

/// What the header of that name says of an argument (2026-07-28, streamable HTTP, custom headers from tool parameters).
fn argument(headers: &HeaderMap, name: &str) -> ArgumentClaim {
    // The name of a header is a token, which the registry has made sure of.
    let Ok(name) = HeaderName::try_from(format!("{ARGUMENT}{name}")) else { return Ok(None) };
    let claim = one(headers, &name, "").and_then(|claim| claim.map(|claim| decode(claim, "")).transpose());
    claim.map_err(|malformed| match malformed {
        Malformed::Repeated(_) => "is there more than once",
        Malformed::Unacceptable | Malformed::Invalid(_) => "has a value that is not allowed in it",
    })
}

/// The event after which an interrupted stream goes on.
pub(super) fn last_event_id(headers: &HeaderMap) -> Result<Option<Claim>, Malformed> {
    one(headers, &LAST_EVENT_ID, "Last-Event-ID")
}

/// Whether the body says it is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
}

/// What forms of an answer the client takes. Clients that do not say take any (RFC 9110, section 12.5.1).
pub(super) fn accepts(headers: &HeaderMap) -> Result<Accepts, Malformed> {
    if !headers.contains_key(header::ACCEPT) {
        return Ok(Accepts { json: true, stream: true });
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
    let accepts = Accepts { json: json.taken, stream: stream.taken };
    if accepts.json || accepts.stream { Ok(accepts) } else { Err(Malformed::Unacceptable) }
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

/// Whether the client takes streams, as one that opens a stream must.
pub(super) fn takes_streams(headers: &HeaderMap) -> bool {
    accepts(headers).is_ok_and(|accepts| accepts.stream)
}

/// `q=0` says that the client does not want it.
fn is_zero_quality(parameter: &[u8]) -> bool {
    let parameter = parameter.trim_ascii();
    let value = parameter.strip_prefix(b"q=").or_else(|| parameter.strip_prefix(b"Q="));
    value.is_some_and(|value| !value.is_empty() && value.iter().all(|byte| matches!(byte, b'0' | b'.')))
}

fn one(headers: &HeaderMap, name: &HeaderName, spelled: &'static str) -> Result<Option<Claim>, Malformed> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Malformed::Repeated(spelled));
    }
    if value.to_str().is_err() {
        return Err(Malformed::Invalid(spelled));
    }
    Ok(Some(Claim::Plain(value.clone())))
}

/// The value of a header whose text may be wrapped in Base64 (2026-07-28, streamable HTTP, value encoding).
fn decode(claim: Claim, spelled: &'static str) -> Result<Claim, Malformed> {
    let Some(encoded) = claim.strip_prefix("=?base64?").and_then(|text| text.strip_suffix("?=")) else {
        return Ok(claim);
    };
    let bytes = STANDARD.decode(encoded).map_err(|_| Malformed::Invalid(spelled))?;
    String::from_utf8(bytes).map(|text| Claim::Decoded(text.into())).map_err(|_| Malformed::Invalid(spelled))
}

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
        let both = || Ok((true, true));
        for (accept, expected) in [
            (vec![], both()),
            (vec!["*/*"], both()),
            (vec!["application/json, text/event-stream"], both()),
            (vec!["application/json", "text/event-stream"], both()),
            (vec!["Application/JSON;q=0.9 , TEXT/event-stream; charset=utf-8"], both()),
            (vec!["application/json"], Ok((true, false))),
            (vec!["application/*"], Ok((true, false))),
            (vec!["text/event-stream"], Ok((false, true))),
            (vec!["application/json, text/event-stream;q=0"], Ok((true, false))),
            (vec!["*/*;q=0, application/json"], Ok((true, false))),
            (vec!["application/json;q=0", "*/*"], Ok((false, true))),
            (vec!["application/*;q=0, application/json, text/*;q=0.0, */*"], Ok((true, false))),
            (vec!["*/*, text/event-stream;q=0, application/json;q=0"], Err(Malformed::Unacceptable)),
            (vec!["text/html"], Err(Malformed::Unacceptable)),
            (vec!["application/jsonp"], Err(Malformed::Unacceptable)),
        ] {
            let pairs: Vec<_> = accept.iter().map(|value| ("accept", *value)).collect();
            assert_eq!(accepts(&headers(&pairs)).map(|accepts| (accepts.json, accepts.stream)), expected, "{accept:?}");
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
            assert!(matches!(claims(&headers(&[(name, "a"), (name, "a")])), Err(Malformed::Repeated(_))), "{name}");
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
            let read = claims(&headers(&[("mcp-name", value)])).ok().and_then(|claims| claims.name);
            assert_eq!(read.as_deref(), expected, "{value}");
        }
    }
}
