//! A task that is worked on in this process: its status, and what it asks in the middle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    panic::catch_unwind,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use serde_json::value::RawValue;
use tokio::sync::{Notify, oneshot};

use crate::{
    context::{
        Context,
        ask::{Check, Question, Unfit, over},
    },
    error::CallError,
    protocol::types::{
        input_request::InputRequest,
        task::{Task, TaskStatus},
    },
};

/// A task that is worked on.
pub(crate) struct LiveTask {
    pub(crate) id: Box<str>,
    lifetime: Lifetime,
    state: Mutex<State>,
    changed: Notify,
}

/// When a task began, how long it lives, and how often its client should look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    pub(crate) created: SystemTime,
    pub(crate) time: Duration,
    pub(crate) poll_interval: Duration,
}

/// What became of a task.
#[derive(Debug)]
pub(crate) enum TaskOutcome {
    /// The result of the call.
    Completed(Box<RawValue>),
    /// The JSON-RPC error that the call came to, and its text.
    Failed(Box<RawValue>, String),
    /// It was withdrawn, for this reason.
    Cancelled(&'static str),
}

struct State {
    updated: SystemTime,
    message: Option<String>,
    /// Questions without an answer, by key.
    open: BTreeMap<String, Open>,
    /// Keys that questions of this task have had.
    used: BTreeSet<String>,
    /// Nothing is asked any more: who would answer is gone.
    silent: bool,
    outcome: Option<TaskOutcome>,
}

struct Open {
    request: InputRequest,
    check: Check,
    answer: oneshot::Sender<Bytes>,
}

/// An answer that does not fit its question.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) key: String,
    pub(crate) reason: Unfit,
}

impl LiveTask {
    pub(crate) fn new(id: Box<str>, lifetime: Lifetime) -> Self {
        let state = State {
            updated: lifetime.created,
            message: None,
            open: BTreeMap::new(),
            used: BTreeSet::new(),
            silent: false,
            outcome: None,
        };
        Self { id, lifetime, state: Mutex::new(state), changed: Notify::new() }
    }

    /// The task as its client sees it, the text of a JSON object, and whether it has ended.
    pub(crate) fn describe(&self) -> (String, bool) {
        let state = self.lock();
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

    /// What the work has come to, in words for its client.
    pub(in crate::context) fn report(&self, message: String) {
        self.change(|state| state.message = Some(message));
    }

    /// The task has ended. The first to say so is right.
    pub(crate) fn end(&self, outcome: TaskOutcome) {
        self.change(|state| {
            state.open.clear();
            state.outcome = Some(outcome);
        });
    }

    /// What the task came to could not be kept, and becomes this.
    pub(crate) fn lose(&self, outcome: TaskOutcome) {
        self.lock().outcome = Some(outcome);
    }

    /// Nothing is asked any more. Whether something was open.
    pub(crate) fn silence(&self) -> bool {
        let mut waited = false;
        self.change(|state| {
            state.silent = true;
            waited = !state.open.is_empty();
        });
        waited
    }

    /// Hands answers to whoever waits for them: all of them, or none where one does not fit its question, so that all stay open. What
    /// nobody asked, or nobody asks any more, is ignored.
    pub(crate) fn answer(&self, mut responses: BTreeMap<String, Box<RawValue>>) -> Result<(), Vec<Misfit>> {
        let mut misfits = Vec::new();
        responses.retain(|key, response| {
            let Some(check) = self.lock().open.get(key).map(|open| open.check) else { return false };
            // Without the lock, because it is code of the answer's type that reads it. Where that panics, so it will where the handler
            // reads the answer, and there panics are looked after.
            let checked = catch_unwind(|| check(response.get().as_bytes())).unwrap_or(Ok(()));
            misfits.extend(checked.err().map(|reason| Misfit { key: key.clone(), reason }));
            true
        });
        if !misfits.is_empty() {
            return Err(misfits);
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

    /// Waits until the task has changed since the last time this was asked.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Asks, and waits for `tasks/update` to bring the answer. Without a time of its own a question waits as long as the task lives.
    pub(in crate::context) async fn ask(&self, context: &Context, question: Question) -> Result<Bytes, CallError> {
        let method = question.request.method;
        let (sender, answer) = oneshot::channel();
        let mut opened = None;
        self.change(|state| {
            if !state.silent {
                let key = state.free_key(question.key.as_deref(), method.key());
                state
                    .open
                    .insert(key.clone(), Open { request: question.request, check: question.check, answer: sender });
                opened = Some(key);
            }
        });
        let _open = Asked { task: self, key: opened.ok_or_else(over)? };
        let late = async {
            match question.timeout {
                Some(time) => tokio::time::sleep(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            answer = answer => answer.map_err(|_| over()),
            () = context.0.signal.wait() => Err(over()),
            () = late => Err(CallError::client(format!("the client did not answer {} in time", method.as_str()))),
        }
    }

    /// Changes a task that has not ended, and tells who waits for changes.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        if state.outcome.is_none() {
            change(&mut state);
            state.updated = SystemTime::now();
            drop(state);
            self.changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A key that no question of this task has had: clients tell questions apart by nothing else.
    fn free_key(&mut self, wanted: Option<&str>, kind: &str) -> String {
        let mut numbered = (1_u32..).map(|number| match wanted {
            Some(key) if number == 1 => key.to_owned(),
            _ => format!("{}-{number}", wanted.unwrap_or(kind)),
        });
        let key = numbered.find(|key| !self.used.contains(key)).unwrap_or_default();
        self.used.insert(key.clone());
        key
    }
}

impl fmt::Debug for LiveTask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LiveTask").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A question that is being asked. Dropped, it is asked no longer.
struct Asked<'a> {
    task: &'a LiveTask,
    key: String,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let is_open = self.task.lock().open.contains_key(&self.key);
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

    fn task() -> LiveTask {
        let lifetime =
            Lifetime { created: SystemTime::UNIX_EPOCH, time: Duration::from_mins(1), poll_interval: Duration::ZERO };
        LiveTask::new("one".into(), lifetime)
    }

    #[test]
    fn no_two_questions_of_a_task_have_one_key() {
        let task = task();
        let mut state = task.lock();
        let keys = [Some("name"), Some("name"), None, None, Some("name-2"), Some("elicitation-1")]
            .map(|wanted| state.free_key(wanted, "elicitation"));
        assert_eq!(keys, ["name", "name-2", "elicitation-1", "elicitation-2", "name-2-2", "elicitation-1-2"]);
    }

    #[test]
    fn a_task_ends_once() {
        let task = task();
        task.report("half".to_owned());
        task.end(TaskOutcome::Cancelled("enough"));
        task.end(TaskOutcome::Completed(RawValue::NULL.to_owned()));
        task.report("more".to_owned());
        let (text, ended) = task.describe();
        assert!(ended && text.contains(r#""status":"cancelled","statusMessage":"enough""#), "{text}");
        assert!(!text.contains("result"), "{text}");
    }
}
