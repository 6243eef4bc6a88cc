//! `serve_stdio`: serves the program that started this one.

use std::{
    convert::Infallible,
    future::{Future, pending},
    io::{self, Read, Write},
};

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::sync::oneshot;

use super::{McpServer, ServeError, serve::until_signal};
use crate::transport::stdio::{Conversation, Ended, Extent, standard_output_is_gone};

impl McpServer {
    /// Serves the program that started this one, over standard input and output, in both eras: one JSON-RPC message a line.
    ///
    /// Any number of calls run at the same time, up to [`Limits::max_calls_on_stdio`](crate::Limits::max_calls_on_stdio). A line may be as
    /// long as [`Limits::max_body_bytes`](crate::Limits::max_body_bytes); a longer one is refused without being held in memory. A client that does not
    /// read is not listened to until it does.
    ///
    /// Ends when the input does, at SIGTERM and at ctrl-c, and the server with it. Calls in flight are waited for, up to
    /// [`Limits::drain_timeout`](crate::Limits::drain_timeout), and their answers are written; [tasks](crate::docs::tasks) are waited for at a
    /// signal, and not at the end of the input. A signal after the end of the input ends the wait. What takes longer is withdrawn,
    /// and gets [`Limits::cancellation_grace`](crate::Limits::cancellation_grace) to tidy up. When nobody reads the output any more,
    /// as after the client was killed, everything is withdrawn, and the server ends within half a second.
    ///
    /// Standard output belongs to the protocol: a handler must not print there. Logs go to standard error.
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
    /// There are no tokens here (2025-11-25, authorization: not for stdio). Whoever starts the program may use what needs no
    /// caller; an item with scopes or roles is refused as to a caller without a token, and not listed where they hide it. A module
    /// whose [`Authorization`](crate::Authorization) lets in nobody without a token is not served at all.
    ///
    /// # Errors
    /// When the module lets in nobody without a token, or the system has no threads left.
    pub async fn serve_stdio(self) -> Result<(), ServeError> {
        let gone = Box::pin(standard_output_is_gone());
        self.converse(Box::new(io::stdin()), Box::new(io::stdout()), Extent::Server, until_signal(), gone).await
    }

    /// Serves one client over any two streams of bytes, such as the halves of a Unix socket, in the way of [`Self::serve_stdio`],
    /// until the input ends, writing fails or `shutdown` is there (2026-07-28, stdio: other channels should frame messages alike).
    ///
    /// Only what belongs to this client ends with it. Whatever else this server serves goes on, and so do tasks, until
    /// [`Self::shut_down`].
    ///
    /// Both are used from threads of their own, which may outlive this as long as they wait in the operating system.
    ///
    /// # Errors
    /// As those of [`Self::serve_stdio`].
    pub async fn serve_lines(
        self,
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        let (begin_shutdown, shutdown_begun) = oneshot::channel::<Infallible>();
        let begun = Box::pin(shutdown_begun.map(drop));
        let (input, output) = (Box::new(input), Box::new(output));
        let mut conversing = self.converse(input, output, Extent::Conversation, begun, Box::pin(pending()));
        tokio::select! {
            ended = &mut conversing => return ended,
            () = shutdown => drop(begin_shutdown),
        }
        conversing.await
    }

    /// Boxed, and not generic: so it is compiled in this crate, and not with every change of a handler.
    fn converse(
        self,
        input: Box<dyn Read + Send>,
        output: Box<dyn Write + Send>,
        extent: Extent,
        shutdown: BoxFuture<'static, ()>,
        gone: BoxFuture<'static, ()>,
    ) -> BoxFuture<'static, Result<(), ServeError>> {
        Box::pin(async move {
            let engine = self.endpoint.engine.clone();
            if engine.rejects_stdio() {
                return Err(ServeError::needs_token());
            }
            let conversation = Conversation::begin(engine, input, output, self.limits.max_body_bytes, extent)
                .map_err(ServeError::no_threads)?;
            tracing::info!("serving lines");
            match conversation.run(shutdown, gone, self.limits.drain_timeout).await {
                Ended::ByClient => tracing::info!("the client has ended the conversation"),
                Ended::ByServer => tracing::info!("shut down, after waiting for the calls in flight"),
                Ended::Broken => tracing::warn!("the conversation ended with the client, before all was said"),
                Ended::Late => tracing::warn!("the conversation ended before all calls in flight were answered"),
            }
            Ok(())
        })
    }
}
