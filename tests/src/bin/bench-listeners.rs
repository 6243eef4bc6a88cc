//! Benchmark of subscriptions: delivery, memory and effect on calls, with 10,000 clients of both
//! eras.
//!
//! `cargo run --release --bin bench-listeners`. The server is a process of its own, so that its
//! memory can be measured. Each side needs as many open files as there are listeners (`ulimit -n`).

use std::{
    error::Error,
    net::SocketAddr,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Parser;
use mcp_server::{Context, Limits, McpModule, McpOptions, tool};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpSocket, TcpStream},
    process::{Child, Command},
};

/// Measures subscriptions.
#[derive(Parser)]
struct Arguments {
    /// Subscribed clients, half of each era
    #[arg(long, default_value_t = 10_000)]
    listeners: usize,
    /// Connections that call a tool, one call after the other
    #[arg(long, default_value_t = 4)]
    callers: usize,
    /// Seconds of each measurement of calls
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Milliseconds between two changes while calls are measured
    #[arg(long, default_value_t = 1_000)]
    change_every: u64,
    /// Be the server
    #[arg(long, hide = true)]
    serve: bool,
}

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Add two integers
#[tool]
fn add(#[arg] a: i64, #[arg] b: i64) -> i64 {
    a + b
}

/// Announce a change of the list of tools
#[tool]
fn change(ctx: Context) {
    ctx.tools_changed();
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the output is its purpose")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.serve {
        return serve().await;
    }
    let mut server = Server::start().await?;
    let alone = calls(server.address, &arguments, false).await?;
    println!("calls alone:           {alone}");
    let before = server.resident()?;
    let received = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    listen(server.address, arguments.listeners, &received).await?;
    let bytes = server.resident()?.saturating_sub(before) * 1024 / arguments.listeners.max(1);
    println!("listeners:             {} in {:.1} s", arguments.listeners, begun.elapsed().as_secs_f64());
    println!("memory of one:         {bytes} bytes, resident in the server, connection included");
    for round in 1..=5 {
        let begun = Instant::now();
        one_change(server.address).await?;
        while received.load(Ordering::Relaxed) < round * arguments.listeners {
            if begun.elapsed() > Duration::from_mins(1) {
                return Err(
                    format!("only {} notifications after {round} changes", received.load(Ordering::Relaxed)).into()
                );
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        println!("a change reaches all:  {:.0} ms", begun.elapsed().as_secs_f64() * 1_000.0);
    }
    let still = calls(server.address, &arguments, false).await?;
    println!("calls, all silent:     {still}");
    let earlier = received.load(Ordering::Relaxed);
    let during = calls(server.address, &arguments, true).await?;
    println!("calls, while changing: {during}");
    println!("notified meanwhile:    {}", received.load(Ordering::Relaxed) - earlier);
    println!("mean, against alone:   {:.2} silent, {:.2} changing", still.mean / alone.mean, during.mean / alone.mean);
    server.process.kill().await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the parent process reads the address")]
async fn serve() -> Result<()> {
    let limits = Limits::default().max_connections(100_000).max_subscription_streams(100_000).max_sessions(100_000);
    let server = McpModule::for_root(McpOptions::new("bench-listeners", "0.1.0").limits(limits)).build().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    server.serve_listener(listener, std::future::pending()).await;
    Ok(())
}

/// The server process.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    async fn start() -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut process = Command::new(program).arg("--serve").stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let stdout = process.stdout.take().ok_or("the server has no output")?;
        let line = BufReader::new(stdout).lines().next_line().await?.ok_or("the server does not begin")?;
        Ok(Self { process, address: line.parse()? })
    }

    /// Resident memory in KiB.
    fn resident(&self) -> Result<usize> {
        let id = self.process.id().ok_or("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("missing line `VmRSS`")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

/// Opens the streams, and counts their notifications.
async fn listen(server: SocketAddr, count: usize, received: &Arc<AtomicUsize>) -> Result<()> {
    let mut sessions = TcpStream::connect(server).await?;
    for number in 0..count {
        // One address has about 28,000 ports; there are many addresses.
        let host = u8::try_from(2 + number / 10_000)?;
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, host], 0).into())?;
        let mut stream = socket.connect(server).await?;
        let begins = if number % 2 == 0 {
            let body = stateless(number, "subscriptions/listen", r#""notifications":{"toolsListChanged":true}"#);
            stream
                .write_all(&post(&body, "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: subscriptions/listen\r\n"))
                .await?;
            "acknowledged"
        } else {
            let session = open_session(&mut sessions).await?;
            let head = format!(
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nMcp-Session-Id: {session}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await?;
            "id: 0-0"
        };
        let mut buffer = Vec::new();
        while count_of(&buffer, begins) == 0 {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Err(format!("rejected: {}", String::from_utf8_lossy(&buffer)).into());
            }
        }
        tokio::spawn(receive(stream, received.clone()));
    }
    Ok(())
}

async fn receive(mut stream: TcpStream, received: Arc<AtomicUsize>) {
    let mut buffer = [0; 1_024];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        received.fetch_add(count_of(&buffer[..length], "tools/list_changed"), Ordering::Relaxed);
    }
}

async fn open_session(connection: &mut TcpStream) -> Result<String> {
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"0"}}}"#;
    let head = exchange(connection, &post(body, "")).await?;
    let session = head.lines().find_map(|line| line.strip_prefix("mcp-session-id: "));
    Ok(session.ok_or("no session was opened")?.to_owned())
}

async fn one_change(server: SocketAddr) -> Result<()> {
    exchange(&mut TcpStream::connect(server).await?, &call("change", "{}")).await.map(|_| ())
}

/// Durations of calls.
struct Measured {
    calls: usize,
    mean: f64,
    median: f64,
    slowest_of_100: f64,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { calls, mean, median, slowest_of_100 } = self;
        write!(formatter, "{calls} calls, mean {mean:.0} µs, median {median:.0} µs, 99 % within {slowest_of_100:.0} µs")
    }
}

async fn calls(server: SocketAddr, arguments: &Arguments, changing: bool) -> Result<Measured> {
    let over = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> =
        (0..arguments.callers).map(|_| tokio::spawn(call_again_and_again(server, over.clone()))).collect();
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    while Instant::now() < end {
        if changing {
            one_change(server).await?;
        }
        tokio::time::sleep(Duration::from_millis(arguments.change_every)).await;
    }
    over.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await??);
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "the number of calls is small")]
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    Ok(Measured { calls: times.len(), mean, median: at(50), slowest_of_100: at(99) })
}

async fn call_again_and_again(server: SocketAddr, over: Arc<AtomicBool>) -> Result<Vec<f64>> {
    let mut connection = TcpStream::connect(server).await?;
    connection.set_nodelay(true)?;
    let request = call("add", r#"{"a":2,"b":40}"#);
    let mut times = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        exchange(&mut connection, &request).await?;
        times.push(begun.elapsed().as_secs_f64() * 1_000_000.0);
    }
    Ok(times)
}

fn call(tool: &str, arguments: &str) -> Vec<u8> {
    let body = stateless(1, "tools/call", &format!(r#""name":"{tool}","arguments":{arguments}"#));
    post(&body, &format!("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\n"))
}

fn stateless(id: usize, method: &str, params: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{{params},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    )
}

fn post(body: &str, headers: &str) -> Vec<u8> {
    format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends a request, and reads a response with `Content-Length`.
async fn exchange(connection: &mut TcpStream, request: &[u8]) -> Result<String> {
    connection.write_all(request).await?;
    let mut buffer = Vec::with_capacity(1_024);
    loop {
        if connection.read_buf(&mut buffer).await? == 0 {
            return Err("the server has closed the connection".into());
        }
        let text = std::str::from_utf8(&buffer)?;
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).ok_or("no length")?;
            if body.len() >= length.parse()? {
                return if head.starts_with("HTTP/1.1 200") { Ok(head.to_owned()) } else { Err(text.into()) };
            }
        }
    }
}

fn count_of(bytes: &[u8], word: &str) -> usize {
    bytes.windows(word.len()).filter(|window| *window == word.as_bytes()).count()
}
