//! Connection to the server, and the notifications that arrive over it.
#![expect(deprecated, reason = "MCP deprecates logging, which servers still support")]

use std::{collections::HashMap, sync::Arc};

use reqwest::header::{HeaderValue, USER_AGENT};
use rmcp::ClientHandler;
use rmcp::model::{
    ClientCapabilities, ClientConfig, Implementation, LoggingMessageNotificationParam, ProgressNotificationParam,
    ProtocolVersion, RequestMetaObject, SetLevelRequestParams,
};
use rmcp::service::{
    ClientCacheConfig, ClientLifecycleMode, ClientServiceExt as _, NotificationContext, RoleClient, RunningService,
};
use rmcp::transport::{
    StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig as TransportConfig,
};
use serde_json::Value;

use crate::error::Error;
use crate::options::{Era, Options};
use crate::terminal::{Notes, one_line};

/// Name of this client, in HTTP and in MCP.
const NAME: &str = "mcp-playground-client";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An open connection. Its methods send requests.
pub(crate) type Connection = RunningService<RoleClient, NotificationPrinter>;

/// Connects with the settings in the options.
pub(crate) async fn connect(options: &Options, notes: &Arc<Notes>) -> Result<Connection, Error> {
    let transport = StreamableHttpClientTransport::from_config(transport_config(options));
    let printer = NotificationPrinter { notes: Arc::clone(notes) };
    let connection = printer.serve_with_lifecycle(transport, lifecycle(options.era)).await?;
    // Commands show the current state of the server.
    connection.set_response_cache_config(ClientCacheConfig::disabled()).await;
    if !options.quiet && has_sessions(&connection) {
        // Not every server supports log messages.
        let _ = connection.set_level(SetLevelRequestParams::new(options.log_level)).await;
    }
    Ok(connection)
}

/// Returns the metadata of a request, which selects log messages in the stateless era.
pub(crate) fn request_meta(options: &Options) -> Option<RequestMetaObject> {
    let mut meta = RequestMetaObject::default();
    meta.set_log_level(options.log_level);
    (!options.quiet).then_some(meta)
}

/// Returns `true` in the session era.
pub(crate) fn has_sessions(connection: &Connection) -> bool {
    connection.peer_info().is_some_and(|server| server.protocol_version.has_initialize())
}

fn transport_config(options: &Options) -> TransportConfig {
    let agent = HeaderValue::from_static(concat!("mcp-playground-client/", env!("CARGO_PKG_VERSION")));
    let mut headers = HashMap::from([(USER_AGENT, agent)]);
    headers.extend(options.headers.iter().cloned());
    let config = TransportConfig::with_uri(options.url.as_str()).custom_headers(headers);
    // `MCP_TOKEN` may be set but empty.
    match options.token.as_deref().filter(|token| !token.is_empty()) {
        Some(token) => config.auth_header(token),
        None => config,
    }
}

fn lifecycle(era: Era) -> ClientLifecycleMode {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    match era {
        Era::Auto => {
            ClientLifecycleMode::Auto { preferred_versions, legacy_version: Some(ProtocolVersion::V_2025_11_25) }
        }
        Era::Session => ClientLifecycleMode::Initialize,
        Era::Stateless => ClientLifecycleMode::Discover { preferred_versions },
    }
}

/// Prints notifications of the server.
pub(crate) struct NotificationPrinter {
    notes: Arc<Notes>,
}

impl ClientHandler for NotificationPrinter {
    fn get_info(&self) -> ClientConfig {
        // The version of the handshake. Stateless requests carry the negotiated one.
        ClientConfig::new(ClientCapabilities::default(), Implementation::new(NAME, VERSION))
            .with_protocol_version(ProtocolVersion::V_2025_11_25)
    }

    async fn on_progress(&self, progress: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.notes.info(&format_progress(&progress));
    }

    async fn on_logging_message(&self, log: LoggingMessageNotificationParam, _: NotificationContext<RoleClient>) {
        self.notes.info(&format_log(&log));
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.notes.info("the list of tools has changed");
    }

    async fn on_resource_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.notes.info("the list of resources has changed");
    }

    async fn on_prompt_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.notes.info("the list of prompts has changed");
    }
}

/// Formats progress, such as `… 3/10 reading`.
fn format_progress(progress: &ProgressNotificationParam) -> String {
    let total = progress.total.map(|total| format!("/{total}")).unwrap_or_default();
    let message = progress.message.as_deref().map(one_line).unwrap_or_default();
    format!("… {}{total} {message}", progress.progress).trim_end().to_owned()
}

/// Formats a log message, such as `[info] database: connected`.
fn format_log(log: &LoggingMessageNotificationParam) -> String {
    let level = format!("{:?}", log.level).to_lowercase();
    let logger = log.logger.as_ref().map(|logger| format!("{logger}: ")).unwrap_or_default();
    // Structured messages are often objects with `message` as their only field.
    let text = match &log.data {
        Value::Object(fields) if fields.len() == 1 => fields.get("message").and_then(Value::as_str),
        data => data.as_str(),
    };
    format!("[{level}] {logger}{}", text.map_or_else(|| log.data.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use rmcp::model::{LoggingLevel, NumberOrString, ProgressToken};
    use serde_json::json;

    use super::*;

    fn options(arguments: &[&str]) -> Options {
        Options::parse_from(["client"].iter().chain(arguments))
    }

    #[test]
    fn user_agent_can_be_replaced() {
        let agent = |arguments| transport_config(&options(arguments)).custom_headers[&USER_AGENT].clone();
        assert_eq!(agent(&[]), format!("{NAME}/{VERSION}"));
        assert_eq!(agent(&["--header", "User-Agent: me"]), "me");
    }

    #[test]
    fn empty_token_is_not_sent() {
        let token = |token| transport_config(&options(&["--token", token])).auth_header;
        assert_eq!(token("secret").as_deref(), Some("secret"));
        assert_eq!(token(""), None);
    }

    #[test]
    fn request_carries_log_level() {
        let meta = |arguments| serde_json::to_value(request_meta(&options(arguments))).unwrap();
        let expected = json!({"io.modelcontextprotocol/logLevel": LoggingLevel::Notice});
        assert_eq!(meta(&["--log-level", "notice"]), expected);
        assert_eq!(meta(&["--quiet"]), Value::Null);
    }

    #[test]
    fn progress_shows_amount_and_message() {
        let mut notification = ProgressNotificationParam::new(ProgressToken(NumberOrString::Number(1)), 3.0);
        assert_eq!(format_progress(&notification), "… 3");
        notification.total = Some(10.0);
        notification.message = Some("half\nway".to_owned());
        assert_eq!(format_progress(&notification), "… 3/10 half way");
    }

    #[test]
    fn log_message_shows_level_logger_and_text() {
        let log = |data: Value| {
            let log = json!({"level": "warning", "logger": "db", "data": data});
            format_log(&serde_json::from_value(log).unwrap())
        };
        assert_eq!(log(json!("slow")), "[warning] db: slow");
        assert_eq!(log(json!({"message": "slow"})), "[warning] db: slow");
        assert_eq!(log(json!({"took": 3})), "[warning] db: {\"took\":3}");
    }
}
