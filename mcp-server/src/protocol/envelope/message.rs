//! Parsing of a JSON-RPC message in one pass that borrows from the body.
//!
//! The pass leaves the id and the parameters as JSON text. So a large argument is read twice: here
//! to find its end, and later into the types of the handler. If the pass fails, the body is read
//! again to find the exact error.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{addressee::Addressee, answer::answer, malformed::Malformed, parameter::Object, params::Params};
use crate::protocol::{revision::method::Method, types::request_id::RequestId};

/// A message of a client, borrowed from the body.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) params: Params<'a>,
}

/// The kinds of JSON-RPC messages.
#[derive(Debug)]
pub(crate) enum Kind<'a> {
    Request {
        id: RequestId,
        method: Cow<'a, str>,
    },
    Notification {
        method: Cow<'a, str>,
    },
    /// A response to a request of the server: the JSON text of a result or of an error.
    ///
    /// Since 2025-11-25, an error may lack the id, if the client could not read the request.
    Response {
        id: Option<RequestId>,
        answer: Result<&'a str, &'a str>,
    },
}

impl Kind<'_> {
    /// Returns the method of a request or notification.
    pub(crate) fn method(&self) -> Option<&str> {
        match self {
            Kind::Request { method, .. } | Kind::Notification { method } => Some(method),
            Kind::Response { .. } => None,
        }
    }

    /// Returns the id of a request, which its response repeats. The id of a response does not
    /// count.
    pub(crate) fn request_id(&self) -> Option<&RequestId> {
        match self {
            Kind::Request { id, .. } => Some(id),
            Kind::Notification { .. } | Kind::Response { .. } => None,
        }
    }

    /// Returns `true` for a request that opens a session.
    pub(crate) fn is_initialize(&self) -> bool {
        matches!(self, Kind::Request { method, .. } if *method == Method::Initialize.as_str())
    }

    /// Returns the addressee of an error about this message.
    pub(crate) fn addressee(&self) -> Addressee {
        self.request_id().map_or(Addressee::Unanswered, |id| Addressee::Request(id.clone()))
    }
}

impl<'a> Message<'a> {
    /// Parses a message. The error has a description and the addressee of its response.
    pub(crate) fn parse(body: &'a Bytes) -> Result<Self, Malformed> {
        let read =
            std::str::from_utf8(body).ok().and_then(|text| serde_json::from_str::<Object<Envelope<'a>>>(text).ok());
        read.and_then(|envelope| envelope.0.into_message(body)).ok_or_else(|| Malformed::explain(body))
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    // `null` is invalid, and differs from a missing id.
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<Object<Params<'a>>>,
    // `null` is not the same as an absent member.
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    fn into_message(self, body: &Bytes) -> Option<Message<'a>> {
        if self.jsonrpc != "2.0" {
            return None;
        }
        let id = self.id.map(|id| RequestId::parse(body, id.get())).transpose().ok()?;
        let kind = match (self.method, id, self.result.map(RawValue::get), self.error.map(RawValue::get)) {
            (Some(method), Some(id), ..) => Kind::Request { id, method },
            (Some(method), None, ..) => Kind::Notification { method },
            (None, id, result, error) => {
                let answer = answer(result, error).ok()?;
                if id.is_none() && answer.is_ok() {
                    return None;
                }
                Kind::Response { id, answer }
            }
        };
        Some(Message { kind, params: self.params.map(|params| params.0).unwrap_or_default() })
    }
}

/// Deserializes `null` like any other value instead of turning it into `None`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_distinguishes_kinds() {
        let kind = |body: &'static str| {
            Message::parse(&Bytes::from_static(body.as_bytes())).map(|message| format!("{:?}", message.kind))
        };
        assert!(kind(r#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#).unwrap().starts_with("Request"));
        assert!(kind(r#"{"jsonrpc":"2.0","method":"ping","params":null}"#).unwrap().starts_with("Notification"));
        for (response, answer) in [
            (r#""id":"a","result":{}"#, r#"Some("a"), answer: Ok("{}")"#),
            (r#""id":"a","result":{},"error":null"#, r#"Some("a"), answer: Ok("{}")"#),
            (
                r#""id":"a","result":null,"error":{"code":1,"message":""}"#,
                r#"Some("a"), answer: Err("{\"code\":1,\"message\":\"\"}")"#,
            ),
            (r#""error":{"code":1,"message":""}"#, r#"None, answer: Err("{\"code\":1,\"message\":\"\"}")"#),
        ] {
            let body = Bytes::from(format!("{{\"jsonrpc\":\"2.0\",{response}}}"));
            let message = Message::parse(&body).unwrap();
            assert_eq!(format!("{:?}", message.kind), format!("Response {{ id: {answer} }}"));
        }
        for invalid in [
            r#"{"jsonrpc":"2.0","id":"a","result":{},"error":{}}"#,
            r#"{"jsonrpc":"2.0","id":"a","result":null}"#,
            r#"{"jsonrpc":"2.0","id":"a","error":null}"#,
            r#"{"jsonrpc":"2.0","result":{}}"#,
        ] {
            assert!(kind(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn parse_keeps_json_text_of_arguments() {
        let body = Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a\u0064d","arguments":{ "a": 1.50 },"_meta":{"progressToken":"t","x":[1]}}}"#);
        let message = Message::parse(&body).unwrap();
        assert_eq!(message.params.name.text("name").unwrap().as_deref(), Some("add"));
        assert_eq!(message.params.arguments.json(), Some(r#"{ "a": 1.50 }"#));
        assert_eq!(message.params.meta().unwrap().progress_token.unwrap().get(), r#""t""#);
    }
}
