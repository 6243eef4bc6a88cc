//! An HTTP answer: its head at once, its body whole or event by event.

use serde_json::Value;

use std::sync::Arc;

use super::{Connection, Transcript};

/// An answer whose head has been read.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    connection: Connection,
    transcript: Arc<Transcript>,
    framing: Framing,
    /// Of the body, read and not yet used.
    buffer: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Framing {
    /// So many bytes are left.
    Left(usize),
    Chunked,
    UntilClosed,
}

/// A server-sent event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// `id:`
    pub id: Option<String>,
    /// `retry:`
    pub retry: Option<String>,
    /// `data:`, empty when the field is there without a value.
    pub data: Option<String>,
    /// The block held a comment.
    pub comment: bool,
}

impl Answer {
    pub(super) fn new(lines: &[String], connection: Connection, transcript: Arc<Transcript>) -> Self {
        let status = lines[0].split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        let headers: Vec<(String, String)> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let find = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let framing = match (find("content-length"), find("transfer-encoding")) {
            (Some(length), _) => Framing::Left(length.parse().unwrap()),
            (None, Some("chunked")) => Framing::Chunked,
            _ if matches!(status, 204 | 202) => Framing::Left(0),
            _ => Framing::UntilClosed,
        };
        Self { status, headers, connection, transcript, framing, buffer: Vec::new() }
    }

    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the body is a stream of events.
    pub fn is_stream(&self) -> bool {
        self.header("content-type") == Some("text/event-stream")
    }

    /// The rest of the body.
    pub async fn text(&mut self) -> String {
        while self.more().await {}
        String::from_utf8(std::mem::take(&mut self.buffer)).unwrap()
    }

    /// The body as JSON, of which it says to be.
    pub async fn json(&mut self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        let text = self.text().await;
        let json = parse(&text);
        self.check(&json);
        json
    }

    /// Documents such as the metadata of a protected resource are JSON, and no messages.
    fn check(&self, json: &Value) {
        if json.is_array() || json.get("jsonrpc").is_some() {
            self.transcript.received(json);
        }
    }

    /// The JSON-RPC error that the body is, after a look at status and code.
    pub async fn error(&mut self, status: u16, code: i64) -> Value {
        let message = self.json().await;
        assert_eq!((self.status, &message["error"]["code"]), (status, &Value::from(code)), "{message}");
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
        assert!(message["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{message}");
        assert!(message.get("id") != Some(&Value::Null), "{message}");
        message
    }

    /// The next event, comments included; `None` at the end of the stream.
    pub async fn event(&mut self) -> Option<Event> {
        assert!(self.is_stream(), "{self:?}");
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).take(end).collect();
                let event = Event::read(std::str::from_utf8(&block).unwrap());
                if let Some(data) = event.data.as_deref().filter(|data| !data.is_empty()) {
                    self.transcript.received(&parse(data));
                }
                return Some(event);
            }
            if !self.more().await {
                assert!(self.buffer.is_empty(), "{self:?}");
                return None;
            }
        }
    }

    /// The next message of the stream; `None` at its end.
    pub async fn message(&mut self) -> Option<Value> {
        while let Some(event) = self.event().await {
            if let Some(data) = event.data.filter(|data| !data.is_empty()) {
                return Some(parse(&data));
            }
        }
        None
    }

    /// Every message, of a stream to its end or of a JSON body.
    pub async fn messages(&mut self) -> Vec<Value> {
        if !self.is_stream() {
            return vec![self.json().await];
        }
        let mut messages = Vec::new();
        while let Some(message) = self.message().await {
            messages.push(message);
        }
        messages
    }

    /// The connection, for the next request, after the rest of the body.
    pub async fn into_connection(mut self) -> Connection {
        while self.more().await {}
        self.connection
    }

    /// Waits until the connection breaks in the middle of the body, whatever came before.
    pub async fn aborted(mut self) {
        assert!(matches!(self.framing, Framing::Chunked), "{self:?}");
        while let Some(chunk) = self.chunk().await {
            assert!(!chunk.is_empty(), "the body is aborted, and not ended");
        }
    }

    /// The next chunk, of which the last one is empty; `None` when the connection was closed before it was whole.
    async fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = self.connection.line().await?;
        let size = usize::from_str_radix(&size, 16).unwrap();
        let chunk = self.connection.bytes(size).await;
        let end = self.connection.line().await;
        (chunk.len() == size && end.as_deref() == Some("")).then_some(chunk)
    }

    /// Reads more of the body. `false` at its end.
    async fn more(&mut self) -> bool {
        match self.framing {
            Framing::Left(0) => false,
            Framing::Left(count) => {
                let bytes = self.connection.bytes(count).await;
                assert_eq!(bytes.len(), count, "the body arrives whole");
                self.buffer.extend(bytes);
                self.framing = Framing::Left(0);
                true
            }
            Framing::Chunked => {
                let chunk = self.chunk().await.expect("the body ends with its last chunk, not with its connection");
                if chunk.is_empty() {
                    self.framing = Framing::Left(0);
                }
                self.buffer.extend(&chunk);
                !chunk.is_empty()
            }
            Framing::UntilClosed => {
                let rest = self.connection.rest().await;
                self.framing = Framing::Left(0);
                self.buffer.extend(rest);
                true
            }
        }
    }
}

impl Event {
    fn read(block: &str) -> Self {
        let mut event = Self::default();
        for line in block.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            match field {
                "" => event.comment = true,
                "id" => event.id = Some(value),
                "retry" => event.retry = Some(value),
                "data" => event.data = Some(value),
                _ => panic!("an unknown field: {line}"),
            }
        }
        event
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
