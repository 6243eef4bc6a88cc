//! The tasks that this process works on (extension `io.modelcontextprotocol/tasks`).

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use parking_lot::Mutex;

use crate::{
    auth::Principal,
    context::{Context, LiveTask, TaskOutcome},
    quota::Holder,
    store::TaskRecord,
};

/// Reasons for a cancellation, as the `statusMessage` of a task shows them.
pub(super) const SHUTTING_DOWN: &str = "the server is shutting down";
pub(super) const CANCELLED_BY_CLIENT: &str = "the client cancelled the task";

/// The tasks that this process works on, by id.
#[derive(Default)]
pub(super) struct LiveTasks {
    tasks: Mutex<HashMap<Box<str>, WorkingTask>>,
    /// Set at shutdown, when no client can answer questions any more.
    closing: AtomicBool,
}

/// A task with its call.
#[derive(Clone)]
pub(super) struct WorkingTask {
    pub(super) task: Arc<LiveTask>,
    pub(super) call: Context,
    /// The owner, as in the record of the task.
    pub(super) owner: Option<String>,
    /// The party that the task is charged to, as in the record of the task.
    pub(super) holder: Option<String>,
    pub(super) expires: SystemTime,
}

/// A task, as `tasks/get` returns it.
pub(super) struct TaskState {
    /// The text of a JSON object.
    pub(super) text: String,
    pub(super) ended: bool,
}

impl From<TaskRecord> for TaskState {
    fn from(TaskRecord { ended, state: text, .. }: TaskRecord) -> Self {
        Self { text, ended }
    }
}

/// Returns the owner of a task as it is stored and compared.
pub(super) fn owner(principal: Option<&Principal>) -> Option<String> {
    principal.map(|principal| serde_json::to_string(&principal.binding()).unwrap_or_default())
}

/// Returns the party that a task is charged to: the principal by issuer and subject, the address
/// that its call is charged to, or all anonymous callers together. Returns `None` for these without
/// authorization.
pub(super) fn holder(
    principal: Option<&Principal>,
    charged: Option<Holder>,
    has_authorization: bool,
) -> Option<String> {
    match (principal, charged) {
        (Some(principal), _) => {
            serde_json::to_string(&(principal.issuer(), principal.subject(), principal.is_client())).ok()
        }
        (None, Some(Holder::Address(address))) => Some(address.to_string()),
        (None, _) => has_authorization.then(|| "anonymous".to_owned()),
    }
}

impl LiveTasks {
    /// Returns the task of that id, if this process works on it and it belongs to the owner.
    pub(super) fn get(&self, id: &str, owner: Option<&str>) -> Option<WorkingTask> {
        self.tasks.lock().get(id).filter(|task| task.owner.as_deref() == owner).cloned()
    }

    pub(super) fn insert(&self, working: WorkingTask) {
        let task = working.task.clone();
        self.tasks.lock().insert(task.id.clone(), working);
        // Checked after the insertion, so that a concurrent shutdown cannot miss the task.
        if self.closing.load(Ordering::SeqCst) {
            task.close_questions();
        }
    }

    pub(super) fn remove(&self, id: &str) {
        self.tasks.lock().remove(id);
    }

    /// Ends all questions, and cancels the tasks that wait for an answer.
    pub(super) fn begin_shutdown(&self) {
        self.closing.store(true, Ordering::SeqCst);
        for working in self.all() {
            if working.task.close_questions() {
                working.cancel(SHUTTING_DOWN);
            }
        }
    }

    /// Cancels all tasks.
    pub(super) fn cancel_all(&self) {
        for working in self.all() {
            working.cancel(SHUTTING_DOWN);
        }
    }

    fn all(&self) -> Vec<WorkingTask> {
        self.tasks.lock().values().cloned().collect()
    }
}

impl WorkingTask {
    /// Cancels the task, unless it has ended.
    pub(super) fn cancel(&self, reason: &'static str) {
        self.task.end(TaskOutcome::Cancelled(reason));
        self.call.cancel();
    }

    /// Returns the task as it is stored.
    pub(super) fn record(&self) -> TaskRecord {
        let TaskState { text: state, ended } = self.state();
        TaskRecord::new(&*self.task.id, self.expires, state)
            .owner(self.owner.clone())
            .holder(self.holder.clone())
            .ended(ended)
    }

    /// Returns the task as its client sees it.
    pub(super) fn state(&self) -> TaskState {
        let (text, ended) = self.task.describe();
        TaskState { text, ended }
    }
}
