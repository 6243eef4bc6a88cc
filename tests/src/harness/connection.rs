//! A connection, read and written by hand.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Answer, Request, STATELESS, Transcript, within};

/// A connection to a server. What has been read and not yet used stays in a buffer.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// What the answers that are still to come belong to.
    awaited: VecDeque<Arc<Transcript>>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        Self {
            stream: within(TcpStream::connect(address)).await.unwrap(),
            buffer: Vec::new(),
            awaited: VecDeque::new(),
        }
    }

    /// Sends a request and reads the head of the answer.
    pub async fn exchange(mut self, request: Request) -> Answer {
        self.begin(&request).await;
        self.answer().await
    }

    /// Sends a request, whose answer is to be read later.
    pub async fn begin(&mut self, request: &Request) {
        self.awaited.push_back(request.checked(self.server()));
        self.write(&request.to_bytes()).await;
    }

    /// Writes bytes. A server that has closed the connection already is no failure: what it said before counts.
    pub async fn write(&mut self, bytes: &[u8]) {
        _ = within(self.stream.write_all(bytes)).await;
    }

    /// Reads the head of the next answer.
    pub async fn answer(mut self) -> Answer {
        let mut lines = Vec::new();
        loop {
            match self.line().await.expect("the server answers").as_str() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        // Of what was written by hand, only an error is expected.
        let transcript = self.awaited.pop_front().unwrap_or_else(|| Arc::new(Transcript::of(STATELESS)));
        let server = self.server();
        let answer = Answer::new(&lines, self, transcript.clone());
        if let Some(session) = answer.header("mcp-session-id") {
            transcript.goes_on_in(server, session);
        }
        answer
    }

    fn server(&self) -> SocketAddr {
        self.stream.peer_addr().unwrap()
    }

    /// The next line without its end; `None` when the connection was closed.
    pub(super) async fn line(&mut self) -> Option<String> {
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

    /// The next so many bytes; fewer when the connection was closed.
    pub(super) async fn bytes(&mut self, count: usize) -> Vec<u8> {
        while self.buffer.len() < count && self.fill().await {}
        let count = count.min(self.buffer.len());
        self.buffer.drain(..count).collect()
    }

    /// Everything until the connection is closed.
    pub async fn rest(&mut self) -> Vec<u8> {
        while self.fill().await {}
        std::mem::take(&mut self.buffer)
    }

    /// Reads more. `false` when the connection was closed.
    async fn fill(&mut self) -> bool {
        matches!(within(self.stream.read_buf(&mut self.buffer)).await, Ok(1..))
    }
}
