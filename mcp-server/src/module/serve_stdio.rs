//! `McpServer::serve_stdio` and `McpServer::serve_lines`: serve one client on a pair of byte
//! streams.

use std::{
    convert::Infallible,
    future::{Future, pending},
    io,
};

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::oneshot,
};

use super::{
    serve::{ServeError, until_signal},
    server::McpServer,
};
use crate::transport::stdio::{Conversation, End, Lines, Scope, standard_output_closed};

impl McpServer {
    /// Serves the client that started this process, over standard input and output, in both eras.
    /// Each line is one JSON-RPC message.
    ///
    /// Calls run concurrently, up to
    /// [`Limits::max_calls_on_stdio`](crate::Limits::max_calls_on_stdio). A line may have up to
    /// [`Limits::max_body_bytes`](crate::Limits::max_body_bytes). A longer line is rejected, and
    /// not kept in memory. The server does not read from a client that does not read.
    ///
    /// Returns when the input ends, and at SIGTERM or Ctrl-C:
    ///
    /// - Calls in flight are awaited up to [`Limits::drain_timeout`](crate::Limits::drain_timeout),
    ///   and their responses are written. [Tasks](crate::docs::tasks) are awaited after a signal,
    ///   and not after the end of the input.
    /// - A signal after the end of the input ends the wait.
    /// - Remaining calls are cancelled, and may clean up for
    ///   [`Limits::cancellation_grace`](crate::Limits::cancellation_grace).
    /// - When the client closes standard output, as when it was killed, everything is cancelled,
    ///   and the server ends within half a second.
    ///
    /// Standard output belongs to the protocol: a handler must not print there. Logs go to standard
    /// error.
    ///
    /// ```no_run
    /// # use mcp_server::{McpModule, McpOptions, ServeError};
    /// #[tokio::main]
    /// async fn main() -> Result<(), ServeError> {
    ///     McpModule::for_root(McpOptions::new("calculator", "1.0.0")).build().await?.serve_stdio().await
    /// }
    /// ```
    ///
    /// # Authorization
    /// Stdio has no tokens (2025-11-25, authorization). The client is the
    /// [`local_principal`](crate::McpOptions::local_principal) of the options, or else an anonymous
    /// caller: items with scopes or roles are rejected, and not listed if they are hidden. A module
    /// whose [`Authorization`](crate::Authorization) rejects anonymous callers cannot be served
    /// without a local principal.
    ///
    /// # Errors
    /// Returns an error if the module rejects anonymous callers, or the system cannot start
    /// threads.
    pub async fn serve_stdio(self) -> Result<(), ServeError> {
        self.check_anonymous()?;
        let lines = Lines::blocking(io::stdin(), io::stdout(), self.limits.max_body_bytes);
        let lines = lines.map_err(ServeError::no_threads)?;
        self.converse(lines, Scope::Server, until_signal(), Box::pin(standard_output_closed())).await;
        Ok(())
    }

    /// Serves one client on any pair of byte streams, such as the halves of a Unix socket, like
    /// [`serve_stdio`](Self::serve_stdio) (2026-07-28, stdio).
    ///
    /// Returns when the input ends, writing fails, or `shutdown` resolves. Only calls and streams
    /// of this client end. The server continues to serve other clients, and tasks continue until
    /// [`shut_down`](Self::shut_down).
    ///
    /// ```no_run
    /// # use mcp_server::{McpServer, ServeError};
    /// # async fn serve(server: McpServer, socket: tokio::net::TcpStream) -> Result<(), ServeError> {
    /// let (input, output) = socket.into_split();
    /// server.serve_lines(input, output, std::future::pending()).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns an error if the module rejects anonymous callers.
    pub async fn serve_lines(
        self,
        input: impl AsyncRead + Send + 'static,
        output: impl AsyncWrite + Send + 'static,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        self.check_anonymous()?;
        let lines = Lines::spawn(input, output, self.limits.max_body_bytes);
        let (begin_shutdown, shutdown_begun) = oneshot::channel::<Infallible>();
        let begun = Box::pin(shutdown_begun.map(drop));
        let mut conversing = self.converse(lines, Scope::Conversation, begun, Box::pin(pending()));
        tokio::select! {
            () = &mut conversing => return Ok(()),
            () = shutdown => drop(begin_shutdown),
        }
        conversing.await;
        Ok(())
    }

    fn check_anonymous(&self) -> Result<(), ServeError> {
        if self.endpoint.engine.rejects_stdio() { Err(ServeError::requires_token()) } else { Ok(()) }
    }

    /// Boxed and not generic, so that the conversation is compiled in this crate, and not with
    /// every change of a handler.
    fn converse(
        self,
        lines: Lines,
        scope: Scope,
        shutdown: BoxFuture<'static, ()>,
        disconnected: BoxFuture<'static, ()>,
    ) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let engine = self.endpoint.engine.clone();
            let conversation = Conversation::new(engine, lines, self.limits.max_body_bytes, scope);
            tracing::info!("serving lines");
            match conversation.run(shutdown, disconnected, self.limits.drain_timeout).await {
                End::Input => tracing::info!("the client closed the connection"),
                End::Shutdown => tracing::info!("shut down after all calls in flight had ended"),
                End::Disconnected => tracing::warn!("the client is gone: calls in flight were cancelled"),
                End::DrainTimeout => tracing::warn!("cancelled calls in flight that exceeded the drain timeout"),
            }
        })
    }
}
