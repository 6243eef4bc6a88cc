//! A server on a port of its own, which runs until it is stopped.

use std::{net::SocketAddr, process::Stdio};

use mcp_server::{McpModule, McpServer};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
    process::Command,
    sync::oneshot,
    task::JoinHandle,
};

use super::{Connection, Request, Response, within};

/// A server on a port of its own. It stops at the end of the test.
#[derive(Debug)]
pub struct RunningServer {
    /// Address on which it listens.
    pub address: SocketAddr,
    /// Path of the endpoint.
    pub path: String,
    /// The server itself, if it runs in this process and is all that runs there.
    pub server: Option<McpServer>,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<()>,
}

/// Builds a module and serves it.
pub async fn serve(module: McpModule) -> RunningServer {
    serve_on(listener().await, module).await
}

/// Builds a module and serves it on this listener.
pub async fn serve_on(listener: TcpListener, module: McpModule) -> RunningServer {
    let server = module.build().await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let path = server.path().to_owned();
    let serving = server.clone();
    let ended = tokio::spawn(async move {
        serving
            .serve_listener(listener, async {
                // The sender is dropped at the end of the test.
                _ = stopped.await;
            })
            .await;
    });
    RunningServer { address, path, server: Some(server), stop: Some(stop), ended }
}

/// Runs an application that `serving` makes for a listener, with its endpoint at `path`.
pub async fn serve_app<F: Future<Output = ()> + Send + 'static>(
    path: &str,
    serving: impl FnOnce(TcpListener) -> F,
) -> RunningServer {
    let listener = listener().await;
    let address = listener.local_addr().unwrap();
    let ended = tokio::spawn(serving(listener));
    RunningServer { address, path: path.to_owned(), server: None, stop: None, ended }
}

/// Starts a program that takes an address as `--listen` and prints its actual address as the first
/// line.
pub async fn serve_program(program: &str) -> RunningServer {
    run(Command::new(program)).await
}

/// Starts such a program with a maximum number of open files.
pub async fn serve_program_with_files(program: &str, files: usize) -> RunningServer {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\""), program]);
    run(command).await
}

async fn run(mut command: Command) -> RunningServer {
    command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = within(lines.next_line()).await.unwrap().expect("the program prints its address").parse().unwrap();
    let ended = tokio::spawn(async move {
        _ = child.wait().await;
    });
    RunningServer { address, path: "/mcp".to_owned(), server: None, stop: None, ended }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

impl RunningServer {
    /// URL of the endpoint.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.path)
    }

    /// Sends a request on a connection of its own, to the endpoint unless the request has a path.
    pub async fn send(&self, request: Request) -> Response {
        self.connect().await.exchange(request.at(&self.path)).await
    }

    /// Opens a connection.
    pub async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }

    /// Starts the shutdown, and does not wait for its end.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            _ = stop.send(());
        }
    }

    /// Returns `true` once the server has stopped.
    pub fn has_ended(&self) -> bool {
        self.ended.is_finished()
    }

    /// Waits until the server has stopped.
    pub async fn ended(&mut self) {
        within(&mut self.ended).await.unwrap();
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.ended.abort();
    }
}
