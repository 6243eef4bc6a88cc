//! Benchmark of even shares: calls of one principal while another has used up its share of
//! everything, and the memory of sessions that keep as much as they can.
//!
//! `cargo run --release --bin bench-shares`. The server is a process of its own, so that its memory
//! can be measured. Each side needs some thousand open files (`ulimit -n`).

use std::{
    error::Error,
    net::SocketAddr,
    process::Stdio,
    time::{Duration, Instant},
};

use clap::Parser;
use mcp_server::{
    Authorization, Context, McpModule, McpOptions, Principal,
    auth::{Credentials, TokenError, TokenVerifier, VerifyRequest},
    resource, tool,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    task::JoinSet,
};

/// Measures even shares.
#[derive(Parser)]
struct Arguments {
    /// Connections that call a tool, one call after the other
    #[arg(long, default_value_t = 2)]
    callers: usize,
    /// Seconds of each measurement of calls
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Size of the argument of each parked call, in bytes
    #[arg(long, default_value_t = 10_000)]
    argument: usize,
    /// Sessions whose memory is measured
    #[arg(long, default_value_t = 100)]
    sessions: usize,
    /// Be the server
    #[arg(long, hide = true)]
    serve: bool,
}

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const ISSUER: &str = "https://issuer.example.com";

/// Takes the token for the name of the principal.
struct Names;

impl TokenVerifier for Names {
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> std::result::Result<Principal, TokenError> {
        let principal = Principal::builder(ISSUER, credentials.expose_token());
        Ok(principal.audience([request.resource().as_str()]).build())
    }
}

/// Add two integers
#[tool]
fn add(#[arg] a: i64, #[arg] b: i64) -> i64 {
    a + b
}

/// Wait until the call is cancelled
#[tool]
async fn park(ctx: Context) {
    ctx.cancellation().cancelled().await;
}

#[resource(uri_template = "bench://{name}")]
fn item(#[arg] name: String) -> String {
    name
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the output is its purpose")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.serve {
        return serve().await;
    }
    let mut server = Server::start().await?;
    let before = server.resident()?;
    let mut connection = TcpStream::connect(server.address).await?;
    for number in 0..arguments.sessions {
        fill_session(&mut connection, &format!("principal-{number}")).await?;
    }
    let kib = (server.resident()? - before) / arguments.sessions.max(1);
    println!("memory of a session:   {kib} KiB, with all that it can keep");
    let quiet = calls(server.address, &arguments).await?;
    println!("quiet:                 {quiet}");
    let before = server.resident()?;
    let attack = Attack::start(server.address, &arguments).await?;
    println!("one principal holds:   {attack}");
    println!("memory of the rest:    {} MiB", (server.resident()? - before) / 1024);
    let under_attack = calls(server.address, &arguments).await?;
    println!("at all its limits:     {under_attack}");
    println!("p99, against quiet:    {:.2}", under_attack.slowest_of_100 / quiet.slowest_of_100);
    server.process.kill().await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the parent process reads the address")]
async fn serve() -> Result<()> {
    let authorization = Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names);
    let options = McpOptions::new("bench-shares", "0.1.0").authorization(authorization);
    let server = McpModule::for_root(options).build().await?;
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

/// Opens a session that keeps as much as the default limits permit.
async fn fill_session(connection: &mut TcpStream, token: &str) -> Result<()> {
    let session = open_session(connection, token, 8_000).await?;
    for number in 0..128 {
        let uri = format!("bench://{number:0>500}");
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":{number},"method":"resources/subscribe","params":{{"uri":"{uri}"}}}}"#);
        let response = exchange(connection, &post(token, &body, &format!("Mcp-Session-Id: {session}\r\n"))).await?;
        if !response.contains("\"result\"") {
            return Err(response.into());
        }
    }
    Ok(())
}

/// Opens a session whose client describes itself with that many bytes.
async fn open_session(connection: &mut TcpStream, token: &str, info: usize) -> Result<String> {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"protocolVersion":"2025-11-25","capabilities":{{}},"clientInfo":{{"name":"bench","version":"0","description":"{}"}}}}}}"#,
        "x".repeat(info)
    );
    let response = exchange(connection, &post(token, &body, "")).await?;
    let session = response.lines().find_map(|line| line.strip_prefix("mcp-session-id: "));
    Ok(session.ok_or("no session was opened")?.to_owned())
}

/// Units that the greedy principal holds.
struct Attack {
    calls: usize,
    sessions: usize,
    subscriptions: usize,
    bodies: usize,
    /// Kept open.
    _connections: Vec<TcpStream>,
}

impl std::fmt::Display for Attack {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { calls, sessions, subscriptions, bodies, .. } = self;
        write!(
            formatter,
            "{calls} calls, {sessions} sessions, {subscriptions} subscriptions, {bodies} incomplete bodies"
        )
    }
}

const GREEDY: &str = "greedy";

impl Attack {
    /// Takes units of every resource until the server rejects further ones.
    async fn start(server: SocketAddr, arguments: &Arguments) -> Result<Self> {
        let mut connections = Vec::new();
        let (calls, sessions) = park_calls(server, arguments.argument).await?;
        let mut subscriptions = 0;
        let listen = stateless(1, "subscriptions/listen", r#""notifications":{"toolsListChanged":true}"#);
        let listen = post(GREEDY, &listen, "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: subscriptions/listen\r\n");
        loop {
            let mut connection = TcpStream::connect(server).await?;
            connection.write_all(&listen).await?;
            let mut head = [0; 12];
            connection.read_exact(&mut head).await?;
            if !head.ends_with(b"200") {
                break;
            }
            connections.push(connection);
            subscriptions += 1;
        }
        let (mut bodies, part) = (0, vec![b' '; 3 * 1024 * 1024]);
        loop {
            let head = format!(
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {GREEDY}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: {}\r\n\r\n",
                part.len() + 1
            );
            let mut connection = TcpStream::connect(server).await?;
            connection.write_all(head.as_bytes()).await?;
            connection.write_all(&part).await?;
            let mut head = [0; 12];
            if tokio::time::timeout(Duration::from_millis(200), connection.read_exact(&mut head)).await.is_ok() {
                break;
            }
            connections.push(connection);
            bodies += 1;
        }
        Ok(Self { calls, sessions, subscriptions, bodies, _connections: connections })
    }
}

/// Parks calls in sessions, which keep them without a connection. Returns the numbers of both.
async fn park_calls(server: SocketAddr, argument: usize) -> Result<(usize, usize)> {
    const CALLS_PER_SESSION: usize = 200;
    let padding = "x".repeat(argument);
    let mut control = TcpStream::connect(server).await?;
    let (mut calls, mut sessions) = (0, 0);
    loop {
        let session = open_session(&mut control, GREEDY, 10).await?;
        sessions += 1;
        let mut tasks = JoinSet::new();
        for id in 0..CALLS_PER_SESSION {
            let body = format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"park","arguments":{{"padding":"{padding}"}}}}}}"#
            );
            let request = post(GREEDY, &body, &format!("Mcp-Session-Id: {session}\r\n"));
            tasks.spawn(async move {
                let mut connection = TcpStream::connect(server).await?;
                connection.write_all(&request).await?;
                // The response becomes a stream when the call has been parked.
                let mut head = [0; 12];
                connection.read_exact(&mut head).await?;
                Ok::<_, std::io::Error>(head.ends_with(b"200"))
            });
        }
        let parked = tasks.join_all().await.into_iter().filter(|parked| matches!(parked, Ok(true))).count();
        calls += parked;
        if parked < CALLS_PER_SESSION {
            return Ok((calls, sessions));
        }
    }
}

/// Durations of calls.
struct Measured {
    calls: usize,
    median: f64,
    slowest_of_100: f64,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { calls, median, slowest_of_100 } = self;
        write!(formatter, "{calls} calls, median {median:.0} µs, p99 {slowest_of_100:.0} µs")
    }
}

/// Measures the calls of a modest principal, every one of which must succeed.
async fn calls(server: SocketAddr, arguments: &Arguments) -> Result<Measured> {
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    let mut callers = JoinSet::new();
    for _ in 0..arguments.callers {
        callers.spawn(call_until(server, end));
    }
    let mut times = Vec::new();
    for caller in callers.join_all().await {
        times.extend(caller?);
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    Ok(Measured { calls: times.len(), median: at(50), slowest_of_100: at(99) })
}

async fn call_until(server: SocketAddr, end: Instant) -> Result<Vec<f64>> {
    let mut connection = TcpStream::connect(server).await?;
    connection.set_nodelay(true)?;
    let body = stateless(1, "tools/call", r#""name":"add","arguments":{"a":2,"b":40}"#);
    let headers = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: add\r\n";
    let request = post("modest", &body, headers);
    let mut times = Vec::new();
    while Instant::now() < end {
        let begun = Instant::now();
        exchange(&mut connection, &request).await?;
        times.push(begun.elapsed().as_secs_f64() * 1_000_000.0);
    }
    Ok(times)
}

fn stateless(id: usize, method: &str, params: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{{params},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    )
}

fn post(token: &str, body: &str, headers: &str) -> Vec<u8> {
    format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends a request, and reads a successful response with `Content-Length`.
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
                return if head.starts_with("HTTP/1.1 200") { Ok(text.to_owned()) } else { Err(text.into()) };
            }
        }
    }
}
