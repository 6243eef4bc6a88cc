//! `McpServer`: a module that was checked, ready to serve.

use std::{fmt, sync::Arc};

use axum::Router;

use super::{Limits, McpOptions, Registry};
use crate::{
    store::Changes,
    transport::http::{self, Endpoint},
};

/// A server, ready to serve. Cheap to clone.
#[derive(Clone)]
pub struct McpServer {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) limits: Limits,
    path: String,
    registry: Registry,
    changes: Changes,
}

impl McpServer {
    pub(super) fn new(endpoint: Arc<Endpoint>, options: McpOptions, registry: Registry) -> Self {
        let changes = Changes::new(options.change_bus);
        Self { endpoint, limits: options.limits, path: options.streamable_http.path, registry, changes }
    }

    /// The routes of the server, for an application of your own, whatever its state: the endpoint at its path, and
    /// `/.well-known/oauth-protected-resource` when there is an authorization. Merge them, or nest them under a prefix.
    ///
    /// Nested, the metadata moves under the prefix too; clients look for it at the root of the host, so merge
    /// [`Self::well_known_router`] there.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        Self::router_of([self])
    }

    /// The routes of several servers of one host, each with a path of its own.
    ///
    /// ```
    /// # async fn app(notes: mcp_server::McpServer, mail: mcp_server::McpServer) -> axum::Router {
    /// mcp_server::McpServer::router_of([&notes, &mail])
    /// # }
    /// ```
    pub fn router_of<'a, S: Clone + Send + Sync + 'static>(servers: impl IntoIterator<Item = &'a Self>) -> Router<S> {
        let servers: Vec<&Self> = servers.into_iter().collect();
        let endpoints = servers.iter().map(|server| http::router(server.endpoint.clone(), &server.path));
        endpoints.fold(Self::well_known_router_of(servers.iter().copied()), |all, one| all.merge(one.with_state(())))
    }

    /// Only the documents under `/.well-known/`, for an application that nests [`Self::router`] under a prefix.
    pub fn well_known_router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        Self::well_known_router_of([self])
    }

    /// The documents under `/.well-known/` of several servers of one host. Each has its own path; at the bare
    /// `/.well-known/oauth-protected-resource`, where clients look second, is the document of the first one.
    pub fn well_known_router_of<'a, S: Clone + Send + Sync + 'static>(
        servers: impl IntoIterator<Item = &'a Self>,
    ) -> Router<S> {
        http::well_known_router(servers.into_iter().map(|server| &server.endpoint)).with_state(())
    }

    /// The path of the endpoint.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Adds and removes items while the server runs.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Tells clients that something changed, from wherever it is noticed.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// How many clients of 2026-07-28 listen for changes at this moment.
    pub fn open_listeners(&self) -> usize {
        self.endpoint.engine.open_listeners()
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
