//! `Addressee`: the message that an error answers, and its search in a message that cannot be
//! parsed, because it is too long or not JSON.

use bytes::Bytes;

use crate::protocol::types::request_id::RequestId;

/// Addressee of an error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Addressee {
    /// The request with this id: the response repeats the id.
    Request(RequestId),
    /// A notification or a response, which JSON-RPC does not answer. HTTP answers with a status.
    Unanswered,
    /// A response to the request of the server with this id, which ends with the error. JSON-RPC
    /// does not answer it, either.
    Question(RequestId),
    /// A message, or a batch, whose id cannot be read. The response has no id, or the id `null` in
    /// revisions that require one (JSON-RPC 2.0, section 5).
    InvalidId,
    /// The sender of something that is no message and has no id: the response has no id.
    Sender,
}

/// A pass over the bytes of a message, in parts. It needs no valid JSON and keeps no more than one
/// name and one id.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about the text so far")]
pub(crate) struct IdScan {
    /// Number of open brackets.
    depth: usize,
    is_batch: bool,
    in_string: bool,
    is_escaped: bool,
    /// Text of the name or value that is being read.
    token: Vec<u8>,
    /// The member whose value is being read.
    member: Option<Member>,
    has_method: bool,
    is_response: bool,
    /// JSON text of the last id.
    id: Option<Vec<u8>>,
}

/// A member that decides to whom an error is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Id,
    Method,
    Answer,
}

/// Size of the text that is kept, in bytes. Longer ids are invalid.
const MAX_TOKEN: usize = RequestId::MAX_BYTES + 1;

impl IdScan {
    /// Returns `true` if the message, or a message of the batch, has an id.
    pub(super) fn finds_id(body: &[u8]) -> bool {
        let mut scan = Self::default();
        scan.push(body);
        scan.has_id()
    }

    /// Reads the next bytes of the message.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.step(*byte);
        }
    }

    /// Returns the addressee of an error about the message. The id of a request counts as invalid,
    /// because nothing else of the request was read.
    pub(crate) fn addressee(self) -> Addressee {
        let has_id = self.has_id();
        match self.id {
            _ if self.is_batch && has_id => Addressee::InvalidId,
            _ if self.is_batch => Addressee::Sender,
            Some(id) if self.is_response && !self.has_method => {
                parse(id).map_or(Addressee::Unanswered, Addressee::Question)
            }
            None if self.is_response || self.has_method => Addressee::Unanswered,
            None if !has_id => Addressee::Sender,
            _ => Addressee::InvalidId,
        }
    }

    /// Returns `true` for an id, even if its value is incomplete.
    fn has_id(&self) -> bool {
        self.id.is_some() || self.member == Some(Member::Id)
    }

    /// Returns the depth of the members of a message.
    fn level(&self) -> usize {
        1 + usize::from(self.is_batch)
    }

    fn step(&mut self, byte: u8) {
        if self.in_string {
            self.keep(byte);
            self.in_string = byte != b'"' || self.is_escaped;
            self.is_escaped = byte == b'\\' && !self.is_escaped;
            return;
        }
        match byte {
            b'{' | b'[' => {
                self.is_batch |= self.depth == 0 && byte == b'[';
                self.keep(byte);
                self.depth += 1;
            }
            b'}' | b']' => {
                if self.depth == self.level() {
                    self.end_member();
                }
                self.depth = self.depth.saturating_sub(1);
                self.keep(byte);
            }
            b':' if self.depth == self.level() => self.begin_value(),
            b',' if self.depth == self.level() => self.end_member(),
            b'"' => {
                self.in_string = true;
                self.keep(byte);
            }
            byte if byte.is_ascii_whitespace() => {}
            byte => self.keep(byte),
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.depth >= self.level() && self.token.len() < MAX_TOKEN {
            self.token.push(byte);
        }
    }

    fn begin_value(&mut self) {
        let name: Option<String> = serde_json::from_slice(&self.token).ok();
        self.token.clear();
        self.member = match name.as_deref() {
            Some("id") => Some(Member::Id),
            Some("method") => Some(Member::Method),
            Some("result" | "error") => Some(Member::Answer),
            _ => None,
        };
    }

    fn end_member(&mut self) {
        let value = std::mem::take(&mut self.token);
        match self.member.take() {
            Some(Member::Id) => self.id = Some(value),
            Some(Member::Method) => self.has_method = true,
            Some(Member::Answer) => self.is_response = true,
            None => {}
        }
    }
}

fn parse(id: Vec<u8>) -> Option<RequestId> {
    let id = Bytes::from(id);
    RequestId::parse(&id, std::str::from_utf8(&id).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addressee_is_found_without_parsing() {
        for (message, addressee) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "InvalidId"),
            (r#"{"method":"a","params":{"id":2,"a":["}",{"id":3}]},"id" : "x\"{" }"#, "InvalidId"),
            (r#"{"id":1,"id":2,"method":"ping"}"#, "InvalidId"),
            (r#"{"\u0069d":-1.0,"method":"ping"}"#, "InvalidId"),
            (r#"{"method":"id","params":{"id":2}}"#, "Unanswered"),
            (r#"{"id":4,"result":{"method":"x"}}"#, "Question(4)"),
            (r#"{"error":{},"id":4}"#, "Question(4)"),
            (r#"{"id":null,"result":{}}"#, "Unanswered"),
            (r#"{"error":{},"\u0069d" : "x\"{","params":{"id":1}}"#, r#"Question("x\"{")"#),
            (r#"{"id":1,"result":{},"id":-2.0}"#, "Question(-2.0)"),
            (r#"{"id":1.5,"method":"ping"}"#, "InvalidId"),
            (r#"{"id":null,"method":"ping"}"#, "InvalidId"),
            (r#"{"id":{"id":1},"method":"ping"}"#, "InvalidId"),
            (r#"{"id":[1],"method":"ping"}"#, "InvalidId"),
            (r#"[1,{"id":1}]"#, "InvalidId"),
            (r#"[{"method":"id"},["id"]]"#, "Sender"),
            (r#"{"id":1"#, "InvalidId"),
            (r#"{"id""#, "Sender"),
            ("}]xx", "Sender"),
            ("\"id\":1", "Sender"),
            ("", "Sender"),
        ] {
            for part in [1, 3, 1000] {
                let mut scan = IdScan::default();
                message.as_bytes().chunks(part).for_each(|part| scan.push(part));
                assert_eq!(format!("{:?}", scan.addressee()), addressee, "{message}");
            }
        }
        let long = format!(r#"{{"id":"{}","method":"ping"}}"#, "x".repeat(5000));
        let mut scan = IdScan::default();
        scan.push(long.as_bytes());
        assert_eq!((scan.token.capacity() < 5000, scan.addressee()), (true, Addressee::InvalidId));
    }
}
