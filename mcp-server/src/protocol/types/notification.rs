//! Notifications of a server during a call, written as bytes.

use std::{fmt, io::Write as _};

use bytes::Bytes;
use serde::Serialize;

use super::logging::LoggingLevel;

/// Progress of a call, as sent in `notifications/progress`.
///
/// Specification: `ProgressNotificationParams` (2026-07-28, utilities, progress). `message` since
/// 2025-03-26.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Amount of work done, in any unit. It increases with each notification.
    pub progress: f64,
    /// Total amount of work in the same unit, if known.
    pub total: Option<f64>,
    /// Description of the current work, for humans.
    pub message: Option<String>,
}

/// Writes the message, or the amount of work done if the message is missing.
impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.message, self.total) {
            (Some(message), _) => formatter.write_str(message),
            (None, Some(total)) => write!(formatter, "{} of {total}", self.progress),
            (None, None) => write!(formatter, "{}", self.progress),
        }
    }
}

/// Writes `notifications/progress` for the request with this progress token, the JSON text of a
/// string or a number.
pub(crate) fn progress(token: &str, progress: &Progress) -> Bytes {
    #[derive(Serialize)]
    struct Rest<'a> {
        progress: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'a str>,
    }
    let rest = Rest { progress: progress.progress, total: progress.total, message: progress.message.as_deref() };
    let mut out = Vec::with_capacity(160);
    out.extend_from_slice(br#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"#);
    out.extend_from_slice(token.as_bytes());
    out.push(b',');
    let start = out.len();
    write_json(&mut out, &rest);
    // Removes the opening brace of the object, whose members follow those written before.
    out.remove(start);
    out.push(b'}');
    out.into()
}

/// Writes `notifications/message`.
pub(crate) fn log_message(level: LoggingLevel, logger: Option<&str>, data: &impl Serialize) -> Bytes {
    #[derive(Serialize)]
    struct Params<'a, T> {
        level: LoggingLevel,
        #[serde(skip_serializing_if = "Option::is_none")]
        logger: Option<&'a str>,
        data: &'a T,
    }
    let mut out = Vec::with_capacity(160);
    out.extend_from_slice(br#"{"jsonrpc":"2.0","method":"notifications/message","params":"#);
    write_json(&mut out, &Params { level, logger, data });
    out.push(b'}');
    out.into()
}

/// Writes a value as JSON, or `null` if it cannot be written, such as a map whose keys are not
/// strings.
pub(crate) fn write_json(out: &mut Vec<u8>, value: &impl Serialize) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        _ = out.write_all(b"null");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notifications_match_specification() {
        let half = Progress { progress: 50.0, total: Some(100.0), message: Some("thinking".to_owned()) };
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&progress("\"t\"", &half)).unwrap(),
            serde_json::json!({"jsonrpc": "2.0", "method": "notifications/progress",
                "params": {"progressToken": "t", "progress": 50.0, "total": 100.0, "message": "thinking"}})
        );
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&log_message(LoggingLevel::Info, Some("db"), &"up")).unwrap(),
            serde_json::json!({"jsonrpc": "2.0", "method": "notifications/message",
                "params": {"level": "info", "logger": "db", "data": "up"}})
        );
    }
}
