//! The Tasks extension, `io.modelcontextprotocol/tasks` (SEP-2663): calls whose result is fetched later.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

use super::{error_object::ErrorObject, reserved::extension::TASKS};

/// Whether calls of a tool may become tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskSupport {
    /// They never do.
    #[default]
    Forbidden,
    /// They do for clients that have the extension; others wait for the result.
    Optional,
    /// They always do: clients without the extension cannot call the tool.
    Required,
}

/// What a task is doing (`TaskStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaskStatus {
    Working,
    InputRequired,
    Completed,
    Failed,
    Cancelled,
}

/// A task as `tasks/get` shows it (`DetailedTask`).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Task<'a> {
    #[serde(rename = "taskId")]
    pub(crate) id: &'a str,
    pub(crate) status: TaskStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status_message: Option<&'a str>,
    pub(crate) created_at: String,
    pub(crate) last_updated_at: String,
    /// Milliseconds from its creation.
    pub(crate) ttl_ms: u64,
    /// Milliseconds between two looks at it.
    pub(crate) poll_interval_ms: u64,
    /// What the client is asked, by key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input_requests: Option<BTreeMap<&'a str, Value>>,
    /// What the call came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<&'a RawValue>,
    /// The JSON-RPC error that the call came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<&'a RawValue>,
}

/// The part of `ClientCapabilities` that a client with the extension declares, and of the server's that one with tasks does.
pub(crate) fn task_capabilities() -> Value {
    json!({"extensions": {TASKS: {}}})
}

/// Whether a client that declares this has the extension.
pub(crate) fn has_tasks(declared: &Value) -> bool {
    declared["extensions"].get(TASKS).is_some_and(Value::is_object)
}

/// The answer to the id of no task, or of somebody else's.
pub(crate) fn unknown_task() -> ErrorObject {
    ErrorObject::invalid_params("there is no such task, or it has expired")
}
