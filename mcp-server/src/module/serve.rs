//! `McpServer::serve`: binds an address, serves it, and shuts down without losing calls in flight.

use std::{convert::Infallible, error::Error, fmt, future::Future, io, sync::Arc};

use futures_util::future::BoxFuture;
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream, ToSocketAddrs},
    sync::{Semaphore, oneshot},
    task::JoinSet,
};

use super::{build_error::BuildErrors, server::McpServer};
use crate::{escape::Escaped, transport::http};

/// The error of [`McpServer::serve`], [`McpServer::serve_stdio`] and [`McpServer::serve_lines`].
///
/// `Debug` prints the same text as `Display`, since `main` prints errors with it.
pub struct ServeError(Kind);

enum Kind {
    Build(BuildErrors),
    Bind(String, io::Error),
    RequiresToken,
    NoThreads(io::Error),
}

impl ServeError {
    /// Returns `true` if the module has errors; [`Error::source`] returns the [`BuildErrors`].
    pub fn is_build(&self) -> bool {
        matches!(self.0, Kind::Build(_))
    }

    /// Returns `true` if the address could not be bound; [`Error::source`] returns the
    /// [`io::Error`].
    pub fn is_bind(&self) -> bool {
        matches!(self.0, Kind::Bind(..))
    }

    /// Returns `true` if the module rejects anonymous callers, but the transport has no tokens.
    pub fn is_requires_token(&self) -> bool {
        matches!(self.0, Kind::RequiresToken)
    }

    /// Returns `true` if the system cannot start threads; [`Error::source`] returns the
    /// [`io::Error`].
    pub fn is_no_threads(&self) -> bool {
        matches!(self.0, Kind::NoThreads(_))
    }

    pub(super) fn requires_token() -> Self {
        Self(Kind::RequiresToken)
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
            Kind::Bind(address, error) if error.kind() == io::ErrorKind::InvalidInput || is_malformed(address) => {
                write!(formatter, "cannot serve {address}: {error}; expected a host and a port, \"127.0.0.1:3030\"")
            }
            Kind::Bind(address, error) => write!(formatter, "cannot serve {address}: {error}"),
            Kind::RequiresToken => formatter.write_str(
                "the module rejects anonymous callers, and stdio has no tokens: name the user of this process with \
                 `McpOptions::local_principal`, or admit anonymous callers with `.anonymous(Anonymous::PublicOnly)`",
            ),
            Kind::NoThreads(error) => write!(formatter, "cannot start the threads that read and write: {error}"),
        }
    }
}

impl fmt::Debug for ServeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Error for ServeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Kind::Build(errors) => Some(errors),
            Kind::Bind(_, error) | Kind::NoThreads(error) => Some(error),
            Kind::RequiresToken => None,
        }
    }
}

/// Returns `true` for an address with a scheme or without a host, as `Debug` shows it.
fn is_malformed(address: &str) -> bool {
    let address = address.trim_matches('"');
    address.contains('/') || address.starts_with(':')
}

/// The rest of `serve`, once the listener is bound or could not be.
type Serve = Box<dyn FnOnce(Result<TcpListener, ServeError>) -> BoxFuture<'static, Result<(), ServeError>> + Send>;

impl McpServer {
    /// Serves the address until SIGTERM or Ctrl-C. Then waits for the calls in flight, up to
    /// [`Limits::drain_timeout`](crate::Limits::drain_timeout).
    ///
    /// Logs through `tracing`, and prints nothing.
    ///
    /// # Errors
    /// Returns an error if the address cannot be bound.
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

    /// Boxed and not generic, so that the server is compiled in this crate, and not with every
    /// change of a handler.
    fn when_bound(self) -> Serve {
        Box::new(|bound| {
            Box::pin(async move {
                self.serve_listener(bound?, until_signal()).await;
                Ok(())
            })
        })
    }

    /// Serves a listener until `shutdown` resolves. Then waits for the calls in flight, up to
    /// [`Limits::drain_timeout`](crate::Limits::drain_timeout). Calls that take longer are
    /// cancelled, and may clean up for
    /// [`Limits::cancellation_grace`](crate::Limits::cancellation_grace).
    pub async fn serve_listener(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let (begin_shutdown, shutdown_begun) = oneshot::channel();
        let mut serving = self.serving(listener, shutdown_begun);
        tokio::select! {
            // In this order, so that the signal handler is installed before the first connection is
            // accepted.
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
        let path = self.path().to_owned();
        let endpoint = self.endpoint.clone();
        let router =
            self.router().fallback(move |request| std::future::ready(http::not_found(&endpoint, &path, request)));
        let service = Arc::new(http::Service::new(self.endpoint.clone(), self.path(), router));
        let connections = GracefulShutdown::new();
        // Dropping the set ends the remaining connections.
        let mut tasks = JoinSet::new();
        tokio::select! {
            () = accept(&self, &listener, &service, &connections, &mut tasks) => {}
            _ = shutdown => {}
        }
        drop(listener);
        self.shut_down_after(connections.shutdown()).await;
    }
}

/// Maximum size of the head of a request, and of the data that waits for a client that does not
/// read, in bytes. Bodies and streams have limits of their own.
const MAX_HEAD: usize = 64 * 1024;

/// Accepts connections forever, up to the maximum number at a time.
async fn accept(
    server: &McpServer,
    listener: &TcpListener,
    service: &Arc<http::Service>,
    connections: &GracefulShutdown,
    tasks: &mut JoinSet<()>,
) {
    let permits = Arc::new(Semaphore::new(server.limits.max_connections.min(Semaphore::MAX_PERMITS)));
    let mut protocol = hyper::server::conn::http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(server.limits.idle_timeout).max_buf_size(MAX_HEAD);
    loop {
        let Ok(permit) = permits.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed");
                // Usually too many open files. An immediate retry would spin.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            }
        };
        no_delay(&stream);
        let service = service.clone();
        let requests = http::Requests::default();
        let stream = http::TimedConnection::new(
            stream,
            server.limits.send_timeout,
            server.limits.header_timeout,
            requests.clone(),
        );
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (service, of_service, of_body) = (service.clone(), requests.begin(), requests.begin());
            let request = request.map(|body| {
                body.map_frame(move |frame| {
                    let _ = &of_body;
                    frame
                })
            });
            async move {
                let response = service.respond(request).await;
                drop(of_service);
                response
            }
        });
        let stream = TokioIo::new(stream);
        let connection = connections.watch(protocol.serve_connection(stream, service));
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            if let Err(error) = connection.await {
                let error = Escaped::new(error).to_string();
                tracing::debug!(error, "a connection ended with an error");
            }
            drop(permit);
        });
    }
}

/// Sets `TCP_NODELAY`. Without it, small responses may wait 40 ms for an acknowledgement.
fn no_delay(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "setting TCP_NODELAY failed");
    }
}

/// Resolves at SIGTERM or Ctrl-C. Boxed for the same reason as [`McpServer::when_bound`].
pub(super) fn until_signal() -> BoxFuture<'static, ()> {
    Box::pin(shutdown_signal())
}

async fn shutdown_signal() {
    let interrupt = async {
        // Without a handler the signal ends the process, which is a shutdown as well.
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
