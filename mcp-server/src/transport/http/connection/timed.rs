//! `TimedConnection`: timeouts of a connection for a client that does not read, and for one that
//! does not finish the head of a request.

use std::{
    future::Future as _,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Sleep,
};

use super::state::ConnectionState;

/// A connection that fails with [`TimedOut`](io::ErrorKind::TimedOut) if the client reads nothing
/// for the write timeout, or has begun a request and not finished its head after the head timeout.
/// Timers exist only while the connection waits.
pub(super) struct TimedConnection<S> {
    stream: S,
    write_timeout: Duration,
    head_timeout: Duration,
    /// Armed while a write is pending.
    write_timer: Option<Pin<Box<Sleep>>>,
    /// A part of the head of the next request has arrived.
    head_begun: bool,
    /// Armed while the connection waits for the rest of a head.
    head_timer: Option<Pin<Box<Sleep>>>,
    state: Arc<ConnectionState>,
    /// The number of complete heads at the latest read.
    seen: u64,
}

impl<S> TimedConnection<S> {
    pub(super) fn new(stream: S, write_timeout: Duration, head_timeout: Duration, state: Arc<ConnectionState>) -> Self {
        Self {
            stream,
            write_timeout,
            head_timeout,
            write_timer: None,
            head_begun: false,
            head_timer: None,
            state,
            seen: 0,
        }
    }

    /// Fails a write that has been pending for the write timeout.
    fn limit<T>(&mut self, task: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            if self.write_timer.take().is_some() {
                self.state.set_stalled(false);
            }
            return written;
        }
        let timeout = self.write_timeout;
        self.state.set_stalled(true);
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        ready!(timer.as_mut().poll(task));
        Poll::Ready(Err(timed_out("write timeout: the client does not read")))
    }
}

fn timed_out(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, text)
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedConnection<S> {
    fn poll_read(mut self: Pin<&mut Self>, task: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let filled = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(task, buffer);
        let heads = this.state.heads();
        if heads != this.seen {
            this.seen = heads;
            this.head_begun = false;
            this.head_timer = None;
        }
        if this.state.is_in_request() {
            return read;
        }
        match read {
            Poll::Ready(_) => {
                this.head_begun |= buffer.filled().len() > filled;
                read
            }
            Poll::Pending if !this.head_begun => Poll::Pending,
            Poll::Pending => {
                let timeout = this.head_timeout;
                let timer = this.head_timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
                ready!(timer.as_mut().poll(task));
                Poll::Ready(Err(timed_out("head timeout: the client does not finish its request")))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedConnection<S> {
    fn poll_write(mut self: Pin<&mut Self>, task: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(task, bytes);
        self.limit(task, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(task, slices);
        self.limit(task, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(task)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        time::Instant,
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn write_to_stalled_client_times_out() {
        let (near, mut far) = tokio::io::duplex(4);
        let mut guarded = TimedConnection::new(
            near,
            Duration::from_secs(10),
            Duration::MAX,
            ConnectionState::new(0, Ipv4Addr::LOCALHOST.into()),
        );
        guarded.write_all(b"1234").await.unwrap();
        let reading = async {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_secs(9)).await;
                far.read_exact(&mut [0; 4]).await.unwrap();
            }
        };
        let (written, ()) = tokio::join!(guarded.write_all(b"567812345678"), reading);
        written.unwrap();
        let stalled = guarded.write_all(b"9").await.unwrap_err();
        assert_eq!(stalled.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn begun_head_times_out_and_an_idle_connection_does_not() {
        let seconds = Duration::from_secs;
        let (near, mut far) = tokio::io::duplex(64);
        let state = ConnectionState::new(0, Ipv4Addr::LOCALHOST.into());
        let mut guarded = TimedConnection::new(near, seconds(10), seconds(10), state.clone());
        let mut buffer = [0; 64];
        let idle = tokio::time::timeout(seconds(60), guarded.read(&mut buffer));
        assert!(idle.await.is_err(), "an idle connection stays open");
        far.write_all(b"POST").await.unwrap();
        assert_eq!(guarded.read(&mut buffer).await.unwrap(), 4);
        let (response, rest) = state.begin();
        let body = tokio::time::timeout(seconds(60), guarded.read(&mut buffer));
        assert!(body.await.is_err(), "a body has a timeout of its own");
        drop(response);
        far.write_all(b"the rest of a rejected body").await.unwrap();
        assert_eq!(guarded.read(&mut buffer).await.unwrap(), 27);
        drop(rest);
        let idle = tokio::time::timeout(seconds(60), guarded.read(&mut buffer));
        assert!(idle.await.is_err(), "the connection is idle again");
        far.write_all(b"GET").await.unwrap();
        assert_eq!(guarded.read(&mut buffer).await.unwrap(), 3);
        let begun = Instant::now();
        assert_eq!(guarded.read(&mut buffer).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed().as_secs(), 10);
    }
}
