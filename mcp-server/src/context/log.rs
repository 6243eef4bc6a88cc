//! `ctx.log(..)`: sends a log message to the client.

use serde::Serialize;

use super::call::Context;
use crate::protocol::{LoggingLevel, types::notification::log_message};

/// A log message to the client that is not sent yet: [`send`](Self::send) sends it.
#[derive(Debug)]
#[must_use = "nothing is sent before `.send()`"]
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

    /// Sets the name of the logger, such as `storage` (`logger`). Default: none.
    pub fn logger(mut self, logger: &'a str) -> Self {
        self.logger = Some(logger);
        self
    }

    /// Sends the message, without waiting. Does nothing if the client did not ask for messages of
    /// this level, or the call has ended.
    pub fn send(self) {
        let call = &self.context.0;
        if call.log_level.admits(self.level) && call.outbox.is_open() {
            call.outbox.send(log_message(self.level, self.logger, &self.data));
        }
    }
}
