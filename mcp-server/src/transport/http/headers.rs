//! Names and values of the protocol's HTTP headers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::field::{CONFLICT, Field, joined_copy};
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

/// The headers of a POST request that the endpoint reads.
pub(super) struct MessageHeaders {
    /// The content type is JSON.
    pub(super) is_json: bool,
    /// The body has a content encoding, such as `gzip`.
    pub(super) is_encoded: bool,
    /// The size of the body in bytes, if the client declares it.
    pub(super) content_length: Option<u64>,
    /// The request has credentials for others than this server.
    pub(super) has_foreign_credentials: bool,
    pub(super) accepts: Accepts,
    pub(super) claims: Claims,
}

/// Reads the headers of a message.
pub(super) fn message(headers: &HeaderMap) -> MessageHeaders {
    let [content_type, encoding, content_length, cookie, proxy_authorization, accept, version, method, name, session] =
        Field::all(
            headers,
            [
                &header::CONTENT_TYPE,
                &header::CONTENT_ENCODING,
                &header::CONTENT_LENGTH,
                &header::COOKIE,
                &header::PROXY_AUTHORIZATION,
                &header::ACCEPT,
                &PROTOCOL_VERSION,
                &METHOD,
                &NAME,
                &SESSION_ID,
            ],
        );
    MessageHeaders {
        is_json: matches!(content_type, Field::Value(value) if is_json(value)),
        is_encoded: match encoding {
            Field::Absent => false,
            Field::Value(value) => !is_identity(value),
            Field::Conflict => true,
        },
        content_length: match content_length {
            Field::Value(length) => length.to_str().ok().and_then(|length| length.parse().ok()),
            Field::Absent | Field::Conflict => None,
        },
        has_foreign_credentials: [cookie, proxy_authorization].iter().any(|field| *field != Field::Absent),
        accepts: if accept == Field::Value(&BOTH) { Accepts::ALL } else { accepts(headers) },
        claims: claims_of(version, method, name, session),
    }
}

/// Reads the headers that describe a request without a message.
pub(super) fn claims(headers: &HeaderMap) -> Claims {
    let [version, method, name, session] = Field::all(headers, [&PROTOCOL_VERSION, &METHOD, &NAME, &SESSION_ID]);
    claims_of(version, method, name, session)
}

fn claims_of(version: Field<'_>, method: Field<'_>, name: Field<'_>, session: Field<'_>) -> Claims {
    let mut invalid = None;
    let mut read = |header: &'static str, claim: Result<Option<Claim>, &'static str>| {
        claim.unwrap_or_else(|reason| {
            invalid.get_or_insert(InvalidHeader { header, reason });
            None
        })
    };
    Claims {
        version: read("MCP-Protocol-Version", claim(version)),
        method: read("Mcp-Method", claim(method)),
        name: read("Mcp-Name", decoded(name)),
        session: read("Mcp-Session-Id", claim(session)),
        argument: Some(argument),
        invalid,
    }
}

/// Reads the header that mirrors an argument (2026-07-28, streamable HTTP, custom headers from tool
/// parameters).
fn argument(headers: &HeaderMap, name: &str) -> ArgumentClaim {
    // The registry has checked that the name is valid in a header.
    let Ok(name) = HeaderName::try_from(format!("{ARGUMENT_PREFIX}{name}")) else { return Ok(None) };
    decoded(Field::one(headers, &name))
}

/// Reads the id of the event after which a client resumes a stream.
pub(super) fn last_event_id(headers: &HeaderMap) -> Result<Option<Claim>, InvalidHeader> {
    let event = Field::one(headers, &LAST_EVENT_ID);
    claim(event).map_err(|reason| InvalidHeader { header: "Last-Event-ID", reason })
}

/// Returns `true` for the media type of JSON, with any parameters.
fn is_json(content_type: &HeaderValue) -> bool {
    let value = content_type.as_bytes();
    if value == b"application/json" {
        return true;
    }
    let essence = joined_copy(value).unwrap_or(value).split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// Returns `true` for `identity`, and for a header without codings.
fn is_identity(encoding: &HeaderValue) -> bool {
    let mut codings = encoding.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    codings.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity"))
}

/// The `Accept` header that the specification requires, and that most clients send.
const BOTH: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");

/// Reads the forms of a response that the client accepts, which may be none. Without an `Accept`
/// header the client accepts any (RFC 9110, section 12.5.1).
pub(super) fn accepts(headers: &HeaderMap) -> Accepts {
    if !headers.contains_key(header::ACCEPT) {
        return Accepts::ALL;
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

/// Reads the text of a header. The error is the reason why it is invalid.
fn claim(field: Field<'_>) -> Result<Option<Claim>, &'static str> {
    let value = match field {
        Field::Absent => return Ok(None),
        Field::Conflict => return Err(CONFLICT),
        Field::Value(value) => value,
    };
    // The type excludes control characters other than the tab.
    if !value.as_bytes().is_ascii() {
        return Err("expected visible ASCII");
    }
    let copy = joined_copy(value.as_bytes());
    Ok(Some(match copy {
        None => Claim::Plain(value.clone()),
        Some(copy) => Claim::Joined { value: value.clone(), copy: copy.len() },
    }))
}

/// Reads the text of a header whose value may be Base64 (2026-07-28, streamable HTTP, value
/// encoding).
fn decoded(field: Field<'_>) -> Result<Option<Claim>, &'static str> {
    let claim = claim(field)?;
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
            ("application/json, application/json", true),
            ("application/json, text/plain", false),
            ("application/json-patch+json", false),
            ("text/plain", false),
            ("", false),
        ] {
            assert_eq!(message(&headers(&[("content-type", value)])).is_json, expected, "{value}");
        }
    }

    #[test]
    fn different_values_of_a_header_are_invalid() {
        for name in ["mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name"] {
            let invalid = claims(&headers(&[(name, "a"), (name, "b")])).invalid.unwrap();
            assert!(invalid.header.eq_ignore_ascii_case(name), "{invalid:?}");
        }
    }

    #[test]
    fn equal_values_of_a_header_count_once() {
        for name in ["mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name"] {
            for pairs in [&[(name, "a"), (name, "a")][..], &[(name, "a, a")], &[(name, "a,a"), (name, "a,a")]] {
                let Claims { version, method, name, session, invalid, .. } = message(&headers(pairs)).claims;
                let claim = version.or(method).or(name).or(session).unwrap();
                assert!(&*claim == "a" && invalid.is_none(), "{pairs:?}");
            }
        }
        let repeated = [("mcp-name", "=?base64?SGVsbG8=?="), ("mcp-name", "=?base64?SGVsbG8=?=")];
        assert_eq!(claims(&headers(&repeated)).name.as_deref(), Some("Hello"));
    }

    #[test]
    fn value_that_looks_like_joined_copies_means_either() {
        let name = claims(&headers(&[("mcp-name", "x:1,x:1")])).name.unwrap();
        assert!(name.is(|text| text == "x:1") && name.is(|text| text == "x:1,x:1") && !name.is(|text| text == "x:2"));
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
