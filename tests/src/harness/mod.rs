//! Servers on ports of their own, or at the end of a pipe, and a client that shows what travels.

mod answer;
mod client;
mod connection;
mod lines;
mod conversation;
mod request;
mod served;
mod specification;

use std::time::Duration;

pub use answer::{Answer, Event};
pub use client::{Client, SESSION_VERSIONS, STATELESS};
pub use connection::Connection;
pub use conversation::Asked;
pub use lines::{Lines, Serving};
pub use request::Request;
pub use served::{Served, serve, serve_app, serve_program};
pub use specification::{PipeTranscript, Revision, Strictness, Transcript};

/// How long a test waits for what must come.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// What the future comes to, within bounds.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it comes in time")
}

/// Waits until it is so, looking again and again, within bounds.
pub async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    within(async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}
