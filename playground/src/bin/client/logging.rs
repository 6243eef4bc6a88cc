//! The server's log messages: asking for them and showing them.
#![expect(deprecated, reason = "logging is on its way out of the protocol, but servers of today log")]

use rmcp::model::{LoggingLevel, LoggingMessageNotificationParam, RequestMetaObject, SetLevelRequestParams};
use serde_json::Value;

use crate::connection::Connection;
use crate::options::LogLevel;

/// One log message as it arrives.
pub(crate) type LogMessage = LoggingMessageNotificationParam;

/// In a session the level is set once. A server that will not have it goes on without.
pub(crate) async fn ask_once(connection: &Connection, level: LogLevel) {
    let wanted = connection
        .peer_info()
        .is_some_and(|server| server.capabilities.logging.is_some() && server.protocol_version.has_initialize());
    if wanted {
        let _ = connection.set_level(SetLevelRequestParams::new(level.into())).await;
    }
}

/// Without a session, every request says which log messages it wants to be answered with.
pub(crate) fn request_meta(level: LogLevel) -> RequestMetaObject {
    let mut meta = RequestMetaObject::default();
    meta.set_log_level(level.into());
    meta
}

/// `[info] database: connected`.
pub(crate) fn describe(log: &LogMessage) -> String {
    let level = serde_json::to_value(log.level).unwrap_or_default();
    let data = match &log.data {
        Value::String(text) => text.clone(),
        // The customary shape of a structured message.
        Value::Object(fields) if fields.len() == 1 && fields.get("message").is_some_and(Value::is_string) => {
            fields["message"].as_str().unwrap_or_default().to_owned()
        }
        other => other.to_string(),
    };
    let logger = log.logger.as_deref().map(|logger| format!("{logger}: ")).unwrap_or_default();
    format!("[{}] {logger}{data}", level.as_str().unwrap_or("log"))
}

impl From<LogLevel> for LoggingLevel {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Debug => Self::Debug,
            LogLevel::Info => Self::Info,
            LogLevel::Notice => Self::Notice,
            LogLevel::Warning => Self::Warning,
            LogLevel::Error => Self::Error,
            LogLevel::Critical => Self::Critical,
            LogLevel::Alert => Self::Alert,
            LogLevel::Emergency => Self::Emergency,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn log_messages_show_level_logger_and_text() {
        let log = |data: Value| -> LogMessage {
            serde_json::from_value(json!({"level": "warning", "logger": "db", "data": data})).unwrap()
        };
        assert_eq!(describe(&log(json!("slow"))), "[warning] db: slow");
        assert_eq!(describe(&log(json!({"message": "slow"}))), "[warning] db: slow");
        assert_eq!(describe(&log(json!({"took": 3}))), "[warning] db: {\"took\":3}");
    }

    #[test]
    fn a_request_names_the_level_it_wants() {
        let meta = serde_json::to_value(request_meta(LogLevel::Notice)).unwrap();
        assert_eq!(meta, json!({"io.modelcontextprotocol/logLevel": "notice"}));
    }
}
