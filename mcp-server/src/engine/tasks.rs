//! Calls that have become tasks. Each belongs to one task of the runtime, which works on it and writes down what becomes of it.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use tokio::sync::oneshot;

use super::{
    Engine,
    answer::result_of_type,
    error_bytes,
    running::{Ended, Running, Stopped},
};
use crate::{
    auth::Principal,
    context::{Asking, Context, Detachable, Lifetime, LiveTask, TaskOutcome},
    protocol::{ErrorCode, ErrorObject, ProtocolVersion},
    random,
    store::{Change, StoreError, TaskMessage, TaskRecord, TaskRoom, TaskStore},
};

/// How tasks are kept, and for how long.
pub(crate) struct TaskSettings {
    pub(crate) store: Arc<dyn TaskStore>,
    pub(crate) room: TaskRoom,
    pub(crate) lifetime: Duration,
    pub(crate) poll_interval: Duration,
    pub(crate) result_bytes: usize,
}

/// The tasks that are worked on in this process.
#[derive(Default)]
pub(crate) struct Tasks {
    live: Mutex<HashMap<Box<str>, Live>>,
    /// The server is about to stop: who would answer questions is gone.
    silent: AtomicBool,
}

/// A task that is worked on.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) task: Arc<LiveTask>,
    call: Context,
    /// As in its record.
    owner: Option<String>,
    expires: SystemTime,
}

impl Tasks {
    /// The task of that id, if it is worked on here and this caller's.
    pub(crate) fn live(&self, id: &str, owner: Option<&str>) -> Option<Live> {
        self.lock().get(id).filter(|live| live.owner.as_deref() == owner).cloned()
    }

    /// Nothing is asked any more; tasks that wait for an answer are withdrawn.
    pub(super) fn silence(&self) {
        self.silent.store(true, Ordering::SeqCst);
        for live in self.all() {
            if live.task.silence() {
                live.cancel(SHUTDOWN);
            }
        }
    }

    /// Withdraws all tasks.
    pub(super) fn end(&self) {
        for live in self.all() {
            live.cancel(SHUTDOWN);
        }
    }

    fn insert(&self, live: Live) {
        let task = live.task.clone();
        self.lock().insert(task.id.clone(), live);
        // Looked at afterwards, so that a shutdown which begins at this moment sees the task, or is seen.
        if self.silent.load(Ordering::SeqCst) {
            task.silence();
        }
    }

    fn all(&self) -> Vec<Live> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const SHUTDOWN: &str = "the server is shutting down";
pub(crate) const WITHDRAWN: &str = "the client withdrew it";

impl Live {
    /// Withdraws the task, unless it has ended.
    pub(crate) fn cancel(&self, reason: &'static str) {
        self.task.end(TaskOutcome::Cancelled(reason));
        self.call.withdraw();
    }

    fn record(&self) -> TaskRecord {
        let TaskState { text: state, ended } = self.state();
        TaskRecord { id: self.task.id.to_string(), owner: self.owner.clone(), expires: self.expires, ended, state }
    }

    fn state(&self) -> TaskState {
        let (text, ended) = self.task.describe();
        TaskState { text, ended }
    }
}

/// A task as `tasks/get` shows it.
pub(crate) struct TaskState {
    /// The text of a JSON object.
    pub(crate) text: String,
    pub(crate) ended: bool,
}

impl From<TaskRecord> for TaskState {
    fn from(TaskRecord { ended, state: text, .. }: TaskRecord) -> Self {
        Self { text, ended }
    }
}

/// Whose a task is, in a form to compare.
pub(crate) fn owner(principal: Option<&Principal>) -> Option<String> {
    principal.map(|principal| serde_json::to_string(&principal.binding()).unwrap_or_default())
}

impl Engine {
    /// Makes the call a task, and returns the answer to its request: `CreateTaskResult`. Without room for it the call comes back.
    pub(super) async fn become_task(
        self: &Arc<Self>,
        version: ProtocolVersion,
        call: &Context,
        running: Running,
    ) -> Result<Bytes, Box<Running>> {
        let (decided, decision) = oneshot::channel();
        // The request may go away at any moment, and then there must be no task that nobody knows of.
        tokio::spawn(own(self.clone(), version, call.clone(), Box::new(running), decided));
        decision.await.unwrap_or_else(|_| Ok(error_bytes(Some(call.request_id()), &lost())))
    }

    /// Keeps a new task, if there is room for it.
    async fn create_task(&self, call: &Context) -> Result<Option<Live>, StoreError> {
        let settings = &self.settings.tasks;
        let id = random::id().map_err(|error| format!("the system has no randomness to make an id from: {error}"))?;
        let created = SystemTime::now();
        // Work that is not done in time is withdrawn, and may tidy up. Who looks as often as it should sees that, too.
        let beyond = self.settings.grace.saturating_add(settings.poll_interval.saturating_mul(2));
        let kept = settings.lifetime.saturating_add(beyond);
        let lifetime = Lifetime { created, time: settings.lifetime, poll_interval: settings.poll_interval };
        let live = Live {
            task: Arc::new(LiveTask::new(id.into(), lifetime)),
            call: call.clone(),
            owner: owner(call.principal()),
            expires: created.checked_add(kept).ok_or("`Limits::task_lifetime` is beyond all calendars")?,
        };
        Ok(settings.store.create(live.record(), settings.room).await?.then_some(live))
    }

    /// Saves the task as it is, as soon as the store takes it. Whether it has ended.
    async fn save(&self, live: &Live) -> bool {
        let store = &self.settings.tasks.store;
        let mut is_lost = false;
        loop {
            // As it is by now, which may be further than when this began.
            let record = live.record();
            let ended = record.ended;
            match store.put(record).await {
                Ok(true) => return ended,
                Ok(false) if !ended => return false,
                Ok(false) if is_lost => {
                    self.forget(live).await;
                    return true;
                }
                Ok(false) => {
                    tracing::error!(task = &*live.task.id, "there is no room for the result of a task");
                    live.task.lose(failed(&lost()));
                    is_lost = true;
                }
                Err(error) => {
                    let error = crate::error::chain(&*error);
                    tracing::error!(task = &*live.task.id, error, "a task could not be saved");
                    if live.expires <= SystemTime::now() {
                        return true;
                    }
                    tokio::time::sleep(BROKEN).await;
                }
            }
        }
    }

    /// The task of that id as its owner sees it, whoever works on it.
    pub(super) async fn task(&self, id: &str, owner: Option<&str>) -> Result<Option<TaskState>, StoreError> {
        if let Some(live) = self.tasks.live(id, owner) {
            return Ok(Some(live.state()));
        }
        let kept = self.kept_task(id).await?;
        Ok(kept.filter(|task| task.owner.as_deref() == owner).map(TaskState::from))
    }

    /// The task of that id as it is kept.
    pub(super) async fn kept_task(&self, id: &str) -> Result<Option<TaskRecord>, StoreError> {
        self.settings.tasks.store.get(id).await.inspect_err(|error| {
            tracing::error!(task = id, error = crate::error::chain(&**error), "the store of tasks is broken");
        })
    }

    async fn forget(&self, live: &Live) {
        if let Err(error) = self.settings.tasks.store.remove(&live.task.id).await {
            tracing::error!(task = &*live.task.id, error = crate::error::chain(&*error), "a task could not be removed");
        }
    }

    /// What the call came to, as its task shows it: what the answer to its request would have held.
    fn task_outcome(&self, version: ProtocolVersion, call: &Context, ended: Ended) -> TaskOutcome {
        #[derive(Deserialize)]
        struct Response<'a> {
            #[serde(borrow, default)]
            result: Option<&'a RawValue>,
            #[serde(borrow, default)]
            error: Option<&'a RawValue>,
        }
        let message = self.last_message(version, call, ended);
        if message.len() > self.settings.tasks.result_bytes {
            tracing::error!(item = call.target().name(), bytes = message.len(), "the result of a task is too large");
            return failed(&lost());
        }
        match serde_json::from_slice(&message) {
            Ok(Response { result: Some(result), .. }) => TaskOutcome::Completed(result.to_owned()),
            Ok(Response { error: Some(error), .. }) => TaskOutcome::Failed(error.to_owned(), text(error)),
            _ => failed(&lost()),
        }
    }
}

/// Works on a task from its creation to its end. Nobody else does, so that it ends with this.
async fn own(
    engine: Arc<Engine>,
    version: ProtocolVersion,
    call: Context,
    mut running: Box<Running>,
    decided: oneshot::Sender<Result<Bytes, Box<Running>>>,
) {
    let Asking::Detachable(detachable) = &call.0.asking else { return };
    let live = match engine.create_task(&call).await {
        Ok(Some(live)) => live,
        refused => return go_on(&call, detachable, refused, running, decided),
    };
    if call.is_cancelled() {
        // Withdrawn before anybody heard of the task.
        return engine.forget(&live).await;
    }
    let (members, _) = live.task.describe();
    let handle = result_of_type(&engine.answers, call.request_id(), "task", &members[1..members.len() - 1]);
    engine.tasks.insert(live.clone());
    // From here on it is no business of its connection any more.
    detachable.become_task(live.task.clone());
    if decided.send(Ok(handle)).is_err() {
        // Who asked is gone without having heard of the task. Dropped, the call is withdrawn.
        engine.tasks.lock().remove(&live.task.id);
        return engine.forget(&live).await;
    }
    let _counted = running.detach(engine.settings.tasks.lifetime);
    call.0.outbox.close();
    let work = async {
        let outcome = match running.finish().await {
            Stopped::Ended(ended) => engine.task_outcome(version, &call, ended),
            Stopped::Detaches | Stopped::NeedsStream | Stopped::Withdrawn => {
                let is_closing = engine.closing.load(Ordering::SeqCst);
                TaskOutcome::Cancelled(if is_closing { SHUTDOWN } else { WITHDRAWN })
            }
        };
        live.task.end(outcome);
    };
    let save = async {
        loop {
            live.task.changed().await;
            let ended = engine.save(&live).await;
            // Every process finds it by now.
            engine.settings.change_bus.publish(Change::TaskUpdated(live.task.id.clone()));
            if ended {
                return;
            }
        }
    };
    tokio::select! {
        ((), ()) = async { tokio::join!(work, save) } => {}
        () = hear(&engine, &live) => {}
    }
    engine.tasks.lock().remove(&live.task.id);
}

/// After how long a store that broke is asked again.
pub(super) const BROKEN: Duration = Duration::from_secs(1);

/// Does what other processes have to say of the task, for ever.
async fn hear(engine: &Engine, live: &Live) {
    loop {
        match engine.settings.tasks.store.receive(&live.task.id).await {
            Ok(TaskMessage::Answers(responses)) => match serde_json::from_str(&responses) {
                // The client has been told that they were taken, so that all there is to do is to go on asking.
                Ok(responses) => {
                    if let Err(misfits) = live.task.answer(responses) {
                        tracing::debug!(
                            task = &*live.task.id,
                            ?misfits,
                            "answers by way of another process do not fit"
                        );
                    }
                }
                Err(error) => {
                    tracing::error!(task = &*live.task.id, %error, "answers of another process are malformed");
                }
            },
            Ok(TaskMessage::Cancel) => live.cancel(WITHDRAWN),
            Err(error) => {
                let error = crate::error::chain(&*error);
                tracing::error!(task = &*live.task.id, error, "messages to a task could not be received");
                tokio::time::sleep(BROKEN).await;
            }
        }
    }
}

/// There is no task: the call goes on as it is.
fn go_on(
    call: &Context,
    detachable: &Detachable,
    refused: Result<Option<Live>, StoreError>,
    running: Box<Running>,
    decided: oneshot::Sender<Result<Bytes, Box<Running>>>,
) {
    let item = call.target().name();
    if let Err(error) = refused {
        tracing::error!(item, error = crate::error::chain(&*error), "a task could not be created");
    } else {
        tracing::warn!(item, "there is no room for another task");
    }
    detachable.refuse();
    // Sent to nobody it is dropped, and the call withdrawn.
    _ = decided.send(Err(running));
}

fn lost() -> ErrorObject {
    ErrorObject::new(ErrorCode::INTERNAL_ERROR, "the result of the task could not be kept")
}

fn failed(error: &ErrorObject) -> TaskOutcome {
    TaskOutcome::Failed(to_raw_value(error).unwrap_or_default(), error.message.to_string())
}

/// The message of a JSON-RPC error.
fn text(error: &RawValue) -> String {
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    serde_json::from_str::<Message>(error.get()).map(|error| error.message).unwrap_or_default()
}

impl fmt::Debug for Tasks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tasks").field("live", &self.lock().len()).finish_non_exhaustive()
    }
}
