//! Notifications that a server sends while it works on a call, written straight to bytes.

use std::{fmt, io::Write as _};

use bytes::Bytes;
use serde::Serialize;

use super::logging::LoggingLevel;

/// How far a call has come (specification: `notifications/progress`).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// How much is done, in any unit. It grows with each notification.
    pub progress: f64,
    /// How much there is to do, in the same unit.
    pub total: Option<f64>,
    /// What is being done, for a human.
    pub message: Option<String>,
}

/// In words for a human: the message, or how much is done.
impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.message, self.total) {
            (Some(message), _) => formatter.write_str(message),
            (None, Some(total)) => write!(formatter, "{} of {total}", self.progress),
            (None, None) => write!(formatter, "{}", self.progress),
        }
    }
}

/// `notifications/progress` for the request that brought this token (the JSON text of a string or an integer).
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
    // The object's own opening brace gives way to the members before it.
    out.remove(start);
    out.push(b'}');
    out.into()
}

/// `notifications/message`.
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

/// Writes the value as JSON; a value that has none, such as a map with keys that are no strings, becomes `null`.
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
    fn notifications_are_what_the_specification_shows() {
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
