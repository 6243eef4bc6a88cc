//! Progress of one call: growing, not too often, and with the last value before the answer.

use std::{
    convert::Infallible,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::{sync::Notify, time::Instant};

use super::Outbox;
use crate::protocol::{self, Progress};

/// Reports that may leave at once before the interval counts: a call that makes a few steps tells all of them.
const BURST: u32 = 16;

/// Reports the progress of a call under the token that its client chose. A call without a token has none.
pub(crate) struct Reporter {
    /// The JSON text of the token.
    token: Bytes,
    /// The time between two reports, in the long run.
    interval: Duration,
    state: Mutex<State>,
    /// Something is held.
    held: Notify,
}

struct State {
    /// The greatest value so far. The next one must be greater (2025-11-25 and 2026-07-28, progress).
    greatest: f64,
    /// When the reports that have left are paid for, one interval each.
    paid: Instant,
    /// A report that came too soon. A later one takes its place.
    held: Option<Progress>,
}

impl Reporter {
    pub(crate) fn new(token: Bytes, interval: Duration) -> Self {
        let state = State { greatest: f64::NEG_INFINITY, paid: Instant::now(), held: None };
        Self { token, interval, state: Mutex::new(state), held: Notify::new() }
    }

    /// Sends the report, or holds it until its time comes. One that does not go beyond what was reported says nothing new, and is
    /// dropped; so is what is no number in JSON.
    pub(super) fn report(&self, progress: Progress, outbox: &Outbox) {
        let finite = progress.progress.is_finite() && progress.total.is_none_or(f64::is_finite);
        let mut state = self.lock();
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

    /// Sends what is held. The last report must not wait for its time when the answer is about to follow.
    pub(crate) fn flush(&self, outbox: &Outbox) {
        self.send_held(&mut self.lock(), outbox);
    }

    /// Sends what is held, whenever its time comes. Never ends; whoever drives the call drops it.
    pub(crate) async fn pace(&self, outbox: &Outbox) -> Infallible {
        loop {
            let due = {
                let state = self.lock();
                state.held.is_some().then(|| self.due(&state))
            };
            match due {
                None => self.held.notified().await,
                Some(due) if due > Instant::now() => tokio::time::sleep_until(due).await,
                Some(_) => self.flush(outbox),
            }
        }
    }

    /// When the next report may leave.
    fn due(&self, state: &State) -> Instant {
        let credit = self.interval.saturating_mul(BURST - 1);
        state.paid.checked_sub(credit).unwrap_or(state.paid)
    }

    /// Under the lock, so that no two reports overtake each other.
    fn send_held(&self, state: &mut State, outbox: &Outbox) {
        if let Some(progress) = state.held.take() {
            let now = Instant::now();
            state.paid = state.paid.max(now).checked_add(self.interval).unwrap_or(now);
            let token = std::str::from_utf8(&self.token).unwrap_or_default();
            outbox.send(protocol::types::notification::progress(token, &progress));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
