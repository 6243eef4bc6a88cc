//! Connections of rmcp's client, and the notifications that they receive.

use std::time::Duration;

use rmcp::{
    ClientHandler, ErrorData,
    model::{
        CallToolResult, ClientConfig, CreateMessageRequestParams, CreateMessageResult, CustomNotification,
        ElicitRequestParams, ElicitResult, Implementation, JsonObject, ListRootsResult,
        LoggingMessageNotificationParam, ProgressNotificationParam, ProtocolVersion,
    },
    service::{
        ClientLifecycleMode, ClientServiceExt as _, NotificationContext, RequestContext, RoleClient, RunningService,
    },
    transport::{
        StreamableHttpClientTransport, TokioChildProcess, streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde_json::{Value, json};
use tests::harness::Era;
use tokio::sync::mpsc;

use super::person::{Person, ascending};
use crate::servers::Brief;

pub(crate) type Connection = RunningService<RoleClient, Handler>;

/// Notifications: progress as numbers, log messages as their level, completed elicitations as their
/// id.
pub(crate) type Notifications = mpsc::UnboundedReceiver<Value>;

/// Forwards notifications, and lets a person answer questions.
pub(crate) struct Handler {
    notifications: mpsc::UnboundedSender<Value>,
    person: Person,
}

impl ClientHandler for Handler {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(Person::capabilities(), Implementation::new("rmcp", "3"))
            .with_protocol_version(ProtocolVersion::V_2025_11_25)
    }

    async fn on_progress(&self, progress: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        _ = self.notifications.send(json!(progress.progress));
    }

    async fn on_logging_message(&self, log: LoggingMessageNotificationParam, _: NotificationContext<RoleClient>) {
        _ = self.notifications.send(json!(log.level));
    }

    /// Handles completed elicitations, for which this client has no callback.
    async fn on_custom_notification(&self, notification: CustomNotification, _: NotificationContext<RoleClient>) {
        if notification.method == "notifications/elicitation/complete" {
            _ = self.notifications.send(notification.params.unwrap_or_default()["elicitationId"].take());
        }
    }

    async fn create_elicitation(
        &self,
        asked: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Ok(self.person.elicit(asked, &context.peer).await)
    }

    async fn create_message(
        &self,
        asked: CreateMessageRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        self.person.create_message(&asked)
    }

    async fn list_roots(&self, _: RequestContext<RoleClient>) -> Result<ListRootsResult, ErrorData> {
        Ok(self.person.list_roots())
    }
}

pub(crate) async fn connect(brief: &Brief, url: &str, person: Person) -> (Connection, Notifications) {
    let lifecycle = match brief.era {
        Era::Session => ClientLifecycleMode::Initialize,
        Era::Stateless => ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] },
    };
    let (sender, notifications) = mpsc::unbounded_channel();
    let handler = Handler { notifications: sender, person };
    let connection = if let Some(command) = brief.command {
        let transport = TokioChildProcess::new(tokio::process::Command::new(command)).expect("a server");
        handler.serve_with_lifecycle(transport, lifecycle).await
    } else {
        let config = StreamableHttpClientTransportConfig::with_uri(url);
        handler.serve_with_lifecycle(StreamableHttpClientTransport::from_config(config), lifecycle).await
    };
    (connection.expect("a connection"), notifications)
}

/// Takes the expected number of notifications, and any further ones, sorted.
///
/// rmcp handles each notification in a task of its own, so that one may overtake another.
pub(crate) async fn drain(notifications: &mut Notifications, expected: &Value) -> Value {
    let expected = expected.as_array().map_or(0, Vec::len);
    let mut drained = Vec::new();
    while let Ok(Some(notification)) = tokio::time::timeout(Duration::from_millis(200), notifications.recv()).await {
        drained.push(notification);
        if drained.len() >= expected && notifications.is_empty() {
            break;
        }
    }
    ascending(drained)
}

pub(crate) fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).expect("an object")
}

pub(crate) fn text(result: &CallToolResult) -> String {
    result.content.iter().filter_map(|block| block.as_text()).map(|block| &*block.text).collect::<Vec<_>>().join("\n")
}
