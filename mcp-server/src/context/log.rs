//! `ctx.log(..)`: sends a log message to the client.

use serde::Serialize;

use super::Context;
use crate::protocol::{LoggingLevel, log_message};

/// A log message, sent by [`send`](Self::send).
#[derive(Debug)]
#[must_use = "nothing is sent before `.send().await`"]
pub struct LogMessage<'a, T> {
    context: &'a Context,
    level: LoggingLevel,
    logger: Option<&'a str>,
    data: T,
}

impl<'a, T: Serialize> LogMessage<'a, T> {
    pub(super) fn new(context: &'a Context, level: LoggingLevel, data: T) -> Self {
        Self { context, level, logger: None, data }
    }

    /// The part of the server that speaks.
    pub fn logger(mut self, logger: &'a str) -> Self {
        self.logger = Some(logger);
        self
    }

    /// Sends the message. Does nothing when the client did not ask for messages of this level, or no longer listens; never
    /// waits for a slow client.
    #[expect(clippy::unused_async, reason = "a limit on the rate will wait here, and handlers should not change then")]
    pub async fn send(self) {
        let call = &self.context.0;
        if call.log_level.is_some_and(|least| self.level >= least) && call.outbox.is_open() {
            call.outbox.send(log_message(self.level, self.logger, &self.data));
        }
    }
}
