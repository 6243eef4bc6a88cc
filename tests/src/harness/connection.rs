//! An HTTP connection, and its responses, read as a whole or event by event.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};
use url::Url;

use super::{Request, STATELESS, Transcript, within};

/// A connection to a server. Unread bytes stay in a buffer.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Transcripts of the requests whose responses have not been read yet.
    pending: VecDeque<Arc<Transcript>>,
}

/// A response whose head has been read.
#[derive(Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    connection: Connection,
    transcript: Arc<Transcript>,
    framing: Framing,
    /// Bytes of the body that have been read and not returned yet.
    buffer: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Framing {
    /// This many bytes are left.
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
    /// `data:`. Empty if the field has no value.
    pub data: Option<String>,
    /// `true` if the block holds a comment.
    pub comment: bool,
}

/// Sends a request to any HTTP server, on a connection of its own.
///
/// # Panics
/// If the server cannot be reached.
pub async fn fetch(url: &str, request: Request) -> Response {
    let url = Url::parse(url).unwrap();
    let address = url.socket_addrs(|| None).unwrap()[0];
    let request = request.with("Host", url.authority()).path(&path_and_query(&url));
    Connection::open(address).await.exchange(request).await
}

/// Path of a request for this URL.
pub(super) fn path_and_query(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        Self::of(within(TcpStream::connect(address)).await.unwrap())
    }

    /// Connects from this address of the machine.
    pub async fn open_from(local: [u8; 4], address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((local, 0).into()).unwrap();
        Self::of(within(socket.connect(address)).await.unwrap())
    }

    fn of(stream: TcpStream) -> Self {
        Self { stream, buffer: Vec::new(), pending: VecDeque::new() }
    }

    /// Sends a request and reads the head of the response.
    pub async fn exchange(mut self, request: Request) -> Response {
        self.start(&request).await;
        self.response().await
    }

    /// Sends a request. [`response`](Self::response) reads the response later.
    pub async fn start(&mut self, request: &Request) {
        self.pending.push_back(request.checked(self.server()));
        self.write(&request.to_bytes()).await;
    }

    /// Writes bytes. A connection that the server has closed is not an error: its last response can
    /// still be read.
    pub async fn write(&mut self, bytes: &[u8]) {
        _ = within(self.stream.write_all(bytes)).await;
    }

    /// Reads the head of the next response.
    pub async fn response(mut self) -> Response {
        let mut lines = Vec::new();
        loop {
            match self.line().await.expect("the server responds").as_str() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        // Bytes that a test wrote itself are only answered with errors.
        let transcript = self.pending.pop_front().unwrap_or_else(|| Arc::new(Transcript::of(STATELESS)));
        let server = self.server();
        let response = Response::new(&lines, self, transcript.clone());
        if let Some(session) = response.header("mcp-session-id") {
            transcript.continue_in_session(server, session);
        }
        response
    }

    fn server(&self) -> SocketAddr {
        self.stream.peer_addr().unwrap()
    }

    /// Reads a line and strips its end. Returns `None` if the connection was closed.
    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8(self.buffer.drain(..end + 2).take(end).collect()).unwrap();
                return Some(line);
            }
            if !self.fill().await {
                return None;
            }
        }
    }

    /// Reads this many bytes, or fewer if the connection was closed.
    async fn bytes(&mut self, count: usize) -> Vec<u8> {
        while self.buffer.len() < count && self.fill().await {}
        let count = count.min(self.buffer.len());
        self.buffer.drain(..count).collect()
    }

    /// Reads until the server closes the connection.
    pub async fn read_to_end(&mut self) -> Vec<u8> {
        while self.fill().await {}
        std::mem::take(&mut self.buffer)
    }

    /// Reads more bytes. Returns `false` if the connection was closed.
    async fn fill(&mut self) -> bool {
        matches!(within(self.stream.read_buf(&mut self.buffer)).await, Ok(1..))
    }
}

impl Response {
    fn new(lines: &[String], connection: Connection, transcript: Arc<Transcript>) -> Self {
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

    /// Returns the first value of a header. The name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header_values(name).next()
    }

    /// Returns every value of a header. The name is in lower case.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns `true` if the body is a stream of events.
    pub fn is_stream(&self) -> bool {
        self.header("content-type") == Some("text/event-stream")
    }

    /// Reads the rest of the body.
    pub async fn text(&mut self) -> String {
        while self.more().await {}
        String::from_utf8(std::mem::take(&mut self.buffer)).unwrap()
    }

    /// Reads the body as JSON. The content type must be exactly `application/json`.
    pub async fn json(&mut self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        let text = self.text().await;
        let json = parse(&text);
        self.check(&json);
        json
    }

    /// Reads the body as JSON of another server, with any content type.
    pub async fn document(&mut self) -> Value {
        parse(&self.text().await)
    }

    /// Checks messages. Documents such as the metadata of a protected resource are JSON, but not
    /// messages.
    fn check(&self, json: &Value) {
        if json.is_array() || json.get("jsonrpc").is_some() {
            self.transcript.received(json);
        }
    }

    /// Reads the body as a JSON-RPC error, and checks the status and the code.
    pub async fn error(&mut self, status: u16, code: i64) -> Value {
        let message = self.json().await;
        assert_eq!((self.status, &message["error"]["code"]), (status, &Value::from(code)), "{message}");
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
        assert!(message["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{message}");
        assert!(message.get("id") != Some(&Value::Null), "{message}");
        message
    }

    /// Reads the next event, comments included. Returns `None` at the end of the stream.
    pub async fn event(&mut self) -> Option<Event> {
        assert!(self.is_stream(), "{self:?}");
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).take(end).collect();
                let event = Event::parse(std::str::from_utf8(&block).unwrap());
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

    /// Reads the next message of the stream. Returns `None` at its end.
    pub async fn message(&mut self) -> Option<Value> {
        while let Some(event) = self.event().await {
            if let Some(data) = event.data.filter(|data| !data.is_empty()) {
                return Some(parse(&data));
            }
        }
        None
    }

    /// Reads every message: of a stream until its end, or the one in a JSON body.
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

    /// Reads every message and returns the last one: the JSON-RPC response.
    pub async fn last_message(&mut self) -> Value {
        self.messages().await.pop().expect("a response")
    }

    /// Reads the rest of the body, and returns the connection for the next request.
    pub async fn into_connection(mut self) -> Connection {
        while self.more().await {}
        self.connection
    }

    /// Waits until the connection breaks in the middle of the body.
    pub async fn aborted(mut self) {
        assert!(matches!(self.framing, Framing::Chunked), "{self:?}");
        while let Some(chunk) = self.chunk().await {
            assert!(!chunk.is_empty(), "the body ends regularly, and is not aborted");
        }
    }

    /// Reads the next chunk, which is empty at the end. Returns `None` if the connection was closed
    /// within it.
    async fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = self.connection.line().await?;
        let size = usize::from_str_radix(&size, 16).unwrap();
        let chunk = self.connection.bytes(size).await;
        let end = self.connection.line().await;
        (chunk.len() == size && end.as_deref() == Some("")).then_some(chunk)
    }

    /// Reads more of the body. Returns `false` at its end.
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
                let rest = self.connection.read_to_end().await;
                self.framing = Framing::Left(0);
                self.buffer.extend(rest);
                true
            }
        }
    }
}

impl Event {
    fn parse(block: &str) -> Self {
        let mut event = Self::default();
        for line in block.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            match field {
                "" => event.comment = true,
                "id" => event.id = Some(value),
                "retry" => event.retry = Some(value),
                "data" => event.data = Some(value),
                _ => panic!("unknown field: {line}"),
            }
        }
        event
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
