//! Errors of invalid messages, and the message that each error answers.
//!
//! The body is read a second time, after the fast pass failed. Members that do not matter for the
//! error are skipped, so that an invalid body costs little more than a valid one.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    addressee::{Addressee, IdScan},
    answer::answer,
    parameter::{Object, invalid_object},
    params::Params,
};
use crate::protocol::types::{error_object::ErrorObject, request_id::RequestId};

/// The error of an invalid message.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) addressee: Addressee,
    pub(crate) error: ErrorObject,
}

/// The id of a message, `None` if it is missing, or the reason why it is invalid.
type FoundId = Result<Option<RequestId>, &'static str>;

impl Malformed {
    /// Finds the error of a body that the fast pass did not accept.
    pub(crate) fn explain(body: &Bytes) -> Self {
        match Loose::read(body) {
            Ok(loose) => {
                let id = loose.id.map(|id| RequestId::parse(body, id.get())).transpose();
                Self { addressee: loose.addressee(&id), error: loose.error(&id) }
            }
            Err(error) => {
                let has_id = IdScan::finds_id(body);
                Self { addressee: if has_id { Addressee::InvalidId } else { Addressee::Sender }, error }
            }
        }
    }
}

/// The members of a message as JSON text. Of several members with one name, the last one counts.
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
        let not_json = |error: &dyn fmt::Display| ErrorObject::parse_error(format!("invalid JSON: {error}"));
        let json = std::str::from_utf8(body).map_err(|error| not_json(&error))?;
        serde_json::from_str::<IgnoredAny>(json).map_err(|error| not_json(&error))?;
        serde_json::from_str(json).map_err(|error| match error.is_data() {
            true if json.trim_ascii_start().starts_with('[') => ErrorObject::invalid_request(
                "invalid message: batches exist in 2025-03-26 only, send one message at a time",
            ),
            true => ErrorObject::invalid_request("invalid message: expected a JSON object"),
            false => not_json(&error),
        })
    }

    fn addressee(&self, id: &FoundId) -> Addressee {
        match (self.method, id) {
            (None, id) if self.result.is_some() || self.error.is_some() => {
                id.clone().ok().flatten().map_or(Addressee::Unanswered, Addressee::Question)
            }
            (_, Ok(Some(id))) => Addressee::Request(id.clone()),
            (Some(_), Ok(None)) => Addressee::Unanswered,
            (_, Err(_)) => Addressee::InvalidId,
            (None, Ok(None)) => Addressee::Sender,
        }
    }

    fn error(&self, id: &FoundId) -> ErrorObject {
        match self.envelope_error(id) {
            Some(reason) => ErrorObject::invalid_request(reason),
            None => self.params_error().unwrap_or_else(|| {
                // With the last of several members of one name, the message is valid.
                ErrorObject::invalid_request("duplicate member in the message: expected each name once")
            }),
        }
    }

    fn envelope_error(&self, id: &FoundId) -> Option<&'static str> {
        let text = |raw: &RawValue| serde_json::from_str::<String>(raw.get()).ok();
        if let Err(reason) = id {
            return Some(reason);
        }
        if self.jsonrpc.and_then(text).as_deref() != Some("2.0") {
            return Some("invalid `jsonrpc`: expected `\"2.0\"`");
        }
        match (self.method, self.result, self.error) {
            (Some(method), ..) => text(method).is_none().then_some("invalid `method`: expected a string"),
            (None, None, None) => Some("missing `method`: expected a request, a notification or a response"),
            (None, result, error) => match answer(result.map(RawValue::get), error.map(RawValue::get)) {
                Err(reason) => Some(reason),
                Ok(Ok(_)) if self.id.is_none() => Some("missing `id`: expected the id of the request"),
                Ok(_) => None,
            },
        }
    }

    fn params_error(&self) -> Option<ErrorObject> {
        let params = self.params?.get();
        if params == "null" {
            return None;
        }
        serde_json::from_str::<Object<Params<'_>>>(params).err()?;
        Some(if params.starts_with('{') {
            invalid_object::<Object<Params<'_>>>("params", params)
        } else {
            ErrorObject::invalid_params("invalid `params`: expected an object")
        })
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

    fn error(body: &'static str) -> (i32, String) {
        let malformed = Message::parse(&Bytes::from_static(body.as_bytes())).unwrap_err();
        (malformed.error.code.0, format!("{:?}", malformed.addressee))
    }

    #[test]
    fn invalid_message_has_code_and_addressee() {
        for (body, code, addressee) in [
            ("", -32700, "Sender"),
            ("{", -32700, "Sender"),
            ("{bad json", -32700, "Sender"),
            ("[", -32700, "Sender"),
            ("[]", -32600, "Sender"),
            (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600, "InvalidId"),
            ("1", -32600, "Sender"),
            ("{}", -32600, "Sender"),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600, "Request(1)"),
            (r#"{"id":1,"method":"ping"}"#, -32600, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600, "InvalidId"),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600, "InvalidId"),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, "InvalidId"),
            (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"method":5,"x":1e999}"#, -32600, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#, -32600, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"} x"#, -32700, "InvalidId"),
            (r#"{"jsonrpc":"2.0","id":1}"#, -32600, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#, -32600, "Question(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"error":null}"#, -32600, "Question(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"result":5}"#, -32600, "Question(1)"),
            (r#"{"jsonrpc":"1.0","id":"a","result":{}}"#, -32600, "Question(\"a\")"),
            (r#"{"jsonrpc":"2.0","id":null,"error":{}}"#, -32600, "Unanswered"),
            (r#"{"jsonrpc":"2.0","result":{}}"#, -32600, "Unanswered"),
            (r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":5}"#, -32602, "Unanswered"),
            (r#"{"method":"notifications/cancelled"}"#, -32600, "Unanswered"),
            (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, -32600, "Request(2)"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["add"]}"#, -32602, "Request(1)"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":["x"]}}"#, -32602, "Request(1)"),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#,
                -32602,
                "Request(1)",
            ),
        ] {
            assert_eq!(error(body), (code, addressee.to_owned()), "{body}");
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
