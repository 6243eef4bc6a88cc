//! `McpServer`: the result of building a module, ready to serve.

use std::{fmt, sync::Arc};

use axum::Router;

use super::{options::McpOptions, registry::Registry};
use crate::{
    limits::Limits,
    store::Changes,
    transport::http::{self, Endpoint},
};

/// A server that is ready to serve. Cheap to clone; clones share all state.
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

    /// Returns the routes of the server, to merge or nest into an application with any state: the
    /// endpoint at its path and, with authorization, `/.well-known/oauth-protected-resource`.
    ///
    /// Nesting moves the metadata under the prefix, too. Clients look for it at the root of the
    /// host, so merge [`well_known_router`](Self::well_known_router) there.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        Self::router_of([self])
    }

    /// Returns the routes of several servers on one host. Each server needs its own
    /// [path](Self::path).
    ///
    /// # Panics
    /// Panics if two servers have the same [path](Self::path).
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

    /// Returns only the documents under `/.well-known/`, for an application that nests
    /// [`router`](Self::router) under a prefix.
    pub fn well_known_router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        Self::well_known_router_of([self])
    }

    /// Returns the documents under `/.well-known/` of several servers of one host. Each has its own
    /// path. The path `/.well-known/oauth-protected-resource` itself, which clients try second,
    /// serves the document of the first server.
    pub fn well_known_router_of<'a, S: Clone + Send + Sync + 'static>(
        servers: impl IntoIterator<Item = &'a Self>,
    ) -> Router<S> {
        http::well_known_router(servers.into_iter().map(|server| &server.endpoint)).with_state(())
    }

    /// Returns the path of the endpoint.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the registry, which adds and removes items at run time.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Returns the handle that notifies clients of changes.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Returns the number of open `subscriptions/listen` requests (2026-07-28).
    pub fn open_subscriptions(&self) -> usize {
        self.endpoint.engine.open_subscriptions()
    }

    /// Returns the number of calls in flight, tasks included.
    pub fn calls_in_flight(&self) -> usize {
        self.endpoint.engine.calls_in_flight()
    }

    /// Returns the number of open sessions.
    pub fn open_sessions(&self) -> usize {
        self.endpoint.engine.open_sessions()
    }

    /// Ends the streams that would otherwise stay open, and the questions that wait for answers, so
    /// that the graceful shutdown of an application can end. Does not wait. This is the first step
    /// of [`shut_down`](Self::shut_down).
    pub fn begin_shutdown(&self) {
        self.endpoint.engine.begin_shutdown();
    }

    /// Shuts the server down: ends the streams that would otherwise stay open, and waits for calls
    /// and [tasks](crate::docs::tasks) up to [`Limits::drain_timeout`]. Calls that take longer are
    /// cancelled, and may clean up for [`Limits::cancellation_grace`]. Returns `true` if no call
    /// had to be cancelled.
    ///
    /// [`serve`](Self::serve) and [`serve_stdio`](Self::serve_stdio) do this themselves. An
    /// application with a server of its own calls it while that server stops accepting connections:
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
    /// Afterwards, calls that do not end at once are answered with 503, on all clones of this
    /// server.
    pub async fn shut_down(&self) -> bool {
        self.shut_down_after(std::future::ready(())).await
    }

    /// Shuts down, and waits for `others` in the same way as for calls.
    pub(super) async fn shut_down_after(&self, others: impl Future<Output = ()>) -> bool {
        let calls = self.calls_in_flight();
        let drained = self.endpoint.engine.shut_down(self.limits.drain_timeout, others).await;
        if drained {
            tracing::info!(calls, "shut down after all calls in flight had ended");
        } else {
            tracing::warn!(calls, "cancelled calls in flight that exceeded the drain timeout");
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
