//! `Driver`: the task of one connection, which ends on a signal of the table, or when it is idle.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hyper_util::server::graceful::GracefulConnection;

use super::{idle::IdleTimer, state::Signal, table::Membership};
use crate::escape::Escaped;

/// Polls a connection until it ends. Dropping it takes the connection out of the table.
pub(super) struct Driver<C> {
    connection: C,
    membership: Membership,
    idle: IdleTimer,
    is_closing: bool,
}

impl<C> Driver<C> {
    pub(super) fn new(connection: C, membership: Membership, idle_timeout: Duration) -> Self {
        Self { connection, membership, idle: IdleTimer::new(idle_timeout), is_closing: false }
    }
}

impl<C: GracefulConnection<Error: fmt::Display> + Unpin> Driver<C> {
    /// Lets the connection end after its request.
    fn close(&mut self) {
        if !self.is_closing {
            self.is_closing = true;
            Pin::new(&mut self.connection).graceful_shutdown();
        }
    }

    fn poll_connection(&mut self, task: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.connection).poll(task).map(|ended| {
            if let Err(error) = ended {
                let error = Escaped::new(error).to_string();
                tracing::debug!(error, "a connection ended with an error");
            }
        })
    }
}

impl<C: GracefulConnection<Error: fmt::Display> + Unpin> Future for Driver<C> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        // Registered before the signals are read, so that none is missed.
        this.membership.state().wake(task);
        if this.membership.state().received(Signal::ShutDown) {
            this.close();
        }
        // Before an eviction, this reads the request that may have arrived in the meantime.
        if this.poll_connection(task).is_ready() {
            return Poll::Ready(());
        }
        let waiting_since = this.membership.settle();
        let evict = this.membership.state().received(Signal::Evict);
        match waiting_since {
            None => {
                if evict {
                    this.membership.decline();
                }
                return Poll::Pending;
            }
            Some(_) if evict => {
                tracing::debug!("closing the connection that has waited longest, to make room");
            }
            Some(since) if !this.idle.has_expired(since, task) => return Poll::Pending,
            Some(_) => tracing::debug!("closing an idle connection"),
        }
        this.close();
        // An incomplete head, or the body of a rejected request, would keep the connection open.
        _ = this.poll_connection(task);
        Poll::Ready(())
    }
}
