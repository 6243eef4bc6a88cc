//! An HTTP request, as it is written to the wire: with any headers, any number of times, or without them.

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Value, json};

use super::{SESSION_VERSIONS, STATELESS, Transcript};

/// A request in the making.
#[derive(Clone, Debug)]
#[must_use]
pub struct Request {
    method: &'static str,
    path: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Body>,
    unchecked: bool,
}

#[derive(Clone, Debug)]
enum Body {
    /// With its length in the head.
    Whole(Vec<u8>),
    /// In chunks.
    Chunked(Vec<u8>),
}

impl Request {
    /// A request without a body, for the host `localhost`.
    pub fn new(method: &'static str) -> Self {
        Self { method, path: None, headers: Vec::new(), body: None, unchecked: false }.header("Host", "localhost")
    }

    /// A request that carries a message, with the headers that every client sends.
    pub fn message(message: &Value) -> Self {
        Self { unchecked: false, ..Self::post(message.to_string()) }
    }

    /// A request that asks for a session of that revision.
    pub fn initialize(version: &str) -> Self {
        Self::initialize_as(version, &json!({}))
    }

    /// A request of a client with these capabilities that asks for a session of that revision.
    pub fn initialize_as(version: &str, capabilities: &Value) -> Self {
        let client = json!({"name": "tests", "version": "1"});
        let params = json!({"protocolVersion": version, "capabilities": capabilities, "clientInfo": client});
        Self::message(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}))
    }

    /// A request that carries any body, with the headers that every client sends. It is not held against any schema.
    pub fn post(body: impl Into<Vec<u8>>) -> Self {
        let request = Self::new("POST")
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream");
        Self { body: Some(Body::Whole(body.into())), unchecked: true, ..request }
    }

    /// A request that opens a stream.
    pub fn get() -> Self {
        Self::new("GET").header("Accept", "text/event-stream")
    }

    /// Adds a line to the head, whatever is there already.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Puts the header in the place of those of the same name.
    pub fn with(self, name: &str, value: impl Into<String>) -> Self {
        self.without(name).header(name, value)
    }

    /// Leaves a header out.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// Sends the body in chunks instead of with its length.
    pub fn chunked(mut self) -> Self {
        if let Some(Body::Whole(body)) = self.body.take() {
            self.body = Some(Body::Chunked(body));
        }
        self
    }

    /// Is not held against the schema of its revision, because it is wrong on purpose. The answer is, all the same.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    /// Goes to a path of its own.
    pub fn path(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Goes to that path unless it has one of its own.
    pub fn at(mut self, path: &str) -> Self {
        self.path.get_or_insert_with(|| path.to_owned());
        self
    }

    /// The bytes on the wire.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut lines = vec![format!("{} {} HTTP/1.1", self.method, self.path.as_deref().unwrap_or("/mcp"))];
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        match &self.body {
            None => {}
            Some(Body::Whole(body)) => lines.push(format!("Content-Length: {}", body.len())),
            Some(Body::Chunked(_)) => lines.push("Transfer-Encoding: chunked".to_owned()),
        }
        let mut out = format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes();
        match &self.body {
            None => {}
            Some(Body::Whole(body)) => out.extend_from_slice(body),
            Some(Body::Chunked(body)) => {
                for chunk in body.chunks(1_000) {
                    out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    out.extend_from_slice(chunk);
                    out.extend_from_slice(b"\r\n");
                }
                out.extend_from_slice(b"0\r\n\r\n");
            }
        }
        out
    }

    /// Holds the body against the schema, and returns the transcript that the answer is a part of.
    pub(super) fn checked(&self, server: SocketAddr) -> Arc<Transcript> {
        let Some(Body::Whole(body) | Body::Chunked(body)) = &self.body else {
            return self.transcript(server, &Value::Null);
        };
        let message = serde_json::from_slice(body).unwrap_or_default();
        let transcript = self.transcript(server, &message);
        if self.unchecked {
            transcript.sent_unchecked(body);
        } else {
            transcript.sent(&message);
        }
        transcript
    }

    /// The revision is what head or body say; a session goes on in that of its beginning.
    fn transcript(&self, server: SocketAddr, message: &Value) -> Arc<Transcript> {
        let params = &message["params"];
        let in_body = params["_meta"]["io.modelcontextprotocol/protocolVersion"].as_str();
        let version = in_body.or_else(|| self.value_of("mcp-protocol-version"));
        let session = self.value_of("mcp-session-id").filter(|_| version != Some(STATELESS));
        session.and_then(|session| Transcript::of_session(server, session)).unwrap_or_else(|| {
            let version = match params["protocolVersion"].as_str() {
                Some(version) if SESSION_VERSIONS.contains(&version) => version,
                Some(_) => "2025-11-25",
                // What a server takes a client for that does not say.
                None => version.unwrap_or("2025-03-26"),
            };
            Arc::new(Transcript::of(version))
        })
    }

    fn value_of(&self, header: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(header)).map(|(_, value)| value.trim())
    }
}
