//! `LiveTask`: the state of a task that this process works on, and its questions.

use std::{
    collections::BTreeMap,
    fmt,
    panic::catch_unwind,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::sync::{Notify, oneshot};

use super::{
    question::{AnswerCheck, AnswerError, Keys, Question, call_ended},
    signal::Signal,
};
use crate::{
    error::CallError,
    protocol::types::{
        input_request::InputRequest,
        task::{Task, TaskStatus},
    },
};

/// A task that this process works on.
pub(crate) struct LiveTask {
    pub(crate) id: Box<str>,
    lifetime: Lifetime,
    state: Mutex<State>,
    changed: Notify,
}

/// Creation time, lifetime and poll interval of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    pub(crate) created: SystemTime,
    pub(crate) time: Duration,
    pub(crate) poll_interval: Duration,
}

/// The end of a task.
#[derive(Debug)]
pub(crate) enum TaskOutcome {
    /// The result of the call.
    Completed(Box<RawValue>),
    /// The JSON-RPC error of the call, and its message.
    Failed(Box<RawValue>, String),
    /// The task was cancelled, for this reason.
    Cancelled(&'static str),
}

struct State {
    updated: SystemTime,
    message: Option<String>,
    /// Questions without an answer, by key.
    open: BTreeMap<String, Open>,
    keys: Keys,
    /// `true` if no client can answer questions any more, so that none are asked.
    closed: bool,
    outcome: Option<TaskOutcome>,
}

struct Open {
    request: InputRequest,
    check: AnswerCheck,
    answer: oneshot::Sender<Bytes>,
}

/// An answer that is invalid for its question.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidAnswer {
    pub(crate) key: String,
    pub(crate) reason: AnswerError,
}

impl LiveTask {
    pub(crate) fn new(id: Box<str>, lifetime: Lifetime) -> Self {
        let state = State {
            updated: lifetime.created,
            message: None,
            open: BTreeMap::new(),
            keys: Keys::default(),
            closed: false,
            outcome: None,
        };
        Self { id, lifetime, state: Mutex::new(state), changed: Notify::new() }
    }

    /// Returns the JSON text that describes the task to its client, and `true` if the task has
    /// ended.
    pub(crate) fn describe(&self) -> (String, bool) {
        let state = self.state.lock();
        let asks = state.outcome.is_none() && !state.open.is_empty();
        let (status, result, error) = match &state.outcome {
            Some(TaskOutcome::Completed(result)) => (TaskStatus::Completed, Some(&**result), None),
            Some(TaskOutcome::Failed(error, _)) => (TaskStatus::Failed, None, Some(&**error)),
            Some(TaskOutcome::Cancelled(_)) => (TaskStatus::Cancelled, None, None),
            None if asks => (TaskStatus::InputRequired, None, None),
            None => (TaskStatus::Working, None, None),
        };
        let task = Task {
            id: &self.id,
            status,
            status_message: match &state.outcome {
                Some(TaskOutcome::Failed(_, text)) => Some(text),
                Some(TaskOutcome::Cancelled(reason)) => Some(reason),
                Some(TaskOutcome::Completed(_)) | None => state.message.as_deref(),
            },
            created_at: self.lifetime.created,
            last_updated_at: state.updated,
            ttl_ms: milliseconds(self.lifetime.time),
            poll_interval_ms: milliseconds(self.lifetime.poll_interval),
            input_requests: asks
                .then(|| state.open.iter().map(|(key, open)| (key.as_str(), open.request.to_value())).collect()),
            result,
            error,
        };
        (serde_json::to_string(&task).unwrap_or_default(), state.outcome.is_some())
    }

    /// Sets the status message.
    pub(in crate::context) fn report(&self, message: String) {
        self.change(|state| state.message = Some(message));
    }

    /// Ends the task, unless it has ended.
    pub(crate) fn end(&self, outcome: TaskOutcome) {
        self.change(|state| {
            state.open.clear();
            state.outcome = Some(outcome);
        });
    }

    /// Replaces the outcome of the task, because it could not be stored.
    pub(crate) fn lose(&self, outcome: TaskOutcome) {
        self.state.lock().outcome = Some(outcome);
    }

    /// Ends all questions. Returns `true` if one was open.
    pub(crate) fn close_questions(&self) -> bool {
        let mut waited = false;
        self.change(|state| {
            state.closed = true;
            waited = !state.open.is_empty();
        });
        waited
    }

    /// Passes answers to the questions that wait for them. If one is invalid, none is accepted, and
    /// all questions stay open. Answers without a question are ignored.
    pub(crate) fn answer(&self, mut responses: BTreeMap<String, Box<RawValue>>) -> Result<(), Vec<InvalidAnswer>> {
        let mut invalid = Vec::new();
        responses.retain(|key, response| {
            let Some(check) = self.state.lock().open.get(key).map(|open| open.check) else { return false };
            // Without the lock: the check runs code of the answer's type. If it panics, so will the
            // handler, whose panics are caught.
            let checked = catch_unwind(|| check(response.get().as_bytes())).unwrap_or(Ok(()));
            invalid.extend(checked.err().map(|reason| InvalidAnswer { key: key.clone(), reason }));
            true
        });
        if !invalid.is_empty() {
            return Err(invalid);
        }
        if !responses.is_empty() {
            self.change(|state| {
                for (key, response) in responses {
                    if let Some(open) = state.open.remove(&key) {
                        _ = open.answer.send(Bytes::copy_from_slice(response.get().as_bytes()));
                    }
                }
            });
        }
        Ok(())
    }

    /// Waits until the task has changed since the last call of this method.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Asks a question, and waits for `tasks/update` to bring the answer. Without a timeout a
    /// question waits as long as the task lives.
    pub(in crate::context) async fn ask(&self, signal: &Signal, question: Question) -> Result<Bytes, CallError> {
        let method = question.request.method;
        let (sender, answer) = oneshot::channel();
        let mut opened = None;
        self.change(|state| {
            if !state.closed {
                let key = state.keys.next(question.key.as_deref(), method.key());
                state
                    .open
                    .insert(key.clone(), Open { request: question.request, check: question.check, answer: sender });
                opened = Some(key);
            }
        });
        let _open = OpenQuestion { task: self, key: opened.ok_or_else(call_ended)? };
        let late = async {
            match question.timeout {
                Some(time) => tokio::time::sleep(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            answer = answer => answer.map_err(|_| call_ended()),
            () = signal.wait() => Err(call_ended()),
            () = late => Err(CallError::client(format!("the client did not answer {} in time", method.as_str()))),
        }
    }

    /// Changes a task that has not ended, and wakes `changed`.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock();
        if state.outcome.is_none() {
            change(&mut state);
            state.updated = SystemTime::now();
            drop(state);
            self.changed.notify_one();
        }
    }
}

impl fmt::Debug for LiveTask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LiveTask").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A question without an answer. Dropping it removes the question.
struct OpenQuestion<'a> {
    task: &'a LiveTask,
    key: String,
}

impl Drop for OpenQuestion<'_> {
    fn drop(&mut self) {
        let is_open = self.task.state.lock().open.contains_key(&self.key);
        if is_open {
            self.task.change(|state| _ = state.open.remove(&self.key));
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_end_of_a_task_counts() {
        let lifetime =
            Lifetime { created: SystemTime::UNIX_EPOCH, time: Duration::from_mins(1), poll_interval: Duration::ZERO };
        let task = LiveTask::new("one".into(), lifetime);
        task.report("half".to_owned());
        task.end(TaskOutcome::Cancelled("enough"));
        task.end(TaskOutcome::Completed(RawValue::NULL.to_owned()));
        task.report("more".to_owned());
        let (text, ended) = task.describe();
        assert!(ended && text.contains(r#""status":"cancelled","statusMessage":"enough""#), "{text}");
        assert!(!text.contains("result"), "{text}");
    }
}
