//! One conversation over lines: every message to the engine in the order in which it came, every reply as a line when it is there.
//!
//! Nothing here grows without bound. Before a line is handled there must be room for one to be written, and replies wait in the order
//! in which they ended, so a client that does not read is not listened to either: its messages wait in its own pipe. What may wait
//! are the answers of the calls that were in flight then ([`Limits::max_calls_on_stdio`](crate::Limits::max_calls_on_stdio)); their
//! notifications wait in the streams of the engine, where the oldest give way. Handlers never wait for the client.

use std::{
    io::{self, Read, Write},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use super::lines::{self, Line};
use crate::{
    engine::{Connection, Engine, EventStream, Reply, StdioReply},
    protocol::ErrorObject,
};

/// How long handlers of a client that is gone may tidy up. Whoever ended the client waits for the server to end as well.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A client at the other end of two streams of bytes.
pub(crate) struct Conversation {
    engine: Arc<Engine>,
    connection: Arc<Connection>,
    extent: Extent,
    longest: usize,
    incoming: mpsc::Receiver<Line>,
    outgoing: mpsc::Sender<Bytes>,
    /// How writing went, once it has ended.
    written: oneshot::Receiver<io::Result<()>>,
    /// Calls and batches on their way. Each writes its own replies. The end of the input waits for them.
    calls: JoinSet<()>,
    /// What is said to the session beside calls, and subscriptions: for as long as the conversation lasts.
    streams: JoinSet<()>,
}

/// What ends with a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What belongs to it. The server goes on, with others.
    Conversation,
    /// The server, and so its tasks.
    Server,
}

/// Why a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The client says no more: the input has ended.
    ByClient,
    /// The server shuts down.
    ByServer,
    /// The client is gone: nobody reads.
    Broken,
    /// Calls in flight took longer than anybody would wait.
    Late,
}

impl Conversation {
    /// Begins to read and to write. A line of more than `longest` bytes is refused.
    ///
    /// # Errors
    /// When there are no threads for it.
    pub(crate) fn begin(
        engine: Arc<Engine>,
        input: Box<dyn Read + Send>,
        output: Box<dyn Write + Send>,
        longest: usize,
        extent: Extent,
    ) -> io::Result<Self> {
        let (outgoing, written) = lines::write(output)?;
        let incoming = lines::read(input, longest)?;
        let (calls, streams) = (JoinSet::new(), JoinSet::new());
        Ok(Self { engine, connection: Arc::default(), extent, longest, incoming, outgoing, written, calls, streams })
    }

    /// Talks until the client or the server has enough, then waits up to `drain` for the calls in flight, and for their answers to be
    /// written. What is left then is withdrawn, and may tidy up. `gone` is done when nobody reads any more.
    pub(crate) async fn run(
        mut self,
        mut shutdown: BoxFuture<'static, ()>,
        mut gone: BoxFuture<'static, ()>,
        drain: Duration,
    ) -> Ended {
        let ended = tokio::select! {
            // In this order: a signal is waited for before the first message is answered.
            biased;
            () = &mut shutdown => Ended::ByServer,
            () = &mut gone => Ended::Broken,
            ended = self.listen() => ended,
        };
        let ended = match ended {
            Ended::ByClient | Ended::ByServer => tokio::select! {
                finished = tokio::time::timeout(drain, self.finish(ended)) => finished.unwrap_or(Ended::Late),
                () = &mut gone => Ended::Broken,
                // Who ended the input and then sends a signal has waited enough (2026-07-28, stdio, shutdown).
                () = shutdown, if ended == Ended::ByClient => Ended::Late,
            },
            Ended::Broken | Ended::Late => ended,
        };
        self.withdraw();
        let grace = self.engine.cancellation_grace();
        tokio::select! {
            () = self.emptied() => {}
            () = tokio::time::sleep(grace) => {}
            () = async {
                if ended != Ended::Broken {
                    gone.await;
                }
                tokio::time::sleep(LAST_WORDS).await;
            } => {}
        }
        ended
    }

    /// Takes messages until there are no more, or nothing can be written any more.
    async fn listen(&mut self) -> Ended {
        loop {
            let Ok(room) = self.outgoing.clone().reserve_owned().await else { return Ended::Broken };
            let line = tokio::select! {
                line = self.incoming.recv() => line,
                () = self.outgoing.closed() => return Ended::Broken,
            };
            let taken = match line {
                Some(Line::Whole(line)) => self.engine.accept_on(&self.connection, line),
                Some(Line::TooLong) => {
                    let text = format!("the line is longer than {} bytes", self.longest);
                    StdioReply::Ready(self.connection.reject_unreadable(&ErrorObject::invalid_request(text)))
                }
                None => return Ended::ByClient,
            };
            while self.calls.try_join_next().is_some() {}
            while self.streams.try_join_next().is_some() {}
            match taken {
                StdioReply::Ready(reply) => {
                    let opens_session = matches!(&reply, Reply::Message(reply) if reply.session.is_some());
                    if let Some(message) = reply.into_message() {
                        room.send(message);
                    }
                    if opens_session && let Some(events) = self.engine.session_events(&self.connection) {
                        self.streams.spawn(relay(events, self.outgoing.clone()));
                    }
                }
                StdioReply::Subscription(opened) => {
                    let outgoing = self.outgoing.clone();
                    self.streams.spawn(async move { relay(opened.await, outgoing).await });
                }
                StdioReply::Later(reply) => {
                    let outgoing = self.outgoing.clone();
                    self.calls.spawn(async move {
                        match reply.await {
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

    /// Waits for the calls in flight, and for everything to be written.
    async fn finish(&mut self, ended: Ended) -> Ended {
        match (ended, self.extent) {
            (Ended::ByServer, Extent::Server) => self.engine.begin_shutdown(),
            (Ended::ByServer, Extent::Conversation) => self.connection.begin_shutdown(),
            _ => self.connection.end_questions(),
        }
        let (calls, streams) = (&mut self.calls, &mut self.streams);
        let said = async {
            while calls.join_next().await.is_some() {}
            if ended == Ended::ByServer {
                // They have been told to end, and may have something to say about it.
                while streams.join_next().await.is_some() {}
            }
            streams.shutdown().await;
        };
        tokio::select! {
            () = said => {}
            // As long as there are writers, it ends only because it cannot go on.
            _ = &mut self.written => return Ended::Broken,
        }
        // The writer ends with the last of those who write, which this one is.
        let (nobody, _) = mpsc::channel(1);
        self.outgoing = nobody;
        let Ok(Ok(())) = (&mut self.written).await else { return Ended::Broken };
        if (ended, self.extent) == (Ended::ByServer, Extent::Server) {
            // Tasks, which somebody may ask for elsewhere. A client that has ended its input waits for the server to end.
            self.engine.calls_idle().await;
        }
        ended
    }

    /// Withdraws what is left.
    fn withdraw(&mut self) {
        self.engine.close(&self.connection);
        if self.extent == Extent::Server {
            self.engine.cancel_all();
        }
        self.calls.abort_all();
        self.streams.abort_all();
    }

    /// Waits until nothing of what ends runs any more.
    async fn emptied(&self) {
        match self.extent {
            Extent::Conversation => self.connection.drained().await,
            Extent::Server => self.engine.calls_idle().await,
        }
    }
}

/// Writes what comes, one line each.
async fn relay(mut events: EventStream, outgoing: mpsc::Sender<Bytes>) {
    while let Some(event) = events.next().await {
        let Some(message) = event.data else { continue };
        let Ok(room) = outgoing.reserve().await else { return };
        // Its client may have withdrawn it meanwhile, and must not hear of it any more then.
        if !events.is_cancelled() {
            room.send(message);
        }
    }
}
