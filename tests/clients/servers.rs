//! The servers that every client is tried against: each response mode, with and without sessions.

use std::{net::SocketAddr, time::Duration};

use mcp_server::{McpModule, McpOptions, McpServer, ResponseMode, StreamableHttp};
use playground as _;
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{fixture::Journal, proxy};

/// How a server under test answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    pub(crate) mode: ResponseMode,
    pub(crate) stateless: bool,
}

/// Every variant.
pub(crate) const ALL: [Variant; 6] = [
    Variant { mode: ResponseMode::Adaptive, stateless: false },
    Variant { mode: ResponseMode::Json, stateless: false },
    Variant { mode: ResponseMode::Stream, stateless: false },
    Variant { mode: ResponseMode::Adaptive, stateless: true },
    Variant { mode: ResponseMode::Json, stateless: true },
    Variant { mode: ResponseMode::Stream, stateless: true },
];

/// The era that a client is told to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Era {
    Session,
    Stateless,
}

impl Era {
    /// The newest revision of the era.
    pub(crate) const fn version(self) -> &'static str {
        match self {
            Self::Session => "2025-11-25",
            Self::Stateless => "2026-07-28",
        }
    }
}

/// What a client is told about the server, as far as it decides what to expect.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Brief {
    pub(crate) url: String,
    /// The same server behind a network that breaks the stream of `count` in the middle.
    pub(crate) fragile_url: String,
    pub(crate) era: Era,
    /// Calls can notify before they answer.
    pub(crate) notifies: bool,
    /// There is a session to keep, to resume streams of, and to end.
    pub(crate) sessions: bool,
    /// The server knows which calls and which log level are this client's.
    pub(crate) remembers: bool,
    /// The server, for a client that starts it.
    pub(crate) command: Option<&'static str>,
}

impl Brief {
    /// A server that its client starts.
    pub(crate) fn stdio(era: Era) -> Self {
        let command = Some(env!("CARGO_BIN_EXE_stdio-server"));
        let (url, fragile_url) = (String::new(), String::new());
        Self { url, fragile_url, era, notifies: true, sessions: false, remembers: true, command }
    }

    /// The checks that must have passed.
    pub(crate) fn checks(&self) -> Vec<Value> {
        let checks = &expectations()["checks"];
        let due = [
            ("always", true),
            ("inSessions", self.sessions),
            ("inSessionsThatNotify", self.sessions && self.notifies),
            ("inTheStatelessEra", self.era == Era::Stateless),
        ];
        due.iter()
            .filter(|(_, due)| *due)
            .flat_map(|(kind, _)| checks[*kind].as_array().cloned().unwrap_or_default())
            .collect()
    }
}

/// What every client must see, whatever its language.
pub(crate) fn expectations() -> Value {
    serde_json::from_str(include_str!("expectations.json")).expect("expectations are JSON")
}

/// A server on a port of its own, for as long as this lives.
pub(crate) struct Running {
    server: McpServer,
    address: SocketAddr,
    fragile: SocketAddr,
    variant: Variant,
}

impl Variant {
    pub(crate) async fn start(self) -> Running {
        let http = StreamableHttp::default().response_mode(self.mode).stateless_mode(self.stateless);
        let options = McpOptions::new("clients-fixture", "0.0.1")
            .streamable_http(http.retry(Duration::from_millis(200)))
            .task_poll_interval(Duration::from_millis(20));
        let server =
            McpModule::for_root(options).provide(Journal::default()).build().await.expect("a module without mistakes");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(server.clone().serve_listener(listener, std::future::pending()));
        Running { server, address, fragile: proxy::start(address).await, variant: self }
    }
}

impl Running {
    pub(crate) fn brief(&self, era: Era) -> Brief {
        Brief {
            url: format!("http://{}/mcp", self.address),
            fragile_url: format!("http://{}/mcp", self.fragile),
            era,
            notifies: self.variant.mode != ResponseMode::Json,
            sessions: era == Era::Session && !self.variant.stateless,
            remembers: era == Era::Stateless || !self.variant.stateless,
            command: None,
        }
    }

    /// Asserts that a client that has left has left nothing behind.
    pub(crate) async fn assert_forgotten(&self) {
        for _ in 0..100 {
            if self.server.calls_in_flight() == 0 && self.server.open_sessions() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{:?}: {:?} after the client has left", self.variant, self.server);
    }
}
