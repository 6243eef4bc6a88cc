//! One JSON-RPC message: read in one borrowed pass, and, when that fails, read again to say exactly what is wrong.
//!
//! The first pass borrows everything from the body and leaves the id and the arguments as raw text, so a large argument is
//! read twice only: once here to find its end, once into the handler's own types.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

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
    Request {
        id: RequestId,
        method: Cow<'a, str>,
    },
    Notification {
        method: Cow<'a, str>,
    },
    /// An answer to something the server asked: the JSON text of a result, or of an error.
    Response {
        id: RequestId,
        answer: Result<&'a str, &'a str>,
    },
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
    #[serde(borrow, default, rename = "ref")]
    pub(crate) reference: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) argument: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) context: Option<&'a RawValue>,
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
    #[serde(borrow, default, rename = "taskId")]
    pub(crate) task_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "inputResponses")]
    pub(crate) input_responses: Option<RawObject<'a>>,
    #[serde(borrow, default, rename = "requestState")]
    pub(crate) request_state: Option<Cow<'a, str>>,
    /// What `subscriptions/listen` wants to hear of.
    #[serde(borrow, default)]
    pub(crate) notifications: Option<RawObject<'a>>,
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
            let error = match serde_json::from_slice::<IgnoredAny>(body) {
                Ok(_) => {
                    ErrorObject::invalid_request("there are batches in 2025-03-26 only: send one message at a time")
                }
                Err(error) => ErrorObject::parse_error(format!("the body is not JSON: {error}")),
            };
            return Err(Malformed { id: None, error });
        }
        let read =
            std::str::from_utf8(body).ok().and_then(|text| serde_json::from_str::<Object<Envelope<'a>>>(text).ok());
        read.and_then(|envelope| envelope.0.into_message(body)).ok_or_else(|| explain(body))
    }

    /// The id, of anything but a notification.
    pub(crate) fn id(&self) -> Option<&RequestId> {
        match &self.kind {
            Kind::Request { id, .. } | Kind::Response { id, .. } => Some(id),
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
        let answer = match (self.result, self.error) {
            (Some(result), None) => Some(Ok(result.get())),
            (None, Some(error)) => Some(Err(error.get())),
            _ => None,
        };
        let kind = match (self.method, id) {
            (Some(method), Some(id)) => Kind::Request { id, method },
            (Some(method), None) => Kind::Notification { method },
            (None, Some(id)) => Kind::Response { id, answer: answer? },
            (None, None) => return None,
        };
        Some(Message { kind, params: self.params.map(|params| params.0).unwrap_or_default() })
    }
}

/// Deserializes `null` like any other value instead of turning it into `None`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The slow second look at a body that the first pass did not take.
///
/// What does not matter for the reason is skipped: a body that is refused must not cost many times its size.
fn explain(body: &Bytes) -> Malformed {
    let invalid = |id, reason: &str| Malformed { id, error: ErrorObject::invalid_request(reason.to_owned()) };
    let not_json = |error: &dyn fmt::Display| Malformed {
        id: None,
        error: ErrorObject::parse_error(format!("the body is not JSON: {error}")),
    };
    let json = match std::str::from_utf8(body) {
        Ok(json) => json,
        Err(error) => return not_json(&error),
    };
    let loose = match serde_json::from_str::<IgnoredAny>(json).and_then(|_| serde_json::from_str::<Loose<'_>>(json)) {
        Ok(loose) => loose,
        Err(error) if error.is_data() => return invalid(None, "a message is a JSON object"),
        Err(error) => return not_json(&error),
    };
    let id = match loose.id.map(|id| RequestId::parse(body, id.get())).transpose() {
        Ok(id) => id,
        Err(reason) => return invalid(None, reason),
    };
    let text = |raw: &RawValue| serde_json::from_str::<String>(raw.get()).ok();
    if loose.jsonrpc.and_then(text).as_deref() != Some("2.0") {
        return invalid(id, "`jsonrpc` must be \"2.0\"");
    }
    match loose.method {
        None => return invalid(id, "neither a request nor a response: `method` is missing"),
        Some(method) if text(method).is_none() => return invalid(id, "`method` must be a string"),
        Some(_) => {}
    }
    let params = loose.params.map_or("null", RawValue::get);
    if params != "null"
        && let Err(error) = serde_json::from_str::<Object<Params<'_>>>(params)
    {
        let reason = if params.starts_with('{') {
            format!("`params`: {}", without_position(&error))
        } else {
            "`params` must be an object".to_owned()
        };
        return Malformed { id, error: ErrorObject::invalid_params(reason) };
    }
    // Everything fits when read with the last of several members of one name: one of them is there twice.
    invalid(id, "a member of the message is there more than once")
}

/// The members that say what is wrong with a message, as they were sent. Of several with one name, the last.
#[derive(Default)]
struct Loose<'a> {
    jsonrpc: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
    method: Option<&'a RawValue>,
    params: Option<&'a RawValue>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LooseVisitor;

        impl<'de> Visitor<'de> for LooseVisitor {
            type Value = Loose<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose<'de>, A::Error> {
                let mut loose = Loose::default();
                while let Some(name) = map.next_key::<Cow<'_, str>>()? {
                    let place = match &*name {
                        "jsonrpc" => &mut loose.jsonrpc,
                        "id" => &mut loose.id,
                        "method" => &mut loose.method,
                        "params" => &mut loose.params,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                    };
                    *place = Some(map.next_value()?);
                }
                Ok(loose)
            }
        }

        deserializer.deserialize_map(LooseVisitor)
    }
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
            (r#"{"jsonrpc":"2.0","id":1,"method":5,"x":1e999}"#, -32600, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#, -32600, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"} x"#, -32700, None),
            (r#"{"jsonrpc":"2.0","id":1}"#, -32600, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, -32600, Some("2")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["add"]}"#, -32602, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":5}}"#, -32602, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":[1]}}"#, -32602, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":["x"]}}"#, -32602, Some("1")),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#, -32602, Some("1")),
        ] {
            assert_eq!(refusal(body), (code, id.map(str::to_owned)), "{body}");
        }
        for not_utf8 in [
            &b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}"[..],
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5,\"x\":\"\xff\"}",
        ] {
            let malformed = Message::parse(&Bytes::from_static(not_utf8)).unwrap_err();
            assert_eq!(malformed.error.code, ErrorCode::PARSE_ERROR);
        }
    }

    #[test]
    fn the_three_kinds_are_told_apart() {
        let kind = |body: &'static str| {
            Message::parse(&Bytes::from_static(body.as_bytes())).map(|message| format!("{:?}", message.kind))
        };
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
