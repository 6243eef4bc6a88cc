//! `McpServer::serve`: binds an address, serves it, and shuts down without losing calls in flight.

use std::{convert::Infallible, error::Error, fmt, future::Future, io, net::SocketAddr, sync::Arc};

use futures_util::future::BoxFuture;
use tokio::{
    net::{TcpListener, TcpSocket, ToSocketAddrs, lookup_host},
    sync::oneshot,
    task::JoinSet,
};

use super::{build_error::BuildErrors, server::McpServer};
use crate::transport::http;

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
            serve(bind(address).await.map_err(|error| ServeError(Kind::Bind(shown, error)))).await
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
    ///
    /// The listener has the queue that it was created with. `TcpListener::bind` has room for 128
    /// connections; [`serve`](Self::serve) listens with 4,096.
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
        let connections = http::ConnectionTable::new(&self.limits);
        // Dropping the set ends the remaining connections.
        let mut tasks = JoinSet::new();
        tokio::select! {
            () = http::accept(&listener, &service, &self.limits, &connections, &mut tasks) => {}
            _ = shutdown => {}
        }
        drop(listener);
        self.shut_down_after(connections.shut_down()).await;
    }
}

/// Maximum number of connections that wait to be accepted. The default of tokio is 128, which a
/// burst of clients exceeds. The system may lower it (`net.core.somaxconn`).
const BACKLOG: u32 = 4_096;

/// Binds the first of the addresses that can be bound.
async fn bind(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    let addresses = lookup_host(address).await?;
    let mut error = io::Error::new(io::ErrorKind::InvalidInput, "could not resolve to any address");
    for address in addresses {
        match listen(address) {
            Ok(listener) => return Ok(listener),
            Err(failed) => error = failed,
        }
    }
    Err(error)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restarted server need not wait for the connections of its predecessor. On Windows, the
    // option would let another process take the address.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
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

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn burst_of_connections_waits_to_be_accepted() {
        let unusable: SocketAddr = "192.0.2.1:0".parse().unwrap();
        let usable: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let listener = bind(&[unusable, usable][..]).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        for _ in 0..300 {
            waiting.push(TcpStream::connect(address).await.unwrap());
        }
    }

    #[tokio::test]
    async fn address_that_was_just_served_is_bound_again() {
        let listener = bind("localhost:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let client = TcpStream::connect(address).await.unwrap();
        drop(listener.accept().await.unwrap());
        drop((listener, client));
        bind(address).await.unwrap();
    }
}
