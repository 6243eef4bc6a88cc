//! A client over lines: on pipes to a server of this process, or to a program that it starts. Every message that travels is held
//! against the schema of its revision.

use std::{mem, path::Path, process::Stdio};

use mcp_server::{McpModule, McpServer, ServeError};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::unix::pipe,
    process::{Child, Command},
    sync::oneshot,
    task::JoinHandle,
};

use super::{PipeTranscript, STATELESS, within};

/// A conversation in lines.
pub struct Lines {
    /// `None` after hanging up.
    input: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    output: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    transcript: PipeTranscript,
    /// The next message is wrong on purpose.
    unchecked: bool,
}

/// The other end, when it is in this process.
#[derive(Debug)]
pub struct Serving {
    shutdown: Option<oneshot::Sender<()>>,
    served: JoinHandle<Result<(), ServeError>>,
}

impl Lines {
    /// A client of that module, on a pair of pipes.
    pub async fn to(module: McpModule) -> (Self, Serving) {
        Self::to_server(module.build().await.unwrap())
    }

    /// A client of that server, on a pair of pipes of its own.
    pub fn to_server(server: McpServer) -> (Self, Serving) {
        let (client_input, input) = pipe::pipe().unwrap();
        let (output, client_output) = pipe::pipe().unwrap();
        let (shutdown, is_shut_down) = oneshot::channel::<()>();
        let shut_down = async {
            if is_shut_down.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let served = tokio::spawn(server.serve_lines(input, output, shut_down));
        (Self::over(client_input, client_output), Serving { shutdown: Some(shutdown), served })
    }

    /// A client of a program that it starts.
    pub fn start(program: impl AsRef<Path>) -> (Self, Child) {
        Self::spawn(Command::new(program.as_ref()))
    }

    /// A client of a program that this starts.
    pub fn spawn(mut command: Command) -> (Self, Child) {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        (Self::over(input, output), child)
    }

    fn over(input: impl AsyncWrite + Send + Unpin + 'static, output: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let output = BufReader::new(Box::new(output) as _);
        Self { input: Some(Box::new(input)), output, transcript: PipeTranscript::default(), unchecked: false }
    }

    /// Writes bytes as they are. They are not held against any schema.
    pub async fn write(&mut self, bytes: &[u8]) {
        self.transcript.sent_unchecked(bytes);
        self.put(bytes).await;
    }

    /// Of this client, the next message is not held against the schema of its revision, because it is wrong on purpose. The answer
    /// is, all the same.
    pub fn unchecked(&mut self) -> &mut Self {
        self.unchecked = true;
        self
    }

    async fn put(&mut self, bytes: &[u8]) {
        within(self.input.as_mut().unwrap().write_all(bytes)).await.unwrap();
    }

    /// Sends a message.
    pub async fn send(&mut self, message: &Value) {
        let line = format!("{message}\n");
        if mem::take(&mut self.unchecked) {
            self.transcript.sent_unchecked(line.as_bytes());
        } else {
            self.transcript.sent(message);
        }
        self.put(line.as_bytes()).await;
    }

    /// Sends a request of the session era.
    pub async fn request(&mut self, id: impl Into<Value>, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params})).await;
    }

    /// Sends a request of 2026-07-28, of a client that declares nothing.
    pub async fn stateless_request(&mut self, id: impl Into<Value>, method: &str, params: Value) {
        self.stateless_request_as(json!({}), id, method, params).await;
    }

    /// Sends a request of 2026-07-28, of a client that declares these capabilities.
    pub async fn stateless_request_as(
        &mut self,
        capabilities: Value,
        id: impl Into<Value>,
        method: &str,
        mut params: Value,
    ) {
        params["_meta"]["io.modelcontextprotocol/protocolVersion"] = STATELESS.into();
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities;
        self.request(id, method, params).await;
    }

    /// Sends a notification.
    pub async fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params})).await;
    }

    /// Opens the session.
    pub async fn begin(&mut self, version: &str) -> Value {
        self.begin_with(version, json!({})).await
    }

    /// Opens the session of a client that can do this.
    pub async fn begin_with(&mut self, version: &str, capabilities: Value) -> Value {
        let client = json!({"name": "tests", "version": "1"});
        let mut params = json!({"protocolVersion": version, "clientInfo": client});
        params["capabilities"] = capabilities;
        self.request("begin", "initialize", params).await;
        let introduction = self.next().await.unwrap();
        assert_eq!(
            (&introduction["id"], &introduction["result"]["protocolVersion"]),
            (&json!("begin"), &json!(version))
        );
        self.notify("notifications/initialized", json!({})).await;
        introduction
    }

    /// The next message; `None` at the end of the output.
    pub async fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        within(self.output.read_line(&mut line)).await.unwrap();
        if line.is_empty() {
            return None;
        }
        assert!(line.ends_with('\n'), "{line}");
        let message = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.transcript.received(&message);
        Some(message)
    }

    /// The next message, which is an error of that code.
    pub async fn error(&mut self, code: i64) -> Value {
        let message = self.next().await.unwrap();
        assert_eq!(message["error"]["code"], code, "{message}");
        assert!(message.get("id") != Some(&Value::Null), "{message}");
        message
    }

    /// Says that there will be no more.
    pub fn hang_up(&mut self) {
        self.input = None;
    }
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Lines").field("hung_up", &self.input.is_none()).finish_non_exhaustive()
    }
}

impl Serving {
    /// Tells the server to shut down.
    pub fn shut_down(&mut self) {
        _ = self.shutdown.take().map(|shutdown| shutdown.send(()));
    }

    /// Waits until it has ended.
    pub async fn ended(self) {
        within(self.served).await.unwrap().unwrap();
    }
}
