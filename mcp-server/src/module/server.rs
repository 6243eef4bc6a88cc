//! `McpServer`: a module that was checked, ready to serve.

use std::{fmt, sync::Arc};

use axum::Router;

use super::{McpOptions, Registry};
use crate::{
    limits::Limits,
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
        self.endpoint.engine.open_subscriptions()
    }

    /// How many calls run at this moment.
    pub fn calls_in_flight(&self) -> usize {
        self.endpoint.engine.calls_in_flight()
    }

    /// How many sessions are open at this moment.
    pub fn open_sessions(&self) -> usize {
        self.endpoint.engine.open_sessions()
    }

    /// Ends the streams that would keep connections open for ever, so that a graceful shutdown of your own server can end, and does
    /// not wait. Questions that wait for an answer of a client wait no longer. The first step of [`Self::shut_down`].
    pub fn begin_shutdown(&self) {
        self.endpoint.engine.begin_shutdown();
    }

    /// Ends what this server does, however it is served: ends streams that would stay open for ever, and waits for calls and
    /// [tasks](crate::docs::tasks) up to [`Limits::drain_timeout`]. What takes longer is withdrawn, and gets
    /// [`Limits::cancellation_grace`] to tidy up. Returns whether nothing was left to withdraw.
    ///
    /// [`Self::serve`] and [`Self::serve_stdio`] do it themselves. An application of your own does it at the same time as its own
    /// server stops taking connections:
    ///
    /// ```
    /// # use axum::Router;
    /// # use mcp_server::McpServer;
    /// # use tokio::{net::TcpListener, sync::oneshot};
    /// # async fn until_signal() {}
    /// # async fn serve(listener: TcpListener, app: Router, mcp: McpServer) -> std::io::Result<()> {
    /// let (stop, stopped) = oneshot::channel::<()>();
    /// let serving = axum::serve(listener, app).with_graceful_shutdown(async { _ = stopped.await });
    /// let stopping = async {
    ///     until_signal().await;
    ///     drop(stop);
    ///     mcp.shut_down().await
    /// };
    /// let (served, _) = tokio::join!(serving.into_future(), stopping);
    /// served
    /// # }
    /// ```
    ///
    /// From then on calls that wait for anything are refused (503), so that it is the end of this server, and of its clones.
    pub async fn shut_down(&self) -> bool {
        self.shut_down_after(std::future::ready(())).await
    }

    /// The same, and waits for `others` as for calls.
    pub(super) async fn shut_down_after(&self, others: impl Future<Output = ()>) -> bool {
        let calls = self.calls_in_flight();
        let drained = self.endpoint.engine.shut_down(self.limits.drain_timeout, others).await;
        if drained {
            tracing::info!(calls, "shut down, after waiting for the calls in flight");
        } else {
            tracing::warn!(calls, "shut down before all calls in flight were answered");
        }
        drained
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
