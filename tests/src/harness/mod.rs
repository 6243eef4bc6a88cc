//! Servers on ports of their own or on stdio, and a client that shows every message.

mod client;
mod connection;
mod questions;
mod request;
mod server;
mod specification;
mod stdio;

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use serde::Serialize;

pub use client::Client;
pub use connection::{Connection, Event, Response, fetch};
pub use questions::Question;
pub use request::Request;
pub use server::{RunningServer, serve, serve_app, serve_on, serve_program, serve_program_with_files};
pub use specification::{Revision, StdioTranscript, Strictness, Transcript};
pub use stdio::{StdioClient, StdioServer};

/// Revisions with sessions, oldest first.
pub const SESSION_VERSIONS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// Newest revision with sessions.
pub const SESSION: &str = "2025-11-25";

/// Stateless revision.
pub const STATELESS: &str = "2026-07-28";

/// Timeout of every wait.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// Era of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Era {
    /// Revisions with sessions.
    Session,
    /// Revisions without sessions.
    Stateless,
}

impl Era {
    /// Both eras.
    pub const BOTH: [Self; 2] = [Self::Session, Self::Stateless];

    /// Newest revision of the era.
    pub const fn version(self) -> &'static str {
        match self {
            Self::Session => SESSION,
            Self::Stateless => STATELESS,
        }
    }
}

/// Awaits a future, and fails the test at the timeout.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(TIMEOUT, future).await.expect("the wait ends before its timeout")
}

/// Repeats an attempt until it succeeds, and fails the test with the last error after `limit`.
pub async fn retry<T>(limit: Duration, mut attempt: impl AsyncFnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match attempt().await {
            Ok(value) => return value,
            Err(error) => assert!(start.elapsed() < limit, "after {limit:?} still: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Prints the reason for which a test is skipped, past the capture of its output.
pub fn skip(reason: &str) {
    // A closed standard error has no reader.
    _ = writeln!(std::io::stderr(), "skipped: {reason}");
}

/// Skips a test outside of CI. With `CI=true` every requirement must be installed.
pub fn skip_outside_ci(reason: &str) {
    assert!(std::env::var_os("CI").is_none_or(|value| value != "true"), "{reason}");
    skip(reason);
}

/// Polls a condition until it holds, and fails the test at the timeout.
pub async fn until(mut holds: impl AsyncFnMut() -> bool) {
    within(async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}
