//! Tasks: calls whose result is fetched later.
//!
//! Specification: extension `io.modelcontextprotocol/tasks` (SEP-2663, 2026-07-28).

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Serialize, Serializer};
use serde_json::{Value, value::RawValue};

use super::{capability::ClientCapabilities, error_object::ErrorObject, reserved::extension::TASKS};

/// Rule that states whether calls of a tool run as tasks: never, optionally or always.
///
/// Specification: extension Tasks (SEP-2663).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskSupport {
    /// Calls never become tasks.
    #[default]
    Forbidden,
    /// Calls become tasks for clients that declare `io.modelcontextprotocol/tasks`. Other clients
    /// wait for the result.
    Optional,
    /// Calls always become tasks. Clients that do not declare `io.modelcontextprotocol/tasks`
    /// cannot call the tool.
    Required,
}

/// Status of a task (extension Tasks, `TaskStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaskStatus {
    Working,
    InputRequired,
    Completed,
    Failed,
    Cancelled,
}

/// A task in the response to `tasks/get` (extension Tasks, `DetailedTask`).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Task<'a> {
    #[serde(rename = "taskId")]
    pub(crate) id: &'a str,
    pub(crate) status: TaskStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status_message: Option<&'a str>,
    #[serde(serialize_with = "rfc3339")]
    pub(crate) created_at: SystemTime,
    #[serde(serialize_with = "rfc3339")]
    pub(crate) last_updated_at: SystemTime,
    /// Lifetime since the creation, in milliseconds.
    pub(crate) ttl_ms: u64,
    /// Time between two requests for the status, in milliseconds.
    pub(crate) poll_interval_ms: u64,
    /// Open questions to the client, by key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input_requests: Option<BTreeMap<&'a str, Value>>,
    /// Result of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<&'a RawValue>,
    /// JSON-RPC error of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<&'a RawValue>,
}

/// Returns the capabilities of a client that has the extension.
pub(crate) fn task_capabilities() -> ClientCapabilities {
    ClientCapabilities::default().extension(TASKS)
}

/// Returns `true` if the client has the extension.
pub(crate) fn has_tasks(declared: &ClientCapabilities) -> bool {
    declared.has_extension(TASKS)
}

/// Returns the error for an id that is unknown or belongs to another principal.
pub(crate) fn unknown_task() -> ErrorObject {
    ErrorObject::invalid_params("unknown or expired task")
}

/// Writes a time as RFC 3339 in UTC with milliseconds, such as `2026-07-28T12:30:00.250Z`.
///
/// Times outside the years 1970 to 9999 are written as the nearest one in that range.
fn rfc3339<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    let last = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    serializer.collect_str(&humantime::format_rfc3339_millis((*time).clamp(UNIX_EPOCH, last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_writes_utc_with_milliseconds() {
        let at = |milliseconds| UNIX_EPOCH + Duration::from_millis(milliseconds);
        for (time, written) in [
            (at(0), "1970-01-01T00:00:00.000Z"),
            (at(951_782_399_999), "2000-02-28T23:59:59.999Z"),
            (at(951_782_400_000), "2000-02-29T00:00:00.000Z"),
            (at(951_868_800_000), "2000-03-01T00:00:00.000Z"),
            (at(1_785_241_800_250), "2026-07-28T12:30:00.250Z"),
            (at(4_107_542_400_000), "2100-03-01T00:00:00.000Z"),
            (at(253_402_300_799_000), "9999-12-31T23:59:59.000Z"),
            (at(253_402_300_800_000), "9999-12-31T23:59:59.000Z"),
            (UNIX_EPOCH - Duration::from_secs(1), "1970-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(rfc3339(&time, serde_json::value::Serializer).unwrap(), written);
        }
    }
}
