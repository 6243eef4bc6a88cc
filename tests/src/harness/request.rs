//! An HTTP request, as it is written to the wire: with any headers, any number of times, or without them.

use serde_json::Value;

/// A request in the making.
#[derive(Clone, Debug)]
#[must_use]
pub struct Request {
    method: &'static str,
    path: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Body>,
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
        Self { method, path: None, headers: Vec::new(), body: None }.header("Host", "localhost")
    }

    /// A request that carries a message, with the headers that every client sends.
    pub fn message(message: &Value) -> Self {
        Self::post(message.to_string())
    }

    /// A request that carries any body, with the headers that every client sends.
    pub fn post(body: impl Into<Vec<u8>>) -> Self {
        let request = Self::new("POST")
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream");
        Self { body: Some(Body::Whole(body.into())), ..request }
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
}
