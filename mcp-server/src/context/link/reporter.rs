//! `Reporter`: the progress notifications of one call. They grow, are rate-limited, and end with
//! the last report before the response.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};

use super::outbox::Outbox;
use crate::protocol::{self, Progress};

/// Number of reports that may be sent at once, so that a call of a few steps reports all of them.
const BURST: u32 = 16;

/// Reports progress under the token that the client chose. A call without a token has no reporter.
pub(crate) struct Reporter {
    /// The JSON text of the token.
    token: Bytes,
    /// Minimum interval between two reports, on average.
    interval: Duration,
    state: Mutex<State>,
    /// Notified when a report is held.
    held: Notify,
}

struct State {
    /// Greatest value so far. The next one must be greater (2025-11-25 and 2026-07-28, progress).
    greatest: f64,
    /// Time at which the credit of all sent reports is restored: each report uses one interval.
    paid: Instant,
    /// A report that came too soon. A later report replaces it.
    held: Option<Progress>,
}

impl Reporter {
    pub(crate) fn new(token: Bytes, interval: Duration) -> Self {
        let state = State { greatest: f64::NEG_INFINITY, paid: Instant::now(), held: None };
        Self { token, interval, state: Mutex::new(state), held: Notify::new() }
    }

    /// Sends a report, or holds it until it is due. Drops a report that does not exceed the
    /// last one, or that JSON cannot represent.
    pub(in crate::context) fn report(&self, progress: Progress, outbox: &Outbox) {
        let finite = progress.progress.is_finite() && progress.total.is_none_or(f64::is_finite);
        let mut state = self.state.lock();
        if !finite || progress.progress <= state.greatest {
            return;
        }
        state.greatest = progress.progress;
        state.held = Some(progress);
        if self.due(&state) <= Instant::now() {
            self.send_held(&mut state, outbox);
        } else {
            self.held.notify_one();
        }
    }

    /// Sends the report that is held, since the response is about to follow.
    pub(crate) fn flush(&self, outbox: &Outbox) {
        self.send_held(&mut self.state.lock(), outbox);
    }

    /// Sends held reports when they are due. Never returns.
    pub(crate) async fn pace(&self, outbox: &Outbox) -> Infallible {
        loop {
            let due = {
                let state = self.state.lock();
                state.held.is_some().then(|| self.due(&state))
            };
            match due {
                None => self.held.notified().await,
                Some(due) if due > Instant::now() => tokio::time::sleep_until(due).await,
                Some(_) => self.flush(outbox),
            }
        }
    }

    /// Returns the time at which the next report may be sent.
    fn due(&self, state: &State) -> Instant {
        let credit = self.interval.saturating_mul(BURST - 1);
        state.paid.checked_sub(credit).unwrap_or(state.paid)
    }

    /// Sends the report that is held. Called under the lock, so that reports stay in order.
    fn send_held(&self, state: &mut State, outbox: &Outbox) {
        if let Some(progress) = state.held.take() {
            let now = Instant::now();
            state.paid = state.paid.max(now).checked_add(self.interval).unwrap_or(now);
            let token = std::str::from_utf8(&self.token).unwrap_or_default();
            outbox.send(protocol::types::notification::progress(token, &progress));
        }
    }
}
