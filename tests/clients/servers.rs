//! Server variants of the client tests: each response mode, with and without sessions.

use std::{net::SocketAddr, time::Duration};

use mcp_server::{McpModule, McpOptions, ResponseMode, StreamableHttp};
use playground as _;
use serde::Serialize;
use serde_json::Value;
use tests::harness::{Era, RunningServer, serve, until};

use crate::{fixture::Journal, proxy};

/// Configuration of a server.
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

/// Facts about the server that decide the expectations of a client.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Brief {
    pub(crate) url: String,
    /// URL of the same server behind a proxy that breaks the stream of `count`.
    pub(crate) fragile_url: String,
    pub(crate) era: Era,
    /// `true` if calls can notify before their response.
    pub(crate) notifies: bool,
    /// `true` if the client gets a session, whose streams it can resume.
    pub(crate) sessions: bool,
    /// `true` if the server can attribute calls and log levels to this client.
    pub(crate) remembers: bool,
    /// Program of a server on stdio, which the client starts.
    pub(crate) command: Option<&'static str>,
}

impl Brief {
    /// Describes a server on stdio, which the client starts.
    pub(crate) fn stdio(era: Era) -> Self {
        let command = Some(env!("CARGO_BIN_EXE_stdio-server"));
        let (url, fragile_url) = (String::new(), String::new());
        Self { url, fragile_url, era, notifies: true, sessions: false, remembers: true, command }
    }

    /// Names of the checks that must pass.
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

/// Expectations that the clients of all languages share.
pub(crate) fn expectations() -> Value {
    serde_json::from_str(include_str!("expectations.json")).expect("expectations are JSON")
}

/// A running server, and the proxy in front of it.
pub(crate) struct Running {
    server: RunningServer,
    fragile: SocketAddr,
    variant: Variant,
}

impl Variant {
    pub(crate) async fn start(self) -> Running {
        let http = StreamableHttp::default().response_mode(self.mode).stateless_mode(self.stateless);
        let options = McpOptions::new("clients-fixture", "0.0.1")
            .streamable_http(http.retry(Duration::from_millis(200)))
            .task_poll_interval(Duration::from_millis(20));
        let server = serve(McpModule::for_root(options).provide(Journal::default())).await;
        Running { fragile: proxy::start(server.address).await, server, variant: self }
    }
}

impl Running {
    pub(crate) fn brief(&self, era: Era) -> Brief {
        Brief {
            url: self.server.url(),
            fragile_url: format!("http://{}/mcp", self.fragile),
            era,
            notifies: self.variant.mode != ResponseMode::Json,
            sessions: era == Era::Session && !self.variant.stateless,
            remembers: era == Era::Stateless || !self.variant.stateless,
            command: None,
        }
    }

    /// Waits until the calls and sessions of a client that has left are gone.
    pub(crate) async fn wait_until_idle(&self) {
        let server = self.server.server.as_ref().expect("a server of this process");
        until(async || server.calls_in_flight() == 0 && server.open_sessions() == 0).await;
    }
}
