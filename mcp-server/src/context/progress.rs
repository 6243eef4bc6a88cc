//! `ctx.progress(..)`: reports progress to the client.

use super::call::Context;
use crate::protocol::{Progress, revision::since::Feature};

/// A progress report that is not sent yet: [`send`](Self::send) sends it.
#[derive(Debug)]
#[must_use = "nothing is sent before `.send()`"]
pub struct ProgressUpdate<'a> {
    context: &'a Context,
    progress: Progress,
}

impl<'a> ProgressUpdate<'a> {
    pub(super) fn new(context: &'a Context, progress: f64) -> Self {
        Self { context, progress: Progress { progress, total: None, message: None } }
    }

    /// Sets the total amount of work, in the unit of `progress`. Default: unknown.
    pub fn total(mut self, total: f64) -> Self {
        self.progress.total = Some(total);
        self
    }

    /// Sets a description of the current work, for the user. Default: none.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.progress.message = Some(message.into());
        self
    }

    /// Sends the report, without waiting.
    ///
    /// Does nothing if the client did not ask for progress, the call has ended, or the value does
    /// not exceed that of the last report: progress must grow (2025-11-25, progress).
    ///
    /// Reports that follow each other faster than
    /// [`Limits::progress_interval`](crate::Limits::progress_interval) are thinned out. The latest
    /// report is sent once the interval has passed, or right before the response. In a
    /// [task](crate::docs::tasks) a report becomes the status message, even if the client did not
    /// ask for progress.
    pub fn send(mut self) {
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
