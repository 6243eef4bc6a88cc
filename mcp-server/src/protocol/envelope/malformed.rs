//! A body that is no message: what is wrong with it, and who is told so.
//!
//! Found out by a slow second look, after the pass that reads messages did not take it. What does not matter for the reason is
//! skipped: a body that is refused must not cost many times its size.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    parameter::{Object, without_position},
    params::Params,
};
use crate::protocol::types::{error_object::ErrorObject, request_id::RequestId};

/// Why a body is not a message, and who is told so.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) addressee: Addressee,
    pub(crate) error: ErrorObject,
}

/// Who is told what is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Addressee {
    /// Who waits for the answer to this request.
    Request(RequestId),
    /// Nobody, since notifications and responses are not answered. Over HTTP the status must say something all the same.
    Nobody,
    /// Who sent it: it cannot be told what it was meant to be.
    Sender,
}

/// The id of a message, if it has one, or why it cannot be one.
type FoundId = Result<Option<RequestId>, &'static str>;

impl Malformed {
    /// Looks at a body again.
    pub(super) fn explain(body: &Bytes) -> Self {
        match Loose::read(body) {
            Ok(loose) => {
                let id = loose.id.map(|id| RequestId::parse(body, id.get())).transpose();
                Self { addressee: loose.addressee(&id), error: loose.mistake(&id) }
            }
            Err(error) => Self { addressee: Addressee::Sender, error },
        }
    }
}

/// The members that say what is wrong with a message, as they were sent. Of several with one name, the last.
#[derive(Default)]
struct Loose<'a> {
    jsonrpc: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
    method: Option<&'a RawValue>,
    params: Option<&'a RawValue>,
    result: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
}

impl<'a> Loose<'a> {
    fn read(body: &'a [u8]) -> Result<Self, ErrorObject> {
        let not_json = |error: &dyn fmt::Display| ErrorObject::parse_error(format!("the body is not JSON: {error}"));
        let json = std::str::from_utf8(body).map_err(|error| not_json(&error))?;
        serde_json::from_str::<IgnoredAny>(json).map_err(|error| not_json(&error))?;
        serde_json::from_str(json).map_err(|error| match error.is_data() {
            true if json.trim_ascii_start().starts_with('[') => {
                ErrorObject::invalid_request("there are batches in 2025-03-26 only: send one message at a time")
            }
            true => ErrorObject::invalid_request("a message is a JSON object"),
            false => not_json(&error),
        })
    }

    fn addressee(&self, id: &FoundId) -> Addressee {
        match (self.method, id) {
            (None, _) if self.result.is_some() || self.error.is_some() => Addressee::Nobody,
            (_, Ok(Some(id))) => Addressee::Request(id.clone()),
            (Some(_), Ok(None)) => Addressee::Nobody,
            _ => Addressee::Sender,
        }
    }

    fn mistake(&self, id: &FoundId) -> ErrorObject {
        match self.wrong_envelope(id) {
            Some(reason) => ErrorObject::invalid_request(reason),
            None => self.wrong_params().unwrap_or_else(|| {
                // Everything fits when read with the last of several members of one name: one of them is there twice.
                ErrorObject::invalid_request("a member of the message is there more than once")
            }),
        }
    }

    fn wrong_envelope(&self, id: &FoundId) -> Option<&'static str> {
        let text = |raw: &RawValue| serde_json::from_str::<String>(raw.get()).ok();
        if let Err(reason) = id {
            return Some(reason);
        }
        if self.jsonrpc.and_then(text).as_deref() != Some("2.0") {
            return Some("`jsonrpc` must be \"2.0\"");
        }
        match (self.method, self.result, self.error) {
            (Some(method), ..) => text(method).is_none().then_some("`method` must be a string"),
            (None, None, None) => Some("neither a request nor a response: `method` is missing"),
            (None, Some(_), Some(_)) => Some("a response has a `result` or an `error`, and not both"),
            (None, Some(_), None) if self.id.is_none() => Some("a result has the `id` of its request"),
            (None, ..) => None,
        }
    }

    fn wrong_params(&self) -> Option<ErrorObject> {
        let params = self.params?.get();
        if params == "null" {
            return None;
        }
        let error = serde_json::from_str::<Object<Params<'_>>>(params).err()?;
        Some(ErrorObject::invalid_params(if params.starts_with('{') {
            format!("`params`: {}", without_position(&error))
        } else {
            "`params` must be an object".to_owned()
        }))
    }
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
                        "result" => &mut loose.result,
                        "error" => &mut loose.error,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{envelope::message::Message, types::error_object::ErrorCode};

    fn refusal(body: &'static str) -> (i32, String) {
        let malformed = Message::parse(&Bytes::from_static(body.as_bytes())).unwrap_err();
        (malformed.error.code.0, format!("{:?}", malformed.addressee))
    }

    #[test]
    fn what_is_wrong_with_a_body_is_told_exactly() {
        for (body, code, told) in [
            ("", -32700, "Sender"),
            ("{", -32700, "Sender"),
            ("{bad json", -32700, "Sender"),
            ("[", -32700, "Sender"),
            ("[]", -32600, "Sender"),
            (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600, "Sender"),
            ("1", -32600, "Sender"),
            ("{}", -32600, "Sender"),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600, "Request(1)"),
            (r#"{"id":1,"method":"ping"}"#, -32600, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600, "Sender"),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600, "Sender"),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, "Sender"),
            (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"method":5,"x":1e999}"#, -32600, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#, -32600, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"} x"#, -32700, "Sender"),
            (r#"{"jsonrpc":"2.0","id":1}"#, -32600, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#, -32600, "Nobody"),
            (r#"{"jsonrpc":"2.0","id":null,"error":{}}"#, -32600, "Nobody"),
            (r#"{"jsonrpc":"2.0","result":{}}"#, -32600, "Nobody"),
            (r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":5}"#, -32602, "Nobody"),
            (r#"{"method":"notifications/cancelled"}"#, -32600, "Nobody"),
            (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, -32600, "Request(2)"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["add"]}"#, -32602, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":["x"]}}"#, -32602, "Request(1)"),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#,
                -32602,
                "Request(1)",
            ),
        ] {
            assert_eq!(refusal(body), (code, told.to_owned()), "{body}");
        }
        for not_utf8 in [
            &b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}"[..],
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5,\"x\":\"\xff\"}",
        ] {
            let malformed = Message::parse(&Bytes::from_static(not_utf8)).unwrap_err();
            assert_eq!(malformed.error.code, ErrorCode::PARSE_ERROR);
        }
    }
}
