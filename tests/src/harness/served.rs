//! A server on a port of its own, served until it is told to stop.

use std::{net::SocketAddr, process::Stdio};

use mcp_server::{McpModule, McpServer};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
    process::Command,
    sync::oneshot,
    task::JoinHandle,
};

use super::{Answer, Connection, Request, within};

/// A server that listens on a port of its own. It ends with the test.
#[derive(Debug)]
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    /// The path of the endpoint.
    pub path: String,
    /// The server itself, to look into.
    pub server: Option<McpServer>,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<()>,
}

/// Builds the module and serves it.
pub async fn serve(module: McpModule) -> Served {
    let server = module.build().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let path = server.path().to_owned();
    let serving = server.clone();
    let ended = tokio::spawn(async move {
        serving
            .serve_listener(listener, async {
                // A sender that is dropped is the end of the test.
                _ = stopped.await;
            })
            .await;
    });
    Served { address, path, server: Some(server), stop: Some(stop), ended }
}

/// Serves what `serving` makes of a listener: an application of its own, whose endpoint is at `path`.
pub async fn serve_app<F: Future<Output = ()> + Send + 'static>(
    path: &str,
    serving: impl FnOnce(TcpListener) -> F,
) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let ended = tokio::spawn(serving(listener));
    Served { address, path: path.to_owned(), server: None, stop: None, ended }
}

/// Starts a program that listens where `--listen` says, and tells it in its first line.
pub async fn serve_program(program: &str) -> Served {
    let mut command = Command::new(program);
    command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = within(lines.next_line()).await.unwrap().expect("it says where it listens").parse().unwrap();
    let ended = tokio::spawn(async move {
        _ = child.wait().await;
    });
    Served { address, path: "/mcp".to_owned(), server: None, stop: None, ended }
}

impl Served {
    /// Sends a request on a connection of its own. Its path is that of the endpoint unless it has one.
    pub async fn send(&self, request: Request) -> Answer {
        self.connect().await.exchange(request.at(&self.path)).await
    }

    /// Opens a connection.
    pub async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }

    /// Tells the server to stop, and does not wait.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            _ = stop.send(());
        }
    }

    /// Whether serving has come to its end.
    pub fn has_ended(&self) -> bool {
        self.ended.is_finished()
    }

    /// Waits until serving has come to its end.
    pub async fn ended(&mut self) {
        within(&mut self.ended).await.unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.ended.abort();
    }
}
