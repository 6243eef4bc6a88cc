//! The level of log messages that a client wants.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use crate::protocol::LoggingLevel;

/// The lowest level of log messages that a call sends.
pub(crate) enum LogThreshold {
    /// A fixed level, or `None` for no messages.
    Fixed(Option<LoggingLevel>),
    /// The level of the session, which may change while a call runs.
    Session(Arc<LogLevel>),
}

impl LogThreshold {
    /// Returns `true` if messages of this level are sent.
    pub(in crate::context) fn admits(&self, level: LoggingLevel) -> bool {
        match self {
            Self::Fixed(lowest) => lowest.is_some_and(|lowest| level >= lowest),
            Self::Session(lowest) => level as u8 >= lowest.0.load(Ordering::Relaxed),
        }
    }
}

/// The lowest level of log messages that a session receives.
pub(crate) struct LogLevel(AtomicU8);

impl LogLevel {
    pub(crate) fn new(level: LoggingLevel) -> Self {
        Self(AtomicU8::new(level as u8))
    }

    /// Sets the level, for calls in flight as well.
    pub(crate) fn set(&self, level: LoggingLevel) {
        self.0.store(level as u8, Ordering::Relaxed);
    }
}
