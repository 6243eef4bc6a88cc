//! `ctx.log(..)`: sends a log message to the client.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use serde::Serialize;

use super::Context;
use crate::protocol::{LoggingLevel, types::notification::log_message};

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
        if call.log_level.lets_pass(self.level) && call.outbox.is_open() {
            call.outbox.send(log_message(self.level, self.logger, &self.data));
        }
    }
}

/// Which messages a client wants to hear of.
pub(crate) enum LogThreshold {
    /// Those of this level and worse; `None` for none at all.
    Fixed(Option<LoggingLevel>),
    /// Those of the level of its session, which may change while a call runs.
    Session(Arc<LogLevel>),
}

impl LogThreshold {
    fn lets_pass(&self, level: LoggingLevel) -> bool {
        match self {
            Self::Fixed(least) => least.is_some_and(|least| level >= least),
            Self::Session(least) => level as u8 >= least.0.load(Ordering::Relaxed),
        }
    }
}

/// The least level of log messages that a session hears.
pub(crate) struct LogLevel(AtomicU8);

impl LogLevel {
    pub(crate) fn new(level: LoggingLevel) -> Self {
        Self(AtomicU8::new(level as u8))
    }

    /// Holds from now on, for calls in flight as well.
    pub(crate) fn set(&self, level: LoggingLevel) {
        self.0.store(level as u8, Ordering::Relaxed);
    }
}
