//! `Conversation`: one client on a pair of byte streams. Messages reach the engine in the order of
//! their arrival, and each reply is a line when it is ready.
//!
//! Memory is bounded. A line is processed only if another line can be queued for writing, so the
//! server does not read from a client that does not read. The responses of calls in
//! flight may wait, and their number is bounded by
//! [`Limits::max_calls_on_stdio`](crate::Limits::max_calls_on_stdio). Their notifications wait in
//! the streams of the engine, which evict the oldest. A handler never waits for the client.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use super::lines::{Line, Lines};
use crate::{
    engine::{Engine, EventStream, Reply, StdioConnection, StdioReply},
    protocol::ErrorObject,
    refusal::RefusalKind,
};

/// Time that handlers have to clean up after their client disconnected. It is short, because the
/// program that ended the client may wait for the server to end.
const LAST_GRACE: Duration = Duration::from_millis(500);

/// A client on a pair of byte streams.
pub(crate) struct Conversation {
    engine: Arc<Engine>,
    connection: Arc<StdioConnection>,
    scope: Scope,
    max_line: usize,
    incoming: mpsc::Receiver<Line>,
    outgoing: mpsc::Sender<Bytes>,
    /// Receives the result of the writer when it ends.
    written: oneshot::Receiver<io::Result<()>>,
    /// Calls and batches, each of which writes its replies. The end of the input waits for them.
    calls: JoinSet<()>,
    /// Subscriptions and the standalone stream of the session, which last as long as the
    /// conversation.
    streams: JoinSet<()>,
    _lines: JoinSet<()>,
}

/// Scope of the shutdown at the end of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The conversation only. The server continues to serve other clients.
    Conversation,
    /// The server, with its tasks.
    Server,
}

/// The reason why a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The client closed the input.
    Input,
    /// The server shuts down.
    Shutdown,
    /// The client closed the output.
    Disconnected,
    /// Calls in flight exceeded the drain timeout, or a second signal ended the wait.
    DrainTimeout,
}

impl Conversation {
    /// Starts a conversation. A line of more than `max_line` bytes is rejected.
    pub(crate) fn new(engine: Arc<Engine>, lines: Lines, max_line: usize, scope: Scope) -> Self {
        let Lines { incoming, outgoing, written, tasks } = lines;
        let (calls, streams) = (JoinSet::new(), JoinSet::new());
        let connection = Arc::default();
        Self { engine, connection, scope, max_line, incoming, outgoing, written, calls, streams, _lines: tasks }
    }

    /// Serves the client until it closes the input or the server shuts down. Then waits up to
    /// `drain` for the calls in flight and their responses, and cancels the rest.
    /// `disconnected` resolves when the output is closed.
    pub(crate) async fn run(
        mut self,
        mut shutdown: BoxFuture<'static, ()>,
        mut disconnected: BoxFuture<'static, ()>,
        drain: Duration,
    ) -> End {
        let end = tokio::select! {
            // In this order, so that the signal handler is installed before the first response.
            biased;
            () = &mut shutdown => End::Shutdown,
            () = &mut disconnected => End::Disconnected,
            end = self.serve() => end,
        };
        let end = match end {
            End::Input | End::Shutdown => tokio::select! {
                drained = tokio::time::timeout(drain, self.drain(end)) => drained.unwrap_or(End::DrainTimeout),
                () = &mut disconnected => End::Disconnected,
                // A signal after the end of the input ends the wait (2026-07-28, stdio, shutdown).
                () = shutdown, if end == End::Input => End::DrainTimeout,
            },
            End::Disconnected | End::DrainTimeout => end,
        };
        self.cancel();
        let grace = self.engine.cancellation_grace();
        tokio::select! {
            () = self.idle() => {}
            () = tokio::time::sleep(grace) => {}
            () = async {
                if end != End::Disconnected {
                    disconnected.await;
                }
                tokio::time::sleep(LAST_GRACE).await;
            } => {}
        }
        end
    }

    /// Serves messages until the input ends or the output is closed.
    async fn serve(&mut self) -> End {
        loop {
            let Ok(room) = self.outgoing.clone().reserve_owned().await else { return End::Disconnected };
            let line = tokio::select! {
                line = self.incoming.recv() => line,
                () = self.outgoing.closed() => return End::Disconnected,
            };
            let reply = match line {
                Some(Line::Complete(line)) => self.engine.accept_on(&self.connection, line),
                Some(Line::TooLong(addressee)) => {
                    let text = format!("the line is too long: expected at most {} bytes", self.max_line);
                    let reply = self.connection.reject(&addressee, &ErrorObject::invalid_request(text));
                    StdioReply::Ready(reply.because(|grounds| grounds.kind(RefusalKind::Body)))
                }
                None => return End::Input,
            };
            while self.calls.try_join_next().is_some() {}
            while self.streams.try_join_next().is_some() {}
            match reply {
                StdioReply::Ready(mut reply) => {
                    self.engine.report_on_stdio(&mut reply);
                    let opens_session = matches!(&reply, Reply::Message(reply) if reply.session.is_some());
                    if let Some(message) = reply.into_message() {
                        room.send(message);
                    }
                    if opens_session && let Some(events) = self.engine.session_events(&self.connection) {
                        self.streams.spawn(relay(events, self.outgoing.clone()));
                    }
                }
                StdioReply::Subscription(events) => {
                    let outgoing = self.outgoing.clone();
                    self.streams.spawn(async move { relay(events.await, outgoing).await });
                }
                StdioReply::Later(reply) => {
                    let (engine, outgoing) = (self.engine.clone(), self.outgoing.clone());
                    self.calls.spawn(async move {
                        let mut reply = reply.await;
                        engine.report_on_stdio(&mut reply);
                        match reply {
                            Reply::Stream(events) => relay(events, outgoing).await,
                            reply => {
                                if let Some(message) = reply.into_message() {
                                    _ = outgoing.send(message).await;
                                }
                            }
                        }
                    });
                }
            }
        }
    }

    /// Waits until the calls in flight have ended and all responses are written.
    async fn drain(&mut self, end: End) -> End {
        match (end, self.scope) {
            (End::Shutdown, Scope::Server) => self.engine.begin_shutdown(),
            (End::Shutdown, Scope::Conversation) => self.connection.begin_shutdown(),
            _ => self.connection.end_questions(),
        }
        let (calls, streams) = (&mut self.calls, &mut self.streams);
        let ended = async {
            while calls.join_next().await.is_some() {}
            if end == End::Shutdown {
                // The streams are ending, and send their last messages.
                while streams.join_next().await.is_some() {}
            }
            streams.shutdown().await;
        };
        tokio::select! {
            () = ended => {}
            // The writer ends before its senders only if it fails.
            _ = &mut self.written => return End::Disconnected,
        }
        // The writer ends with its last sender, which is this one.
        self.outgoing = mpsc::channel(1).0;
        let Ok(Ok(())) = (&mut self.written).await else { return End::Disconnected };
        if (end, self.scope) == (End::Shutdown, Scope::Server) {
            // Waits for tasks, whose results another process may serve. After the end of the input
            // they are not awaited.
            self.engine.calls_idle().await;
        }
        end
    }

    /// Cancels the remaining calls and streams.
    fn cancel(&mut self) {
        self.engine.close(&self.connection);
        if self.scope == Scope::Server {
            self.engine.cancel_all();
        }
        self.calls.abort_all();
        self.streams.abort_all();
    }

    /// Waits until no call runs in the scope of the conversation.
    async fn idle(&self) {
        match self.scope {
            Scope::Conversation => self.connection.drained().await,
            Scope::Server => self.engine.calls_idle().await,
        }
    }
}

/// Writes events, one line each.
async fn relay(mut events: EventStream, outgoing: mpsc::Sender<Bytes>) {
    while let Some(event) = events.next().await {
        let Some(message) = event.data else { continue };
        let Ok(room) = outgoing.reserve().await else { return };
        // The client may have cancelled the request while there was no room.
        if !events.is_cancelled() {
            room.send(message);
        }
    }
}
