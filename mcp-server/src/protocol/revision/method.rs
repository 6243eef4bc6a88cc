//! Every method a client may send, and the one table of which revision knows which.

use super::version::ProtocolVersion;

/// A method or notification that a client sends.
///
/// A method that is absent from a revision is answered −32601 there, even if a handler for it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `initialize` opens a session.
    Initialize,
    /// `ping` asks whether the other side is alive.
    Ping,
    /// `server/discover` asks what the server is and can do.
    Discover,
    /// `tools/list`
    ToolsList,
    /// `tools/call`
    ToolsCall,
    /// `resources/list`
    ResourcesList,
    /// `resources/templates/list`
    ResourceTemplatesList,
    /// `resources/read`
    ResourcesRead,
    /// `resources/subscribe`, in a session.
    ResourcesSubscribe,
    /// `resources/unsubscribe`, in a session.
    ResourcesUnsubscribe,
    /// `subscriptions/listen` opens a stream of changes.
    SubscriptionsListen,
    /// `prompts/list`
    PromptsList,
    /// `prompts/get`
    PromptsGet,
    /// `tasks/get` asks how a task is doing, and what it came to (extension `io.modelcontextprotocol/tasks`).
    TasksGet,
    /// `tasks/update` brings a task what it asked for.
    TasksUpdate,
    /// `tasks/cancel` withdraws a task.
    TasksCancel,
    /// `completion/complete` completes an argument of a prompt, or a variable of a resource template.
    CompletionComplete,
    /// `logging/setLevel` sets the least level of log messages for the session.
    LoggingSetLevel,
    /// `notifications/initialized` ends the handshake.
    Initialized,
    /// `notifications/cancelled` withdraws a request.
    Cancelled,
}

/// The revisions that know a method: the first one, and the last.
struct Row(Method, &'static str, ProtocolVersion, ProtocolVersion);

use Method as M;
use ProtocolVersion as V;

/// The table method × revision. A method or a revision is added here, and nowhere else.
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
    /// The method of that name, if the revision knows it.
    pub fn parse(name: &str, version: ProtocolVersion) -> Option<Self> {
        let row = TABLE.iter().find(|row| row.1 == name)?;
        (row.2 <= version && version <= row.3).then_some(row.0)
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        TABLE.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Which parameter a stateless request repeats in its `Mcp-Name` header
    /// (2026-07-28, streamable HTTP, standard request headers; tasks, routing headers).
    pub(crate) const fn named_by(self) -> Option<NameSource> {
        match self {
            Self::ToolsCall | Self::PromptsGet => Some(NameSource::Name),
            Self::ResourcesRead => Some(NameSource::Uri),
            Self::TasksGet | Self::TasksUpdate | Self::TasksCancel => Some(NameSource::TaskId),
            _ => None,
        }
    }
}

/// The parameter that names what a request is about.
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
    fn a_method_exists_only_in_the_revisions_of_its_row() {
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
    fn every_method_has_one_row_and_its_name_leads_back() {
        for row in TABLE {
            assert_eq!(TABLE.iter().filter(|other| other.0 == row.0 || other.1 == row.1).count(), 1, "{}", row.1);
            assert_eq!(row.0.as_str(), row.1);
        }
    }
}
