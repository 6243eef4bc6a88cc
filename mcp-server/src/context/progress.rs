//! `ctx.progress(..)`: tells the client how far a call has come.

use super::Context;
use crate::protocol::{self, Progress};

/// A progress report, sent by [`send`](Self::send).
#[derive(Debug)]
#[must_use = "nothing is sent before `.send().await`"]
pub struct ProgressUpdate<'a> {
    context: &'a Context,
    progress: Progress,
}

impl<'a> ProgressUpdate<'a> {
    pub(super) fn new(context: &'a Context, progress: f64) -> Self {
        Self { context, progress: Progress { progress, total: None, message: None } }
    }

    /// How much there is to do, in the unit of the progress.
    pub fn total(mut self, total: f64) -> Self {
        self.progress.total = Some(total);
        self
    }

    /// What is being done, for a human.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.progress.message = Some(message.into());
        self
    }

    /// Sends the report. Does nothing when the client did not ask for progress, or no longer listens; never waits for a slow
    /// client.
    #[expect(clippy::unused_async, reason = "a limit on the rate will wait here, and handlers should not change then")]
    pub async fn send(self) {
        let call = &self.context.0;
        let finite = self.progress.progress.is_finite() && self.progress.total.is_none_or(f64::is_finite);
        if let Some(token) = &call.progress_token
            && finite
            && call.outbox.is_open()
        {
            let token = std::str::from_utf8(token).unwrap_or_default();
            call.outbox.send(protocol::progress(token, &self.progress));
        }
    }
}
