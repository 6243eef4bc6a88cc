//! The connection to the server, and what the server says over it unasked.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::header::{HeaderName, HeaderValue, USER_AGENT};
use rmcp::ClientHandler;
use rmcp::model::{ClientCapabilities, ClientConfig, Implementation, ProgressNotificationParam, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt as _, NotificationContext, RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;

use crate::failure::Failure;
use crate::logging::{self, LogMessage};
use crate::notes::{self, Notes};
use crate::options::{Era, Options};

/// What the client calls itself, in HTTP and in MCP.
const NAME: &str = "mcp-playground-client";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A connection under way.
pub(crate) type Connection = RunningService<RoleClient, Listener>;

/// Connects as the options say.
pub(crate) async fn connect(options: &Options, listener: Listener) -> Result<Connection, Failure> {
    let transport = StreamableHttpClientTransport::from_config(transport_config(options));
    let connected = listener.serve_with_lifecycle(transport, lifecycle(options.era)).await;
    match connected {
        Ok(connection) => Ok(connection),
        Err(error) => Err(Failure::to_connect(error, &options.url).await),
    }
}

fn transport_config(options: &Options) -> StreamableHttpClientTransportConfig {
    let agent = HeaderValue::from_static(concat!("mcp-playground-client/", env!("CARGO_PKG_VERSION")));
    let mut headers: HashMap<HeaderName, HeaderValue> = HashMap::from([(USER_AGENT, agent)]);
    headers.extend(options.headers.iter().cloned());
    let config = StreamableHttpClientTransportConfig::with_uri(options.url.as_str()).custom_headers(headers);
    // An empty MCP_TOKEN is no token.
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

/// Receives notifications for as long as the connection lives.
#[derive(Clone)]
pub(crate) struct Listener {
    notes: Arc<Notes>,
    lists_changed: Arc<AtomicBool>,
}

impl Listener {
    /// `lists_changed` is raised when the server says that a list is no longer what it was.
    pub(crate) fn new(notes: Arc<Notes>, lists_changed: Arc<AtomicBool>) -> Self {
        Self { notes, lists_changed }
    }

    fn note_change(&self, of: &str) {
        self.lists_changed.store(true, Ordering::Relaxed);
        self.notes.mention(&format!("the list of {of} has changed"));
    }
}

impl ClientHandler for Listener {
    fn get_info(&self) -> ClientConfig {
        let implementation = Implementation::new(NAME, VERSION);
        // Only a handshake carries this version; stateless requests carry the one agreed upon.
        ClientConfig::new(ClientCapabilities::default(), implementation)
            .with_protocol_version(ProtocolVersion::V_2025_11_25)
    }

    async fn on_progress(&self, progress: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.notes.mention(&notes::of_progress(&progress));
    }

    async fn on_logging_message(&self, log: LogMessage, _: NotificationContext<RoleClient>) {
        self.notes.mention(&logging::describe(&log));
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.note_change("tools");
    }

    async fn on_resource_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.note_change("resources");
    }

    async fn on_prompt_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.note_change("prompts");
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn config(arguments: &[&str]) -> StreamableHttpClientTransportConfig {
        transport_config(&Options::parse_from(["client"].iter().chain(arguments)))
    }

    #[test]
    fn says_who_it_is_unless_told_otherwise() {
        assert_eq!(config(&[]).custom_headers[&USER_AGENT], format!("{NAME}/{VERSION}"));
        assert_eq!(config(&["--header", "User-Agent: me"]).custom_headers[&USER_AGENT], "me");
    }

    #[test]
    fn sends_a_token_only_when_there_is_one() {
        assert_eq!(config(&["--token", "secret"]).auth_header.as_deref(), Some("secret"));
        assert_eq!(config(&["--token", ""]).auth_header, None);
    }
}
