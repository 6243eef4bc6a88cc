//! A client on stdio: of a server in this process, or of a program that it starts.
//!
//! Every message is checked against the schema of its revision.

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

use super::{STATELESS, StdioTranscript, within};

/// A stdio connection to a server.
pub struct StdioClient {
    /// `None` once it is closed.
    input: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    output: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    transcript: StdioTranscript,
    /// `true` if the next message violates the schema on purpose.
    unchecked: bool,
}

/// The other end, if it is in this process.
#[derive(Debug)]
pub struct StdioServer {
    shutdown: Option<oneshot::Sender<()>>,
    served: JoinHandle<Result<(), ServeError>>,
}

impl StdioClient {
    /// Builds a module and connects to it.
    pub async fn connect(module: McpModule) -> (Self, StdioServer) {
        Self::connect_to(module.build().await.unwrap())
    }

    /// Connects to a server. Several clients can connect to the same one.
    pub fn connect_to(server: McpServer) -> (Self, StdioServer) {
        let (client_input, input) = pipe::pipe().unwrap();
        let (output, client_output) = pipe::pipe().unwrap();
        let (shutdown, is_shut_down) = oneshot::channel::<()>();
        let shut_down = async {
            if is_shut_down.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let served = tokio::spawn(server.serve_lines(input, output, shut_down));
        (Self::over(client_input, client_output), StdioServer { shutdown: Some(shutdown), served })
    }

    /// Starts a program and connects to it.
    pub fn start(program: impl AsRef<Path>) -> (Self, Child) {
        Self::spawn(Command::new(program.as_ref()))
    }

    /// Runs a command and connects to it.
    pub fn spawn(mut command: Command) -> (Self, Child) {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        (Self::over(input, output), child)
    }

    fn over(input: impl AsyncWrite + Send + Unpin + 'static, output: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let output = BufReader::new(Box::new(output) as _);
        Self { input: Some(Box::new(input)), output, transcript: StdioTranscript::default(), unchecked: false }
    }

    /// Writes bytes as they are, without a check against the schema.
    pub async fn write(&mut self, bytes: &[u8]) {
        self.transcript.sent_unchecked(bytes);
        self.put(bytes).await;
    }

    /// Skips the schema check of the next message, which is invalid on purpose. The response is
    /// checked all the same.
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

    /// Sends a stateless request that declares no capabilities.
    pub async fn stateless_request(&mut self, id: impl Into<Value>, method: &str, params: Value) {
        self.stateless_request_as(json!({}), id, method, params).await;
    }

    /// Sends a stateless request that declares these capabilities.
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

    /// Opens the session, and returns the response of `initialize`.
    pub async fn initialize(&mut self, version: &str) -> Value {
        self.initialize_as(version, json!({})).await
    }

    /// Opens the session of a client with these capabilities, and returns the response of
    /// `initialize`.
    pub async fn initialize_as(&mut self, version: &str, capabilities: Value) -> Value {
        let client = json!({"name": "tests", "version": "1"});
        let mut params = json!({"protocolVersion": version, "clientInfo": client});
        params["capabilities"] = capabilities;
        self.request("initialize", "initialize", params).await;
        let initialized = self.next().await.unwrap();
        assert_eq!(
            (&initialized["id"], &initialized["result"]["protocolVersion"]),
            (&json!("initialize"), &json!(version))
        );
        self.notify("notifications/initialized", json!({})).await;
        initialized
    }

    /// Reads the next message. Returns `None` at the end of the output.
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

    /// Reads the next message, which must be an error with this code.
    pub async fn error(&mut self, code: i64) -> Value {
        let message = self.next().await.unwrap();
        assert_eq!(message["error"]["code"], code, "{message}");
        assert!(message.get("id") != Some(&Value::Null), "{message}");
        message
    }

    /// Closes the input of the server.
    pub fn close(&mut self) {
        self.input = None;
    }
}

impl std::fmt::Debug for StdioClient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("StdioClient").field("is_closed", &self.input.is_none()).finish_non_exhaustive()
    }
}

impl StdioServer {
    /// Starts the shutdown, and does not wait for its end.
    pub fn shut_down(&mut self) {
        _ = self.shutdown.take().map(|shutdown| shutdown.send(()));
    }

    /// Waits until the server has stopped.
    pub async fn ended(self) {
        within(self.served).await.unwrap().unwrap();
    }
}
