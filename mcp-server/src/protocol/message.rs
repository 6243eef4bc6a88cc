//! One JSON-RPC message: read in one borrowed pass, and, when that fails, read again to say exactly what is wrong.
//!
//! The first pass borrows everything from the body and leaves the id and the arguments as raw text, so a large argument is
//! read twice only: once here to find its end, once into the handler's own types.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, value::RawValue};

use super::{
    ErrorObject, RequestId,
    meta::Meta,
    object::{Object, RawObject},
};

/// What a client sent, borrowed from the body.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) params: Params<'a>,
}

/// Which of the three JSON-RPC messages it is.
#[derive(Debug)]
pub(crate) enum Kind<'a> {
    Request { id: RequestId, method: Cow<'a, str> },
    Notification { method: Cow<'a, str> },
    /// An answer to something the server asked.
    Response { id: RequestId },
}

/// The parameters of every method, those that a method does not have being `None`.
///
/// One struct for all, so that parameters are read in the same pass as the envelope around them.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Params<'a> {
    #[serde(borrow, default)]
    pub(crate) name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) uri: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) arguments: Option<RawObject<'a>>,
    #[serde(borrow, default, rename = "_meta")]
    pub(crate) meta: Option<Object<Meta<'a>>>,
    #[serde(borrow, default)]
    pub(crate) cursor: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) level: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "protocolVersion")]
    pub(crate) protocol_version: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) capabilities: Option<RawObject<'a>>,
    #[serde(borrow, default, rename = "clientInfo")]
    pub(crate) client_info: Option<RawObject<'a>>,
    #[serde(borrow, default, rename = "requestId")]
    pub(crate) request_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) reason: Option<Cow<'a, str>>,
}

impl<'a> Params<'a> {
    pub(crate) fn meta(&self) -> Option<&Meta<'a>> {
        self.meta.as_ref().map(|meta| &meta.0)
    }
}

/// Why a body is not a message. The id is there when it could be read, as the answer must repeat it.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) id: Option<RequestId>,
    pub(crate) error: ErrorObject,
}

impl<'a> Message<'a> {
    /// Reads one message.
    pub(crate) fn parse(body: &'a Bytes) -> Result<Self, Malformed> {
        if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            let error = match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
                Ok(_) => ErrorObject::invalid_request("batches are not supported: send one message at a time"),
                Err(error) => ErrorObject::parse_error(format!("the body is not JSON: {error}")),
            };
            return Err(Malformed { id: None, error });
        }
        let read = std::str::from_utf8(body).ok().and_then(|text| serde_json::from_str::<Object<Envelope<'a>>>(text).ok());
        read.and_then(|envelope| envelope.0.into_message(body)).ok_or_else(|| explain(body))
    }

    /// The id, of anything but a notification.
    pub(crate) fn id(&self) -> Option<&RequestId> {
        match &self.kind {
            Kind::Request { id, .. } | Kind::Response { id } => Some(id),
            Kind::Notification { .. } => None,
        }
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    // `null` is no id, and not the same as none at all.
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<Object<Params<'a>>>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    fn into_message(self, body: &Bytes) -> Option<Message<'a>> {
        if self.jsonrpc != "2.0" {
            return None;
        }
        let id = self.id.map(|id| RequestId::parse(body, id.get())).transpose().ok()?;
        let answer = self.result.is_some() != self.error.is_some();
        let kind = match (self.method, id) {
            (Some(method), Some(id)) => Kind::Request { id, method },
            (Some(method), None) => Kind::Notification { method },
            (None, Some(id)) if answer => Kind::Response { id },
            (None, _) => return None,
        };
        Some(Message { kind, params: self.params.map(|params| params.0).unwrap_or_default() })
    }
}

/// Deserializes `null` like any other value instead of turning it into `None`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The slow second look at a body that the first pass did not take.
fn explain(body: &Bytes) -> Malformed {
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => {
            return Malformed { id: None, error: ErrorObject::parse_error(format!("the body is not JSON: {error}")) };
        }
    };
    let invalid = |id, reason: String| Malformed { id, error: ErrorObject::invalid_request(reason) };
    let Value::Object(envelope) = value else {
        return invalid(None, "a message is a JSON object".to_owned());
    };
    let id = match envelope.get("id") {
        None => None,
        Some(id) => {
            let text = Bytes::from(id.to_string());
            match RequestId::parse(&text, std::str::from_utf8(&text).unwrap_or_default()) {
                Ok(id) => Some(id),
                Err(reason) => return invalid(None, reason.to_owned()),
            }
        }
    };
    if envelope.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return invalid(id, "`jsonrpc` must be \"2.0\"".to_owned());
    }
    if envelope.get("method").is_some_and(|method| !method.is_string()) {
        return invalid(id, "`method` must be a string".to_owned());
    }
    if !envelope.contains_key("method") {
        return invalid(id, "neither a request nor a response: `method` is missing".to_owned());
    }
    let invalid_params = |reason: String| Malformed { id: id.clone(), error: ErrorObject::invalid_params(reason) };
    match envelope.get("params") {
        None | Some(Value::Null) => {}
        Some(params @ Value::Object(_)) => {
            let text = params.to_string();
            if let Err(error) = serde_json::from_str::<Object<Params<'_>>>(&text) {
                return invalid_params(format!("`params`: {}", without_position(&error)));
            }
        }
        Some(_) => return invalid_params("`params` must be an object".to_owned()),
    }
    // Everything fits when read with the last of several members of one name: one of them is there twice.
    invalid(id, "a member of the message is there more than once".to_owned())
}

/// The text of an error of `serde_json`, without the line and column: they are those of a copy.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ErrorCode;

    fn refusal(body: &'static str) -> (i32, Option<String>) {
        let malformed = Message::parse(&Bytes::from_static(body.as_bytes())).unwrap_err();
        (malformed.error.code.0, malformed.id.map(|id| id.to_string()))
    }

    #[test]
    fn what_is_wrong_with_a_body_is_told_exactly() {
        for (body, code, id) in [
            ("", -32700, None),
            ("{", -32700, None),
            ("{bad json", -32700, None),
            ("[", -32700, None),
            ("[]", -32600, None),
            (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600, None),
            ("1", -32600, None),
            ("{}", -32600, None),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600, Some("1")),
            (r#"{"id":1,"method":"ping"}"#, -32600, Some("1")),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600, None),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600, None),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, None),
            (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1}"#, -32600, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, -32600, Some("2")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["add"]}"#, -32602, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":5}}"#, -32602, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":[1]}}"#, -32602, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":["x"]}}"#, -32602, Some("1")),
        ] {
            assert_eq!(refusal(body), (code, id.map(str::to_owned)), "{body}");
        }
        let not_utf8 = Bytes::from_static(b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}");
        assert_eq!(Message::parse(&not_utf8).unwrap_err().error.code, ErrorCode::PARSE_ERROR);
    }

    #[test]
    fn the_three_kinds_are_told_apart() {
        let kind = |body: &'static str| Message::parse(&Bytes::from_static(body.as_bytes())).map(|message| format!("{:?}", message.kind));
        assert!(kind(r#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#).unwrap().starts_with("Request"));
        assert!(kind(r#"{"jsonrpc":"2.0","method":"ping","params":null}"#).unwrap().starts_with("Notification"));
        assert!(kind(r#"{"jsonrpc":"2.0","id":"a","result":{}}"#).unwrap().starts_with("Response"));
        assert!(kind(r#"{"jsonrpc":"2.0","id":"a","result":{},"error":{}}"#).is_err());
    }

    #[test]
    fn arguments_stay_as_they_were_sent() {
        let body = Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a\u0064d","arguments":{ "a": 1.50 },"_meta":{"progressToken":"t","x":[1]}}}"#);
        let message = Message::parse(&body).unwrap();
        assert_eq!(message.params.name.as_deref(), Some("add"));
        assert_eq!(message.params.arguments.unwrap().0, r#"{ "a": 1.50 }"#);
        assert_eq!(message.params.meta().unwrap().progress_token.unwrap().get(), r#""t""#);
    }
}
