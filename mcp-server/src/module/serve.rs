//! `serve`: binds an address, serves it, and shuts down without losing what is in flight.

use std::{convert::Infallible, error::Error, fmt, future::Future, io, sync::Arc};

use axum::Router;
use futures_util::future::BoxFuture;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream, ToSocketAddrs},
    sync::{Semaphore, oneshot},
    task::JoinSet,
};

use super::{BuildErrors, McpServer};
use crate::transport::http;

/// Why a server does not serve.
pub struct ServeError(Kind);

enum Kind {
    Build(BuildErrors),
    Bind(String, io::Error),
    NeedsToken,
    NoThreads(io::Error),
}

impl ServeError {
    /// Whether the module has mistakes.
    pub fn is_build(&self) -> bool {
        matches!(self.0, Kind::Build(_))
    }

    /// Whether the address could not be bound.
    pub fn is_bind(&self) -> bool {
        matches!(self.0, Kind::Bind(..))
    }

    /// Whether the transport has no tokens, and the module lets in nobody without one.
    pub fn is_needs_token(&self) -> bool {
        matches!(self.0, Kind::NeedsToken)
    }

    pub(super) fn needs_token() -> Self {
        Self(Kind::NeedsToken)
    }

    pub(super) fn no_threads(error: io::Error) -> Self {
        Self(Kind::NoThreads(error))
    }
}

impl From<BuildErrors> for ServeError {
    fn from(errors: BuildErrors) -> Self {
        Self(Kind::Build(errors))
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Build(errors) => fmt::Display::fmt(errors, formatter),
            Kind::Bind(address, error) if error.kind() == io::ErrorKind::InvalidInput => {
                write!(
                    formatter,
                    "{address} cannot be served: {error}; an address is a host and a port: \"127.0.0.1:3030\""
                )
            }
            Kind::Bind(address, error) => write!(formatter, "{address} cannot be served: {error}"),
            Kind::NeedsToken => formatter.write_str(
                "the module lets in nobody without a token, and there are no tokens on stdio: allow others with \
                 `.anonymous(Anonymous::PublicOnly)`, or leave the authorization out",
            ),
            Kind::NoThreads(error) => write!(formatter, "the system has no threads to read and write with: {error}"),
        }
    }
}

/// As readable as `Display`, since that is what `main` prints.
impl fmt::Debug for ServeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Error for ServeError {}

/// What is left to do when a listener is there, or could not be bound.
type Serve = Box<dyn FnOnce(Result<TcpListener, ServeError>) -> BoxFuture<'static, Result<(), ServeError>> + Send>;

impl McpServer {
    /// Serves the address until SIGTERM or ctrl-c, then waits for the calls in flight, up to
    /// [`Limits::drain_timeout`](crate::Limits::drain_timeout).
    ///
    /// Prints nothing: what happens is told through `tracing`.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn serve<A: ToSocketAddrs + fmt::Debug>(
        self,
        address: A,
    ) -> impl Future<Output = Result<(), ServeError>> + use<A> {
        let serve = self.when_bound();
        async move {
            let shown = format!("{address:?}");
            serve(TcpListener::bind(address).await.map_err(|error| ServeError(Kind::Bind(shown, error)))).await
        }
    }

    /// Boxed, and not generic: so the server is compiled in this crate. As part of the future of `main` all of it, with its
    /// connections, would be compiled again with every change of a handler.
    fn when_bound(self) -> Serve {
        Box::new(|bound| {
            Box::pin(async move {
                self.serve_listener(bound?, until_signal()).await;
                Ok(())
            })
        })
    }

    /// Serves a listener until `shutdown` is there, then waits for the calls in flight, up to
    /// [`Limits::drain_timeout`](crate::Limits::drain_timeout). Calls that take longer are withdrawn, and get
    /// [`Limits::cancellation_grace`](crate::Limits::cancellation_grace) to tidy up.
    pub async fn serve_listener(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let (begin_shutdown, shutdown_begun) = oneshot::channel();
        let mut serving = self.serving(listener, shutdown_begun);
        tokio::select! {
            // In this order: a signal is waited for before the first connection is accepted.
            biased;
            () = shutdown => drop(begin_shutdown),
            () = &mut serving => return,
        }
        serving.await;
    }

    /// Boxed for the same reason as [`when_bound`](Self::when_bound).
    fn serving(self, listener: TcpListener, shutdown: oneshot::Receiver<Infallible>) -> BoxFuture<'static, ()> {
        Box::pin(self.serve_until(listener, shutdown))
    }

    async fn serve_until(self, listener: TcpListener, shutdown: oneshot::Receiver<Infallible>) {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, path = self.path(), "serving");
        }
        let router = self.router().fallback(http::nowhere);
        let connections = GracefulShutdown::new();
        // Connections live no longer than this.
        let mut tasks = JoinSet::new();
        tokio::select! {
            () = accept(&self, &listener, &router, &connections, &mut tasks) => {}
            _ = shutdown => {}
        }
        drop(listener);
        self.shut_down_after(connections.shutdown()).await;
    }
}

/// Bytes that the head of a request may have, and that wait for a client which does not read: what a connection can make the
/// server hold beside bodies and streams, which have limits of their own.
const LARGEST_HEAD: usize = 64 * 1024;

/// Accepts connections for ever, no more at a time than there may be.
async fn accept(
    server: &McpServer,
    listener: &TcpListener,
    router: &Router,
    connections: &GracefulShutdown,
    tasks: &mut JoinSet<()>,
) {
    let room = Arc::new(Semaphore::new(server.limits.max_connections.min(Semaphore::MAX_PERMITS)));
    let mut protocol = hyper::server::conn::http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(server.limits.header_timeout).max_buf_size(LARGEST_HEAD);
    loop {
        let Ok(place) = room.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Mostly too many open files: trying again at once would only spin.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            }
        };
        no_delay(&stream);
        let service = TowerToHyperService::new(router.clone());
        let stream = TokioIo::new(http::StallGuard::new(stream, server.limits.send_timeout));
        let connection = connections.watch(protocol.serve_connection(stream, service));
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
}

/// Answers are small and wanted at once: without this they may wait 40 ms for an acknowledgement.
fn no_delay(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY cannot be set");
    }
}

/// Done at SIGTERM or ctrl-c. Boxed for the same reason as [`McpServer::when_bound`].
pub(super) fn until_signal() -> BoxFuture<'static, ()> {
    Box::pin(shutdown_signal())
}

async fn shutdown_signal() {
    let interrupt = async {
        // Without a handler the signal ends the process, which is a shutdown too.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
