//! `IdleTimer`: finds a connection that has waited too long.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    task::coop,
    time::{Instant, Sleep},
};

/// The timer of one connection.
///
/// Requests do not touch it, since arming a timer takes a lock. A timer that fires before the
/// connection has waited for the whole timeout is armed again, for the rest of the time.
pub(super) struct IdleTimer {
    timeout: Duration,
    sleep: Pin<Box<Sleep>>,
    /// The end of `sleep` wakes the task of the connection.
    armed: bool,
}

impl IdleTimer {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { timeout, sleep: Box::pin(tokio::time::sleep(timeout)), armed: false }
    }

    /// Returns `true` if a connection that waits since then has waited for the timeout. Otherwise
    /// the task is woken by that time. It must be the same task each time.
    pub(super) fn has_expired(&mut self, since: Instant, task: &mut Context<'_>) -> bool {
        if self.armed && !self.sleep.is_elapsed() {
            return false;
        }
        self.sleep.as_mut().reset(since + self.timeout);
        // A task without budget is woken soon, but not by the timer.
        self.armed = coop::has_budget_remaining();
        self.sleep.as_mut().poll(task) == Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// Waits until the timer finds that a connection has waited for the timeout. `since` returns
    /// the time at which it began to wait, or `None` while it is busy.
    async fn expire(timer: &mut IdleTimer, mut since: impl FnMut() -> Option<Instant>) {
        poll_fn(|task| match since() {
            Some(since) if timer.has_expired(since, task) => Poll::Ready(()),
            _ => Poll::Pending,
        })
        .await;
    }

    #[tokio::test(start_paused = true)]
    async fn timer_fires_after_the_whole_timeout() {
        let (begun, seconds) = (Instant::now(), Duration::from_secs);
        let mut timer = IdleTimer::new(seconds(10));
        // The connection is used again when the timer is already armed.
        expire(&mut timer, || Some(if begun.elapsed() < seconds(10) { begun } else { begun + seconds(7) })).await;
        assert_eq!(begun.elapsed().as_secs(), 17);
    }

    #[tokio::test(start_paused = true)]
    async fn timer_that_fires_during_a_request_is_armed_again() {
        let (begun, seconds) = (Instant::now(), Duration::from_secs);
        let mut timer = IdleTimer::new(seconds(10));
        let mut busy = Box::pin(tokio::time::sleep(seconds(25)));
        let mut wake = |task: &mut Context<'_>| busy.as_mut().poll(task).is_ready().then_some(begun + seconds(25));
        let mut first = true;
        poll_fn(|task| {
            let waits = if first { Some(begun) } else { wake(task) };
            first = false;
            match waits {
                Some(since) if timer.has_expired(since, task) => Poll::Ready(()),
                _ => Poll::Pending,
            }
        })
        .await;
        assert_eq!(begun.elapsed().as_secs(), 35);
    }
}
