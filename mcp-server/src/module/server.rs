//! `McpServer`: a module that was checked, ready to serve.

use std::{fmt, sync::Arc, time::Duration};

use axum::Router;
use tokio::task::AbortHandle;

use super::{Limits, McpOptions};
use crate::{
    engine::Engine,
    transport::http::{self, Endpoint},
};

/// A server, ready to serve. Cheap to clone.
#[derive(Clone)]
pub struct McpServer {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) limits: Limits,
    path: String,
    _sweeper: Arc<Sweeper>,
}

impl McpServer {
    pub(super) fn new(endpoint: Arc<Endpoint>, options: McpOptions) -> Self {
        let sweeper = Arc::new(Sweeper::start(&endpoint.engine, &options.limits));
        Self { endpoint, limits: options.limits, path: options.streamable_http.path, _sweeper: sweeper }
    }

    /// The routes of the server, for an application of your own: the endpoint at its path, and
    /// `/.well-known/oauth-protected-resource` when there is an authorization. Merge them, or nest them under a prefix.
    ///
    /// Nested, the metadata moves under the prefix too; clients look for it at the root of the host, so merge
    /// [`Self::well_known_router`] there.
    pub fn router(&self) -> Router {
        let server = self.clone();
        // The layer holds the server, and so the sweeper, for as long as the routes are served.
        http::router(self.endpoint.clone(), &self.path).layer(axum::Extension(server))
    }

    /// Only the documents under `/.well-known/`, for an application that nests [`Self::router`] under a prefix.
    pub fn well_known_router(&self) -> Router {
        http::well_known_router(&self.endpoint)
    }

    /// The path of the endpoint.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How many calls run at this moment.
    pub fn calls_in_flight(&self) -> usize {
        self.endpoint.engine.calls_in_flight()
    }

    /// How many sessions are open at this moment.
    pub fn open_sessions(&self) -> usize {
        self.endpoint.engine.open_sessions()
    }

    /// Ends the streams that would keep connections open for ever, so that a graceful shutdown of your own server can end.
    /// [`Self::serve`] does it itself.
    pub fn begin_shutdown(&self) {
        self.endpoint.engine.begin_shutdown();
    }
}

impl fmt::Debug for McpServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("McpServer")
            .field("path", &self.path)
            .field("open_sessions", &self.open_sessions())
            .field("calls_in_flight", &self.calls_in_flight())
            .finish_non_exhaustive()
    }
}

/// The task that ends idle sessions; it ends with the last clone of its server.
struct Sweeper(Option<AbortHandle>);

impl Sweeper {
    fn start(engine: &Arc<Engine>, limits: &Limits) -> Self {
        if !engine.has_sessions() {
            return Self(None);
        }
        let shortest = limits.session_idle.min(limits.session_unconfirmed);
        let period = (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(15));
        let engine = Arc::downgrade(engine);
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(period).await;
                match engine.upgrade() {
                    Some(engine) => engine.sweep(),
                    None => return,
                }
            }
        });
        Self(Some(task.abort_handle()))
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}
