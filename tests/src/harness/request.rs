//! An HTTP request as it is written to the wire, with any headers, repeated or left out.

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Value, json};

use super::{SESSION, SESSION_VERSIONS, STATELESS, Transcript};

/// Builder of a request.
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
    /// Sent with `Content-Length`.
    Whole(Vec<u8>),
    /// Sent in chunks.
    Chunked(Vec<u8>),
}

impl Request {
    /// Creates a request without a body, for the host `localhost`.
    pub fn new(method: &'static str) -> Self {
        Self { method, path: None, headers: Vec::new(), body: None, unchecked: false }.header("Host", "localhost")
    }

    /// Creates a request that carries a message, with the headers that every client sends.
    pub fn message(message: &Value) -> Self {
        Self { unchecked: false, ..Self::post(message.to_string()) }
    }

    /// Creates a request that opens a session of this revision.
    pub fn initialize(version: &str) -> Self {
        Self::initialize_as(version, &json!({}))
    }

    /// Creates a request that opens a session of this revision, for a client with these
    /// capabilities.
    pub fn initialize_as(version: &str, capabilities: &Value) -> Self {
        let client = json!({"name": "tests", "version": "1"});
        let params = json!({"protocolVersion": version, "capabilities": capabilities, "clientInfo": client});
        Self::message(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}))
    }

    /// Creates a request that carries any body, with the headers that every client sends. The body
    /// is not checked.
    pub fn post(body: impl Into<Vec<u8>>) -> Self {
        let request = Self::new("POST")
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream");
        Self { body: Some(Body::Whole(body.into())), unchecked: true, ..request }
    }

    /// Creates a request that submits a form.
    pub fn form(fields: impl Into<Vec<u8>>) -> Self {
        Self::post(fields).with("Content-Type", "application/x-www-form-urlencoded").with("Accept", "*/*")
    }

    /// Creates a request that opens a stream.
    pub fn get() -> Self {
        Self::new("GET").header("Accept", "text/event-stream")
    }

    /// Adds a header, and keeps those of the same name.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a header, and removes those of the same name.
    pub fn with(self, name: &str, value: impl Into<String>) -> Self {
        self.without(name).header(name, value)
    }

    /// Returns the value of a header.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// Removes a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// Sends the body in chunks.
    pub fn chunked(mut self) -> Self {
        if let Some(Body::Whole(body)) = self.body.take() {
            self.body = Some(Body::Chunked(body));
        }
        self
    }

    /// Adds a parameter to the message. It is not checked then.
    pub fn param(mut self, name: &str, value: Value) -> Self {
        if let Some(Body::Whole(body) | Body::Chunked(body)) = &mut self.body {
            let mut message: Value = serde_json::from_slice(body).unwrap();
            message["params"][name] = value;
            *body = message.to_string().into_bytes();
        }
        self.unchecked()
    }

    /// Sends these bytes before the body. It is not checked then.
    pub fn prefixed(mut self, bytes: &[u8]) -> Self {
        if let Some(Body::Whole(body) | Body::Chunked(body)) = &mut self.body {
            body.splice(..0, bytes.iter().copied());
        }
        self.unchecked()
    }

    /// Skips the schema check of the body, which is invalid on purpose. The response is checked all
    /// the same.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    /// Sets the path.
    pub fn path(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Sets the path unless there is one.
    pub fn at(mut self, path: &str) -> Self {
        self.path.get_or_insert_with(|| path.to_owned());
        self
    }

    /// Returns the bytes on the wire.
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

    /// Checks the body against the schema, and returns the transcript that the response belongs to.
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

    /// Finds the transcript by the revision in head or body. A session keeps the transcript of its
    /// `initialize`.
    fn transcript(&self, server: SocketAddr, message: &Value) -> Arc<Transcript> {
        let params = &message["params"];
        let in_body = params["_meta"]["io.modelcontextprotocol/protocolVersion"].as_str();
        let version = in_body.or_else(|| self.value("mcp-protocol-version"));
        let session = self.value("mcp-session-id").filter(|_| version != Some(STATELESS));
        session.and_then(|session| Transcript::of_session(server, session)).unwrap_or_else(|| {
            let version = match params["protocolVersion"].as_str() {
                Some(version) if SESSION_VERSIONS.contains(&version) => version,
                Some(_) => SESSION,
                // Servers assume this revision if the header is missing.
                None => version.unwrap_or("2025-03-26"),
            };
            Arc::new(Transcript::of(version))
        })
    }
}
