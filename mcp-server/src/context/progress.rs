//! `ctx.progress(..)`: tells the client how far a call has come.

use super::Context;
use crate::protocol::{Progress, revision::since::Feature};

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

    /// Sends the report, never waiting. Does nothing when the client did not ask for progress, or no longer listens, and when the value
    /// is not greater than that of the report before: the specification wants it to grow.
    ///
    /// Reports that follow each other closer than [`Limits::progress_interval`](crate::Limits::progress_interval) are thinned out: the
    /// latest is sent when its time comes, at the latest before the answer. In a [task](crate::docs::tasks) a report becomes the message
    /// of the status, whoever asked for progress.
    #[expect(clippy::unused_async, reason = "what sends something is awaited, whichever message it is")]
    pub async fn send(mut self) {
        let call = &self.context.0;
        if let Some(task) = call.channel.task() {
            task.report(self.progress.to_string());
        } else if let Some(reporter) = &call.reporter
            && call.outbox.is_open()
        {
            if !call.version.knows(Feature::ProgressMessages) {
                self.progress.message = None;
            }
            reporter.report(self.progress, &call.outbox);
        }
    }
}
