//! Methods that a client can send, and the table of the revisions that have them.

use super::version::ProtocolVersion;

/// A method of a request or notification that a client sends.
///
/// A method that the revision of the client lacks is answered with −32601, even if the server has
/// items for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `initialize`: opens a session.
    Initialize,
    /// `ping`: checks that the server responds.
    Ping,
    /// `server/discover`: requests name, versions and capabilities of the server.
    Discover,
    /// `tools/list`: lists tools.
    ToolsList,
    /// `tools/call`: calls a tool.
    ToolsCall,
    /// `resources/list`: lists resources.
    ResourcesList,
    /// `resources/templates/list`: lists resource templates.
    ResourceTemplatesList,
    /// `resources/read`: reads a resource.
    ResourcesRead,
    /// `resources/subscribe`: subscribes a session to changes of a resource.
    ResourcesSubscribe,
    /// `resources/unsubscribe`: ends the subscription of a session.
    ResourcesUnsubscribe,
    /// `subscriptions/listen`: opens a stream of notifications about changes.
    SubscriptionsListen,
    /// `prompts/list`: lists prompts.
    PromptsList,
    /// `prompts/get`: renders a prompt.
    PromptsGet,
    /// `tasks/get`: requests status and result of a task (extension
    /// `io.modelcontextprotocol/tasks`).
    TasksGet,
    /// `tasks/update`: answers the questions of a task.
    TasksUpdate,
    /// `tasks/cancel`: cancels a task.
    TasksCancel,
    /// `completion/complete`: suggests values for an argument of a prompt or a variable of a
    /// resource template.
    CompletionComplete,
    /// `logging/setLevel`: sets the least severe level of log messages in a session.
    LoggingSetLevel,
    /// `notifications/initialized`: completes the initialization of a session.
    Initialized,
    /// `notifications/cancelled`: cancels a request.
    Cancelled,
}

/// A method with its name and the first and last revision that have it.
struct Row(Method, &'static str, ProtocolVersion, ProtocolVersion);

use Method as M;
use ProtocolVersion as V;

/// Methods by revision. This is the only place that lists them.
const TABLE: &[Row] = &[
    Row(M::ToolsCall, "tools/call", V::V2024_11_05, V::V2026_07_28),
    Row(M::ToolsList, "tools/list", V::V2024_11_05, V::V2026_07_28),
    Row(M::ResourcesRead, "resources/read", V::V2024_11_05, V::V2026_07_28),
    Row(M::ResourcesList, "resources/list", V::V2024_11_05, V::V2026_07_28),
    Row(M::ResourceTemplatesList, "resources/templates/list", V::V2024_11_05, V::V2026_07_28),
    Row(M::ResourcesSubscribe, "resources/subscribe", V::V2024_11_05, V::V2025_11_25),
    Row(M::ResourcesUnsubscribe, "resources/unsubscribe", V::V2024_11_05, V::V2025_11_25),
    Row(M::SubscriptionsListen, "subscriptions/listen", V::V2026_07_28, V::V2026_07_28),
    Row(M::PromptsGet, "prompts/get", V::V2024_11_05, V::V2026_07_28),
    Row(M::PromptsList, "prompts/list", V::V2024_11_05, V::V2026_07_28),
    Row(M::CompletionComplete, "completion/complete", V::V2024_11_05, V::V2026_07_28),
    Row(M::Discover, "server/discover", V::V2026_07_28, V::V2026_07_28),
    Row(M::TasksGet, "tasks/get", V::V2026_07_28, V::V2026_07_28),
    Row(M::TasksUpdate, "tasks/update", V::V2026_07_28, V::V2026_07_28),
    Row(M::TasksCancel, "tasks/cancel", V::V2026_07_28, V::V2026_07_28),
    Row(M::Initialize, "initialize", V::V2024_11_05, V::V2025_11_25),
    Row(M::Ping, "ping", V::V2024_11_05, V::V2025_11_25),
    Row(M::LoggingSetLevel, "logging/setLevel", V::V2024_11_05, V::V2025_11_25),
    Row(M::Initialized, "notifications/initialized", V::V2024_11_05, V::V2025_11_25),
    Row(M::Cancelled, "notifications/cancelled", V::V2024_11_05, V::V2026_07_28),
];

impl Method {
    /// Returns the method with this name, or `None` if the revision lacks it.
    pub fn parse(name: &str, version: ProtocolVersion) -> Option<Self> {
        let row = TABLE.iter().find(|row| row.1 == name)?;
        (row.2 <= version && version <= row.3).then_some(row.0)
    }

    /// Returns the name in messages, such as `tools/call`.
    pub fn as_str(self) -> &'static str {
        TABLE.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Returns the parameter that a stateless request repeats in its `Mcp-Name` header.
    ///
    /// Specification: 2026-07-28, streamable HTTP, standard request headers; extension Tasks,
    /// routing headers.
    pub(crate) const fn named_by(self) -> Option<NameSource> {
        match self {
            Self::ToolsCall | Self::PromptsGet => Some(NameSource::Name),
            Self::ResourcesRead => Some(NameSource::Uri),
            Self::TasksGet | Self::TasksUpdate | Self::TasksCancel => Some(NameSource::TaskId),
            _ => None,
        }
    }
}

/// A parameter that identifies the target of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameSource {
    /// `params.name`
    Name,
    /// `params.uri`
    Uri,
    /// `params.taskId`
    TaskId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_follows_revisions_of_table() {
        for (name, version, known) in [
            ("tools/call", V::V2024_11_05, true),
            ("tools/call", V::V2026_07_28, true),
            ("initialize", V::V2025_11_25, true),
            ("initialize", V::V2026_07_28, false),
            ("server/discover", V::V2025_11_25, false),
            ("server/discover", V::V2026_07_28, true),
            ("ping", V::V2026_07_28, false),
            ("tasks/get", V::V2025_11_25, false),
            ("tasks/get", V::V2026_07_28, true),
            ("tasks/list", V::V2026_07_28, false),
            ("unknown/method", V::V2025_11_25, false),
        ] {
            assert_eq!(Method::parse(name, version).is_some(), known, "{name} {version}");
        }
    }

    #[test]
    fn every_method_has_one_row() {
        for row in TABLE {
            assert_eq!(TABLE.iter().filter(|other| other.0 == row.0 || other.1 == row.1).count(), 1, "{}", row.1);
            assert_eq!(row.0.as_str(), row.1);
        }
    }
}
