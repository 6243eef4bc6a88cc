//! Severity levels of log messages to clients.

use std::{error::Error, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Severity of a log message, least severe first.
///
/// Specification: `LoggingLevel` (2026-07-28, utilities, logging), which takes the levels of RFC
/// 5424, section 6.2.1. That list is closed, so the enum is exhaustive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoggingLevel {
    /// Detailed debugging information.
    Debug,
    /// General information.
    Info,
    /// Normal but significant events.
    Notice,
    /// Warning conditions.
    Warning,
    /// Error conditions.
    Error,
    /// Critical conditions, such as a failed component.
    Critical,
    /// Conditions that require immediate action.
    Alert,
    /// The system is unusable.
    Emergency,
}

impl LoggingLevel {
    /// All levels, least severe first.
    pub const ALL: [Self; 8] = [
        Self::Debug,
        Self::Info,
        Self::Notice,
        Self::Warning,
        Self::Error,
        Self::Critical,
        Self::Alert,
        Self::Emergency,
    ];

    /// Returns the name in messages, such as `warning`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }
}

/// Error of parsing an unknown [`LoggingLevel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseLoggingLevelError;

impl fmt::Display for ParseLoggingLevelError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels = LoggingLevel::ALL.map(LoggingLevel::as_str).join(", ");
        write!(formatter, "unknown logging level: expected one of {levels}")
    }
}

impl Error for ParseLoggingLevelError {}

impl FromStr for LoggingLevel {
    type Err = ParseLoggingLevelError;

    fn from_str(text: &str) -> Result<Self, ParseLoggingLevelError> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or(ParseLoggingLevelError)
    }
}
